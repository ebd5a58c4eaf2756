package quotas_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/instances"
	"legops/internal/quotas"
	"legops/internal/settings"
	"legops/stacks"
)

// needed returns the quotas by name: code, minimum and maximum.
func needed(t *testing.T, cfg *stacks.Config) map[string][3]any {
	t.Helper()
	all, err := quotas.Of(cfg)
	require.NoError(t, err)
	by := map[string][3]any{}
	for _, q := range all {
		by[q.Name] = [3]any{q.Code, q.Min, q.Max}
	}
	return by
}

func TestOf(t *testing.T) {
	const onDemand, spot = "L-1216C47A", "L-34B43A08"
	for name, c := range map[string]struct {
		change func(*stacks.Config)
		want   map[string][3]any
	}{
		"Spot": {func(*stacks.Config) {}, map[string][3]any{"On-Demand": {onDemand, 4, 8}, "Spot": {spot, 2 * 4, 2 * 2 * (3 + 2)}}},
		"on demand, without a bastion": {func(c *stacks.Config) { c.Eks.Nodes.CapacityType, c.Bastion.Enabled = settings.OnDemand, false },
			map[string][3]any{"On-Demand": {onDemand, 2 + 2*4, 2*2 + 2*2*(3+2)}}},
		"the largest of the types": {func(c *stacks.Config) {
			c.Eks.Nodes.InstanceTypes = []settings.InstanceType{"m7g.large", "m7g.2xlarge"}
		},
			map[string][3]any{"On-Demand": {onDemand, 4, 8}, "Spot": {spot, 8 * 4, 8 * 2 * (3 + 2)}}},
		"an update of a third": {func(c *stacks.Config) { c.Eks.Nodes.MaxSizePerZone = 31 },
			map[string][3]any{"On-Demand": {onDemand, 4, 8}, "Spot": {spot, 2 * 4, 2 * 2 * (31 + 11)}}},
		"a new group beside the old one": {func(c *stacks.Config) { c.Eks.Nodes.MinSizePerZone, c.Eks.Nodes.MaxSizePerZone = 20, 20 },
			map[string][3]any{"On-Demand": {onDemand, 4, 8}, "Spot": {spot, 80, 2 * 2 * (20 + 20)}}},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := checkout.Config(t, "../..", "dev")
			c.change(cfg)
			assert.Equal(t, c.want, needed(t, cfg))
		})
	}
}

func TestOfNamesUnknownTypes(t *testing.T) {
	cfg := checkout.Config(t, "../..", "dev")
	cfg.Eks.Nodes.InstanceTypes[1], cfg.Pipeline.DeployerInstanceType = "p5.48xlarge", "mac2.metal"
	_, err := quotas.Of(cfg)
	assert.EqualError(t, err, "legops:pipeline.deployerInstanceType: mac2.metal: its virtual CPUs are unknown: choose one of the families in internal/instances, or add its family there\n"+
		"legops:eks.nodes.instanceTypes[1]: p5.48xlarge: its virtual CPUs are unknown: choose one of the families in internal/instances, or add its family there")
}

// The quotas are those of the standard families; others have their own.
func TestFamiliesAreStandard(t *testing.T) {
	for _, family := range instances.Families() {
		assert.Contains(t, "acdhimrtz", family[:1], family)
	}
}
