package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// nodeGroup are the inputs of a node group of one to three nodes that has two, and of what it needs.
func nodeGroup(c client) values {
	p := c.network()
	role := c.role("nodes")
	c.made(catalogue.Cluster, "cluster", values{"name": "legops", "roleArn": role, "vpcConfig": values{"subnetIds": p.subnets}})
	return values{
		"clusterName": "legops", "nodeGroupName": "nodes", "nodeRoleArn": role, "subnetIds": p.subnets,
		"scalingConfig": values{"minSize": 1, "maxSize": 3, "desiredSize": 2},
	}
}

func TestNodeGroupRules(t *testing.T) {
	refuses(t, catalogue.NodeGroup, nodeGroup, map[string]mistake{
		"a zone without EKS": {func(c client, in values) {
			subnets := in["subnetIds"].([]any)
			in["subnetIds"] = append(subnets, c.subnetIn("use1-az3"))
		}, "is in use1-az3 (us-east-1a in account 111111111111), which takes no cluster"},
		"too many":   sets("scalingConfig.desiredSize", 4, "desiredSize 4 can't be greater than maxSize 3"),
		"too few":    sets("scalingConfig.desiredSize", 0, "Minimum capacity 1 can't be greater than desired size 0"),
		"none":       sets("scalingConfig", values{"minSize": 0, "maxSize": 0, "desiredSize": 0}, "maxSize must be at least 1"),
		"no cluster": sets("clusterName", "nothing", "NotFound: clusterName nothing"),
	})
}

// An update of one bound sends the size as Pulumi knows it, whatever the autoscaler made of it; any other update leaves it alone.
func TestNodeGroupUpdateSendsAllSizes(t *testing.T) {
	const size = "scalingConfig.desiredSize"
	for name, c := range map[string]struct {
		change  func(in values)
		ignored []string
		size    float64
		refusal string
	}{
		"something else":                        {func(in values) { in["labels"] = values{"a": "b"} }, nil, 3, ""},
		"something else, with the size ignored": {func(in values) { in["labels"] = values{"a": "b"} }, []string{size}, 3, ""},
		"a bound":                               {func(in values) { set(in, "scalingConfig.maxSize", 4) }, []string{size}, 2, ""},
		"the minimum above the size in the state": {func(in values) { set(in, "scalingConfig.minSize", 3) }, []string{size}, 3,
			"InvalidParameterException: Minimum capacity 3 can't be greater than desired size 2"},
		"an ignored size": {func(in values) { set(in, "scalingConfig.minSize", 3); set(in, size, 3) }, []string{size}, 3,
			"InvalidParameterException: Minimum capacity 3 can't be greater than desired size 2"},
		"both": {func(in values) { set(in, "scalingConfig.minSize", 3); set(in, size, 3) }, nil, 3, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := newClient(t)
			in := nodeGroup(cloud)
			id, made := cloud.made(catalogue.NodeGroup, "nodes", in)
			require.NoError(t, cloud.cloud.Scale("nodes", 3))
			c.change(in)
			updated, err := cloud.rpc.Update(t.Context(), &pulumirpc.UpdateRequest{
				Urn: urnOf(catalogue.NodeGroup, "nodes"), Id: id, Olds: cloud.wire(made), News: cloud.wire(in), IgnoreChanges: c.ignored,
			})
			if c.refusal != "" {
				require.ErrorContains(t, err, c.refusal)
			} else {
				require.NoError(t, err)
				assert.Equal(t, c.size, updated.GetProperties().AsMap()["scalingConfig"].(values)["desiredSize"])
			}
			assert.Equal(t, c.size, cloud.nodeGroups("legops", "nodes")["scalingConfigs"].([]any)[0].(values)["desiredSize"])
		})
	}
}

// What is ignored makes no difference, to an update nor to what a refresh shows.
func TestDiffIgnores(t *testing.T) {
	c := newClient(t)
	in := nodeGroup(c)
	_, made := c.made(catalogue.NodeGroup, "nodes", in)
	scaled := nodeGroup(newClient(t))
	set(scaled, "scalingConfig.desiredSize", 3)
	differs := func(ignored ...string) *pulumirpc.DiffResponse {
		answer, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urnOf(catalogue.NodeGroup, "nodes"), Olds: c.wire(made), OldInputs: c.wire(scaled), News: c.wire(in), IgnoreChanges: ignored,
		})
		require.NoError(t, err)
		return answer
	}
	assert.Equal(t, []string{"scalingConfig"}, differs().GetDiffs())
	assert.Equal(t, pulumirpc.DiffResponse_DIFF_NONE, differs("scalingConfig.desiredSize").GetChanges())
	assert.Equal(t, []string{"scalingConfig"}, differs("scalingConfig.maxSize", "nothing").GetDiffs())
}

func TestScale(t *testing.T) {
	c := newClient(t)
	c.made(catalogue.NodeGroup, "nodes", nodeGroup(c))
	require.ErrorContains(t, c.cloud.Scale("nodes", 4), "desired capacity 4 must be between 1 and 3")
	require.ErrorContains(t, c.cloud.Scale("nodes", 0), "desired capacity 0 must be between 1 and 3")
	require.ErrorContains(t, c.cloud.Scale("others", 2), "there is no node group others")
}

func TestNodeGroupFunctions(t *testing.T) {
	c := newClient(t)
	assert.Equal(t, []any{}, c.ask("aws:eks/getClusters:getClusters", values{})["names"])
	c.made(catalogue.NodeGroup, "nodes", nodeGroup(c))
	assert.Equal(t, []any{"legops"}, c.ask("aws:eks/getClusters:getClusters", values{})["names"])
	assert.Equal(t, []any{}, c.in(account, "eu-west-1").ask("aws:eks/getClusters:getClusters", values{})["names"], "another region")
	assert.Equal(t, []any{"nodes"}, c.ask("aws:eks/getNodeGroups:getNodeGroups", values{"clusterName": "legops"})["names"])
	assert.Equal(t, []any{}, c.ask("aws:eks/getNodeGroups:getNodeGroups", values{"clusterName": "other"})["names"])
	found := c.nodeGroups("legops", "nodes")
	assert.Equal(t, "ACTIVE", found["status"])
	assert.Equal(t, []any{values{"minSize": 1.0, "maxSize": 3.0, "desiredSize": 2.0}}, found["scalingConfigs"])
	_, err := c.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{
		Tok: "aws:eks/getNodeGroup:getNodeGroup", Args: c.wire(values{"clusterName": "other", "nodeGroupName": "nodes"}),
	})
	assert.ErrorContains(t, err, "ResourceNotFoundException")
}

// ask calls a function.
func (c client) ask(function string, args values) values {
	c.t.Helper()
	answer, err := c.rpc.Invoke(c.t.Context(), &pulumirpc.InvokeRequest{Tok: function, Args: c.wire(args)})
	require.NoError(c.t, err)
	return answer.GetReturn().AsMap()
}

func (c client) nodeGroups(cluster, name string) values {
	return c.ask("aws:eks/getNodeGroup:getNodeGroup", values{"clusterName": cluster, "nodeGroupName": name})
}
