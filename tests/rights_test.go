package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
)

// rights are what the service accounts of the platform ask the Kubernetes API for, by the source of the programs
// (docs/decisions/0023-no-helm.md), and what their charts would let them and nobody needs.
var rights = []struct {
	account     string // namespace:name
	may, mayNot []string
}{{
	account: "nginx-ingress:nginx-ingress",
	may: []string{
		"list ingresses.networking.k8s.io", "watch ingresses.networking.k8s.io", "get ingresses.networking.k8s.io in matters",
		"update ingresses.networking.k8s.io/status in matters", "get ingressclasses.networking.k8s.io named nginx",
		"list services", "watch services", "list pods", "watch pods", "list endpointslices.discovery.k8s.io", "watch endpointslices.discovery.k8s.io",
		"create events in matters", "patch events in matters", "get namespaces named nginx-ingress in nginx-ingress",
		"get configmaps in nginx-ingress", "list configmaps in nginx-ingress", "watch configmaps in nginx-ingress",
		"get pods in nginx-ingress", "update pods in nginx-ingress", "create leases.coordination.k8s.io in nginx-ingress",
		"get leases.coordination.k8s.io named nginx-ingress-leader-election in nginx-ingress",
		"update leases.coordination.k8s.io named nginx-ingress-leader-election in nginx-ingress",
	},
	mayNot: []string{
		"list secrets", "get secrets in matters", "list secrets in nginx-ingress", "get secrets in nginx-ingress", "list configmaps",
		"get configmaps in matters", "create services in nginx-ingress", "update services in matters", "delete services in matters",
		"update ingresses.networking.k8s.io in matters", "update pods in matters", "create pods in nginx-ingress", "create pods/exec in nginx-ingress",
		"list nodes", "get replicasets.apps in nginx-ingress", "get ingressclasses.networking.k8s.io named other", "list namespaces",
		"update leases.coordination.k8s.io named other in nginx-ingress", "create leases.coordination.k8s.io in kube-system",
	},
}, {
	account: "kube-system:cluster-autoscaler",
	may: []string{
		"list nodes", "watch nodes", "get nodes", "update nodes", "list pods", "watch pods", "get pods in matters", "create pods/eviction in matters",
		"list namespaces", "list services", "list replicationcontrollers", "list persistentvolumes", "list persistentvolumeclaims",
		"list daemonsets.apps", "list replicasets.apps", "list statefulsets.apps", "list jobs.batch", "list poddisruptionbudgets.policy",
		"list storageclasses.storage.k8s.io", "list csinodes.storage.k8s.io", "list csidrivers.storage.k8s.io",
		"list csistoragecapacities.storage.k8s.io", "list volumeattachments.storage.k8s.io", "list resourceclaims.resource.k8s.io",
		"list resourceslices.resource.k8s.io", "list deviceclasses.resource.k8s.io", "create events in matters", "patch events in default",
		"create configmaps in kube-system", "update configmaps named cluster-autoscaler-status in kube-system",
		"delete configmaps named cluster-autoscaler-status in kube-system", "create leases.coordination.k8s.io in kube-system",
		"update leases.coordination.k8s.io named cluster-autoscaler in kube-system",
	},
	mayNot: []string{
		"list secrets", "get secrets in kube-system", "get configmaps in kube-system", "update configmaps named coredns in kube-system",
		"list configmaps", "delete pods in matters", "update pods/status in matters", "create pods in matters", "delete nodes",
		"create nodes", "patch nodes", "update endpoints in kube-system", "update deployments.apps in matters", "patch jobs.batch in matters",
		"create podtemplates in matters", "update leases.coordination.k8s.io named other in kube-system",
		"create leases.coordination.k8s.io in matters",
	},
}}

// checkRights asks a real API server, with everything in it that a stack registers, what each account may do.
func checkRights(t *testing.T, plane *controlplane.Plane) {
	t.Helper()
	for _, of := range rights {
		assert.Equal(t, of.may, allowed(t, plane, of.account, of.may), "%s needs all of these", of.account)
		assert.Empty(t, allowed(t, plane, of.account, of.mayNot), "%s needs none of these", of.account)
	}
}

// allowed are those of the requests that a service account may make. A request is a verb, a resource with its group, and perhaps
// "named" an object and "in" a namespace.
func allowed(t *testing.T, plane *controlplane.Plane, account string, requests []string) (granted []string) {
	t.Helper()
	var documents strings.Builder
	for _, request := range requests {
		words := strings.Fields(request)
		attributes := map[string]any{"verb": words[0]}
		name, subresource, _ := strings.Cut(words[1], "/")
		attributes["resource"], attributes["group"], _ = strings.Cut(name, ".")
		attributes["subresource"] = subresource
		for i := 2; i+1 < len(words); i += 2 {
			attributes[map[string]string{"named": "name", "in": "namespace"}[words[i]]] = words[i+1]
		}
		require.NoError(t, json.NewEncoder(&documents).Encode(map[string]any{
			"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
			"spec": map[string]any{
				"user": "system:serviceaccount:" + account, "resourceAttributes": attributes,
				"groups": []string{"system:authenticated", "system:serviceaccounts"},
			},
		}))
	}
	answer, err := plane.Kubectl(t.Context(), []byte(documents.String()), "create", "--filename=-", "--output=json")
	require.NoError(t, err)
	answers := json.NewDecoder(strings.NewReader(string(answer)))
	for _, request := range requests {
		var review struct {
			Status struct {
				Allowed bool   `json:"allowed"`
				Error   string `json:"evaluationError"`
			} `json:"status"`
		}
		require.NoError(t, answers.Decode(&review), fmt.Sprintf("the answer to %q", request))
		require.Empty(t, review.Status.Error, request)
		if review.Status.Allowed {
			granted = append(granted, request)
		}
	}
	return granted
}
