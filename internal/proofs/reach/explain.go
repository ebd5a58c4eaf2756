package reach

import (
	"fmt"
	"slices"
	"strings"

	"legops/infra"
	"legops/stacks"
)

// verdict is what came of holding a network against the lines of its stack.
type verdict struct {
	ends, paths, lines, unneeded, doors, unused int
	// found are paths without a line, lines without a path, and openings wider than any line.
	found []string
}

func (v *verdict) find(format string, args ...any) {
	v.found = append(v.found, fmt.Sprintf(format, args...))
}

// judge holds what was deployed against the lines. Neither knows of the other.
func judge(n *Network, cfg *stacks.Config, lines []line) *verdict {
	n.addOutside(cfg)
	v := &verdict{ends: len(n.ends), lines: len(lines)}
	for _, l := range lines {
		if l.unneeded {
			v.unneeded++
		}
	}
	for _, unread := range n.unread {
		v.find("not read: %s", unread)
	}
	ways := slices.Concat(lines, n.ledOn(lines))
	for _, p := range n.paths() {
		v.paths++
		v.explain(p, ways)
	}
	for _, l := range ways {
		if l.service != "" {
			v.holdService(n, l)
		} else {
			v.hold(n, l)
		}
	}
	v.applications(n, cfg)
	v.access(n, cfg)
	v.origins(n)
	v.openings(n, lines)
	return v
}

// explain finds ports of a path that no line is about, and those that two are about: the second would go on when the first is taken away.
func (v *verdict) explain(p path, lines []line) {
	left, by := p.ports, ""
	for _, l := range lines {
		if l.led != p.led || !l.explains(p.from, p.to) {
			continue
		}
		if twice := p.ports.without(left).intersect(l.ports); len(twice) > 0 {
			v.find("explained twice: %s can connect to %s, %s: %q and %q", p.from.Name, p.to.Name, twice, by, l.name)
		}
		left, by = left.without(l.ports), l.name
	}
	if len(left) > 0 {
		v.find("path without a line: %s can connect to %s, %s (%s to %s)", p.from.Name, p.to.Name, left,
			strings.Join(p.from.Parties, ", "), strings.Join(p.to.Parties, ", "))
	}
}

// hold finds pairs of ends between which a line has no path.
func (v *verdict) hold(n *Network, l line) {
	answered := false
	for _, from := range n.named(l.from) {
		for _, to := range n.named(l.to) {
			want := l.ports
			if to.listens != nil {
				if want = want.intersect(to.listens); len(want) == 0 {
					continue
				}
			}
			answered = true
			if from == to && l.from != l.to || isOwnNode(from) && !closedPod(to) {
				continue
			}
			possible := n.possible
			if l.led {
				possible = n.byNode
			}
			if missing := want.without(possible(from, to, true)); len(missing) > 0 {
				v.find("line without a path: %q: %s cannot connect to %s, %s", l.name, from.Name, to.Name, missing)
			}
		}
	}
	if !answered {
		v.find("line without a path: %q: one of both is not there, or nothing listens", l.name)
	}
}

// holdService finds callers of an AWS service that do not get through to it: by its endpoint where there is one, since its name then
// leads there (AWS PrivateLink guide, private DNS), by the gateway endpoint, or by the internet.
func (v *verdict) holdService(n *Network, l line) {
	callers := n.named(l.from)
	if len(callers) == 0 {
		v.find("line without a path: %q: it is not there", l.name)
	}
	for _, from := range callers {
		if why := n.reachesService(from, string(l.service)); why != "" {
			v.find("line without a path: %q: %s cannot call it: %s", l.name, from.Name, why)
		}
	}
}

func (n *Network) reachesService(from *End, service string) (why string) {
	name := "com.amazonaws." + n.region + "." + service
	for _, to := range n.ends {
		if to.service == name && to.named {
			if missing := tcp(443).without(n.possible(from, to, true)); len(missing) > 0 {
				return fmt.Sprintf("its name leads to %s, which does not let it in", to.Name)
			}
			return to.closed
		}
	}
	for _, f := range from.faces {
		byGateway := false
		for _, r := range n.routes {
			if r.table == f.subnet.table && r.list != "" && n.listName(r.list) == name {
				if r.closed != "" {
					return r.closed
				}
				byGateway = true
			}
		}
		out, _ := n.internet(f)
		if !out && !byGateway {
			return fmt.Sprintf("no way out of %s", f.subnet.name)
		}
	}
	internet := n.named(infra.Internet)[0]
	if missing := tcp(443).without(n.leaves(from, internet)); len(missing) > 0 {
		return "groups or policies do not let it out"
	}
	return ""
}

// leaves are the ports on which groups and policies let an end send to the internet, whatever the way.
func (n *Network) leaves(from, internet *End) Ports {
	let := n.policiesLet(from, false, internet, true)
	for _, f := range from.faces {
		let = let.intersect(n.groupsLet(f, false, party{cidr: anywhere}, true))
	}
	return let
}
