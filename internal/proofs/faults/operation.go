package faults

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"

	"legops/infra"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
)

// operation is an operation that is disturbed.
type operation struct {
	name string
	// runsProgram says that it runs the program, which can then be killed.
	runsProgram bool
	// from is a stack before it.
	from func(*target) (*engine.Stack, error)
	do   func(context.Context, *target, *engine.Stack) error
}

var operations = []operation{
	{"up from nothing", true, func(t *target) (*engine.Stack, error) { return t.engine.Stack(t.name, nil) },
		func(ctx context.Context, t *target, s *engine.Stack) error { return s.Up(ctx, t.source) }},
	{"update", true, func(t *target) (*engine.Stack, error) { return t.deployed.Copy() },
		func(ctx context.Context, t *target, s *engine.Stack) error { return s.Up(ctx, t.edited) }},
	{"destroy", false, func(t *target) (*engine.Stack, error) {
		s, err := t.deployed.Copy()
		if err != nil {
			return nil, err
		}
		s.Unprotect() // as docs/offline.md says of production
		return s, s.Cloud().Unlock()
	}, func(ctx context.Context, t *target, s *engine.Stack) error { return s.Destroy(ctx, t.source) }},
}

// target is a stack whose operations are disturbed.
type target struct {
	name   string
	engine *engine.Engine
	// source is the program as it is, edited with a change for every layer.
	source, edited engine.Source
	// deployed is the stack after an undisturbed deployment.
	deployed *engine.Stack
	// undone is the share of the waves of a destruction that are undone: see undo.
	undone float64
	// converging is the share of the waves after which the next run meets no fault: see converges.
	converging float64
	seams      seams
}

// seams are where tests break what is proven. Without them all is as it is.
type seams struct {
	// stack changes a stack before it is disturbed.
	stack func(*engine.Stack)
	// cloud carries out a call, or does something else; again says that the call has met its fault before.
	cloud func(s *engine.Stack, c cloud.Call, again bool, change func() error) error
	// imports and clear change what the runbook does.
	imports func([]deploy.Import) []deploy.Import
	clear   func(*engine.Stack)
	// omits is a step that is left out when a destruction is undone: see back.
	omits string
	// unrefreshed is whether nothing is read into the state before the next run.
	unrefreshed bool
}

func newTarget(ctx context.Context, e *engine.Engine, root, stack string) (*target, error) {
	t := &target{name: stack, engine: e, source: engine.Source{Dir: root, Program: engine.Function(infra.ProgramWith)}, undone: 0.15, converging: 0.04}
	var err error
	if t.deployed, err = e.Stack(stack, nil); err != nil {
		return nil, err
	}
	if err := t.deployed.Up(ctx, t.source); err != nil {
		return nil, err
	}
	t.edited = t.source
	t.edited.StackFiles, err = edit(root, stack)
	return t, err
}

func (t *target) close() error { return os.RemoveAll(t.edited.StackFiles) }

// undisturbed is an operation without a fault: what it leaves, and the calls that it takes; of a destruction, also what there is once one that never
// began is undone, as soon as somebody asked.
type undisturbed struct {
	leaves, undone *standing
	calls          map[cloud.Call]bool
}

// undisturbed performs an operation without a fault.
func (t *target) undisturbed(ctx context.Context, o operation) (*undisturbed, error) {
	stack, err := o.from(t)
	if err != nil {
		return nil, err
	}
	w := newWaves(stack, fault{}, func(cloud.Call) bool { return true })
	if err := o.do(ctx, t, stack); err != nil {
		return nil, fmt.Errorf("undisturbed: %w", err)
	}
	made := w.calls
	u := &undisturbed{calls: map[cloud.Call]bool{}}
	for call := range w.spared {
		u.calls[call] = true
	}
	// The program looks at what is there, and once it is there keeps some of it as it is: the next deployment settles that.
	if err := o.do(ctx, t, stack); err != nil {
		return nil, fmt.Errorf("undisturbed, once more: %w", err)
	}
	if w.calls != made {
		return nil, errors.New("undisturbed, once more: it changes something")
	}
	u.leaves, err = read(ctx, stack)
	return u, err
}
