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
