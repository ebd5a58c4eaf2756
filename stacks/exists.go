package stacks

import (
	"fmt"
	"net/netip"
	"slices"

	"legops/internal/settings"
)

// CheckSubnets returns an error if EC2 would refuse a range of network.subnets, in the middle of an update, because it overlaps a subnet that
// exists: Pulumi creates the new subnet before it deletes the old one. Taken are the ranges of the subnets in the VPC, by name; name is that
// of the subnet of a tier in a zone. A subnet that has its range already stays.
func (c *Config) CheckSubnets(taken map[string][]netip.Prefix, name func(tier, zone string) string) error {
	var problems Problems
	zones := c.Network.AvailabilityZones
	for _, t := range tiers(c) {
		for i, r := range t.ranges[:min(len(t.ranges), len(zones))] {
			own := name(t.name, zones[i])
			if slices.Contains(taken[own], r) {
				continue
			}
			for other, ranges := range taken {
				for _, there := range ranges {
					if there.Overlaps(r) {
						problems = append(problems, Problem{
							Key: full(element("network.subnets."+t.name, i)), Value: r.String(),
							Rule: fmt.Sprintf("overlaps the subnet %s (%s), which is still there when EC2 is asked for this one", other, there),
							Fix:  "choose a range that overlaps no subnet, or leave ranges and zones as they were",
						})
					}
				}
			}
		}
	}
	return problems.orNil()
}

// CheckRoles returns an error if EKS would refuse a role of eks.administrators or eks.viewers, in the middle of an update, because it is
// missing from the account.
func (c *Config) CheckRoles(missing []settings.RoleARN) error {
	var problems Problems
	for key, roles := range map[string][]settings.RoleARN{"eks.administrators": c.Eks.Administrators, "eks.viewers": c.Eks.Viewers} {
		for i, role := range roles {
			if slices.Contains(missing, role) {
				problems = append(problems, Problem{
					Key: full(element(key, i)), Value: string(role), Rule: "there is no such role, and EKS would refuse it", Fix: "create it first, or remove it here",
				})
			}
		}
	}
	return problems.orNil()
}
