package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/settings"
)

func TestSearchVersionIsAnUpgrade(t *testing.T) {
	const lost = " and cannot be upgraded to it: the update would delete the domain with its indices: "
	for name, c := range map[string]struct {
		running, wanted settings.SearchVersion
		problem         string
	}{
		"no domain yet":        {"", "OpenSearch_2.17", ""},
		"unchanged":            {"OpenSearch_2.19", "OpenSearch_2.19", ""},
		"an upgrade":           {"OpenSearch_2.17", "OpenSearch_2.19", ""},
		"the last of 2":        {"OpenSearch_2.19", "OpenSearch_3.3", ""},
		"a downgrade":          {"OpenSearch_2.19", "OpenSearch_2.17", ""},
		"a major version back": {"OpenSearch_3.1", "OpenSearch_2.19", ""},
		"two upgrades in one": {"OpenSearch_2.17", "OpenSearch_3.3",
			"legops:opensearch.version: OpenSearch_3.3: the domain runs OpenSearch_2.17" + lost + "upgrade to OpenSearch_2.19 first"},
	} {
		config := loaded(t, "dev", set("opensearch.version", string(c.wanted)))
		if err := config.CheckSearchVersion(c.running); c.problem == "" {
			assert.NoError(t, err, name)
		} else {
			assert.EqualError(t, err, c.problem, name)
		}
	}
}

func TestSearchVersionStays(t *testing.T) {
	for name, c := range map[string]struct {
		running, wanted settings.SearchVersion
		changing, stays bool
		warning         string
	}{
		"no domain yet": {"", "OpenSearch_2.17", false, false, ""},
		"an upgrade":    {"OpenSearch_2.17", "OpenSearch_2.19", false, false, ""},
		"unchanged":     {"OpenSearch_2.19", "OpenSearch_2.19", false, true, ""},
		"upgraded by hand, or back in the file": {"OpenSearch_2.19", "OpenSearch_2.17", false, true,
			"legops:opensearch.version: OpenSearch_2.17: the domain runs OpenSearch_2.19, which cannot be undone, and stays at it: " +
				"set it to OpenSearch_2.19; for an older version, restore a snapshot into another domain"},
		"under way": {"OpenSearch_2.17", "OpenSearch_2.19", true, true,
			"legops:opensearch.version: OpenSearch_2.19: OpenSearch Service is changing the domain, which runs OpenSearch_2.17 as yet: " +
				"this update leaves its version alone: deploy again when the change is complete"},
		"another change is under way": {"OpenSearch_2.19", "OpenSearch_2.19", true, true, ""},
	} {
		config := loaded(t, "dev", set("opensearch.version", string(c.wanted)))
		assert.Equal(t, c.stays, config.SearchStays(c.running, c.changing), name)
		assert.Equal(t, c.warning, config.SearchWarning(c.running, c.changing), name)
	}
}

// What AWS offers is accepted without a release of the program, and what it never offered is not.
func TestNewSearchVersions(t *testing.T) {
	for version, want := range map[string]struct{ problem, warning string }{
		"OpenSearch_2.19": {}, "OpenSearch_3.5": {},
		"OpenSearch_3.7": {warning: "legops:opensearch.version: OpenSearch_3.7: newer than any version that the program knows: AWS refuses it if it does not offer it, " +
			"and nobody tells when its support ends: add it to internal/ages/products.go"},
		"OpenSearch_4.1":                    {warning: "legops:opensearch.version: OpenSearch_4.1: newer than"},
		"OpenSearch_2.18":                   {problem: "legops:opensearch.version: OpenSearch_2.18: unknown search version: did you mean OpenSearch_2.1"},
		"OpenSearch_3.4":                    {problem: "legops:opensearch.version: OpenSearch_3.4: unknown search version: did you mean OpenSearch_3."},
		"OpenSearch_1.3":                    {problem: "unknown search version"},
		"OpenSearch_99999999999999999999.1": {problem: "unknown search version: write one of OpenSearch_2.11, "},
	} {
		values := stackValues(t, "dev")
		apply(t, values, set("opensearch.version", version))
		config, err := Load(Project, values)
		if want.problem != "" {
			assert.ErrorContains(t, err, want.problem, version)
			continue
		}
		if assert.NoError(t, err, version); err != nil {
			continue
		}
		assert.Contains(t, config.newSearchWarning(), want.warning, version)
		assert.Equal(t, want.warning == "", config.newSearchWarning() == "", version)
	}
}
