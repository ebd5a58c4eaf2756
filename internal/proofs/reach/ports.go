package reach

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Ports are what a connection may go to: ports of TCP and of UDP, and whatever is neither. They are spans of one line of numbers: the
// ports of TCP, those of UDP, and one number for all other protocols together.
type Ports []span

// span is from its first number to its last.
type span struct{ first, last int }

const (
	portsOfOne = 1 << 16
	otherIP    = 2 * portsOfOne
)

// protocols are those with ports, by where theirs begin.
var protocols = map[string]int{"tcp": 0, "udp": portsOfOne, "6": 0, "17": portsOfOne}

var all = Ports{{0, otherIP}}

// portsOf are the ports of a protocol by its name or number, which may be "-1" or "all"; other protocols have none, so that all of them
// are one.
func portsOf(protocol string, first, last int) Ports {
	start, known := protocols[strings.ToLower(protocol)]
	switch {
	case protocol == "-1" || protocol == "all":
		return all
	case !known:
		return Ports{{otherIP, otherIP}}
	case first < 0: // every one
		return Ports{{start, start + portsOfOne - 1}}
	}
	return Ports{{start + first, start + last}}
}

func tcp(port int) Ports { return portsOf("tcp", port, port) }

// union is sorted, and none of its spans touch.
func (p Ports) union(other Ports) Ports {
	if len(p) == 0 || len(other) == 0 {
		return append(p[:len(p):len(p)], other...)
	}
	sorted := slices.SortedFunc(slices.Values(slices.Concat(p, other)), func(a, b span) int { return cmp.Compare(a.first, b.first) })
	joined := sorted[:1]
	for _, s := range sorted[1:] {
		if end := &joined[len(joined)-1]; s.first <= end.last+1 {
			end.last = max(end.last, s.last)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

func (p Ports) intersect(other Ports) (both Ports) {
	for _, a := range p {
		for _, b := range other {
			if first, last := max(a.first, b.first), min(a.last, b.last); first <= last {
				both = append(both, span{first, last})
			}
		}
	}
	return both
}

// without are the ports that the others are not.
func (p Ports) without(others Ports) Ports {
	left := slices.Clone(p)
	for _, o := range others {
		var next Ports
		for _, s := range left {
			if o.last < s.first || s.last < o.first {
				next = append(next, s)
				continue
			}
			if s.first < o.first {
				next = append(next, span{s.first, o.first - 1})
			}
			if o.last < s.last {
				next = append(next, span{o.last + 1, s.last})
			}
		}
		left = next
	}
	return left
}

// String is such as "tcp 443, udp 53".
func (p Ports) String() string {
	if len(p) == 0 {
		return "no port"
	}
	if len(p.without(all)) == 0 && len(all.without(p)) == 0 {
		return "every port"
	}
	var texts []string
	for _, part := range []struct {
		name        string
		first, last int
	}{{"tcp", 0, portsOfOne - 1}, {"udp", portsOfOne, otherIP - 1}} {
		for _, s := range p.intersect(Ports{{part.first, part.last}}) {
			switch first, last := s.first-part.first, s.last-part.first; {
			case first == last:
				texts = append(texts, fmt.Sprintf("%s %d", part.name, first))
			case last-first == portsOfOne-1:
				texts = append(texts, part.name)
			default:
				texts = append(texts, fmt.Sprintf("%s %d-%d", part.name, first, last))
			}
		}
	}
	if len(p.intersect(Ports{{otherIP, otherIP}})) > 0 {
		texts = append(texts, "other protocols")
	}
	return strings.Join(texts, ", ")
}
