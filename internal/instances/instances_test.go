package instances

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The wanted values come from the tables that families.go names.
func TestLookup(t *testing.T) {
	for name, want := range map[string]Instance{
		"t4g.nano":    {2, 512, 4, 4},
		"t4g.micro":   {2, 1024, 4, 4},
		"t4g.large":   {2, 8192, 35, 35},
		"m6g.large":   {2, 8192, 29, 29},
		"m7g.medium":  {1, 4096, 8, 8},
		"m7g.large":   {2, 8192, 29, 29},
		"m7g.xlarge":  {4, 16384, 58, 58},
		"m7g.2xlarge": {8, 32768, 58, 58},
		"c7g.xlarge":  {4, 8192, 58, 58},
		"r7i.4xlarge": {16, 131072, 110, 234},
		"m8i.8xlarge": {32, 131072, 250, 492},
	} {
		got, known := Lookup(name)
		assert.True(t, known, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "m7g", "m7g.", ".large", "m7g.giant", "t4g.4xlarge", "x2g.large", "m7g.large.search"} {
		_, known := Lookup(name)
		assert.False(t, known, name)
	}
	assert.Contains(t, Families(), "m7g")
}

// nodeadm's own tests expect 70m of 2 CPUs to be reserved (nodeadm/test/e2e/cases), which leaves the 1930m observed on nodes.
// The memory is computed by hand: of 8192 MiB the kubelet sees 7577, and 255 + 29 × 11 + 100 are reserved.
func TestAllocatable(t *testing.T) {
	for name, want := range map[string][3]int{
		"m7g.medium":  {940, 3788 - 100 - 255 - 88, 8},
		"m7g.large":   {1930, 7577 - 674, 29},
		"t4g.large":   {1930, 7577 - 740, 35},
		"m7g.xlarge":  {3920, 15155 - 993, 58},
		"m7g.4xlarge": {15890, 60620 - 355 - 234*11, 110}, // memory is reserved for pods that EKS does not allow
	} {
		instance, _ := Lookup(name)
		cpu, memory, pods := instance.Allocatable()
		assert.Equal(t, want, [3]int{cpu, memory, pods}, name)
	}
}
