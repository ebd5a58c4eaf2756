package model

import (
	"slices"
)

// The types, not by the constants of the catalogue: the program, which has this package, would load it.
const (
	routeTableAssociation = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	subnet                = "aws:ec2/subnet:Subnet"
)

// Zones are the ids of the zones that an input is in, in order: those of the subnets that it comes from, directly or by the
// association of a subnet with its route table. The ids of the subnets themselves may not be known yet.
func (g *Graph) Zones(of *Resource, input string) []string {
	var zones []string
	for _, urn := range of.PropertyDependencies[input] {
		from := g.At(urn)
		if from != nil && from.Type == routeTableAssociation {
			zones = append(zones, g.Zones(from, "subnetId")...)
		}
		if from != nil && from.Type == subnet {
			zones = append(zones, from.Text("availabilityZoneId"))
		}
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}
