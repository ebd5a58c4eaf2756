package cloud

import (
	"maps"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
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

// versioned is a cluster of a version with a node group and kube-proxy, which answers how its versions can be changed.
type versioned struct {
	client
	ids map[string]string
	in  map[string]values
	out map[string]values
}

func newVersioned(t *testing.T, version string) *versioned {
	t.Helper()
	c := newClient(t)
	role, subnets := c.role("nodes"), c.network().subnets
	v := &versioned{c, map[string]string{}, map[string]values{
		catalogue.Cluster: {"name": "legops", "roleArn": role, "version": version, "vpcConfig": values{"subnetIds": subnets}},
		catalogue.NodeGroup: {
			"clusterName": "legops", "nodeGroupName": "nodes", "nodeRoleArn": role, "subnetIds": subnets, "version": version,
			"scalingConfig": values{"minSize": 1, "maxSize": 3, "desiredSize": 2},
		},
		catalogue.Addon: {"clusterName": "legops", "addonName": "kube-proxy"},
	}, map[string]values{}}
	for _, typ := range []string{catalogue.Cluster, catalogue.NodeGroup, catalogue.Addon} {
		v.ids[typ], v.out[typ] = c.made(typ, "thing", v.in[typ])
	}
	return v
}

// set asks for another value of an input, as the provider does.
func (v *versioned) set(typ, input string, value any) error {
	in := maps.Clone(v.in[typ])
	in[input] = value
	answer, err := v.rpc.Update(v.t.Context(), &pulumirpc.UpdateRequest{Urn: urnOf(typ, "thing"), Id: v.ids[typ], Olds: v.wire(v.out[typ]), News: v.wire(in)})
	if err == nil {
		v.in[typ], v.out[typ] = in, answer.GetProperties().AsMap()
	}
	return err
}

// A cluster goes up by one minor version, with nodes that are at most three behind, and back only to the version that it was upgraded from, with nodes and
// kube-proxy that are no newer. Nodes and kube-proxy follow it.
func TestVersionsOfAClusterGoTogether(t *testing.T) {
	type step struct {
		typ, input, value string
		refusal           string
	}
	cluster := func(version, refusal string) step { return step{catalogue.Cluster, "version", version, refusal} }
	nodes := func(version, refusal string) step { return step{catalogue.NodeGroup, "version", version, refusal} }
	proxy := func(version, refusal string) step { return step{catalogue.Addon, "addonVersion", version, refusal} }
	const (
		unsupported = "InvalidParameterException: Unsupported Kubernetes minor version update from "
		noAddon     = "InvalidParameterException: Addon version specified is not supported"
	)
	for name, steps := range map[string][]step{
		"up and back": {
			nodes("1.32", "InvalidParameterException: Nodegroup Kubernetes version 1.32 is not supported by cluster version 1.31"),
			cluster("1.33", unsupported+"1.31 to 1.33"), cluster("1.30", unsupported+"1.31 to 1.30"), cluster("1.32", ""),
			proxy("v1.33.0-eksbuild.1", noAddon), proxy("v1.32.0-eksbuild.1", ""), nodes("1.32", ""),
			cluster("1.31", "Nodegroups nodes must be rolled back to version 1.31"), nodes("1.31", ""),
			cluster("1.31", "Addon kube-proxy v1.32.0-eksbuild.1 is not compatible with version 1.31"), proxy("v1.31.0-eksbuild.1", ""),
			cluster("1.31", ""), cluster("1.30", unsupported+"1.31 to 1.30"),
		},
		"back by one only": {cluster("1.32", ""), cluster("1.33", ""), cluster("1.31", unsupported+"1.33 to 1.31"), cluster("1.32", ""), cluster("1.31", unsupported+"1.32 to 1.31")},
		"nodes that stay": {
			cluster("1.32", ""), cluster("1.33", ""), cluster("1.34", ""),
			cluster("1.35", "Nodegroups nodes must be updated to match cluster version 1.34 before updating cluster version"), nodes("1.34", ""), cluster("1.35", ""),
			nodes("1.31", "is not supported by cluster version 1.35"), proxy("v1.31.9-eksbuild.1", noAddon), proxy("1.35", noAddon), proxy("newest", noAddon),
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := newVersioned(t, "1.31")
			for _, s := range steps {
				if err := v.set(s.typ, s.input, s.value); s.refusal == "" {
					require.NoError(t, err, "%v", s)
				} else {
					require.ErrorContains(t, err, s.refusal, "%v", s)
				}
			}
		})
	}
}

// The provider sends a version when it differs from what Pulumi knows. EKS refuses the one that it has: after an upgrade by itself, or one whose answer was
// lost. Whatever else is sent leaves the version as it is.
func TestClusterUpgradesByItself(t *testing.T) {
	v := newVersioned(t, "1.34")
	require.NoError(t, v.cloud.UpgradeItself("1.35"))
	require.ErrorContains(t, v.set(catalogue.Cluster, "version", "1.35"), "Unsupported Kubernetes minor version update from 1.35 to 1.35")
	require.NoError(t, v.set(catalogue.Cluster, "enabledClusterLogTypes", []any{"api"}))
	assert.Equal(t, "1.35", v.ask("aws:eks/getCluster:getCluster", values{"name": "legops"})["version"])
	_, err := v.rpc.Invoke(t.Context(), &pulumirpc.InvokeRequest{Tok: "aws:eks/getCluster:getCluster", Args: v.wire(values{"name": "other"})})
	assert.ErrorContains(t, err, "reading EKS Cluster (other): couldn't find resource")
}

// EKS takes the newest image whenever it replaces nodes, and an add-on without a version keeps that of its creation.
func TestImagesOfNodesAndDefaultsOfAddons(t *testing.T) {
	v := newVersioned(t, "1.34")
	release := func() (found any) {
		for _, e := range v.cloud.record.Entries("") {
			if e.Type == catalogue.NodeGroup {
				found = e.Outputs["releaseVersion"]
			}
		}
		return found
	}
	assert.Equal(t, "1.34.2-20261101", release())
	v.cloud.PublishImage("20261115")
	require.NoError(t, v.set(catalogue.NodeGroup, "labels", values{"a": "b"}))
	assert.Equal(t, "1.34.2-20261101", release(), "no node was replaced")
	require.NoError(t, v.set(catalogue.Cluster, "version", "1.35"))
	require.NoError(t, v.set(catalogue.NodeGroup, "version", "1.35"))
	assert.Equal(t, "1.35.2-20261115", release())
	assert.Equal(t, "v1.34.0-eksbuild.1", v.out[catalogue.Addon]["addonVersion"])
	require.NoError(t, v.set(catalogue.Addon, "resolveConflictsOnUpdate", "OVERWRITE"))
	assert.Equal(t, "v1.34.0-eksbuild.1", v.out[catalogue.Addon]["addonVersion"])
}
