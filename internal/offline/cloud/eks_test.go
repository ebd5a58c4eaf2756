package cloud

import (
	"maps"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// Who enters a cluster is known, unless a person keeps the role, and belongs to groups that are not the system's.
func TestAccessEntryRules(t *testing.T) {
	refuses(t, catalogue.AccessEntry, func(c client) values {
		c.made(catalogue.Cluster, "platform", values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}})
		return values{"clusterName": "platform", "principalArn": c.role("legops-dev-deployer"), "kubernetesGroups": []any{"legops:delivery"}}
	}, map[string]mistake{
		"no cluster":            sets("clusterName", "nothing", "NotFound: clusterName nothing"),
		"a role of nobody":      sets("principalArn", "arn:aws:iam::111111111111:role/legops-dev-nobody", "NotFound: principalArn"),
		"a group of the system": sets("kubernetesGroups", []any{"system:masters"}, "the kubernetes group name system:masters is invalid, it cannot start with system:"),
		"a node's groups":       sets("type", "EC2_LINUX", "kubernetesGroups are not for the type EC2_LINUX"),
	})
	c := newClient(t)
	c.made(catalogue.Cluster, "platform", values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}})
	for _, role := range []string{"administrators", "legops-dev-deploy", "legops-dev-preview"} {
		c.made(catalogue.AccessEntry, role, values{"clusterName": "platform", "principalArn": "arn:aws:iam::111111111111:role/" + role})
	}
}

// EKS refuses to switch the logs to what they are: after an update whose answer was lost, until a refresh.
func TestClusterIsNotUpdatedTwice(t *testing.T) {
	c := newClient(t)
	in := func(logs ...any) values {
		return values{"name": "platform", "roleArn": c.role("platform"), "vpcConfig": values{"subnetIds": []any{}}, "enabledClusterLogTypes": logs}
	}
	before, after := in("api", "audit"), values{}
	maps.Copy(after, before)
	after["enabledClusterLogTypes"] = []any{"api"}
	id, out := c.made(catalogue.Cluster, "platform", before)
	update := func() error {
		_, err := c.rpc.Update(t.Context(), &pulumirpc.UpdateRequest{Urn: urnOf(catalogue.Cluster, "platform"), Id: id, Olds: c.wire(out), News: c.wire(after)})
		return err
	}
	require.NoError(t, update())
	require.ErrorContains(t, update(), "No changes needed for the logging config provided")
	read, err := c.rpc.Read(t.Context(), &pulumirpc.ReadRequest{Urn: urnOf(catalogue.Cluster, "platform"), Id: id})
	require.NoError(t, err)
	out = read.GetProperties().AsMap()
	require.NoError(t, update())
}
