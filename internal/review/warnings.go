package review

import (
	"slices"
	"strings"

	"legops/internal/model"
	"legops/stacks"
)

// warnings are what the program says of the head alone, each by the key that it begins with, if any. A warning is no change: what a stack file
// asks for, and the account does not do, is told nowhere else.
func warnings(p *model.Plan, before []string) []Finding {
	var found []Finding
	for _, said := range p.Warnings {
		if slices.Contains(before, said) {
			continue
		}
		key, text, keyed := strings.Cut(said, ": ")
		if !keyed || !strings.HasPrefix(key, stacks.Project+":") {
			key, text = "the program", said
		}
		found = append(found, Finding{Resource: key, Text: text})
	}
	return found
}
