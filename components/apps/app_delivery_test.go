package apps_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/components/apps"
	"legops/components/internal/componenttest"
)

// All that delivery may do on the cluster.
func TestAppDelivery(t *testing.T) {
	r := componenttest.Record(t, app(appArgs))
	const group = "kubernetes:rbac.authorization.k8s.io/v1:"
	may := func(apiGroup string, resources []any, names any, verbs ...any) object {
		rule := object{"apiGroups": []any{apiGroup}, "resources": resources, "verbs": verbs}
		if names != nil {
			rule["resourceNames"] = names
		}
		return rule
	}
	componenttest.Expect(t, r.One(t, group+"Role", "app-matters-delivery"), map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata.name": "delivery",
		"rules": []any{
			may("apps", []any{"deployments", "replicasets"}, nil, "get", "list", "watch"),
			may("apps", []any{"deployments"}, []any{"matters"}, "patch"),
			may("", []any{"configmaps"}, []any{"serving.delivery"}, "get", "patch"),
			may("", []any{"pods"}, nil, "get", "list", "watch"),
			may("", []any{"events"}, nil, "get", "list"),
			may("discovery.k8s.io", []any{"endpointslices"}, nil, "get", "list"),
			may("", []any{"services"}, []any{"matters"}, "get"),
			may("batch", []any{"cronjobs"}, []any{"migrate"}, "get"),
		},
	})
	componenttest.Expect(t, r.One(t, group+"RoleBinding", "app-matters-delivery"), map[string]any{
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata.name": "delivery",
		"roleRef":  object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "delivery"},
		"subjects": []any{object{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": apps.DeliveryGroup}},
	})
	// The application's release policy is played by the provider.
	policy := r.One(t, "pulumi:providers:kubernetes", "kube")
	assert.Contains(t, r.One(t, group+"RoleBinding", "app-matters-delivery").DependsOn, policy.URN)
	assert.Len(t, r.OfType(group+"Role"), 1)
	assert.Len(t, r.OfType(group+"RoleBinding"), 1)
}

// A release is somebody else's: the workload is there without one.
func TestAppStartsWithoutDelivery(t *testing.T) {
	r, patch := appWorkload(t)
	for _, kind := range []string{"Role", "RoleBinding"} {
		assert.NotContains(t, patch.DependsOn, r.One(t, "kubernetes:rbac.authorization.k8s.io/v1:"+kind, "app-matters-delivery").URN)
	}
}
