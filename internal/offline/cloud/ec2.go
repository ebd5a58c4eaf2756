package cloud

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// What EC2 computes and refuses of security groups and launch templates.
var _ = simulate(map[string]simulation{
	catalogue.LaunchTemplate: {
		settles: func(_ *Provider, e, old *Entry) {
			if old != nil {
				e.Outputs["latestVersion"] = old.Outputs["latestVersion"].(float64) + 1
			}
		},
		outputs: outputs{
			"latestVersion":  always(float64(1)),
			"defaultVersion": always(float64(1)),
		},
	},
	catalogue.SecurityGroupIngressRule: {
		replaces: anotherKindOfPeer,
		rules:    []rule{prefixListExists},
		weight:   prefixListWeight,
	},
	catalogue.SecurityGroupEgressRule: {
		replaces: anotherKindOfPeer,
		rules:    []rule{prefixListExists},
		weight:   prefixListWeight,
	},
})

// anotherKindOfPeer is what the provider cannot change of a rule: whether it is for addresses, a prefix list or a group (ModifyPlan in
// hashicorp/terraform-provider-aws, internal/service/ec2/vpc_security_group_ingress_rule.go, 5.68 and 6.13).
func anotherKindOfPeer(olds, news resource.PropertyMap) []string {
	kind := func(rule resource.PropertyMap) string {
		for _, kind := range []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"} {
			if rule.HasValue(resource.PropertyKey(kind)) {
				return kind
			}
		}
		return ""
	}
	if old, asked := kind(olds), kind(news); old != "" && asked != "" && old != asked {
		return []string{old, asked}
	}
	return nil
}

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
