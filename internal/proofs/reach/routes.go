package reach

import (
	"net/netip"
	"slices"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

// anywhere is every IPv4 address.
var anywhere = netip.MustParsePrefix("0.0.0.0/0")

// route is one route of a table beyond the VPC's own. The more specific of two wins (VPC User Guide, How route priority works); of two to
// the same range, that to a list comes second.
type route struct {
	name, table string
	// to is a range, list the id of a prefix list in its place. A route of IPv6 has neither.
	to     netip.Prefix
	list   string
	target string
	// closed says why nothing passes.
	closed string
}

// targets are the inputs that say where a route leads to.
var targets = []string{
	"gatewayId", "natGatewayId", "egressOnlyGatewayId", "vpcPeeringConnectionId", "transitGatewayId", "networkInterfaceId",
	"vpcEndpointId", "carrierGatewayId", "localGatewayId", "coreNetworkArn",
}

func (n *Network) readRoutes(r *model.Resource) {
	add := func(of model.Values, table, v4 string) {
		found := &route{name: r.Name(), table: table, list: of.Text("destinationPrefixListId")}
		if prefix, err := netip.ParsePrefix(of.Text(v4)); err == nil {
			found.to = prefix
		}
		for _, target := range targets {
			if id := of.Text(target); id != "" {
				found.target = id
			}
		}
		n.routes = append(n.routes, found)
	}
	if r.Type == catalogue.Route {
		add(r.Inputs, r.Text("routeTableId"), "destinationCidrBlock")
		return
	}
	for _, inline := range r.Objects("routes") {
		add(inline, r.ID, "cidrBlock")
	}
}

// readEndpoint reads an endpoint of an AWS service: a gateway is a route in its tables, an interface an end in its subnets.
func (n *Network) readEndpoint(r *model.Resource) {
	closed := closedBy(r.Text("policy"))
	switch r.Text("vpcEndpointType") {
	case "Gateway", "":
		for _, table := range r.Texts("routeTableIds") {
			n.routes = append(n.routes, &route{name: r.Name(), table: table, list: r.Outputs.Text("prefixListId"), target: r.ID, closed: closed})
		}
	case "Interface":
		e := n.end(r, n.faces(r, n.subnetsOf(r, "subnetIds"), r.Texts("securityGroupIds"), false))
		e.service, e.closed, e.named = r.Text("serviceName"), closed, r.Flag("privateDnsEnabled")
	default:
		n.cannotRead(r, "endpoints of type %s are not read", r.Text("vpcEndpointType"))
	}
}

// closedBy says why an endpoint's policy lets nothing through; "" if it lets something, as the policy of one that has none does. What it
// lets through is a matter of permissions.
func closedBy(policy string) string {
	if policy == "" {
		return ""
	}
	document, err := iam.Parse(policy)
	if err != nil {
		return "its policy cannot be read: " + err.Error()
	}
	if !slices.ContainsFunc(document.Statement, iam.Statement.Allows) {
		return "its policy allows nothing"
	}
	return ""
}

// local says whether traffic between two subnets goes by the VPC's own route: no other is more specific.
func (n *Network) local(from, to *subnet) bool {
	for _, r := range n.routes {
		if r.table == from.table && r.to.IsValid() && r.to.Bits() >= n.vpc.Bits() && r.to.Overlaps(to.cidr) {
			return false
		}
	}
	return true
}

// way is the route by which a subnet's traffic leaves for a range outside of the VPC; nil if it does not.
func (n *Network) way(from *subnet, to netip.Prefix) (best *route) {
	for _, r := range n.routes {
		if r.table == from.table && covers(r.to, to) && (best == nil || r.to.Bits() > best.to.Bits()) {
			best = r
		}
	}
	return best
}

// internet says whether a face reaches the internet, and whether the internet reaches it: through an internet gateway, for which it needs
// a public address (VPC User Guide, Enable internet access for a VPC using an internet gateway), or out by NAT.
func (n *Network) internet(f face) (out, in bool) {
	r := n.way(f.subnet, anywhere)
	switch {
	case r == nil:
		return false, false
	case n.gateways[r.target]:
		return f.public, f.public
	}
	if nat := n.nats[r.target]; nat != nil {
		toGateway := n.way(nat, anywhere)
		return toGateway != nil && n.gateways[toGateway.target], false
	}
	return false, false
}
