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

var eks = []Type{
	{
		Token: Cluster, ID: "{name}",
		ARN:  "arn:{partition}:eks:{region}:{account}:cluster/{name}",
		Name: Name{Input: "name", Form: form(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)},
		Replaces: []string{
			"roleArn", "accessConfig.bootstrapClusterCreatorAdminPermissions", "kubernetesNetworkConfig.ipFamily",
			"kubernetesNetworkConfig.serviceIpv4Cidr", "bootstrapSelfManagedAddons", "encryptionConfig.resources",
		},
		InUseBy: anything,
	},
	{
		Token: NodeGroup, ID: "{clusterName}:{nodeGroupName}",
		ARN:  "arn:{partition}:eks:{region}:{account}:nodegroup/{clusterName}/{nodeGroupName}/{digest}",
		Name: Name{Input: "nodeGroupName", Form: form(`^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$`), Within: "clusterName"},
		Replaces: []string{
			"amiType", "capacityType", "diskSize", "instanceTypes", "launchTemplate.id", "launchTemplate.name", "nodeRoleArn",
			"subnetIds",
		},
		Links: []Link{{"clusterName", Cluster}, {"launchTemplate.name", LaunchTemplate}},
	},
	{
		Token: Addon, ID: "{clusterName}:{addonName}",
		ARN:      "arn:{partition}:eks:{region}:{account}:addon/{clusterName}/{addonName}/{digest}",
		Replaces: none, Links: []Link{{"clusterName", Cluster}},
	},
	{
		Token: PodIdentityAssociation, ID: "{clusterName}/{namespace}/{serviceAccount}",
		Replaces: []string{"namespace", "serviceAccount"}, Links: []Link{{"clusterName", Cluster}},
		Quota: Quota{Limit: 5000, Per: "clusterName"},
	},
	{
		Token: AccessEntry, ID: "{clusterName}:{principalArn}",
		Replaces: []string{"type"}, Links: []Link{{"clusterName", Cluster}},
	},
	{
		Token: AccessPolicyAssociation, ID: "{clusterName}#{principalArn}#{policyArn}",
		Replaces: []string{"accessScope"}, Links: []Link{{"clusterName", Cluster}},
	},
}
