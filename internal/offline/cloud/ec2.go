package cloud

import (
	"slices"

	"legops/internal/catalogue"
)

// What EC2 computes and refuses of security groups and launch templates.
var _ = simulate(map[string]simulation{
	catalogue.LaunchTemplate: {
		outputs: outputs{
			"latestVersion":  always(float64(1)),
			"defaultVersion": always(float64(1)),
		},
	},
	catalogue.SecurityGroupIngressRule: {
		rules:  []rule{prefixListExists},
		weight: prefixListWeight,
	},
	catalogue.SecurityGroupEgressRule: {
		rules:  []rule{prefixListExists},
		weight: prefixListWeight,
	},
})

// prefixListWeight counts a rule as the entries that the prefix list in it may have.
func prefixListWeight(e *Entry) int {
	for _, list := range managedPrefixLists {
		if e.in().Text("prefixListId") == prefixListID(e.Region, list.name) {
			return list.weight
		}
	}
	return 1
}

// prefixListExists is EC2's rule that a security group's rule names a prefix list of its region.
func prefixListExists(_ *Provider, e *Entry) error {
	id := e.in().Text("prefixListId")
	known := func(list prefixList) bool { return prefixListID(e.Region, list.name) == id }
	if id == "" || slices.ContainsFunc(managedPrefixLists, known) {
		return nil
	}
	return e.refusal("InvalidPrefixListID.NotFound: %s does not exist in %s", id, e.Region)
}
