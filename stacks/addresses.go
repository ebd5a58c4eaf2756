package stacks

import (
	"fmt"
	"net/netip"
)

// tier is one tier of subnets. Smallest is the longest prefix that leaves enough addresses:
//
//   - public: a load balancer needs a /27 and scales to a hundred addresses; NAT gateway and bastion share the subnet;
//   - application: the VPC CNI gives every pod an address, and a node keeps some in reserve: /22 is about a
//     thousand per zone;
//   - data: OpenSearch doubles its nodes, and so its addresses, during every change of the domain.
type tier struct {
	name     string
	smallest int
	ranges   []netip.Prefix
}

func tiers(config *Config) []tier {
	s := config.Network.Subnets
	return []tier{{"public", 26, s.Public}, {"application", 22, s.Application}, {"data", 26, s.Data}}
}

// keyedRange is a range and its key in the stack file, and the port it is about, if any.
type keyedRange struct {
	key  string
	cidr netip.Prefix
	port int
}

func (r keyedRange) String() string { return fmt.Sprintf("%s (%s)", full(r.key), r.cidr) }

func hostBits(c *checker) {
	all := []keyedRange{{key: "network.cidr", cidr: c.Network.CIDR}}
	for _, t := range tiers(c.Config) {
		for i, r := range t.ranges {
			all = append(all, keyedRange{key: element("network.subnets."+t.name, i), cidr: r})
		}
	}
	for i, r := range c.Eks.PublicAccessCIDRs {
		all = append(all, keyedRange{key: element("eks.publicAccessCidrs", i), cidr: r})
	}
	for _, r := range all {
		if r.cidr.IsValid() && !usable(r.cidr) {
			c.report(r.key, r.cidr.String(), "has host bits set", "write "+r.cidr.Masked().String())
		}
	}
}

// The VPC is no larger than AWS allows, and no smaller than the three tiers in two zones need.
const largestVPC, smallestVPC = 16, 20

func vpcSize(c *checker) {
	vpc := c.Network.CIDR
	if usable(vpc) && (vpc.Bits() < largestVPC || vpc.Bits() > smallestVPC) {
		c.report("network.cidr", vpc.String(), fmt.Sprintf("the VPC must be /%d to /%d", largestVPC, smallestVPC),
			fmt.Sprintf("choose a range such as %s", netip.PrefixFrom(vpc.Addr(), largestVPC).Masked()))
	}
}

func subnets(c *checker) {
	vpc := c.Network.CIDR
	var seen []keyedRange
	for _, t := range tiers(c.Config) {
		for i, r := range t.ranges {
			if !usable(r) {
				continue
			}
			subnet := keyedRange{key: element("network.subnets."+t.name, i), cidr: r}
			if r.Bits() > t.smallest {
				c.report(subnet.key, r.String(), fmt.Sprintf("too small: %s subnets must be /%d or larger", t.name, t.smallest),
					fmt.Sprintf("write a range of /%d or larger", t.smallest))
			}
			if usable(vpc) && !within(r, vpc) {
				c.report(subnet.key, r.String(), "not inside the VPC, "+keyedRange{key: "network.cidr", cidr: vpc}.String(),
					"choose a range inside it")
			}
			for _, other := range seen {
				if r.Overlaps(other.cidr) {
					c.report(subnet.key, r.String(), "overlaps "+other.String(), "choose ranges that share no address")
				}
			}
			seen = append(seen, subnet)
		}
	}
}

// widestAccess is the largest part of the internet, as a prefix length, that may reach the cluster endpoint
// outside development. No office is that large; a larger range means the world.
const widestAccess = 8

// privateRanges are the ranges that EKS refuses: private addresses reach the endpoint through the VPC.
var privateRanges = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("127.0.0.0/8"),
}

func endpoint(c *checker) {
	const list = "eks.publicAccessCidrs"
	closed := c.ok("environment") && c.Environment != Development
	open := false
	var ranges []netip.Prefix
	for i, r := range c.Eks.PublicAccessCIDRs {
		if !usable(r) {
			continue
		}
		for _, private := range privateRanges {
			if within(r, private) {
				c.report(element(list, i), r.String(), "private addresses cannot reach a public endpoint",
					"remove it: the VPC reaches the endpoint anyway")
			}
		}
		if closed && r.Bits() < widestAccess {
			open = true
			c.report(element(list, i), r.String(), "opens the cluster endpoint to the world",
				"list the ranges of your offices, or none to keep the endpoint private")
		}
		ranges = append(ranges, r)
	}
	if closed && !open && addresses(ranges) > 1<<(32-widestAccess) {
		c.report(list, nil, fmt.Sprintf("together the ranges open the cluster endpoint to more than a /%d", widestAccess),
			"list the ranges of your offices, or none to keep the endpoint private")
	}
}

// addresses counts the addresses of distinct ranges; without host bits, two ranges are disjoint or nested.
func addresses(ranges []netip.Prefix) uint64 {
	var total uint64
	for i, r := range ranges {
		nested := false
		for j, other := range ranges {
			nested = nested || i != j && within(r, other)
		}
		if !nested {
			total += 1 << (32 - r.Bits())
		}
	}
	return total
}
