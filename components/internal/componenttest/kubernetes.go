package componenttest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"legops/internal/recorder"
)

// OnCluster makes a component with a Kubernetes provider, which also stands in for the cluster.
func OnCluster(make func(ctx *pulumi.Context, cluster pulumi.Resource, opts ...pulumi.ResourceOption) error) Construct {
	return func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		kube, err := kubernetes.NewProvider(ctx, "kube", &kubernetes.ProviderArgs{})
		if err != nil {
			return err
		}
		return make(ctx, kube, append(opts, pulumi.Providers(kube))...)
	}
}

// ClusterWide are the kinds in use that live in no namespace.
var clusterWide = map[string]bool{
	"kubernetes:networking.k8s.io/v1:IngressClass": true,
	Admission + "ValidatingAdmissionPolicy":        true,
	Admission + "ValidatingAdmissionPolicyBinding": true,
	RBAC + "ClusterRole":                           true,
	RBAC + "ClusterRoleBinding":                    true,
}

// The beginnings of the types of policies and of roles.
const (
	Admission = "kubernetes:admissionregistration.k8s.io/v1:"
	RBAC      = "kubernetes:rbac.authorization.k8s.io/v1:"
)

// RunsIn checks what holds for everything that a component makes on the cluster, under its own name in a namespace.
func RunsIn(t *testing.T, r *recorder.Recorder, namespace, app, component string) {
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
			Expect(t, object, map[string]any{"metadata.name": namespace, "metadata.labels": restricted})
		case clusterWide[object.Type]:
			Expect(t, object, map[string]any{"metadata.namespace": nil, "metadata.labels": labels})
		default:
			Expect(t, object, map[string]any{"metadata.namespace": namespace, "metadata.labels": labels})
		}
	}
	assert.NotZero(t, found)
}

// Granted checks the two roles of a service account and that they are given to nobody else, and gives back their rules: one
// line a rule, the verbs last.
func Granted(t *testing.T, r *recorder.Recorder, name, account, namespace string) (everywhere, own []string) {
	t.Helper()
	rules := func(kind, resource string) (lines []string) {
		Expect(t, r.One(t, RBAC+kind+"Binding", resource), map[string]any{
			"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind + "Binding", "metadata.name": account,
			"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": account},
			"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": account, "namespace": namespace}},
		})
		role := r.One(t, RBAC+kind, resource)
		Expect(t, role, map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata.name": account})
		for _, rule := range role.Get("rules").([]any) {
			r := rule.(map[string]any)
			line := fmt.Sprint(r["apiGroups"], " ", r["resources"])
			if r["resourceNames"] != nil {
				line += fmt.Sprint(" named ", r["resourceNames"])
			}
			lines = append(lines, line+": "+strings.Trim(fmt.Sprint(r["verbs"]), "[]"))
		}
		return lines
	}
	Expect(t, r.One(t, "kubernetes:core/v1:ServiceAccount", name+"-account"), map[string]any{
		"metadata.name": account, "automountServiceAccountToken": false,
	})
	for _, kind := range []string{"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"} {
		assert.Len(t, r.OfType(RBAC+kind), 1)
	}
	return rules("ClusterRole", name+"-cluster-rights"), rules("Role", name+"-rights")
}
