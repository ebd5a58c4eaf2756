package stacks

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/capacity"
)

// Development has one to three nodes per zone.
func TestNodeGroupWarning(t *testing.T) {
	dev := loaded(t, "dev")
	for name, c := range map[string]struct {
		group capacity.Group
		want  string
	}{
		"unchanged":                         {capacity.Group{Min: 1, Max: 3, Desired: 2}, ""},
		"unchanged, nodes being replaced":   {capacity.Group{Min: 1, Max: 3, Desired: 2, Updating: true}, ""},
		"more at least":                     {capacity.Group{Min: 0, Max: 3, Desired: 0}, ""},
		"fewer at most, and enough of them": {capacity.Group{Min: 1, Max: 5, Desired: 3}, ""},
		"fewer at most than there are": {capacity.Group{Min: 1, Max: 5, Desired: 5},
			"legops:eks.nodes.maxSizePerZone: 3: use1-az4 has 5 nodes now: EKS drains and ends 2 of them: set it to 5 or more to keep them"},
		"other bounds, nodes being replaced": {capacity.Group{Min: 2, Max: 5, Desired: 5, Updating: true},
			"legops:eks.nodes: 1 to 3 nodes per zone: EKS is replacing the nodes in use1-az4, and refuses to change the bounds of 2 to 5 before it has: " +
				"this deployment leaves them: deploy again when the node group is ACTIVE"},
	} {
		assert.Equal(t, c.want, dev.NodeGroupWarning("use1-az4", c.group), name)
	}
}
