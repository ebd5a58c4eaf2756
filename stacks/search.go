package stacks

import (
	"fmt"

	"legops/internal/catalogue"
	"legops/internal/settings"
)

// CheckSearchVersion returns an error if a domain that runs a version, empty before there is a domain, cannot be upgraded to that of the
// stack file: the provider would delete it with all indices, and create an empty one.
func (c *Config) CheckSearchVersion(running settings.SearchVersion) error {
	wanted := c.OpenSearch.Version
	if running == "" || running == wanted || catalogue.SearchUpgrade(string(running), string(wanted)) {
		return nil
	}
	fix := fmt.Sprintf("set it to %s; for an older version, restore a snapshot into another domain", running)
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
	if catalogue.SearchUpgrade(string(running), last) && catalogue.SearchUpgrade(last, string(wanted)) {
		return last
	}
	return ""
}
