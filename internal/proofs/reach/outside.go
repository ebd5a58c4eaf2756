package reach

import (
	"net/netip"
	"slices"

	"legops/infra"
	"legops/stacks"
)

// addOutside adds what is not in the VPC: CloudFront, administrators, the internet, and those parts of it that applications connect to.
func (n *Network) addOutside(cfg *stacks.Config) {
	administrators := cfg.Eks.PublicAccessCIDRs
	n.destinations = destinations(cfg)
	n.ends = append(n.ends,
		&End{Name: "the internet", Parties: []string{infra.Internet}, outside: true, others: administrators},
		&End{Name: "CloudFront", Parties: []string{infra.CloudFront}, outside: true, calls: true, list: "com.amazonaws.global.cloudfront.origin-facing"},
	)
	if len(administrators) > 0 {
		n.ends = append(n.ends, &End{Name: "addresses of administrators", Parties: []string{infra.Administrators}, outside: true, calls: true, ranges: administrators})
	}
	var parts []netip.Prefix
	for _, d := range n.destinations {
		for _, part := range apart(d, n.destinations) {
			if slices.Contains(parts, part) {
				continue
			}
			parts = append(parts, part)
			parties := []string{infra.Internet}
			for _, of := range n.destinations {
				if covers(of, part) {
					parties = append(parties, of.String())
				}
			}
			n.ends = append(n.ends, &End{Name: "the internet at " + part.String(), Parties: parties, outside: true, ranges: []netip.Prefix{part}, others: administrators})
		}
	}
}

// destinations are the networks that applications connect to on the internet, each once.
func destinations(cfg *stacks.Config) (all []netip.Prefix) {
	for _, app := range cfg.Applications {
		for _, c := range app.Connects {
			for _, to := range c.To {
				if !slices.Contains(all, to) {
					all = append(all, to)
				}
			}
		}
	}
	return all
}

// apart cuts a network into parts of which each is wholly in or out of every one of the others.
func apart(whole netip.Prefix, others []netip.Prefix) (parts []netip.Prefix) {
	if !slices.ContainsFunc(others, func(o netip.Prefix) bool { return o != whole && covers(whole, o) }) {
		return []netip.Prefix{whole}
	}
	first := netip.PrefixFrom(whole.Addr(), whole.Bits()+1)
	bytes := whole.Addr().As4()
	bytes[whole.Bits()/8] |= 1 << (7 - whole.Bits()%8)
	second := netip.PrefixFrom(netip.AddrFrom4(bytes), whole.Bits()+1)
	return append(apart(first, others), apart(second, others)...)
}
