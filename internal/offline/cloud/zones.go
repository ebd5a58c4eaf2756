package cloud

import (
	"slices"
	"strings"

	"legops/internal/regions"
)

// A zone is named differently in each account, as in accounts of AWS made before November 2025; its id is the same in all.

// zoneNamed is the id of the zone that an account has under a name; "" if there is none.
func zoneNamed(account, region, name string) string {
	ids := regions.Zones(region)
	letter, found := strings.CutPrefix(name, region)
	if !found || len(letter) != 1 || letter[0] < 'a' || int(letter[0]-'a') >= len(ids) {
		return ""
	}
	return ids[(int(letter[0]-'a')+zoneShift(account, region))%len(ids)]
}

// zoneName is the name that a zone has in an account; "" if there is no such zone.
func zoneName(account, region, id string) string {
	ids := regions.Zones(region)
	at := slices.Index(ids, id)
	if at < 0 {
		return ""
	}
	return region + string(rune('a'+(at+len(ids)-zoneShift(account, region))%len(ids)))
}

// zoneShift is by how many zones the names of an account are off the order of the ids.
func zoneShift(account, region string) int {
	return int(digest(account, region, "zones")[0]) % len(regions.Zones(region))
}

// zone is the id of the zone that a subnet is in: the one asked for, by id or name, or else the first.
func (e *Entry) zone() string {
	if id := e.in().Text("availabilityZoneId"); id != "" {
		return id
	}
	return zoneNamed(e.Account, e.Region, orElse(e.in().Text("availabilityZone"), e.Region+"a"))
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

// eksZones makes a rule: no subnet at a path is in a zone that has no EKS.
func eksZones(path string) rule {
	return func(p *Provider, e *Entry) error {
		for _, id := range e.in().Texts(path) {
			if subnet := p.record.referred(e.Account, id); subnet != nil && !regions.HasEks(subnet.zone()) {
				return e.refusal("UnsupportedAvailabilityZoneException: %s is in %s (%s in account %s), which takes no cluster",
					id, subnet.zone(), zoneName(e.Account, e.Region, subnet.zone()), e.Account)
			}
		}
		return nil
	}
}
