package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
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
