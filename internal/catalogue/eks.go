package catalogue

// Resource types of Elastic Kubernetes Service.
const (
	Cluster                 = "aws:eks/cluster:Cluster"
	NodeGroup               = "aws:eks/nodeGroup:NodeGroup"
	Addon                   = "aws:eks/addon:Addon"
	PodIdentityAssociation  = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
	AccessEntry             = "aws:eks/accessEntry:AccessEntry"
	AccessPolicyAssociation = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
)

var _ = add([]Type{
	{Token: Cluster, ID: "{name}", ARN: "arn:{partition}:eks:{region}:{account}:cluster/{name}",
		Name: Name{Input: "name", Form: form(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)},
		// Encryption can be added, and never removed (hashicorp/terraform-provider-aws, internal/service/eks/cluster.go, 5.68 and 6.13).
		Replaces: []string{"encryptionConfig!"},
		InUseBy:  anything, Box: "api", Holds: "the cluster, and everything that runs on it", Costs: "hours of its control plane",
		Failure: "everything runs on it",
		Restarts: []Restart{{Input: "version", Serves: true, Source: "https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html",
			What:    "the API servers are replaced: single calls of the Kubernetes API fail and have to be repeated. What runs on the cluster goes on. The way back is open for seven days, by hand",
			Longest: "several minutes; Pulumi gives up after an hour"}},
		Metrics: published(
			Metric{Namespace: "ContainerInsights", Sets: [][]Dimension{{inCluster}}, Every: 60,
				Source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html"},
			Metric{Names: []string{"node_cpu_utilization", "node_memory_utilization", "node_filesystem_utilization"}, Statistics: gauge, Most: 100},
			Metric{Statistics: gauge, Most: Unlimited, Names: []string{
				"cluster_node_count", "cluster_failed_node_count", "cluster_number_of_running_pods", "node_number_of_running_pods",
			}},
			Metric{Sets: [][]Dimension{{inCluster}, {inCluster, inNamespace, ofPods}}, Statistics: summed, Most: Unlimited, Names: []string{
				"pod_number_of_container_restarts", "pod_status_pending", "pod_status_running", "pod_status_failed",
				"pod_status_ready", "pod_container_status_waiting_reason_crash_loop_back_off",
				"pod_container_status_terminated_reason_oom_killed",
			}},
			Metric{Sets: [][]Dimension{{inCluster}, {inCluster, inNamespace}, {inCluster, inNamespace, ofPods}}, Statistics: gauge, Most: 100, Names: []string{
				"pod_cpu_utilization", "pod_memory_utilization", "pod_cpu_utilization_over_pod_limit",
				"pod_memory_utilization_over_pod_limit",
			}},
			Metric{Sets: [][]Dimension{{inCluster}, {inCluster, inNamespace, ofPods}}, Statistics: gauge, Most: Unlimited,
				Names: []string{"replicas_desired", "replicas_ready", "status_replicas_available", "status_replicas_unavailable"}},
			Metric{Names: []string{"namespace_number_of_running_pods"}, Sets: [][]Dimension{{inCluster}, {inCluster, inNamespace}},
				Statistics: gauge, Most: Unlimited},
		)},
	{Token: NodeGroup, ID: "{clusterName}:{nodeGroupName}",
		ARN:   "arn:{partition}:eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{digest}",
		Name:  Name{Input: "nodeGroupName", Form: form(`^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$`), Within: "clusterName"},
		Links: []Link{{"clusterName", Cluster}, {"launchTemplate.name", LaunchTemplate}}, Box: "cluster", Holds: Nothing,
		Costs: "hours of its nodes, and GB of their disks", Failure: "everything runs on it",
		Unwatched: "its nodes are watched as the cluster's",
		Restarts:  []Restart{rolls("launchTemplate"), rolls("version"), rolls("releaseVersion")}},
	{Token: Addon, ID: "{clusterName}:{addonName}",
		ARN:   "arn:{partition}:eks:{region}:{account}:addon/{clusterName}/{addonName}/{digest}",
		Links: []Link{{"clusterName", Cluster}}, Box: "cluster", Inert: true,
		Restarts: []Restart{{Input: "addonVersion", Serves: true, Source: "https://docs.aws.amazon.com/eks/latest/userguide/updating-an-add-on.html",
			What: "EKS replaces the add-on's pods, some at a time. Where the stack file named no version before, it cannot be undone by taking the version " +
				"out again: EKS keeps it. Pin the former one instead",
			// hashicorp/terraform-provider-aws, internal/service/eks/addon.go, 5.68, 6.13 and 6.34.
			Longest: "until its pods have started; Pulumi gives up after 20 minutes"}}},
	{Token: PodIdentityAssociation, ID: "{clusterName}/{namespace}/{serviceAccount}",
		Links: []Link{{"clusterName", Cluster}},
		Quota: Quota{Limit: 5000, Per: "clusterName"}, Box: "applications", Inert: true},
	{Token: AccessEntry, ID: "{clusterName}:{principalArn}", Links: []Link{{"clusterName", Cluster}}, Box: "api", Inert: true},
	{Token: AccessPolicyAssociation, ID: "{clusterName}#{principalArn}#{policyArn}", Links: []Link{{"clusterName", Cluster}}, Box: "api", Inert: true},
})

// The dimensions of Container Insights. PodName is the name of what made the pods, the Deployment.
var (
	inCluster   = Dimension{"ClusterName", Cluster, "name"}
	inNamespace = Dimension{"Namespace", Namespace, "metadata.name"}
	ofPods      = Dimension{"PodName", Deployment, "metadata.name"}
)

// rolls is a change for which the nodes of a group are replaced.
func rolls(input string) Restart {
	return Restart{Input: input, Serves: true,
		What: "EKS replaces every node of the group, so many at a time as updateConfig says: new ones start, pods are evicted as far as their budgets allow and start " +
			"elsewhere, old nodes go. What has two pods or more goes on; what has one is away until it has started",
		// The hour is hashicorp/terraform-provider-aws, internal/service/eks/node_group.go, 5.68 and 6.13.
		Longest: "15 minutes a node until its pods have left, or the update fails (PodEvictionFailure) and leaves some nodes new; Pulumi gives up after an hour",
		Source:  "https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html",
	}
}
