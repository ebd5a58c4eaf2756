package reach

import (
	"net/netip"
	"slices"

	"legops/infra"
)

// path is that one end may open connections to another, on these ports.
type path struct {
	from, to *End
	ports    Ports
	// led says that a port of the nodes leads there, where there is no other way.
	led bool
}

// paths are all that are possible: the ports at which a connection may be open, as far as is known.
func (n *Network) paths() (found []path) {
	for _, from := range n.ends {
		for _, to := range n.ends {
			ports := n.possible(from, to, false)
			for _, p := range []path{{from, to, ports, false}, {from, to, n.byNode(from, to, false).without(ports), true}} {
				if len(p.ports) > 0 {
					found = append(found, p)
				}
			}
		}
	}
	return found
}

// possible are the ports on which one end may open connections to another. Without sure these are all that an address or a node of theirs
// may; with sure only those that each may, where something listens: what is known to work.
func (n *Network) possible(from, to *End, sure bool) Ports {
	var ports Ports
	switch {
	case from.address || to.calls || from.outside && to.outside:
		return nil
	case isOwnNode(from) || isOwnNode(to):
		if isOwnNode(from) && isOwnNode(to) || !closedPod(from) && !closedPod(to) {
			return nil // the nodes speak for it
		}
		return all
	case from.outside && to.api != nil || from.is(infra.Administrators):
		return calls(from, to, sure)
	case to.is(infra.Metadata) && from.pod == nil: // machines have their own
		if from.metadata.on {
			ports = to.listens
		}
	case to.address:
		if !from.onNode || to.is(infra.Metadata) && !to.metadata.free {
			return nil
		}
		ports = n.policiesLet(from, false, to, sure)
	default:
		ports = n.groupsBetween(from, to, sure)
		if len(ports) > 0 {
			ports = ports.intersect(n.policiesLet(from, false, to, sure)).intersect(n.policiesLet(to, true, from, sure))
		}
		if !sure {
			ports = ports.union(n.byService(from, to))
		}
	}
	if to.listens != nil && (sure || to.address) {
		ports = ports.intersect(to.listens)
	}
	return ports
}

// calls are the ports on which an outside end may call the API of the cluster. Administrators are nobody else's callers, and not the rest
// of the internet.
func calls(from, to *End, sure bool) Ports {
	within := func(ranges []netip.Prefix, one netip.Prefix) bool {
		return slices.ContainsFunc(ranges, func(r netip.Prefix) bool { return r.Bits() <= one.Bits() && r.Contains(one.Addr()) })
	}
	if from.is(infra.Administrators) {
		for _, r := range from.ranges {
			if !within(to.api, r) {
				return nil
			}
		}
		if to.api == nil {
			return nil
		}
		return tcp(443)
	}
	known := from.others
	for _, r := range to.api {
		if !within(known, r) && from.is(infra.Internet) && (!sure || r.Bits() == 0) {
			return tcp(443)
		}
	}
	return nil
}

func isOwnNode(e *End) bool { return e.is(infra.OwnNode) }

// closedPod says that it is a pod that policies are about.
func closedPod(e *End) bool { return e.pod != nil && !e.is(infra.Nodes) }

// groupsBetween are the ports that security groups and routes let through between two ends.
func (n *Network) groupsBetween(from, to *End, sure bool) Ports {
	if from.onNode && to.onNode && !sure {
		return all // on one node no security group is passed
	}
	var found Ports
	first := true
	merge := func(ports Ports) {
		if sure && !first {
			found = found.intersect(ports)
		} else {
			found = found.union(ports)
		}
		first = false
	}
	switch {
	case to.outside:
		for _, f := range from.faces {
			out, _ := n.internet(f)
			if !out {
				merge(nil)
				continue
			}
			merge(n.groupsLet(f, false, outsideParty(to), sure))
		}
	case from.outside:
		for _, f := range to.faces {
			_, in := n.internet(f)
			if !in {
				merge(nil)
				continue
			}
			merge(n.groupsLet(f, true, outsideParty(from), sure))
		}
	default:
		for _, a := range from.faces {
			for _, b := range to.faces {
				if sure && (!n.local(a.subnet, b.subnet) || !n.local(b.subnet, a.subnet)) {
					merge(nil)
					continue
				}
				merge(n.groupsLet(a, false, party{groups: b.groups, cidr: b.subnet.cidr}, sure).
					intersect(n.groupsLet(b, true, party{groups: a.groups, cidr: a.subnet.cidr}, sure)))
			}
		}
	}
	return found
}

// outsideParty is an outside end as a rule sees it.
func outsideParty(e *End) party {
	switch {
	case e.list != "":
		return party{list: e.list}
	case len(e.ranges) > 0:
		return party{cidr: e.ranges[0]}
	}
	return party{cidr: anywhere}
}

// named are the ends that a line may mean by a party.
func (n *Network) named(name string) (found []*End) {
	for _, e := range n.ends {
		if slices.Contains(e.Parties, name) {
			found = append(found, e)
		}
	}
	return found
}
