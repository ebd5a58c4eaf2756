package components_test

import (
	"fmt"
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

// clusterWide are the kinds in use that live in no namespace.
var clusterWide = map[string]bool{
	"kubernetes:networking.k8s.io/v1:IngressClass": true,
	admission + "ValidatingAdmissionPolicy":        true,
	admission + "ValidatingAdmissionPolicyBinding": true,
	rbac + "ClusterRole":                           true,
	rbac + "ClusterRoleBinding":                    true,
}

const (
	admission = "kubernetes:admissionregistration.k8s.io/v1:"
	rbac      = "kubernetes:rbac.authorization.k8s.io/v1:"
)

// runsOnCluster checks what holds for everything that a component makes in a namespace of its own.
func runsOnCluster(t *testing.T, r *recorder.Recorder, namespace, component string) {
	t.Helper()
	runsIn(t, r, namespace, namespace, component)
	assert.Len(t, r.OfType("kubernetes:core/v1:Namespace"), 1)
}

// runsIn checks what holds for everything that a component makes on the cluster, under its own name in a namespace.
func runsIn(t *testing.T, r *recorder.Recorder, namespace, app, component string) {
	t.Helper()
	labels := map[string]any{
		"app.kubernetes.io/name": app, "app.kubernetes.io/component": component,
		"app.kubernetes.io/part-of": "legops", "app.kubernetes.io/managed-by": "pulumi",
	}
	found := 0
	shared := len(r.OfType("kubernetes:core/v1:Namespace")) == 0
	for _, object := range r.Resources() {
		if !strings.HasPrefix(object.Type, "kubernetes:") {
			continue
		}
		found++
		assert.Contains(t, object.Provider, "pulumi:providers:kubernetes::kube::", object.URN)
		if shared || object.Type == "kubernetes:core/v1:Namespace" || clusterWide[object.Type] {
			assert.Contains(t, object.DeletedWith, "pulumi:providers:kubernetes::kube", object.URN)
		} else {
			assert.Contains(t, object.DeletedWith, "kubernetes:core/v1:Namespace::", object.URN)
		}
		switch {
		case object.Type == "kubernetes:core/v1:Namespace":
			restricted := map[string]any{}
			for _, mode := range []string{"enforce", "audit", "warn"} {
				restricted["pod-security.kubernetes.io/"+mode] = "restricted"
				restricted["pod-security.kubernetes.io/"+mode+"-version"] = "latest"
			}
			for key, value := range labels {
				restricted[key] = value
			}
			expect(t, object, map[string]any{"metadata.name": namespace, "metadata.labels": restricted})
		case clusterWide[object.Type]:
			expect(t, object, map[string]any{"metadata.namespace": nil, "metadata.labels": labels})
		default:
			expect(t, object, map[string]any{"metadata.namespace": namespace, "metadata.labels": labels})
		}
	}
	assert.NotZero(t, found)
}

// granted checks the two roles of a service account and that they are given to nobody else, and gives back their rules: one
// line a rule, the verbs last.
func granted(t *testing.T, r *recorder.Recorder, name, account, namespace string) (everywhere, own []string) {
	t.Helper()
	rules := func(kind, resource string) (lines []string) {
		expect(t, r.One(t, rbac+kind+"Binding", resource), map[string]any{
			"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind + "Binding", "metadata.name": account,
			"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": account},
			"subjects": []any{object{"kind": "ServiceAccount", "name": account, "namespace": namespace}},
		})
		role := r.One(t, rbac+kind, resource)
		expect(t, role, map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata.name": account})
		for _, rule := range role.Get("rules").([]any) {
			r := rule.(object)
			line := fmt.Sprint(r["apiGroups"], " ", r["resources"])
			if r["resourceNames"] != nil {
				line += fmt.Sprint(" named ", r["resourceNames"])
			}
			lines = append(lines, line+": "+strings.Trim(fmt.Sprint(r["verbs"]), "[]"))
		}
		return lines
	}
	expect(t, r.One(t, "kubernetes:core/v1:ServiceAccount", name+"-account"), map[string]any{
		"metadata.name": account, "automountServiceAccountToken": false,
	})
	for _, kind := range []string{"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"} {
		assert.Len(t, r.OfType(rbac+kind), 1)
	}
	return rules("ClusterRole", name+"-cluster-rights"), rules("Role", name+"-rights")
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
