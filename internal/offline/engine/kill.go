package engine

import (
	"errors"
	"math"
	"slices"
	"sync/atomic"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// running is what of the running operation can be killed.
type running struct {
	journal *journal
	program *program
}

// Unbounded lets the engine work at as many resources as it can at once, like `pulumi up --parallel` with a large number.
func (s *Stack) Unbounded() { s.parallel = math.MaxInt32 }

// SaveAtEnd lets operations save the state at their end only, like the CLI with PULUMI_SKIP_CHECKPOINTS: what is killed has saved nothing.
func (s *Stack) SaveAtEnd() { s.saveAtEnd = true }

// KillProgram ends the program of the running operation, as if its process had been killed.
func (s *Stack) KillProgram() {
	if r := s.running.Load(); r != nil {
		r.program.cancel()
	}
}

// KillCLI stops the running operation as SIGKILL stops the CLI: the state stays as it was saved last, with the operations that had begun
// then, and nothing new begins. The operation returns once the calls under way have returned, of whose results nothing is saved.
func (s *Stack) KillCLI() {
	if r := s.running.Load(); r != nil {
		r.journal.dead.Store(true)
		r.program.cancel()
	}
}

// Unsaved are how many steps of the running operation have begun and have no end in the saved state.
func (s *Stack) Unsaved() int64 {
	if r := s.running.Load(); r != nil {
		return r.journal.begun.Load()
	}
	return 0
}

// journal is what an operation saves of its steps: one before each begins, one after it has ended, as the CLI does.
type journal struct {
	*engine.TestJournal
	// dead is set when the process was killed: nothing is saved any more.
	dead atomic.Bool
	// begun are the steps that have begun and not ended.
	begun atomic.Int64
}

var errKilled = errors.New("the CLI was killed")

func (j *journal) BeginMutation(step deploy.Step) (engine.SnapshotMutation, error) {
	if j.dead.Load() {
		return nil, errKilled
	}
	j.begun.Add(1)
	_, err := j.TestJournal.BeginMutation(step)
	return j, err
}

func (j *journal) End(step deploy.Step, success bool) error {
	if j.dead.Load() {
		return nil
	}
	defer j.begun.Add(-1)
	return j.TestJournal.End(step, success)
}

func (j *journal) RegisterResourceOutputs(step deploy.Step) error {
	if j.dead.Load() {
		return nil
	}
	return j.TestJournal.RegisterResourceOutputs(step)
}

// ClearPendingCreates takes the creations out of the state whose end nobody knows, as `pulumi refresh --clear-pending-creates` does before it
// refreshes, and returns their URNs.
func (s *Stack) ClearPendingCreates() (cleared []resource.URN) {
	s.snapshot = s.copyState()
	s.snapshot.PendingOperations = slices.DeleteFunc(slices.Clone(s.snapshot.PendingOperations), func(o resource.Operation) bool {
		if o.Type == resource.OperationTypeCreating {
			cleared = append(cleared, o.Resource.URN)
		}
		return o.Type == resource.OperationTypeCreating
	})
	return cleared
}
