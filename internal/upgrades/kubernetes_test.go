package upgrades_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/upgrades"
)

func TestKubernetesSteps(t *testing.T) {
	for _, c := range []struct {
		from, to string
		steps    int
		known    bool
	}{
		{"1.34", "1.35", 1, true},
		{"1.35", "1.35", 0, true},
		{"1.35", "1.34", -1, true},
		{"1.9", "1.11", 2, true},
		{"1.35", "2.35", 0, false},
		{"", "1.35", 0, false},
		{"1.35", "newest", 0, false},
	} {
		steps, known := upgrades.KubernetesSteps(c.from, c.to)
		assert.Equal(t, c.known, known, "%s to %s", c.from, c.to)
		if known {
			assert.Equal(t, c.steps, steps, "%s to %s", c.from, c.to)
		}
	}
}
