package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
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

func TestNetworkFunctions(t *testing.T) {
	c := newClient(t)
	vpc, _ := c.made(catalogue.Vpc, "vpc", values{"cidrBlock": "10.0.0.0/16", "tags": values{"Name": "legops-dev"}})
	subnet, _ := c.made(catalogue.Subnet, "subnet", values{"vpcId": vpc, "cidrBlock": "10.0.1.0/24", "availabilityZoneId": "use1-az4", "tags": values{"Name": "data"}})
	filter := func(names ...string) values {
		var all []any
		for i := 0; i < len(names); i += 2 {
			all = append(all, values{"name": names[i], "values": []any{names[i+1]}})
		}
		return values{"filters": all}
	}
	const vpcs, subnets = "aws:ec2/getVpcs:getVpcs", "aws:ec2/getSubnets:getSubnets"
	assert.Equal(t, []any{vpc}, c.ask(vpcs, filter("tag:Name", "legops-dev", "cidr", "10.0.0.0/16"))["ids"])
	assert.Equal(t, []any{}, c.ask(vpcs, filter("tag:Name", "legops-dev", "cidr", "10.1.0.0/16"))["ids"])
	assert.Equal(t, []any{vpc}, c.ask(vpcs, filter("tag:Name", "legops-dev"))["ids"])
	assert.Equal(t, []any{subnet}, c.ask(subnets, filter("tag:Name", "data"))["ids"])
	assert.Equal(t, []any{}, c.ask(subnets, filter("tag:Name", "public"))["ids"])
	assert.Equal(t, []any{}, c.in(account, "eu-west-1").ask(vpcs, filter("tag:Name", "legops-dev", "cidr", "10.0.0.0/16"))["ids"], "another region")
	assert.Equal(t, []any{subnet}, c.ask(subnets, filter("vpc-id", vpc))["ids"])
	assert.Equal(t, []any{}, c.ask(subnets, filter("vpc-id", "vpc-0"))["ids"])
	found := c.ask("aws:ec2/getSubnet:getSubnet", values{"id": subnet})
	assert.Equal(t, "10.0.1.0/24", found["cidrBlock"])
	assert.Equal(t, "data", found["tags"].(values)["Name"])
	for function, args := range map[string]values{vpcs: filter("owner-id", account), subnets: filter("owner-id", account), "aws:ec2/getSubnet:getSubnet": {"id": "subnet-0"}} {
		_, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: function, Args: c.wire(args)})
		assert.Error(t, err, function)
	}
}

func TestRoleFunction(t *testing.T) {
	c := newClient(t)
	ask := func(name string) (any, error) {
		answer, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:iam/getRole:getRole", Args: c.wire(values{"name": name})})
		return answer.GetReturn().AsMap()["arn"], err
	}
	ours := c.role("legops-dev-deployer")
	arn, err := ask("legops-dev-deployer")
	require.NoError(t, err)
	assert.Equal(t, ours, arn)
	for _, given := range []string{"platform", "legops-dev-preview"} {
		arn, err := ask(given)
		require.NoError(t, err)
		assert.Equal(t, "arn:aws:iam::"+account+":role/"+given, arn)
	}
	_, err = ask("legops-dev-nobody")
	assert.ErrorContains(t, err, "reading IAM Role (legops-dev-nobody): couldn't find resource")
}
