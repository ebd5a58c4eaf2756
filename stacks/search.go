package stacks

import (
	"fmt"

	"legops/internal/settings"
	"legops/internal/upgrades"
)

// SearchStays reports whether a domain that runs a version, empty before there is a domain, keeps it: the stack file says the same or an
// older one. The provider must not hear of it then: it knows the version in Pulumi's state alone, which is older where a person upgraded
// the domain, and it deletes a domain to give it a version to which it cannot be upgraded, even the one that it runs.
func (c *Config) SearchStays(running settings.SearchVersion) bool {
	return running != "" && (running == c.OpenSearch.Version || upgrades.OpenSearchIsNewer(string(running), string(c.OpenSearch.Version)))
}

// SearchWarning says, in one line, that a domain keeps a newer version than that of the stack file; empty if it does not.
func (c *Config) SearchWarning(running settings.SearchVersion) string {
	if wanted := c.OpenSearch.Version; c.SearchStays(running) && running != wanted {
		return Problem{
			Key: full("opensearch.version"), Value: string(wanted),
			Rule: fmt.Sprintf("the domain runs %s, which cannot be undone, and stays at it", running),
			Fix:  fmt.Sprintf("set it to %s; for an older version, restore a snapshot into another domain", running),
		}.String()
	}
	return ""
}

// CheckSearchVersion returns an error if a domain that runs a version, empty before there is a domain, cannot be upgraded to the newer one
// of the stack file: the provider would delete it with all indices, and create an empty one.
func (c *Config) CheckSearchVersion(running settings.SearchVersion) error {
	wanted := c.OpenSearch.Version
	if running == "" || c.SearchStays(running) || upgrades.OpenSearch(string(running), string(wanted)) {
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
