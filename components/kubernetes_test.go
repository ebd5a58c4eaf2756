package components_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/internal/recorder"
)

// onCluster makes a component with a Kubernetes provider, which also stands in for the cluster.
func onCluster(make func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error) construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		kube, err := kubernetes.NewProvider(ctx, "kube", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		return make(ctx, kube, append(opts, pulumi.Providers(kube))...)
	}
}

// runsOnCluster checks what holds for everything that a component makes on the cluster.
func runsOnCluster(t *testing.T, r *recorder.Recorder, namespace, component string) {
	t.Helper()
	labels := map[string]any{
		"app.kubernetes.io/name": namespace, "app.kubernetes.io/component": component,
		"app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
	}
	found := 0
	for _, object := range r.Resources() {
		if !strings.HasPrefix(object.Type, "kubernetes:") {
			continue
		}
		found++
		assert.Contains(t, object.Provider, "pulumi:providers:kubernetes::kube::", object.URN)
		if object.Type == "kubernetes:core/v1:Namespace" {
			assert.Contains(t, object.DeletedWith, "pulumi:providers:kubernetes::kube", object.URN)
		} else {
			assert.Contains(t, object.DeletedWith, "kubernetes:core/v1:Namespace::", object.URN)
		}
		switch object.Type {
		case "kubernetes:helm.sh/v3:Release":
			assert.Equal(t, namespace, object.Get("namespace"))
		case "kubernetes:core/v1:Namespace":
			restricted := map[string]any{}
			for _, mode := range []string{"enforce", "audit", "warn"} {
				restricted["pod-security.kubernetes.io/"+mode] = "restricted"
				restricted["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
			}
			for key, value := range labels {
				restricted[key] = value
			}
			expect(t, object, map[string]any{"metadata.name": namespace, "metadata.labels": restricted})
		default:
			expect(t, object, map[string]any{"metadata.namespace": namespace, "metadata.labels": labels})
		}
	}
	assert.NotZero(t, found)
	assert.Len(t, r.OfType("kubernetes:core/v1:Namespace"), 1)
}

// closed checks the policy that denies everything, and gives back the one that allows.
func closed(t *testing.T, r *recorder.Recorder, name string) recorder.Resource {
	t.Helper()
	const policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
	assert.Len(t, r.OfType(policy), 2)
	assert.Equal(t, map[string]any{
		"podSelector": map[string]any{}, "policyTypes": []any{"Ingress", "Egress"},
	}, r.One(t, policy, name+"-deny").Get("spec"))
	return r.One(t, policy, name+"-allow")
}

// The parts of network policies, as Kubernetes reads them.
type object = map[string]any

func port(protocol string, number float64) object {
	return object{"protocol": protocol, "port": number}
}

func block(cidr string) object { return object{"ipBlock": object{"cidr": cidr}} }

// named is the port of an application, by the name that its pods give it.
var named = object{"protocol": "TCP", "port": "http"}

func podsOf(namespace string) object {
	return object{"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": namespace}}}
}

var dns = object{
	"to": []any{object{
		"namespaceSelector": object{"matchLabels": object{"kubernetes.io/metadata.name": "kube-system"}},
		"podSelector":       object{"matchLabels": object{"k8s-app": "kube-dns"}},
	}},
	"ports": []any{port("UDP", 53), port("TCP", 53)},
}
