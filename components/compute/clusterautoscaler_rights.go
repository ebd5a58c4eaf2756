package compute

import (
	"slices"

	"legops/components/internal/kit"
)

// The rights are what releases 1.34.2 and 1.35.0 ask the Kubernetes API for with the arguments in use, by their source
// (kubernetes/autoscaler, tags cluster-autoscaler-1.34.2 and -1.35.0). The autoscaler does not start before it has seen all of
// everything that it watches (main.go, WaitForCacheSync): one list too few, and it never does anything.

// autoscalerLooks are what it watches: nodes and pods, what makes pods (utils/kubernetes/listers.go), and what the plugins of
// the simulated scheduler look at (kubernetes v1.35.4, pkg/scheduler/framework/plugins).
var autoscalerLooks = []kit.RbacRule{
	watched(kit.CoreGroup, "namespaces", "nodes", "persistentvolumeclaims", "persistentvolumes", "pods", "replicationcontrollers", "services"),
	watched("apps", "daemonsets", "replicasets", "statefulsets"),
	watched("batch", "jobs"),
	watched("policy", "poddisruptionbudgets"),
	// Claims of devices are among it since 1.35, whether there are any or not (--enable-dynamic-resource-allocation).
	watched("resource.k8s.io", "deviceclasses", "resourceclaims", "resourceslices"),
	watched("storage.k8s.io", "csidrivers", "csinodes", "csistoragecapacities", "storageclasses", "volumeattachments"),
}

// autoscalerEverywhere is that, and what it does: taint a node that will go, ask pods to leave it and see that they have, and
// tell.
var autoscalerEverywhere = slices.Concat(autoscalerLooks, []kit.RbacRule{
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"nodes"}, Verbs: []string{"get", "update"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"pods"}, Verbs: []string{"get"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"pods/eviction"}, Verbs: []string{"create"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"events"}, Verbs: []string{"create", "patch"}},
})

// autoscalerAtHome is what it writes in its own namespace: its state, for people to read, and the Lease of the one that works.
// Kubernetes knows no creation of one name.
var autoscalerAtHome = []kit.RbacRule{
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"configmaps"}, Verbs: []string{"create"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"configmaps"}, ResourceNames: []string{autoscalerName + "-status"}, Verbs: []string{"get", "update", "delete"}},
	{APIGroups: []string{kit.LeaseGroup}, Resources: []string{"leases"}, Verbs: []string{"create"}},
	{APIGroups: []string{kit.LeaseGroup}, Resources: []string{"leases"}, ResourceNames: []string{autoscalerName}, Verbs: []string{"get", "update"}},
}

func watched(group string, resources ...string) kit.RbacRule {
	return kit.RbacRule{APIGroups: []string{group}, Resources: resources, Verbs: []string{"list", "watch"}}
}
