package stacks

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/ages"
	"legops/internal/settings"
	"legops/internal/upgrades"
)

// searchVersion refuses a version that AWS did not offer when the newest that internal/ages knows came out. Nothing in the program depends on the
// version, so a newer one is for AWS to refuse.
func searchVersion(c *checker) {
	version, known := string(c.OpenSearch.Version), ages.OpenSearchVersions()
	if c.ok("opensearch.version") && !slices.Contains(known, version) && !newSearchVersion(version) {
		fix := "write one of " + strings.Join(known, ", ")
		if similar := nearest(version, known); similar != "" {
			fix = didYouMean(similar)
		}
		c.report("opensearch.version", version, "unknown search version", fix)
	}
}

// newSearchVersion reports whether a version is newer than all that the program knows.
func newSearchVersion(version string) bool {
	known := ages.OpenSearchVersions()
	return upgrades.OpenSearchIsNewer(version, known[len(known)-1])
}

// newSearchWarning says, in one line, that the search domain is to have a version that the program does not know; empty if it knows it.
func (c *Config) newSearchWarning() string {
	if !newSearchVersion(string(c.OpenSearch.Version)) {
		return ""
	}
	return Problem{
		Key: full("opensearch.version"), Value: string(c.OpenSearch.Version),
		Rule: "newer than any version that the program knows: AWS refuses it if it does not offer it, and nobody tells when its support ends",
		Fix:  "add it to internal/ages/products.go",
	}.String()
}

// SearchStays reports whether a domain that runs a version, empty before there is a domain, keeps it: the stack file says the same or an
// older one, or OpenSearch Service is changing the domain. The provider must not hear of it then: it knows the version in Pulumi's state alone,
// which is older where a person upgraded the domain, or an update that was killed, and it deletes a domain to give it a version to which it cannot
// be upgraded, even the one that it runs.
func (c *Config) SearchStays(running settings.SearchVersion, changing bool) bool {
	return running != "" && (changing || c.searchIsThere(running))
}

// searchIsThere reports whether a domain has the version of the stack file, or a newer one.
func (c *Config) searchIsThere(running settings.SearchVersion) bool {
	return running == c.OpenSearch.Version || upgrades.OpenSearchIsNewer(string(running), string(c.OpenSearch.Version))
}

// SearchWarning says, in one line, that a domain keeps another version than that of the stack file; empty if it does not.
func (c *Config) SearchWarning(running settings.SearchVersion, changing bool) string {
	wanted := c.OpenSearch.Version
	problem := Problem{Key: full("opensearch.version"), Value: string(wanted)}
	switch {
	case running == wanted || !c.SearchStays(running, changing):
		return ""
	case c.searchIsThere(running):
		problem.Rule = fmt.Sprintf("the domain runs %s, which cannot be undone, and stays at it", running)
		problem.Fix = fmt.Sprintf("set it to %s; for an older version, restore a snapshot into another domain", running)
	default:
		problem.Rule = fmt.Sprintf("OpenSearch Service is changing the domain, which runs %s as yet: this update leaves its version alone", running)
		problem.Fix = "deploy again when the change is complete"
	}
	return problem.String()
}

// CheckSearchVersion returns an error if a domain that runs a version, empty before there is a domain, cannot be upgraded to the newer one
// of the stack file: the provider would delete it with all indices, and create an empty one.
func (c *Config) CheckSearchVersion(running settings.SearchVersion) error {
	wanted := c.OpenSearch.Version
	if running == "" || c.searchIsThere(running) || upgrades.OpenSearch(string(running), string(wanted)) {
		return nil
	}
	fix := fmt.Sprintf("set it to %s", running)
	if through := searchStep(running, wanted); through != "" {
		fix = fmt.Sprintf("upgrade to %s first", through)
	}
	return Problems{{
		Key: full("opensearch.version"), Value: string(wanted),
		Rule: fmt.Sprintf("the domain runs %s and cannot be upgraded to it: the update would delete the domain with its indices", running),
		Fix:  fix,
	}}
}

// searchStep is the version through which a domain reaches another in two upgrades, or "".
func searchStep(running, wanted settings.SearchVersion) settings.SearchVersion {
	const last = "OpenSearch_2.19" // of 2.x
	if upgrades.OpenSearch(string(running), last) && upgrades.OpenSearch(last, string(wanted)) {
		return last
	}
	return ""
}
