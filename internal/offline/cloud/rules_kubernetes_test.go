package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

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
	record, err := OpenRecord("")
	require.NoError(t, err)
	p := start(t, record, nil)
	inside, _, endpoint := cluster(t, p, connect(t, p, "aws", account, region), "platform")
	replaces := func() []string {
		answer, err := inside.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urnOf(catalogue.ConfigMap, "config"), OldInputs: inside.wire(values{"data": values{"a": "1"}}), News: inside.wire(values{"data": values{"a": "2"}}),
		})
		require.NoError(t, err)
		assert.Equal(t, []string{"data"}, answer.GetDiffs())
		return answer.GetReplaces()
	}
	assert.Equal(t, []string{"data"}, replaces())
	_, err = inside.rpc.Configure(t.Context(), &pulumirpc.ConfigureRequest{Args: inside.wire(values{
		"kubeconfig": `{"clusters":[{"cluster":{"server":"` + endpoint + `"}}]}`, "enableConfigMapMutable": true,
	})})
	require.NoError(t, err)
	assert.Empty(t, replaces())
}
