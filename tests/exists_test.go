package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// EC2 refuses a range that overlaps a subnet in use, EKS a role that does not exist, and RDS another major version, in the middle of an update;
// the program does before anything changes.
func TestWhatExistsIsLookedAtFirst(t *testing.T) {
	stack := deployedSmall(t, "dev")
	calls := stack.Cloud().Calls()
	for _, c := range []struct{ old, new, refusal string }{
		{
			"- 10.10.8.0/24\n        - 10.10.9.0/24", "- 10.10.9.0/24\n        - 10.10.8.0/24",
			"legops:network.subnets.data[0]: 10.10.9.0/24: overlaps the subnet legops-dev-data-use1-az6 (10.10.9.0/24), which is still there",
		},
		{"- 10.10.32.0/19", "- 10.10.32.0/20", "legops:network.subnets.application[0]: 10.10.32.0/20: overlaps the subnet legops-dev-application-use1-az4 (10.10.32.0/19)"},
		{`engineVersion: "17"`, `engineVersion: "16"`, "legops:rds.engineVersion: 16: the database runs PostgreSQL 17, and no version goes back: set it to 17"},
		{"role/legops-dev-preview", "role/legops-dev-previews", "legops:eks.viewers[0]: arn:aws:iam::111111111111:role/legops-dev-previews: there is no such role"},
	} {
		edited := small(t, "dev", [2]string{c.old, c.new})
		_, err := stack.Preview(t.Context(), edited)
		require.ErrorContains(t, err, c.refusal)
		require.ErrorContains(t, stack.Up(t.Context(), edited), c.refusal)
		assert.Equal(t, calls, stack.Cloud().Calls(), "calls that change the cloud")
	}
	free := small(t, "dev", [2]string{"- 10.10.1.0/24", "- 10.10.2.0/24"})
	require.NoError(t, stack.Up(t.Context(), free))
	plan, err := stack.Preview(t.Context(), free)
	require.NoError(t, err)
	assert.False(t, plan.Changes())
}
