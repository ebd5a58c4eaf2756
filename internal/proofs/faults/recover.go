package faults

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/proofs"
)

// recover does after a wave what the runbooks say, docs/runbooks/lock-left-behind.md and unfinished-update.md: it compares what is in the cloud
// with the state. What the service would refuse to make again, or make twice, is imported. That is not possible for the replacement of something
// that the state still has, and would leave secrets in the state in the clear: such a resource is deleted. The rest is the next run's. plan is what
// the program asks for.
func (t *target) recover(ctx context.Context, s *proofs.Search, w *waves, plan *standing, find func(string, ...any)) error {
	if w.fault.answer == nil || !w.fault.done && !w.fault.cli {
		return nil
	}
	there, err := read(ctx, w.stack)
	if err != nil {
		return err
	}
	for _, item := range there.left {
		w.told[string(item.Resource.URN)] = true
	}
	var imports []deploy.Import
	for _, name := range there.unknown() {
		e := there.cloud[name]
		if plan.cloud[name].URN != "" && !plan.made[name] {
			continue // an undisturbed destruction leaves it behind, too
		}
		// What is in a cluster may leave the state before the cluster goes, and it with it.
		if w.fault.cli && !w.told[e.URN] && e.Cluster == "" {
			find("wave %d: nothing in the state tells of %s", w.wave, name)
		}
		if !e.Pending && w.told[e.URN] { // the CLI was killed between the answer and its saving
			if err := w.stack.Cloud().Forget(e); err != nil {
				return err
			}
			e.Pending = true
		}
		r := plan.graph.At(resource.URN(e.URN))
		switch {
		case !e.Pending:
			continue // known to the state, under way to be deleted
		case catalogue.Of(e.Type).Again() == catalogue.Same:
			s.Count("found again by the next run", 1)
		case there.graph.At(resource.URN(e.URN)) != nil, strings.Contains(plan.state[e.URN], model.Secret):
			s.Count("deleted by hand", 1)
			if err := w.stack.Cloud().DeleteByHand(e); err != nil {
				return err
			}
		case r == nil:
			find("wave %d: %s, which the program does not ask for", w.wave, name)
		default:
			s.Count("imported", 1)
			imports = append(imports, deploy.Import{
				Type: tokens.Type(e.Type), Name: r.Name(), ID: resource.ID(e.ID), Parent: r.Parent, Provider: r.ProviderURN(),
			})
		}
	}
	t.clear(w)
	if t.seams.imports != nil {
		imports = t.seams.imports(imports)
	}
	if len(imports) == 0 {
		return nil
	}
	if err := w.stack.Import(ctx, t.source, imports); err != nil {
		return fmt.Errorf("wave %d: importing %d resources: %w", w.wave, len(imports), err)
	}
	return nil
}

// clear takes the creations out of the state that a killed CLI has left.
func (t *target) clear(w *waves) {
	switch {
	case !w.fault.cli:
	case t.seams.clear != nil:
		t.seams.clear(w.stack)
	default:
		w.stack.ClearPendingCreates()
	}
}
