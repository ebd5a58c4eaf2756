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
		protect, extended bool
		support           string
	}{{false, false, "STANDARD"}, {true, false, "STANDARD"}, {true, true, "EXTENDED"}} {
		of := cluster(c.extended, c.protect)
		props := pulumi.Map{"name": pulumi.String("legops-test")}
		result := of(t.Context(), &pulumi.ResourceTransformArgs{Type: "aws:eks/cluster:Cluster", Props: props})
		require.NotNil(t, result)
		assert.Equal(t, c.protect, result.Opts.Protect)
		assert.Equal(t, pulumi.Map{
			"name": pulumi.String("legops-test"), "upgradePolicy": pulumi.Map{"supportType": pulumi.String(c.support)},
		}, result.Props)
		assert.Len(t, props, 1, "what pulumi-eks asked for stays as it is")
		for _, other := range []string{"aws:eks/accessEntry:AccessEntry", "aws:ec2/securityGroup:SecurityGroup"} {
			assert.Nil(t, of(t.Context(), &pulumi.ResourceTransformArgs{Type: other}), other)
		}
	}
}
