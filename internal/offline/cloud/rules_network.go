package cloud

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
)

// networkRules are the rules of EC2 and Auto Scaling.
var networkRules = map[string][]rule{
	catalogue.Subnet:                   {subnetFits, subnetZone},
	catalogue.VpcEndpoint:              {endpointOfRegion, sameVpc("subnetIds", "securityGroupIds")},
	catalogue.SecurityGroupIngressRule: {prefixListExists},
	catalogue.SecurityGroupEgressRule:  {prefixListExists},
	catalogue.AutoScalingGroup:         {scalingGroupFits},
}

// subnetFits is EC2's rule that a subnet lies in its VPC, is /16 to /28 and overlaps no other.
func subnetFits(p *Provider, e *Entry) error {
	own, err := netip.ParsePrefix(e.in().Text("cidrBlock"))
	if err != nil {
		return e.refusal("InvalidParameterValue: cidrBlock: %v", err)
	}
	if own.Bits() < 16 || own.Bits() > 28 {
		return e.refusal("InvalidSubnet.Range: %s must be /16 to /28", own)
	}
	vpc := p.record.referred(e.Account, e.in().Text("vpcId"))
	if vpc == nil {
		return nil // refused as a reference to nothing
	}
	whole, err := netip.ParsePrefix(vpc.in().Text("cidrBlock"))
	if err == nil && (!whole.Contains(own.Addr()) || own.Bits() < whole.Bits()) {
		return e.refusal("InvalidSubnet.Range: %s is not in the VPC's %s", own, whole)
	}
	for _, other := range p.users(vpc) {
		if other.Type != catalogue.Subnet || other.key() == e.key() {
			continue
		}
		taken, err := netip.ParsePrefix(other.in().Text("cidrBlock"))
		if err == nil && taken.Overlaps(own) {
			return e.refusal("InvalidSubnet.Conflict: %s overlaps %s of %s", own, taken, resource.URN(other.URN).Name())
		}
	}
	return nil
}

// endpointOfRegion is EC2's rule that an endpoint leads to a service of its region. Which services have one is not checked.
func endpointOfRegion(_ *Provider, e *Entry) error {
	service := e.in().Text("serviceName")
	if strings.HasPrefix(service, "com.amazonaws.") && !strings.HasPrefix(service, "com.amazonaws."+e.Region+".") {
		return e.refusal("InvalidServiceName: %s does not exist in %s", service, e.Region)
	}
	return nil
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

// scalingGroupFits is Auto Scaling's rule that the desired size lies between its bounds, and that there is a place for
// instances and a template to make them.
func scalingGroupFits(_ *Provider, e *Entry) error {
	in := e.in()
	least, most := in.Number("minSize", 0), in.Number("maxSize", 0)
	desired := in.Number("desiredCapacity", least)
	switch {
	case least > desired || desired > most:
		return e.refusal("ValidationError: desired capacity %v must be between %v and %v", desired, least, most)
	case len(in.Texts("vpcZoneIdentifiers")) == 0 && len(in.Texts("availabilityZones")) == 0:
		return e.refusal("ValidationError: vpcZoneIdentifiers or availabilityZones must be given")
	case !in.Has("launchTemplate") && !in.Has("mixedInstancesPolicy") && !in.Has("launchConfiguration"):
		return e.refusal("ValidationError: launchTemplate or mixedInstancesPolicy must be given")
	}
	return nil
}

// sameVpc makes a rule: the subnets and the security groups of a resource lie in one VPC.
func sameVpc(paths ...string) rule {
	return func(p *Provider, e *Entry) error {
		var vpcs []string
		for _, path := range paths {
			for _, id := range e.in().Texts(path) {
				vpcs = append(vpcs, p.vpcOf(e, id)...)
			}
		}
		slices.Sort(vpcs)
		if vpcs = slices.Compact(vpcs); len(vpcs) > 1 {
			return e.refusal("InvalidParameterCombination: %s lie in different VPCs: %s", strings.Join(paths, " and "), strings.Join(vpcs, ", "))
		}
		return nil
	}
}

// vpcOf is the VPC of a subnet or a security group, or itself, as a list that is empty if there is none.
func (p *Provider) vpcOf(user *Entry, id string) []string {
	found := p.record.referred(user.Account, id)
	if found == nil {
		return nil
	}
	if found.Type == catalogue.Vpc {
		return []string{found.ID}
	}
	if vpc := found.in().Text("vpcId"); vpc != "" {
		return []string{vpc}
	}
	return nil
}

// zonesOf are the zones of subnets, sorted, each as often as it has a subnet.
func (p *Provider) zonesOf(account string, subnets []string) []string {
	var zones []string
	for _, id := range subnets {
		if subnet := p.record.referred(account, id); subnet != nil {
			zones = append(zones, subnet.zone())
		}
	}
	slices.Sort(zones)
	return zones
}

// twoZones makes a rule: the subnets of a resource lie in at least two zones.
func twoZones(path string) rule {
	return func(p *Provider, e *Entry) error {
		subnets := e.in().Texts(path)
		if zones := slices.Compact(p.zonesOf(e.Account, subnets)); len(zones) < 2 {
			return e.refusal("InvalidSubnet: %s lie in %d zone(s), must be in two or more", path, len(zones))
		}
		return nil
	}
}
