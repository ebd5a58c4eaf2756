package capacity

// Agent is a pod that runs on every node.
type Agent struct {
	Name string
	// Addon is its managed add-on.
	Addon string
	// Pod is its request, and Source the source of that.
	Pod    Room
	Source string
}

// Sources of requests. EKS builds its managed add-ons from these; comments note EKS's changes.
const (
	chartEBS        = "kubernetes-sigs/aws-ebs-csi-driver, charts/aws-ebs-csi-driver 2.64.0"
	chartCloudWatch = "aws-observability/helm-charts, charts/amazon-cloudwatch-observability 6.4.0, values.yaml"
)

// Agents are the managed add-ons' pods on every node, all of the priority system-node-critical: they evict an application that
// reached a new node first. The agents of accelerators (DCGM, Neuron) run only on nodes with one.
var Agents = []Agent{
	// Two containers of 25m: the CNI and the network policy agent.
	{"aws-node", "vpc-cni", Room{50, 0, 1}, "aws/amazon-vpc-cni-k8s v1.23.1, config/master/aws-k8s-cni.yaml"},
	{"kube-proxy", "kube-proxy", Room{100, 0, 1}, "the manifest of EKS for 1.17, as published; believed to be the same since"},
	{"eks-pod-identity-agent", "eks-pod-identity-agent", Room{0, 0, 1}, "aws/eks-pod-identity-agent 0.1.37, charts/eks-pod-identity-agent/values.yaml: no requests"},
	// Three containers of 10m and 40Mi.
	{"ebs-csi-node", "aws-ebs-csi-driver", Room{30, 120, 1}, chartEBS + ", templates/_node.tpl"},
	{"cloudwatch-agent", "amazon-cloudwatch-observability", Room{250, 128, 1}, chartCloudWatch},
	{"fluent-bit", "amazon-cloudwatch-observability", Room{50, 25, 1}, chartCloudWatch},
}

// Service is a workload that runs once or twice in the cluster.
type Service struct {
	Workload
	// Addon is its managed add-on; empty if the program itself installs it.
	Addon string
	// Priority is the name of its priority class; empty for none.
	Priority string
	// Source is the source of its requests.
	Source string
}

// clusterCritical is the priority class of workloads without which a cluster does not work.
const clusterCritical = "system-cluster-critical"

// Services are the Deployments of the managed add-ons and the Cluster Autoscaler.
var Services = []Service{
	{Workload{"coredns", 2, Room{100, 70, 1}}, "coredns", clusterCritical, "eksctl-io/eksctl, pkg/addons/default/assets/coredns-1.35.json"},
	// Six containers of 10m and 40Mi.
	{Workload{"ebs-csi-controller", 2, Room{60, 240, 1}}, "aws-ebs-csi-driver", clusterCritical, chartEBS + ", templates/controller.yaml, with the snapshotter"},
	{
		Workload{"metrics-server", 2, Room{100, 200, 1}}, "metrics-server", clusterCritical,
		"kubernetes-sigs/metrics-server, charts/metrics-server/values.yaml; that EKS runs two is believed",
	},
	{
		Workload{"amazon-cloudwatch-observability-controller-manager", 1, Room{100, 64, 1}}, "amazon-cloudwatch-observability", "",
		chartCloudWatch,
	},
	{Workload{ClusterAutoscaler, 1, Room{50, 128, 1}}, "", clusterCritical, "components/compute/clusterautoscaler.go"},
}

// ClusterAutoscaler is the name of the autoscaler's Deployment, Ingress that of the ingress controller's, DatabaseRoles that of the CronJob that
// makes roles in the database, SearchRoles that of the one for the search domain.
const (
	ClusterAutoscaler = "cluster-autoscaler"
	Ingress           = "nginx-ingress-controller"
	DatabaseRoles     = "database-roles"
	SearchRoles       = "search-roles"
)

// Helper is the request of a container that is no application's own (components/apps/helper.go): one that reads secrets into files before others of
// its pod start, with a program of the AWS CLI, or that makes roles. Its memory is believed to suffice.
var Helper = Room{50, 192, 0}

var (
	// IngressPod is the request of a pod of the ingress controller (components/apps/ingress.go).
	IngressPod = Room{200, 256, 1}
	// RolesPod is that of a pod which makes roles (components/apps/rolesjob.go).
	RolesPod = Helper.plus(Room{Pods: 1}, 1)
)
