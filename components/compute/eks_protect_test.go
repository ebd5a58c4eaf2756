package compute

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The mocks run no transform; the golden previews show what the engine makes of it.
func TestClusterOfEks(t *testing.T) {
	for _, c := range []struct {
		protect, extended, stays bool
		support                  string
		ignored                  []string
	}{
		{false, false, false, "STANDARD", nil}, {true, false, false, "STANDARD", nil}, {true, true, false, "EXTENDED", nil},
		{false, false, true, "STANDARD", []string{"version"}},
	} {
		of := cluster(c.extended, c.protect, c.stays)
		props := pulumi.Map{"name": pulumi.String("legops-test")}
		result := of(t.Context(), &pulumi.ResourceTransformArgs{Type: "aws:eks/cluster:Cluster", Props: props})
		require.NotNil(t, result)
		assert.Equal(t, c.protect, result.Opts.Protect)
		assert.Equal(t, c.ignored, result.Opts.IgnoreChanges)
		assert.Equal(t, pulumi.Map{
			"name": pulumi.String("legops-test"), "upgradePolicy": pulumi.Map{"supportType": pulumi.String(c.support)},
		}, result.Props)
		assert.Len(t, props, 1, "what pulumi-eks asked for stays as it is")
		for _, other := range []string{"aws:eks/accessEntry:AccessEntry", "aws:ec2/securityGroup:SecurityGroup"} {
			assert.Nil(t, of(t.Context(), &pulumi.ResourceTransformArgs{Type: other}), other)
		}
	}
}
