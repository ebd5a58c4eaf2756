package instances_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/instances"
)

// The wanted values are those of the tables that families.go names.
func TestLookup(t *testing.T) {
	for name, want := range map[string]instances.Instance{
		"t4g.nano":    {2, 512, 4},
		"t4g.micro":   {2, 1024, 4},
		"t4g.large":   {2, 8192, 35},
		"m6g.large":   {2, 8192, 29},
		"m7g.medium":  {1, 4096, 8},
		"m7g.large":   {2, 8192, 29},
		"m7g.xlarge":  {4, 16384, 58},
		"m7g.2xlarge": {8, 32768, 58},
		"c7g.xlarge":  {4, 8192, 58},
		"r7i.4xlarge": {16, 131072, 110}, // 234 addresses
		"m8i.8xlarge": {32, 131072, 250}, // 492 addresses
	} {
		got, known := instances.Lookup(name)
		assert.True(t, known, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "m7g", "m7g.", ".large", "m7g.giant", "t4g.4xlarge", "x2g.large", "m7g.large.search"} {
		_, known := instances.Lookup(name)
		assert.False(t, known, name)
	}
	assert.Contains(t, instances.Families(), "m7g")
}
