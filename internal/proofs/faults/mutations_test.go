package faults

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/stretchr/testify/assert"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
	"legops/internal/proofs/prooftest"
)

// repeated breaks a cloud for the second time that a call of one kind comes: what it does instead.
func repeated(op, typ string, instead func(s *engine.Stack, c cloud.Call, change func() error) error) seams {
	return seams{cloud: func(s *engine.Stack, c cloud.Call, again bool, change func() error) error {
		if again && c.Op == op && string(c.URN.Type()) == typ {
			return instead(s, c, change)
		}
		return change()
	}}
}

// mutations are ways to break program, cloud, engine and runbook, each with the operation and the fault that find it, and what they find.
var mutations = []struct {
	name, operation, fault, finds string
	program                       small
	seams                         seams
	// wraps changes how the operation ends.
	wraps func(*engine.Stack, error) error
}{
	{name: "a role's policy has a random name", program: small{randomPolicy: true}, operation: "up from nothing", fault: "answer lost", finds: "orphaned"},
	{name: "an event's target has a random id", program: small{randomTarget: true}, operation: "up from nothing", fault: "answer lost", finds: "orphaned"},
	{name: "a topic has a random name", program: small{randomTopic: true}, operation: "up from nothing", fault: "CLI killed after", finds: "orphaned"},
	{name: "a queue has a random name", program: small{randomQueue: true}, operation: "up from nothing", fault: "answer lost", finds: "orphaned"},
	{name: "each run gives a log group another name", program: small{newName: true}, operation: "up from nothing", fault: "refused", finds: "changes something"},
	{name: "the program asks for something in its first run only", program: small{extra: true}, operation: "update", fault: "refused", finds: "undisturbed"},

	{name: "a deletion of what is gone fails", operation: "destroy", fault: "answer lost", finds: "fails without a fault",
		seams: repeated("delete", catalogue.LogGroup, func(*engine.Stack, cloud.Call, func() error) error {
			return status.Error(codes.FailedPrecondition, "NotFound")
		})},
	{name: "a deletion that failed once fails for ever", operation: "destroy", fault: "refused", finds: "fails without a fault",
		seams: repeated("delete", catalogue.Vpc, func(*engine.Stack, cloud.Call, func() error) error {
			return status.Error(codes.FailedPrecondition, "DependencyViolation")
		})},
	{name: "an update that failed once fails for ever", operation: "update", fault: "refused", finds: "fails without a fault",
		seams: repeated("update", catalogue.Role, func(*engine.Stack, cloud.Call, func() error) error {
			return status.Error(codes.FailedPrecondition, "Conflict")
		})},
	{name: "the service makes two keys of one call", operation: "up from nothing", fault: "refused", finds: "orphaned",
		seams: repeated("create", catalogue.Key, func(_ *engine.Stack, _ cloud.Call, change func() error) error {
			return errors.Join(change(), change())
		})},
	{name: "the cloud loses what it has", operation: "up from nothing", fault: "program killed", finds: "missing in the cloud",
		seams: seams{cloud: func(s *engine.Stack, c cloud.Call, _ bool, change func() error) error {
			if c.Op == "create" && string(c.URN.Type()) == catalogue.KeyAlias {
				for _, e := range s.Record().Entries("") {
					if e.Type == catalogue.LogGroup {
						must(s.Cloud().DeleteByHand(e))
					}
				}
			}
			return change()
		}}},

	{name: "the CLI saves its state at the end only", operation: "up from nothing", fault: "CLI killed after", finds: "nothing in the state tells of",
		seams: seams{stack: (*engine.Stack).SaveAtEnd}},
	{name: "the state does not have what is under way", operation: "up from nothing", fault: "CLI killed after", finds: "nothing in the state tells of",
		wraps: func(s *engine.Stack, err error) error {
			s.ClearPendingCreates()
			return err
		}},
	{name: "the CLI does not tell which call failed", operation: "update", fault: "refused", finds: "says nothing of the failed update",
		wraps: func(_ *engine.Stack, err error) error {
			if err != nil {
				return errors.New("update failed")
			}
			return nil
		}},
	{name: "the CLI succeeds although a call failed", operation: "destroy", fault: "cloud gone before", finds: "says nothing of the failed delete",
		wraps: func(*engine.Stack, error) error { return nil }},

	{name: "the runbook does not end what is pending", operation: "up from nothing", fault: "CLI killed before", finds: "left unfinished",
		seams: seams{clear: func(*engine.Stack) {}}},
	{name: "the runbook imports nothing", operation: "up from nothing", fault: "CLI killed after", finds: "AlreadyExists",
		seams: seams{imports: func([]deploy.Import) []deploy.Import { return nil }}},
	{name: "the runbook imports into the stack, without the component's provider", operation: "up from nothing", fault: "CLI killed after", finds: "importing",
		seams: seams{imports: func(all []deploy.Import) []deploy.Import {
			for i := range all {
				all[i].Provider = ""
			}
			return all
		}}},
	{name: "the runbook imports under other names", operation: "up from nothing", fault: "answer lost", finds: "AlreadyExists",
		seams: seams{imports: func(all []deploy.Import) []deploy.Import {
			for i := range all {
				all[i].Name = "adopted-" + all[i].Name
			}
			return all
		}}},
	{name: "who undoes a destruction restores no secret", operation: "destroy", fault: "refused", finds: "already scheduled for deletion",
		seams: seams{omits: "restore what is kept"}},
	{name: "who undoes a destruction goes on with the state that it left", operation: "destroy", fault: "refused", finds: "AlreadyExists",
		seams: seams{omits: "import the state of before"}},
	{name: "who undoes a destruction does not look what is left", operation: "destroy", fault: "answer lost", finds: "undone: missing in the cloud",
		seams: seams{omits: "refresh"}},
	{name: "the runbook forgets the keys, so that there is another", operation: "up from nothing", fault: "answer lost", finds: "otherwise in the state",
		seams: seams{imports: func(all []deploy.Import) []deploy.Import {
			return slices.DeleteFunc(all, func(i deploy.Import) bool { return string(i.Type) == catalogue.Key })
		}}},
}

// Each way to break something is found.
func TestMutations(t *testing.T) {
	e := prooftest.Search(t, 1).Engine
	for i := range mutations {
		m := &mutations[i]
		t.Run(m.name, func(t *testing.T) {
			found := searched(t, e, &m.program, m.seams, m.operation, m.fault, m.wraps)
			assert.Contains(t, strings.Join(found, "\n"), m.finds)
			assert.NotEmpty(t, found)
			if len(found) > 0 {
				t.Log(found[0])
			}
		})
	}
}

// Unbroken, the small program survives every fault: what the mutations are found by is theirs.
func TestSmall(t *testing.T) {
	e := prooftest.Search(t, 1).Engine
	for _, o := range operations {
		for _, f := range faults {
			if f.strikes(o) {
				assert.Empty(t, searched(t, e, &small{}, seams{}, o.name, f.name, nil), "%s, %s", o.name, f.name)
			}
		}
	}
}

// searched is what a search of one operation for one fault finds. A search that is not possible found that.
func searched(
	t *testing.T, e *engine.Engine, p *small, broken seams, name, met string, wraps func(*engine.Stack, error) error,
) []string {
	t.Helper()
	s := &proofs.Search{Root: prooftest.Root, Engine: e, Sample: 1}
	at := p.target(t, e, broken)
	o := operations[slices.IndexFunc(operations, func(o operation) bool { return o.name == name })]
	f := faults[slices.IndexFunc(faults, func(f fault) bool { return strings.HasPrefix(f.name, met) })]
	want, err := at.undisturbed(t.Context(), o)
	if err != nil {
		return []string{err.Error()}
	}
	if wraps != nil {
		do := o.do
		o.do = func(ctx context.Context, t *target, s *engine.Stack) error { return wraps(s, do(ctx, t, s)) }
	}
	if err := at.search(t.Context(), s, o, f, want, func(cloud.Call) bool { return false }); err != nil {
		return append(s.Found(), err.Error())
	}
	return s.Found()
}

// A wave that strikes too early catches other calls between their answer and its saving: the CLI can be killed then, too.
func TestKilledBetweenAnswerAndSaving(t *testing.T) {
	whole := quiet
	quiet = time.Millisecond
	t.Cleanup(func() { quiet = whole })
	e := prooftest.Search(t, 1).Engine
	for range 3 {
		for _, name := range []string{"up from nothing", "update", "destroy"} {
			for _, f := range faults {
				if f.cli {
					assert.Empty(t, searched(t, e, &small{}, seams{}, name, f.name, nil), "%s, %s", name, f.name)
				}
			}
		}
	}
}
