package cloud

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/regions"
)

// What EC2 computes and refuses of networks.
var _ = simulate(map[string]simulation{
	catalogue.Vpc: {
		replaces: vpcReplaces,
		outputs: outputs{
			"defaultSecurityGroupId": func(m made) any { return "sg-" + m.digest("default")[:17] },
			"defaultRouteTableId":    func(m made) any { return "rtb-" + m.digest("default")[:17] },
			"mainRouteTableId":       func(m made) any { return "rtb-" + m.digest("default")[:17] },
			"defaultNetworkAclId":    func(m made) any { return "acl-" + m.digest("default")[:17] },
			"dhcpOptionsId":          func(m made) any { return "dopt-" + digest(m.connection.account, m.region())[:17] },
		},
		implied: func(m made) []string {
			return []string{"sg-" + m.digest("default")[:17], "rtb-" + m.digest("default")[:17], "acl-" + m.digest("default")[:17]}
		},
	},
	catalogue.Subnet: {
		outputs: outputs{
			"availabilityZone":   func(m made) any { return zoneName(m.connection.account, m.region(), m.zone()) },
			"availabilityZoneId": func(m made) any { return m.zone() },
		},
		rules: []rule{subnetFits, subnetZone},
	},
	// See internal/catalogue/again.go.
	catalogue.InternetGateway:       {rules: []rule{onlyOf("vpcId", "resource %s is already associated with network gateway %s")}},
	catalogue.RouteTableAssociation: {rules: []rule{onlyOf("subnetId", "the specified association for the subnet %s conflicts with %s")}},
	catalogue.FlowLog: {holds: []holding{{
		input: "logDestination", as: func(e, _ *Entry) any { return strings.TrimSuffix(e.in().Text("logDestination"), ":*") },
		says:   "The provider sends the ARN of a log group without `:*`, and reads what EC2 has: a difference that replaces the flow log.",
		source: "terraform-provider-aws 5.68 and 6.13, internal/service/ec2/vpc_flow_log.go",
	}}},
	catalogue.NatGateway: {
		outputs: outputs{
			"publicIp": func(m made) any { return documentationAddress(m.digest("address")) },
		},
	},
	catalogue.Eip: {
		outputs: outputs{
			"allocationId": func(m made) any { return m.id },
			"publicIp":     func(m made) any { return documentationAddress(m.digest("address")) },
		},
	},
	catalogue.VpcEndpoint: {
		outputs: outputs{
			"prefixListId": func(m made) any { return endpointPrefixList(m) },
			"state":        always("available"),
		},
		rules: []rule{endpointOfRegion, sameVpc("subnetIds", "securityGroupIds")},
	},
})

// vpcReplaces is what the provider decides by values: AWS can only give up dedicated hosts (hashicorp/terraform-provider-aws,
// internal/service/ec2/vpc_.go, 5.68 and 6.13).
func vpcReplaces(olds, news resource.PropertyMap) []string {
	const tenancy = "instanceTenancy"
	if old, asked := at(olds, tenancy), at(news, tenancy); old.DeepEquals(asked) || text(old) == "dedicated" && text(asked) == "default" {
		return nil
	}
	return []string{tenancy}
}

// endpointPrefixList is the list of the addresses that a gateway endpoint leads to.
func endpointPrefixList(m made) string {
	for _, list := range managedPrefixLists {
		if fill(list.name, m.connection, "", "", "", nil) == m.inputs.Text("serviceName") {
			return prefixListID(m.region(), list.name)
		}
	}
	return ""
}

// documentationAddress is an address of TEST-NET-3 (RFC 5737), which no one can own.
func documentationAddress(seed string) string {
	var last byte
	for _, digit := range []byte(seed) {
		last = last*31 + digit
	}
	return fmt.Sprintf("203.0.113.%d", last)
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

// oneInAZone makes a rule: no two subnets of a resource are in the same zone.
func oneInAZone(path string) rule {
	return func(p *Provider, e *Entry) error {
		zones := p.zonesOf(e.Account, e.in().Texts(path))
		if count := len(zones); len(slices.Compact(zones)) < count {
			return e.refusal("InvalidConfigurationRequest: two of the subnets are in the same zone")
		}
		return nil
	}
}

// subnetZone is EC2's rule that a subnet is in a zone of its region.
func subnetZone(_ *Provider, e *Entry) error {
	name, id := e.in().Text("availabilityZone"), e.in().Text("availabilityZoneId")
	switch {
	case name != "" && id != "":
		return e.refusal("InvalidParameterCombination: availabilityZone and availabilityZoneId cannot both be given") // believed
	case !slices.Contains(regions.Zones(e.Region), e.zone()):
		return e.refusal("InvalidParameterValue: %s is no Availability Zone of %s", orElse(id, name), e.Region)
	}
	return nil
}
