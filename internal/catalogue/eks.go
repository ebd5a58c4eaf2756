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
		Replaces: []string{
			"roleArn", "accessConfig.bootstrapClusterCreatorAdminPermissions", "kubernetesNetworkConfig.ipFamily",
			"kubernetesNetworkConfig.serviceIpv4Cidr", "bootstrapSelfManagedAddons", "encryptionConfig.resources",
		},
		InUseBy: anything, Box: "api", Holds: "the cluster, and everything that runs on it", Costs: "hours of its control plane",
		Failure: "everything runs on it"},
	{Token: NodeGroup, ID: "{clusterName}:{nodeGroupName}",
		ARN:  "arn:{partition}:eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{digest}",
		Name: Name{Input: "nodeGroupName", Form: form(`^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$`), Within: "clusterName"},
		Replaces: []string{
			"amiType", "capacityType", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name", "nodeRoleArn",
			"subnetIds",
		},
		Links: []Link{{"clusterName", Cluster}, {"launchTemplate.name", LaunchTemplate}}, Box: "cluster", Holds: Nothing,
		Costs: "hours of its nodes, and GB of their disks", Failure: "everything runs on it",
		Unwatched: "its nodes are watched as the cluster's"},
	{Token: Addon, ID: "{clusterName}:{addonName}",
		ARN: "arn:{partition}:eks:{region}:{account}:addon/{clusterName}/{addonName}/{digest}", Replaces: none,
		Links: []Link{{"clusterName", Cluster}}, Box: "cluster", Inert: true},
	{Token: PodIdentityAssociation, ID: "{clusterName}/{namespace}/{serviceAccount}",
		Replaces: []string{"namespace", "serviceAccount"}, Links: []Link{{"clusterName", Cluster}},
		Quota: Quota{Limit: 5000, Per: "clusterName"}, Box: "applications", Inert: true},
	{Token: AccessEntry, ID: "{clusterName}:{principalArn}", Replaces: []string{"type"},
		Links: []Link{{"clusterName", Cluster}}, Box: "api", Inert: true},
	{Token: AccessPolicyAssociation, ID: "{clusterName}#{principalArn}#{policyArn}", Replaces: []string{"accessScope"},
		Links: []Link{{"clusterName", Cluster}}, Box: "api", Inert: true},
})
