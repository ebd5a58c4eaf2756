package compute

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The mocks run no transform; the golden preview of production shows what the engine makes of it.
func TestProtectCluster(t *testing.T) {
	props := pulumi.Map{"name": pulumi.String("legops-test")}
	args := &pulumi.ResourceTransformArgs{Type: "aws:eks/cluster:Cluster", Props: props}
	result := protectCluster(t.Context(), args)
	require.NotNil(t, result)
	assert.True(t, result.Opts.Protect)
	assert.Equal(t, props, result.Props)

	for _, other := range []string{"aws:eks/accessEntry:AccessEntry", "aws:ec2/securityGroup:SecurityGroup"} {
		assert.Nil(t, protectCluster(t.Context(), &pulumi.ResourceTransformArgs{Type: other}), other)
	}
}
