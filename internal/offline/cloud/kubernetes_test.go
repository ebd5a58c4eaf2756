package cloud

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// cluster makes a cluster and returns a provider for what is inside, and the cluster's id and endpoint.
func cluster(aws client, name string) (inside client, id, endpoint string) {
	aws.t.Helper()
	id, out := aws.made(catalogue.Cluster, name, values{"name": name, "roleArn": aws.role(name), "vpcConfig": values{"subnetIds": []any{}}})
	endpoint = out["endpoint"].(string)
	inside = connect(aws.t, aws.cloud, "kubernetes", "", "")
	kubeconfig := `{"clusters":[{"cluster":{"server":"` + endpoint + `"}}]}`
	_, err := inside.rpc.Configure(aws.t.Context(), &pulumirpc.ConfigureRequest{Args: inside.wire(values{"kubeconfig": kubeconfig})})
	require.NoError(aws.t, err)
	return inside, id, endpoint
}

// kubernetes makes a cluster in a cloud of its own.
func kubernetes(t *testing.T) client {
	t.Helper()
	inside, _, _ := cluster(newClient(t), "platform")
	return inside
}

// named is an object with a name, in a namespace unless that is "".
func named(namespace, name string) values {
	metadata := values{"name": name}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	return values{"metadata": metadata}
}

// What lives in a cluster goes with it.
func TestKubernetesObjectsLiveInTheirCluster(t *testing.T) {
	aws := newClient(t)
	inside, id, endpoint := cluster(aws, "platform")
	account := named("kube-system", "autoscaler")

	connect(t, aws.cloud, "kubernetes", "", "").refused(catalogue.ServiceAccount, "account", account, "unreachable")
	inside.made(catalogue.ServiceAccount, "account", account)
	inside.made(catalogue.Namespace, "apps", named("", "apps"))
	inside.made(catalogue.ConfigMap, "config", named("apps", "config"))
	assert.True(t, aws.cloud.record.ServesHost(strings.ToLower(strings.TrimPrefix(endpoint, "https://"))))
	assert.False(t, aws.cloud.record.ServesHost("example.com"))

	require.NoError(t, aws.remove(catalogue.Cluster, "platform", id))
	assert.Len(t, aws.cloud.record.Entries(""), 1, "only the role is left")

	gone := connect(t, aws.cloud, "kubernetes", "", "")
	read := &pulumirpc.ReadRequest{Id: "apps/config", Urn: urnOf(catalogue.ConfigMap, "config")}
	_, err := gone.rpc.Read(t.Context(), read)
	require.ErrorContains(t, err, "unreachable cluster")
	require.ErrorContains(t, gone.remove(catalogue.ConfigMap, "config", "apps/config"), "unreachable cluster")
	aws.cloud.DeleteUnreachable()
	answer, err := gone.rpc.Read(t.Context(), read)
	require.NoError(t, err)
	assert.Empty(t, answer.GetId(), "what is read of an object whose cluster is known to be gone")
	require.NoError(t, gone.remove(catalogue.ConfigMap, "config", "apps/config"))
	assert.False(t, aws.cloud.record.ServesHost(strings.ToLower(strings.TrimPrefix(endpoint, "https://"))))
}

// Two clusters of one account may hold objects of one name.
func TestClustersAreApart(t *testing.T) {
	aws := newClient(t)
	blue, _, _ := cluster(aws, "blue")
	green, _, _ := cluster(aws, "green")
	blue.made(catalogue.Namespace, "apps", named("", "apps"))
	green.refused(catalogue.ConfigMap, "config", named("apps", "config"), "NotFound: namespace/us-east-1/green/apps does not exist")
	green.made(catalogue.Namespace, "apps", named("", "apps"))
	green.made(catalogue.ConfigMap, "config", named("apps", "config"))
	blue.made(catalogue.ConfigMap, "config", named("apps", "config"))
	require.NoError(t, blue.remove(catalogue.Namespace, "apps", "apps"))
	assert.Len(t, aws.cloud.record.Entries(""), 6, "two roles, two clusters, and green's namespace with its object")
}

func TestKubernetesRules(t *testing.T) {
	for name, test := range map[string]struct {
		typ    string
		first  values // what is there
		object values
		want   string
	}{
		"a namespace that is not":          {catalogue.ConfigMap, nil, named("apps", "a"), "NotFound: namespace/us-east-1/platform/apps does not exist"},
		"a namespace twice":                {catalogue.Namespace, named("", "apps"), named("", "apps"), `AlreadyExists: "apps" exists, made for first`},
		"a namespace of the cluster's own": {catalogue.Namespace, nil, named("", "kube-system"), "AlreadyExists"},
		"an object twice": {catalogue.ConfigMap, named("default", "config"), named("default", "config"),
			`AlreadyExists: "default/config" exists, made for first`},
		"a name": {catalogue.ConfigMap, nil, named("default", "Config_1"), "ValidationException: name"},
	} {
		t.Run(name, func(t *testing.T) {
			c := kubernetes(t)
			if test.first != nil {
				c.made(test.typ, "first", test.first)
			}
			c.refused(test.typ, "second", test.object, test.want)
		})
	}
}

func TestKubernetesNamespaces(t *testing.T) {
	c := kubernetes(t)
	for _, namespace := range []string{"default", "kube-system", "kube-public", "kube-node-lease"} {
		id, _ := c.made(catalogue.ConfigMap, "in-"+namespace, named(namespace, "config"))
		assert.Equal(t, namespace+"/config", id)
	}
	id, out := c.made(catalogue.ConfigMap, "anywhere", named("", "anywhere"))
	assert.Equal(t, "default/anywhere", id, "an object without a namespace lives in the default one")
	assert.Equal(t, "default", out["metadata"].(values)["namespace"])

	id, _ = c.made(catalogue.Namespace, "apps", named("", "apps"))
	assert.Equal(t, "apps", id)
}

// Some objects live in no namespace, and one name is one of them.
func TestKubernetesClusterWide(t *testing.T) {
	c := kubernetes(t)
	for _, typ := range []string{catalogue.IngressClass, catalogue.ClusterRole, catalogue.ClusterRoleBinding, catalogue.AdmissionPolicy, catalogue.AdmissionPolicyBinding} {
		in := named("", "ingress")
		switch typ {
		case catalogue.ClusterRoleBinding:
			in["roleRef"] = values{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "ingress"}
		case catalogue.AdmissionPolicy:
			in["spec"] = values{"failurePolicy": "Fail"}
		case catalogue.AdmissionPolicyBinding:
			in["spec"] = values{"policyName": "ingress", "validationActions": []any{"Deny"}}
		}
		id, out := c.made(typ, "first", in)
		assert.Equal(t, "ingress", id, typ)
		assert.Equal(t, values{"name": "ingress"}, out["metadata"], typ)
		c.refused(typ, "second", in, `AlreadyExists: "ingress" exists, made for first`, typ)
	}
}

// Roles and bindings live in a namespace, under names that other objects may not have.
func TestKubernetesRights(t *testing.T) {
	c := kubernetes(t)
	rights := named("default", "legops:delivery")
	rights["rules"] = []any{values{"apiGroups": []any{"apps"}, "resources": []any{"deployments"}, "verbs": []any{"get"}}}
	id, _ := c.made(catalogue.KubernetesRole, "rights", rights)
	assert.Equal(t, "default/legops:delivery", id)
	binding := named("apps", "legops:delivery")
	binding["roleRef"] = values{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "legops:delivery"}
	binding["subjects"] = []any{values{"kind": "Group", "name": "legops:delivery"}}
	c.refused(catalogue.KubernetesRoleBinding, "binding", binding, "NotFound: namespace/us-east-1/platform/apps")
	c.made(catalogue.Namespace, "apps", named("", "apps"))
	c.made(catalogue.KubernetesRoleBinding, "binding", binding)
}

// A patch is for an object that exists, and goes with it.
func TestKubernetesPatches(t *testing.T) {
	const deployment, patch = catalogue.Deployment, catalogue.DeploymentPatch
	c := kubernetes(t)
	c.refused(patch, "patch", named("default", "web"), "NotFound: kubernetes:apps/v1:Deployment/us-east-1/platform/default/web does not exist")
	c.made(deployment, "web", named("default", "web"))
	id, _ := c.made(patch, "patch", named("default", "web"))
	assert.Equal(t, "default/web", id)
	c.made(patch, "another", named("default", "web")) // with a field manager of its own
	assert.Len(t, c.cloud.record.Entries(account), 5, "the role, the cluster, and three of the Deployment")
	require.NoError(t, c.remove(deployment, "web", "default/web"))
	assert.Len(t, c.cloud.record.Entries(account), 2, "the role and the cluster")
}

// An object without a name gets one, and keeps it.
func TestKubernetesAutonames(t *testing.T) {
	c := kubernetes(t)
	check := func(olds, news values) values {
		checked, err := c.rpc.Check(t.Context(), &pulumirpc.CheckRequest{Urn: urnOf(catalogue.ConfigMap, "config"), Olds: c.wire(olds), News: c.wire(news)})
		require.NoError(t, err)
		return checked.GetInputs().AsMap()["metadata"].(values)
	}
	first := check(nil, values{"metadata": values{"annotations": values{"a": "b"}}})
	assert.Regexp(t, `^config-[0-9a-f]{8}$`, first["name"])
	assert.Equal(t, values{"a": "b", "pulumi.com/autonamed": "true"}, first["annotations"])
	assert.Equal(t, "kept", check(named("", "kept"), values{})["name"])
	assert.Equal(t, "mine", check(named("", "kept"), named("", "mine"))["name"])
}

func TestZeroValuesThatTheProviderDrops(t *testing.T) {
	inside := kubernetes(t)
	check := func(inputs values) error {
		_, err := inside.rpc.Check(t.Context(), &pulumirpc.CheckRequest{
			Urn: urnOf(catalogue.Deployment, "app"), News: inside.wire(inputs),
		})
		return err
	}
	container := func(field string, value any) values {
		return values{"spec": values{"template": values{"spec": values{"containers": []any{values{"name": "app", field: value}}}}}}
	}
	for name, c := range map[string]struct {
		inputs  values
		dropped string
	}{
		"paused":             {values{"spec": values{"paused": false}}, "spec.paused"},
		"a number":           {values{"spec": values{"minReadySeconds": 0}}, "spec.minReadySeconds"},
		"text in a list":     {container("image", ""), "spec.template.spec.containers[0].image"},
		"every one is named": {values{"spec": values{"paused": false, "minReadySeconds": 0}}, "spec.minReadySeconds, spec.paused"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.ErrorContains(t, check(c.inputs), c.dropped+": the Kubernetes provider drops a zero value here")
		})
	}
	for name, inputs := range map[string]values{
		"a pointer":          container("securityContext", values{"privileged": false, "runAsUser": 0}),
		"no pods":            {"spec": values{"replicas": 0, "paused": true}},
		"a setting":          {"metadata": values{"annotations": values{"any": ""}, "labels": values{"any": ""}}},
		"a selector":         {"spec": values{"selector": values{"matchLabels": values{"any": ""}}}},
		"no pod unavailable": {"spec": values{"strategy": values{"rollingUpdate": values{"maxUnavailable": 0}}}},
	} {
		t.Run(name, func(t *testing.T) { assert.NoError(t, check(inputs)) })
	}
}

// A ConfigMap changes in place only where the provider is told so.
func TestConfigMapIsReplacedUnlessItIsMutable(t *testing.T) {
	inside, _, endpoint := cluster(newClient(t), "platform")
	replaces := func() []string {
		answer, err := inside.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urnOf(catalogue.ConfigMap, "config"), OldInputs: inside.wire(values{"data": values{"a": "1"}}), News: inside.wire(values{"data": values{"a": "2"}}),
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"data"}, answer.GetDiffs())
		return answer.GetReplaces()
	}
	assert.Equal(t, []string{"data"}, replaces())
	_, err := inside.rpc.Configure(t.Context(), &pulumirpc.ConfigureRequest{Args: inside.wire(values{
		"kubeconfig": `{"clusters":[{"cluster":{"server":"` + endpoint + `"}}]}`, "enableConfigMapMutable": true,
	})})
	require.NoError(t, err)
	assert.Empty(t, replaces())
}
