package review

import (
	"fmt"

	"legops/internal/model"
	"legops/internal/standards"
	"legops/stacks"
)

// broken are the standards that the head breaks without an exception, and the base did not.
func broken(p *model.Plan, environment string) []Finding {
	head, before := p.Head(), map[string]bool{}
	for _, finding := range standards.Check(p.Base(), environment) {
		before[finding.Rule+string(finding.URN)] = finding.Exception == nil
	}
	reasons := map[string]string{}
	for _, rule := range standards.Rules {
		reasons[rule.ID] = rule.Reason
	}
	var found []Finding
	for _, f := range standards.Check(head, environment) {
		if f.Exception != nil || before[f.Rule+string(f.URN)] {
			continue
		}
		found = append(found, Finding{
			Resource: f.Resource, Component: head.ComponentName(head.At(f.URN)), Text: fmt.Sprintf("%s: %s; %s", f.Rule, f.Problem, reasons[f.Rule]),
		})
	}
	return found
}

// environmentOf is the kind of account that a stack file is for; "" where it does not say.
func environmentOf(file string) string {
	values, err := stacks.ReadFile(file)
	if err != nil {
		return "" // the preview has read it
	}
	return values[project+":environment"]
}
