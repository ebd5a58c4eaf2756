package reach

import (
	"net/netip"
	"slices"

	"legops/components/apps"
	"legops/internal/catalogue"
	"legops/internal/model"
)

// group is a security group. Its rules only allow; of several groups all rules count; what none allows is refused, and answers pass. A rule
// that names a group is about the interfaces that have it (VPC User Guide, Security group rules, and Control traffic to your AWS resources
// using security groups).
type group struct {
	id, name string
	rules    []*groupRule
}

// groupRule lets a group's traffic through. The other end is everything that has the group peer, in a range, or on a list.
type groupRule struct {
	name    string
	group   string
	ingress bool
	ports   Ports
	peer    string
	cidr    netip.Prefix
	list    string
}

// readGroup reads a group and the rules within it. The provider takes away the rule by which AWS lets a new group send everywhere, and
// from the VPC's default group all rules (terraform-provider-aws 5.68, internal/service/ec2/vpc_security_group.go: Create revokes the
// default egress; vpc_default_security_group.go: Create revokes all).
func (n *Network) readGroup(r *model.Resource) {
	id := r.ID
	if r.Type == catalogue.DefaultSecurityGroup {
		vpc := n.find(catalogue.Vpc, r.Text("vpcId"))
		if vpc == nil {
			n.cannotRead(r, "there is no VPC %s", r.Text("vpcId"))
			return
		}
		id = vpc.Outputs.Text("defaultSecurityGroupId")
	}
	g := &group{id: id, name: r.Name()}
	n.groups[id] = g
	for _, direction := range []string{"ingress", "egress"} {
		for _, rule := range r.Objects(direction) {
			n.addRules(r, id, direction == "ingress", rule, "protocol")
		}
	}
}

// readCluster reads a cluster. Of the group that EKS makes for it: EKS User Guide, "View Amazon EKS security group requirements for
// clusters": in from itself, out everywhere. It is on the control plane's interfaces and on managed nodes.
func (n *Network) readCluster(r *model.Resource) {
	id := clusterGroup(r)
	n.groups[id] = &group{id: id, name: "the group of EKS", rules: []*groupRule{
		{name: "EKS lets the group of the cluster in", group: id, ingress: true, ports: all, peer: id},
		{name: "EKS lets the group of the cluster out", group: id, ports: all, cidr: anywhere},
	}}
	e := n.end(r, n.faces(r, n.subnetsOf(r, "vpcConfig.subnetIds"), append(r.Texts("vpcConfig.securityGroupIds"), id), false))
	e.ranges = apps.APIService()
	for _, otherwise := range []string{"computeConfig", "remoteNetworkConfig", "kubernetesNetworkConfig", "outpostConfig"} {
		if r.Has(otherwise) {
			n.cannotRead(r, "%s may change which networks, addresses or groups it has", otherwise)
		}
	}
	if !r.Flag("vpcConfig.endpointPrivateAccess") {
		e.listens = Ports{} // its name leads to the public address
	}
	// With a public endpoint and no ranges everybody may (EKS API reference, VpcConfigRequest).
	if public := r.Get("vpcConfig.endpointPublicAccess"); public == nil || public == true {
		for _, text := range r.Texts("vpcConfig.publicAccessCidrs") {
			cidr, err := netip.ParsePrefix(text)
			if err != nil {
				n.cannotRead(r, "publicAccessCidrs: %v", err)
			}
			e.api = append(e.api, cidr)
		}
		if len(e.api) == 0 {
			e.api = []netip.Prefix{anywhere}
		}
	}
}

func clusterGroup(cluster *model.Resource) string {
	return cluster.Outputs.Text("vpcConfig.clusterSecurityGroupId")
}

func (n *Network) readRule(r *model.Resource) {
	n.addRules(r, r.Text("securityGroupId"), r.Type == catalogue.SecurityGroupIngressRule, r.Inputs, "ipProtocol")
}

func (n *Network) readOldRule(r *model.Resource) {
	n.addRules(r, r.Text("securityGroupId"), r.Text("type") != "egress", r.Inputs, "protocol")
}

// peers are the inputs of the three kinds of rules that name the other end: of groups, ranges and lists.
var peers = struct{ groups, ranges, lists []string }{
	[]string{"referencedSecurityGroupId", "sourceSecurityGroupId", "securityGroups"},
	[]string{"cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"},
	[]string{"prefixListId", "prefixListIds"},
}

// addRules reads a rule of any kind: one of ours for each other end that it names.
func (n *Network) addRules(r *model.Resource, id string, ingress bool, of model.Values, protocol string) {
	g := n.groups[id]
	if g == nil {
		n.cannotRead(r, "there is no security group %s", id)
		return
	}
	rule := groupRule{name: r.Name(), group: id, ingress: ingress, ports: portsOf(of.Sprint(protocol), int(of.Number("fromPort", -1)), int(of.Number("toPort", -1)))}
	before := len(g.rules)
	add := func(with func(*groupRule)) {
		next := rule
		with(&next)
		g.rules = append(g.rules, &next)
	}
	for _, input := range peers.groups {
		for _, peer := range of.Texts(input) {
			add(func(next *groupRule) { next.peer = peer })
		}
	}
	if of.Flag("self") {
		add(func(next *groupRule) { next.peer = id })
	}
	for _, input := range peers.ranges {
		for _, text := range of.Texts(input) {
			cidr, err := netip.ParsePrefix(text)
			if err != nil {
				n.cannotRead(r, "%s: %v", input, err)
				continue
			}
			add(func(next *groupRule) { next.cidr = cidr })
		}
	}
	for _, input := range peers.lists {
		for _, list := range of.Texts(input) {
			add(func(next *groupRule) { next.list = list })
		}
	}
	if len(g.rules) == before {
		n.cannotRead(r, "the rule names no other end")
	}
}

// groupsLet are the ports to which the groups of a face let it send, or with ingress let others in, where the other end is the peer. With
// sure, only what holds for every address that the peer may have.
func (n *Network) groupsLet(of face, ingress bool, peer party, sure bool) (let Ports) {
	for _, id := range of.groups {
		if g := n.groups[id]; g != nil {
			for _, rule := range g.rules {
				if rule.ingress == ingress && rule.matches(n, peer, sure) {
					let = let.union(rule.ports)
				}
			}
		}
	}
	return let
}

// party is an other end as the rule of a group sees it: by its groups, its range, or a list that it is on.
type party struct {
	groups []string
	cidr   netip.Prefix
	list   string
}

func (rule *groupRule) matches(n *Network, peer party, sure bool) bool {
	switch {
	case rule.peer != "":
		return slices.Contains(peer.groups, rule.peer)
	case rule.list != "":
		return peer.list != "" && n.listName(rule.list) == peer.list
	case !peer.cidr.IsValid():
		return peer.list != "" && rule.cidr.Bits() == 0 // who is on a list is somewhere
	case sure:
		return covers(rule.cidr, peer.cidr)
	case peer.cidr.Bits() == 0: // the internet, all but the VPC
		return !covers(n.vpc, rule.cidr)
	}
	return rule.cidr.Overlaps(peer.cidr)
}
