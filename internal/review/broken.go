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
	rules := map[string]standards.Rule{}
	for _, rule := range standards.Rules {
		rules[rule.ID] = rule
	}
	var found []Finding
	for _, f := range standards.Check(head, environment) {
		if f.Exception != nil || before[f.Rule+string(f.URN)] {
			continue
		}
		text := fmt.Sprintf("%s: %s; %s", f.Rule, f.Problem, rules[f.Rule].Reason)
		if fix := rules[f.Rule].Fix; fix != "" {
			text += ": " + fix
		}
		found = append(found, Finding{Resource: f.Resource, Component: head.ComponentName(head.At(f.URN)), Text: text})
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
