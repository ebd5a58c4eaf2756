package review

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/engine"
	"legops/internal/unfinished"
)

// failures are why the deployment of a plan did not come to its end.
func failures(p *model.Plan, d *model.Deployment) []Finding {
	base, head := p.Base(), p.Head()
	var found []Finding
	for _, f := range d.Failures {
		finding := Finding{
			Resource: "the program", Text: f.Message,
			Component: cmp.Or(head.ComponentName(head.At(f.URN)), base.ComponentName(base.At(f.URN))),
		}
		if f.URN.IsValid() {
			finding.Resource = f.URN.Name()
			// The simulated cloud begins with whom it refuses.
			finding.Text = strings.TrimPrefix(f.Message, fmt.Sprintf("%s %s: ", f.URN.Type(), f.URN.Name()))
		}
		found = append(found, finding)
	}
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Resource, b.Resource) })
	return found
}

// leftovers are what an update has left unfinished. What it names may be in no plan.
func leftovers(p *model.Plan, left []unfinished.Item) []Finding {
	var found []Finding
	for _, item := range left {
		r := item.Resource
		name := r.Name()
		if r.ID != "" {
			name += " (" + r.ID + ")"
		}
		of := func(g *model.Graph) string { return g.ComponentName(g.At(r.Parent)) }
		found = append(found, Finding{Resource: name, Component: cmp.Or(of(p.Head()), of(p.Base())), Text: typeName(r.Type) + ": " + item.Text})
	}
	return found
}

// leftBy is what a deployment that failed has left in the state. The base was deployed without protection: what is protected in an account
// Pulumi would have refused to replace.
func leftBy(ctx context.Context, stack *engine.Stack, p *model.Plan, protected map[string]bool) ([]unfinished.Item, error) {
	state, err := stack.State(ctx)
	if err != nil {
		return nil, err
	}
	left, err := unfinished.Read(state)
	head := p.Head()
	return slices.DeleteFunc(left, func(i unfinished.Item) bool {
		asked := head.At(i.Resource.URN)
		return protected[string(i.Resource.URN)] && asked != nil && asked.Protect
	}), err
}

// learn puts the policies that a deployment has shown in place of those that the plan could not know, since they name what it
// makes. Names and numbers in them are those of the simulated cloud, so nothing else is taken over.
func learn(p *model.Plan, d *model.Deployment) {
	for _, r := range p.Head().Resources {
		input := catalogue.Of(r.Type).Policy.Input
		if !strings.Contains(r.Text(input), model.Unknown) {
			continue
		}
		if known, is := d.Inputs[r.URN][input].(string); is {
			r.Inputs[input] = known
		}
	}
}
