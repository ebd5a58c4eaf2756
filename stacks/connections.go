package stacks

import (
	"fmt"
	"net/netip"
	"slices"
)

// widestConnection is the largest network, as a prefix length, that an application may connect to beside port 443. Services publish smaller ones;
// a larger one means that nobody looked.
const widestConnection = 16

// notPublic are the private ranges, and those that no host on the internet has (IANA IPv4 Special-Purpose Address Registry).
var notPublic = append(slices.Clone(privateRanges),
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("224.0.0.0/3"))

// closedPorts are those that a connection may not have, why, and what to do.
var closedPorts = map[int]struct{ rule, fix string }{
	443: {"is open to every public address already", "remove it"},
	// EC2 User Guide, "Restriction on email sent using port 25".
	25: {"EC2 lets no mail out on this port", "use port 587 or 465 of the mail service"},
}

// connections refuses what an application does not reach in this way, or reaches already.
func connections(c *checker) {
	for i, application := range c.Applications {
		var seen []keyedRange
		for j, connection := range application.Connects {
			key := element(element("applications", i)+".connects", j)
			if closed, is := closedPorts[connection.Port]; is {
				c.report(key+".port", connection.Port, closed.rule, closed.fix)
			}
			for k, to := range connection.To {
				here := keyedRange{element(key+".to", k), to, connection.Port}
				if !to.IsValid() || !c.destination(here) {
					continue
				}
				twice := slices.IndexFunc(seen, func(other keyedRange) bool { return other.port == here.port && other.cidr.Overlaps(to) })
				if twice >= 0 {
					c.report(here.key, to.String(), "overlaps "+seen[twice].String()+" for the same port", "keep the larger one")
				}
				seen = append(seen, here)
			}
		}
	}
}

// destination says whether an application may connect to a network, and reports why not.
func (c *checker) destination(r keyedRange) bool {
	var rule, fix string
	switch {
	case !usable(r.cidr):
		rule, fix = "has host bits set", "write "+r.cidr.Masked().String()
	case slices.ContainsFunc(notPublic, r.cidr.Overlaps):
		rule, fix = "is not on the internet", "name a public network; what the platform has is declared by database, search and calls"
	case r.cidr.Bits() < widestConnection:
		rule, fix = fmt.Sprintf("is larger than a /%d", widestConnection), "list the networks that the service publishes"
	default:
		return true
	}
	c.report(r.key, r.cidr.String(), rule, fix)
	return false
}
