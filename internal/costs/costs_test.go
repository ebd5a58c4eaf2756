package costs

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/stacks"
)

// costsMore is what a changed stack costs more, in a component.
func costsMore(t *testing.T, stack, component string, change func(*stacks.Config)) float64 {
	t.Helper()
	cfg := checkout.Config(t, "../..", stack)
	before, err := Of(cfg)
	require.NoError(t, err)
	change(cfg)
	after, err := Of(cfg)
	require.NoError(t, err)
	assert.InDelta(t, after.USD()-before.USD(), after.Component(component)-before.Component(component), 0.005, "only %s", component)
	return after.USD() - before.USD()
}

// Each change costs what its price says, and nothing elsewhere.
func TestChangesCostWhatTheyAreMadeOf(t *testing.T) {
	for _, c := range []struct {
		what, stack, component string
		change                 func(*stacks.Config)
		usd                    float64
	}{
		{"a second endpoint", "dev", "network", func(c *stacks.Config) { c.Network.InterfaceEndpoints = []stacks.EndpointService{"sts"} }, 2 * 730 * 0.01},
		{"a second gateway and its address", "dev", "network", func(c *stacks.Config) { c.Network.NatGateways = 2 }, 730 * (0.045 + 0.005)},
		{"no bastion", "dev", "network", func(c *stacks.Config) { c.Bastion.Enabled = false }, -730*(0.0042+0.005) - 8*0.08},
		{"no standby", "prod", "database", func(c *stacks.Config) { c.Rds.MultiAz = false }, -730*0.239 - 200*0.115 - 2*3.815},
		{"insights for a week", "prod", "database", func(c *stacks.Config) { c.Rds.PerformanceInsightsRetentionDays = 7 }, -4 * 3.815},
		{"no masters", "prod", "search", func(c *stacks.Config) { c.OpenSearch.DedicatedMasters = nil }, -3 * 730 * 0.128},
		{"ten days more of backups", "test", "backup", func(c *stacks.Config) { c.Backup.RetentionDays += 10 }, 0.1 * (50*0.05 + 50*0.095)},
		{"larger disks", "test", "cluster", func(c *stacks.Config) { c.Eks.Nodes.DiskGiB *= 2 }, 4 * 60 * 0.08},
		{"on demand", "dev", "cluster", func(c *stacks.Config) { c.Eks.Nodes.CapacityType = stacks.OnDemand }, 4 * 730 * 0.0816 / 2},
		{"an application's secrets", "dev", "operations", func(c *stacks.Config) {
			c.Applications[2].Secrets = []stacks.SecretName{"a", "b"}
		}, 2 * 0.40},
		{"twice as many comparisons of the mirrors", "dev", "delivery", func(c *stacks.Config) { c.Pipeline.MirrorMinutes /= 2 }, 9 * 730 * 0.005},
		{"no runner", "prod", "delivery", func(c *stacks.Config) { c.Runner = nil }, -80 * 10 * 0.01},
		{"a larger runner", "test", "delivery", func(c *stacks.Config) { c.Runner.ComputeType = "BUILD_GENERAL1_LARGE" }, 80 * 10 * 0.01},
	} {
		assert.InDelta(t, c.usd, costsMore(t, c.stack, c.component, c.change), 0.005, c.what)
	}
}

func TestWhatHasNoPriceIsNamed(t *testing.T) {
	cfg := checkout.Config(t, "../..", "dev")
	cfg.Rds.InstanceClass, cfg.OpenSearch.InstanceType, cfg.Eks.Nodes.InstanceTypes[0] = "db.x2g.large", "x2g.large.search", "x2g.large"
	_, err := Of(cfg)
	for _, complaint := range []string{
		"database: db.x2g.large has no price: add it to internal/costs/prices.go", "search: x2g.large.search has no price",
		"cluster: x2g.large has no size: add its family to internal/instances",
	} {
		assert.ErrorContains(t, err, complaint)
	}
	cfg = checkout.Config(t, "../..", "dev")
	cfg.Region = "eu-west-1"
	_, err = Of(cfg)
	assert.EqualError(t, err, "legops:region: eu-west-1: has no prices in internal/costs, only us-east-1 has")
}

// What has a price is complete: a unit, a source and a date, and what else is counted of it.
func TestPricesAreComplete(t *testing.T) {
	for item, price := range prices {
		assert.Positive(t, price.USD, item)
		for _, text := range []string{price.Unit, price.Source, price.Date} {
			assert.NotEmpty(t, text, item)
		}
		if strings.HasPrefix(item, "db.") {
			assert.Positive(t, databaseCPUs[stacks.DatabaseClass(item)], item)
		}
	}
}

// A larger one of a family is told by one that has a price; what is below large, or of no family that has one, is not.
func TestPricesFollowTheSize(t *testing.T) {
	for _, c := range []struct {
		item string
		want float64
	}{
		{"m7g.large", 0.0816}, {"m7g.2xlarge", 4 * 0.0816}, {"m7g.16xlarge", 32 * 0.0816},
		{"db.r7g.xlarge", 2 * 0.239}, {"r6g.2xlarge.search", 4 * 0.167},
		{"m7g.medium", 0}, {"x2g.large", 0}, {"m7g.metal", 0}, {"m7g.-2xlarge", 0}, {"NAT gateway", 0.045}, {"", 0},
	} {
		price, known := priceOf(c.item)
		assert.Equal(t, c.want != 0, known, c.item)
		assert.InDelta(t, c.want, price.USD, 1e-9, c.item)
	}
	cfg := checkout.Config(t, "../..", "prod")
	cfg.Rds.InstanceClass, cfg.Eks.Nodes.InstanceTypes[0] = "db.r7g.2xlarge", "m7g.4xlarge"
	estimate, err := Of(cfg)
	require.NoError(t, err)
	quantities := map[string]float64{}
	for _, line := range estimate {
		quantities[line.Item] += line.Quantity
	}
	assert.InDelta(t, 2*8, quantities["Performance Insights, 24 months"], 0, "eight virtual CPUs in two zones")
	assert.InDelta(t, 4*hours, quantities["m7g.4xlarge"], 0, "the least number of nodes in each zone, since the pods fit on fewer")
}
