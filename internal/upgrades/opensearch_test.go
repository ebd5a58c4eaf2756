package upgrades_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/upgrades"
)

// The rows are those of AWS's table, and what no row of it allows: "Supported upgrade paths" in
// https://docs.aws.amazon.com/opensearch-service/latest/developerguide/version-migration.html.
func TestOpenSearchUpgradesAsPublished(t *testing.T) {
	for _, row := range []struct {
		from    string
		to      []string
		refused []string
	}{
		// "OpenSearch 1.x" to "OpenSearch 1.x".
		{"OpenSearch_1.0", []string{"OpenSearch_1.1", "OpenSearch_1.2", "OpenSearch_1.3"}, []string{"OpenSearch_2.3", "OpenSearch_2.19", "OpenSearch_3.1"}},
		// "OpenSearch 1.3 or 2.x" to "OpenSearch 2.x".
		{"OpenSearch_1.3", []string{"OpenSearch_2.3", "OpenSearch_2.19"}, []string{"OpenSearch_1.2", "OpenSearch_3.1", "OpenSearch_3.3"}},
		{"OpenSearch_2.3", []string{"OpenSearch_2.5", "OpenSearch_2.11", "OpenSearch_2.19"}, []string{"OpenSearch_1.3", "OpenSearch_3.1"}},
		{"OpenSearch_2.11", []string{"OpenSearch_2.13", "OpenSearch_2.19"}, []string{"OpenSearch_2.3", "OpenSearch_2.9"}},
		// "OpenSearch 1.3, 2.x, or 3.x" to "OpenSearch 3.x", with: "you must first upgrade to OpenSearch 2.19 before upgrading to
		// OpenSearch 3.x".
		{"OpenSearch_2.17", []string{"OpenSearch_2.19"}, []string{"OpenSearch_2.15", "OpenSearch_3.1", "OpenSearch_3.3"}},
		{"OpenSearch_2.19", []string{"OpenSearch_3.1", "OpenSearch_3.3"}, []string{"OpenSearch_1.3", "OpenSearch_2.17", "OpenSearch_4.0"}},
		{"OpenSearch_3.1", []string{"OpenSearch_3.3"}, []string{"OpenSearch_1.3", "OpenSearch_2.19", "OpenSearch_4.0"}},
		{"OpenSearch_3.3", nil, []string{"OpenSearch_2.19", "OpenSearch_3.1"}},
		// The program runs no domains of Elasticsearch.
		{"Elasticsearch_7.10", nil, []string{"OpenSearch_1.3"}},
	} {
		for _, to := range row.to {
			assert.True(t, upgrades.OpenSearch(row.from, to), "%s to %s", row.from, to)
		}
		for _, to := range append(row.refused, row.from) {
			assert.False(t, upgrades.OpenSearch(row.from, to), "%s to %s", row.from, to)
		}
	}
}
