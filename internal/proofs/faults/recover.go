package faults

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
	"legops/internal/unfinished"
)

// recover does after a wave what the runbooks say, docs/runbooks/lock-left-behind.md and unfinished-update.md: it compares what is in the cloud
// with the state, by the operations under way, what aws lists by the stack's tags, and the next run's AlreadyExists. What the service would refuse to make again, or make twice, is imported. That is not possible for the replacement of something
// that the state still has, and would leave secrets in the state in the clear: such a resource is deleted. The rest is the next run's. plan is what
// the program asks for.
func (t *target) recover(ctx context.Context, s *proofs.Search, o operation, w *waves, plan *standing, find func(string, ...any)) error {
	if w.fault.answer == nil || !w.fault.done && !w.fault.cli {
		return nil
	}
	there, err := t.refreshed(ctx, w)
	if err != nil {
		return err
	}
	for _, item := range there.left {
		w.told[string(item.Resource.URN)] = true
	}
	listed, err := t.listed(ctx, o, w.stack)
	if err != nil {
		return fmt.Errorf("wave %d: what aws lists: %w", w.wave, err)
	}
	var imports []deploy.Import
	for _, name := range there.unknown() {
		e := there.cloud[name]
		if plan.cloud[name].URN != "" && !plan.made[name] {
			continue // an undisturbed destruction leaves it behind, too
		}
		if there.deletions[name] {
			continue // known to the state
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
		if e.Pending && !w.told[e.URN] && slices.Contains(silent, catalogue.Of(e.Type).Again()) && !listed(e) {
			find("wave %d: nothing tells a person of %s: no operation in the state, no list of aws by tags, and no error of the next run", w.wave, name)
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

// silent are what no error of the next run leads to, or only one that names another.
var silent = []catalogue.Again{catalogue.Second, catalogue.Broken}

// listed says of what is in the cloud whether aws lists it by the stack's tags and the state does not have it, as cmd/unfinished finds it. A destruction creates nothing.
func (t *target) listed(ctx context.Context, o operation, s *engine.Stack) (func(cloud.Entry) bool, error) {
	none := func(cloud.Entry) bool { return false }
	if !o.runsProgram {
		return none, nil
	}
	state, err := s.State(ctx)
	if err != nil {
		return nil, err
	}
	type place struct{ account, region string }
	places, filters := map[place]bool{}, map[string]string{}
	for _, e := range s.Record().Entries("") {
		tags := model.Values(e.Outputs).Values("tagsAll")
		if tags.Text("Project") != "" && tags.Text("Environment") != "" {
			places[place{e.Account, e.Region}] = true
			filters["Project"], filters["Environment"] = tags.Text("Project"), tags.Text("Environment")
		}
	}
	if len(places) == 0 {
		return none, nil
	}
	var lists bytes.Buffer
	for p := range places {
		list, err := s.Cloud().Tagged(p.account, p.region, filters)
		if err != nil {
			return nil, err
		}
		lists.Write(list)
	}
	strays, err := unfinished.Strays(state, &lists)
	if err != nil {
		return nil, err
	}
	return func(e cloud.Entry) bool {
		return slices.ContainsFunc(strays, func(s unfinished.Stray) bool {
			return s.ARN == model.Values(e.Outputs).Text("arn") || strings.HasSuffix(s.ARN, "/"+e.ID)
		})
	}, nil
}

// refreshed is what there is, after the cloud was read into the state where a service refuses the next run, since what it asks for was done already: the
// runbook does so after each such fault, but anywhere else the next run does not need it.
func (t *target) refreshed(ctx context.Context, w *waves) (*standing, error) {
	there, err := read(ctx, w.stack)
	if err != nil || t.seams.unrefreshed {
		return there, err
	}
	// A CLI was killed perhaps between the answer and its saving.
	unsaved := slices.ContainsFunc(there.under, func(o model.Operation) bool { return o.Type == "updating" && o.Resource.Type == catalogue.Cluster })
	unheard := w.fault.done && slices.ContainsFunc(w.waiting, func(c cloud.Call) bool { return c.Op == "update" && string(c.URN.Type()) == catalogue.Cluster })
	if !unsaved && !unheard {
		return there, nil
	}
	if _, err := w.stack.Refresh(ctx, t.source); err != nil {
		return nil, err
	}
	return read(ctx, w.stack)
}
