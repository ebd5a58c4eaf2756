package reach

import (
	"net/netip"
	"slices"
	"strings"

	"legops/components/data"
	"legops/infra"
)

// A connection passes several doors, and one of them closed is enough that paths do not tell of another that stands open. So each door is
// looked at alone: what it opens has to be in the lines, too.

// openings finds what is open and no line needs.
func (v *verdict) openings(n *Network, lines []line) {
	for _, e := range n.ends {
		for _, f := range e.faces {
			if e.pod == nil && !isOwnNode(e) {
				v.groupRules(n, e, f, lines)
				v.publicAddress(n, e, f)
			}
		}
		if e.pod != nil {
			v.policyRules(n, e, lines)
		}
	}
	v.unusedRoutes(n)
	v.uncalledServices(n, lines)
	v.nodePorts(n, lines)
	v.forwards(n, lines)
	slices.Sort(v.found)
	v.found = slices.Compact(v.found)
}

// needed are the ports that lines open from one end to another.
func needed(lines []line, from, to *End) (ports Ports) {
	for _, l := range lines {
		if !l.led && l.explains(from, to) {
			ports = ports.union(l.ports)
		}
	}
	return ports
}

// groupRules looks at the rules of the groups that an end has, but for those whose other end nobody has.
func (v *verdict) groupRules(n *Network, e *End, f face, lines []line) {
	for _, id := range f.groups {
		g := n.groups[id]
		if g == nil {
			v.find("not read: %s has the group %s, which is not there", e.Name, id)
			continue
		}
		for _, rule := range g.rules {
			v.doors++
			others := n.others(rule)
			if rule.list != "" && len(others) == 0 {
				v.find("opening without a line: the rule %s of %s is for the list %s", rule.name, e.Name, n.listName(rule.list))
			}
			if rule.peer != "" && len(others) == 0 {
				v.unused++
				if !n.saidUnused(rule) {
					v.find("opening without a line: the rule %s of %s is for the group %s, which nothing has", rule.name, e.Name, n.groupName(rule.peer))
				}
			}
			for _, other := range others {
				from, to := e, other
				if rule.ingress {
					from, to = other, e
				}
				if wide := rule.ports.without(needed(lines, from, to)); len(wide) > 0 {
					v.find("opening without a line: the rule %s of the group of %s is for %s to connect to %s, %s", rule.name, e.Name, from.Name, to.Name, wide)
				}
			}
		}
	}
}

// others are the ends that a rule is about, without pods: their nodes stand for them. That a rule for everybody is also for the VPC does not
// count: who sends there needs to be let in there.
func (n *Network) others(rule *groupRule) (found []*End) {
	for _, e := range n.ends {
		switch {
		case e.pod != nil || isOwnNode(e) || e.address || e.is(infra.Administrators):
		case e.list != "":
			if rule.list != "" && n.listName(rule.list) == e.list {
				found = append(found, e)
			}
		case e.outside:
			if rule.cidr.IsValid() && !covers(n.vpc, rule.cidr) {
				found = append(found, e)
			}
		case slices.ContainsFunc(e.faces, func(f face) bool {
			return rule.peer != "" && slices.Contains(f.groups, rule.peer) ||
				rule.cidr.IsValid() && rule.cidr.Bits() > 0 && rule.cidr.Overlaps(f.subnet.cidr)
		}):
			found = append(found, e)
		}
	}
	return found
}

// publicAddress finds an address of the internet that nothing uses: where the subnet leads elsewhere, it waits for the route.
func (v *verdict) publicAddress(n *Network, e *End, f face) {
	if r := n.way(f.subnet, anywhere); f.public && (r == nil || !n.gateways[r.target]) {
		v.find("opening without a line: %s has a public address in %s, which has no internet gateway", e.Name, f.subnet.name)
	}
}

// policyRules looks at the rules of the policies of pods.
func (v *verdict) policyRules(n *Network, e *End, lines []line) {
	for _, p := range n.policies {
		if p.namespace != e.pod.namespace || !p.pods.matches(e.pod.labels) {
			continue
		}
		for _, rule := range p.ingress {
			v.policyRule(n, e, p, rule, true, lines)
		}
		for _, rule := range p.egress {
			v.policyRule(n, e, p, rule, false, lines)
		}
	}
}

func (v *verdict) policyRule(n *Network, e *End, p *policy, rule policyRule, ingress bool, lines []line) {
	peers := rule.peers
	if len(peers) == 0 {
		peers = []policyPeer{{cidr: anywhere}}
	}
	check := func(other *End, ports Ports) {
		from, to := e, other
		if ingress {
			from, to = other, e
		}
		if wide := ports.without(needed(lines, from, to)); len(wide) > 0 {
			v.find("opening without a line: the policy %s in %s is for %s to connect to %s, %s", p.name, p.namespace, from.Name, to.Name, wide)
		}
	}
	for _, peer := range peers {
		v.doors++
		if peer.cidr.IsValid() {
			v.policyRange(n, e, p, peer, rule, ingress, lines)
			continue
		}
		for _, other := range n.ends {
			if peer.selects(n, p.namespace, other.pod) {
				listener := other.pod
				if ingress {
					listener = e.pod
				}
				check(other, rule.at(listener))
			}
		}
	}
}

// policyRange looks at a range: of the internet, of the tiers of the VPC that it touches, of addresses of nodes and Services. In each there
// has to be somebody whom a line names, on the ports that the policy does.
func (v *verdict) policyRange(n *Network, e *End, p *policy, peer policyPeer, rule policyRule, ingress bool, lines []line) {
	var ports Ports
	for _, port := range rule.ports {
		ports = ports.union(port.of(e.pod))
	}
	if len(rule.ports) == 0 {
		ports = all
	}
	check := func(where string, inside func(*End) bool) {
		var need Ports
		for _, other := range n.ends {
			if !inside(other) {
				continue
			}
			if ingress {
				need = need.union(needed(lines, other, e))
			} else {
				need = need.union(needed(lines, e, other))
			}
		}
		if wide := ports.without(need); len(wide) > 0 {
			v.find("opening without a line: the policy %s in %s has the range %s for %s, which reaches %s: nobody there is in a line, %s",
				p.name, p.namespace, peer.cidr, e.Name, where, wide)
		}
	}
	if peer.has(n, anywhere, false) {
		check("the internet", func(other *End) bool { return other.outside && other.list == "" && !other.is(infra.Administrators) })
	}
	for _, d := range n.ends {
		if d.outside && len(d.ranges) > 0 && !d.calls && peer.has(n, d.ranges[0], false) {
			check(d.Name, func(other *End) bool { return other == d })
		}
	}
	if !ingress && peer.reachesServices(n) {
		check("addresses of Services", func(*End) bool { return false })
	}
	touched := n.inCluster(peer.cidr) && !peer.cidr.Overlaps(n.vpc)
	if touched {
		check("addresses of nodes and Services", func(other *End) bool {
			return slices.ContainsFunc(other.ranges, func(r netip.Prefix) bool { return covers(r, peer.cidr) })
		})
	}
	for _, tier := range n.tiers() {
		if slices.ContainsFunc(tier, func(s *subnet) bool { return peer.has(n, s.cidr, false) }) {
			check("the subnets of "+tier[0].name, func(other *End) bool {
				return slices.ContainsFunc(other.faces, func(f face) bool { return slices.Contains(tier, f.subnet) })
			})
		}
	}
}

// tiers are the subnets by how they leave the VPC: by an internet gateway, by NAT, not at all.
func (n *Network) tiers() (tiers [][]*subnet) {
	byWay := map[string][]*subnet{}
	for _, s := range n.subnets {
		way := ""
		if r := n.way(s, anywhere); r != nil {
			way, _, _ = strings.Cut(r.target, "-")
		}
		byWay[way] = append(byWay[way], s)
	}
	for _, subnets := range byWay {
		slices.SortFunc(subnets, func(a, b *subnet) int { return strings.Compare(a.name, b.name) })
		tiers = append(tiers, subnets)
	}
	return tiers
}

// unusedRoutes finds routes that lead elsewhere than to the internet or an endpoint, and those in a subnet from which nobody goes that way.
func (v *verdict) unusedRoutes(n *Network) {
	internet := n.named(infra.Internet)[0]
	for _, r := range n.routes {
		v.doors++
		toEndpoint := r.list != "" && n.listName(r.list) != "" && strings.HasPrefix(r.target, "vpce-")
		if !toEndpoint && (r.to != anywhere || !n.gateways[r.target] && n.nats[r.target] == nil) {
			v.find("opening without a line: the route %s leads to %s, which is no way to the internet or to an AWS service", r.name, r.target)
			continue
		}
		for _, s := range n.subnets {
			if s.table == r.table && !n.usesRoute(s, toEndpoint, internet) {
				v.find("opening without a line: the route %s leads from %s to %s, and nobody there may go that way", r.name, s.name, r.target)
			}
		}
	}
}

// uncalledServices finds endpoints of services that no line has a caller of, such as those of another company.
func (v *verdict) uncalledServices(n *Network, lines []line) {
	check := func(endpoint, service string) {
		short, ours := strings.CutPrefix(service, "com.amazonaws."+n.region+".")
		if !ours || !slices.ContainsFunc(lines, func(l line) bool { return string(l.service) == short }) {
			v.find("opening without a line: the endpoint %s is of %s, which nobody is said to call", endpoint, service)
		}
	}
	for _, e := range n.ends {
		if e.service != "" {
			check(e.Name, e.service)
		}
	}
	for _, r := range n.routes {
		if r.list != "" {
			check(r.name, n.listName(r.list))
		}
	}
}

func (n *Network) usesRoute(s *subnet, toEndpoint bool, internet *End) bool {
	for _, nat := range n.nats {
		if nat == s && !toEndpoint {
			return true
		}
	}
	for _, e := range n.ends {
		if !slices.ContainsFunc(e.faces, func(f face) bool { return f.subnet == s }) {
			continue
		}
		if len(n.leaves(e, internet)) > 0 {
			return true
		}
		for _, other := range n.ends {
			if other.outside && !toEndpoint && len(n.possible(other, e, false)) > 0 {
				return true
			}
		}
	}
	return false
}

// saidUnused says whether a rule for a group that nothing has is known: the one of pulumi-eks for self-managed nodes, of which there are none,
// those of flows to interface endpoints, whose group is there without any (infra.FlowsOf), and that of restore drills to the database that
// is there while one runs.
func (n *Network) saidUnused(rule *groupRule) bool {
	return rule.name == "eks-eksClusterIngressRule" ||
		!rule.ingress && n.groupName(rule.peer) == "network-endpoints" && len(rule.ports.without(tcp(443))) == 0 ||
		!rule.ingress && n.groupName(rule.group) == "restoredrill" && n.groupName(rule.peer) == "restoredrill-restored" && len(rule.ports.without(tcp(data.DatabasePort))) == 0
}

func (n *Network) groupName(id string) string {
	if g := n.groups[id]; g != nil {
		return g.name
	}
	return id
}
