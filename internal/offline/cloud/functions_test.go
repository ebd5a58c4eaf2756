package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestManagedPrefixList(t *testing.T) {
	cloud := newClient(t)
	ask := func(region, name string) (values, error) {
		c := cloud.in(account, region)
		answer, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{
			Tok: "aws:ec2/getManagedPrefixList:getManagedPrefixList", Args: c.wire(values{"name": name}),
		})
		return answer.GetReturn().AsMap(), err
	}
	const cloudFront = "com.amazonaws.global.cloudfront.origin-facing"
	here, err := ask(region, cloudFront)
	require.NoError(t, err)
	assert.Regexp(t, `^pl-[0-9a-f]{8}$`, here["id"])
	assert.Equal(t, prefixListID(region, cloudFront), here["id"])
	assert.Equal(t, "AWS", here["ownerId"])
	there, err := ask("eu-west-1", cloudFront)
	require.NoError(t, err)
	assert.NotEqual(t, here["id"], there["id"], "a list's id is of its region")
	gateway, err := ask(region, "com.amazonaws.us-east-1.s3")
	require.NoError(t, err)
	assert.Equal(t, prefixListID(region, "com.amazonaws.{region}.s3"), gateway["id"])
	for _, name := range []string{"com.amazonaws.eu-west-1.s3", "com.amazonaws.global.nothing", ""} {
		_, err := ask(region, name)
		assert.ErrorContains(t, err, "is not known in us-east-1", name)
	}
}
