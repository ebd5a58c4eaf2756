package apps

import "legops/components/internal/kit"

// networkingGroup is the API group of Ingresses.
const networkingGroup = "networking.k8s.io"

// The rights are what release 5.5.4 asks the Kubernetes API for with the arguments in use, by its source
// (nginx/kubernetes-ingress v5.5.4: cmd/nginx-ingress/main.go, internal/k8s). Without custom resources and with
// ingressSecrets, it reads no Secret anywhere, and without telemetry no nodes and no ReplicaSets.

// ingressEverywhere is what the controller reads of all namespaces, since applications are in any, and the two things that
// it writes there: the status of an Ingress, and what it has to say about one.
var ingressEverywhere = []kit.RbacRule{
	{APIGroups: []string{networkingGroup}, Resources: []string{"ingresses"}, Verbs: []string{"get", "list", "watch"}},
	{APIGroups: []string{networkingGroup}, Resources: []string{"ingresses/status"}, Verbs: []string{"update"}},
	{APIGroups: []string{networkingGroup}, Resources: []string{"ingressclasses"}, ResourceNames: []string{ingressClass}, Verbs: []string{"get"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"pods", "services"}, Verbs: []string{"list", "watch"}},
	{APIGroups: []string{"discovery.k8s.io"}, Resources: []string{"endpointslices"}, Verbs: []string{"list", "watch"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"events"}, Verbs: []string{"create", "patch"}},
}

// ingressAtHome is what it needs in its own namespace: its settings, its own pod, which it labels with the versions that run,
// and the Lease by which one controller alone writes status. Kubernetes knows no creation of one name.
var ingressAtHome = []kit.RbacRule{
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "watch"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"pods"}, Verbs: []string{"get", "update"}},
	{APIGroups: []string{kit.CoreGroup}, Resources: []string{"namespaces"}, ResourceNames: []string{IngressNamespace}, Verbs: []string{"get"}},
	{APIGroups: []string{kit.LeaseGroup}, Resources: []string{"leases"}, Verbs: []string{"create"}},
	{APIGroups: []string{kit.LeaseGroup}, Resources: []string{"leases"}, ResourceNames: []string{ingressLease}, Verbs: []string{"get", "update"}},
}
