// Package upgrades says which versions a service of AWS upgrades in place. The program asks it, so it stands apart from the catalogue, which
// takes ten milliseconds to load.
package upgrades

import "fmt"

// OpenSearch reports whether a domain can be upgraded in place from a version of OpenSearch to another, such as OpenSearch_2.17 to
// OpenSearch_2.19. Nothing goes back. Up to 3.x, only 2.19 goes (Amazon OpenSearch Service Developer Guide, "Supported upgrade paths").
func OpenSearch(from, to string) bool {
	old, _ := parse(from)
	new, _ := parse(to)
	switch {
	case !OpenSearchIsNewer(to, from):
		return false
	case old.major == new.major:
		return true
	case new.major == 2:
		return old == version{1, 3}
	case new.major == 3:
		return old == version{2, 19}
	}
	return false
}

// OpenSearchIsNewer reports whether a version of OpenSearch is newer than another.
func OpenSearchIsNewer(text, than string) bool {
	new, known := parse(text)
	old, knownToo := parse(than)
	return known && knownToo && (new.major > old.major || new.major == old.major && new.minor > old.minor)
}

type version struct{ major, minor int }

func parse(text string) (v version, known bool) {
	_, err := fmt.Sscanf(text, "OpenSearch_%d.%d", &v.major, &v.minor)
	return v, err == nil
}
