package compute_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/compute"
	"legops/components/internal/componenttest"
	"legops/internal/recorder"
	"legops/internal/settings"
)

func eksArgs() compute.EksArgs {
	return compute.EksArgs{
		Eks: settings.Eks{
			Version: "1.35", PublicAccessCIDRs: componenttest.Prefixes("192.0.2.0/24"), LogTypes: []settings.ClusterLogType{"api", "audit"}, LogRetention: 90,
			Administrators: []settings.RoleARN{"arn:aws:iam::111122223333:role/platform"},
			Viewers:        []settings.RoleARN{"arn:aws:iam::111122223333:role/preview"},
			AddonVersions:  map[settings.AddonName]string{"coredns": "v1.13.1-eksbuild.1"},
			Nodes: settings.Nodes{
				InstanceTypes: []settings.InstanceType{"m7g.large", "m6g.large"}, CapacityType: "ON_DEMAND", MinSizePerZone: 2, MaxSizePerZone: 6, DiskGiB: 50,
			},
		},
		Name:                 "legops-test",
		Location:             componenttest.Location,
		VpcID:                pulumi.String("vpc"),
		AvailabilityZones:    []string{"euw1-az1", "euw1-az2"},
		SubnetIDs:            pulumi.ToStringArray([]string{"subnet-a", "subnet-b"}),
		WorkloadLogRetention: 30,
		LogKeyArn:            pulumi.String("logs-key"),
		SecretsKeyArn:        pulumi.String("secrets-key"),
		VolumesKeyArn:        pulumi.String("volumes-key"),
		Tags:                 map[string]string{"Owner": "ops"},
		Protect:              true,
	}
}

var cluster = componenttest.Of("eks", compute.NewEks)

func TestEks(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Eks", "eks", cluster(eksArgs()))
	found := r.One(t, "eks:index:Cluster", "eks")
	componenttest.Expect(t, found, map[string]any{
		"name": "legops-test", "version": "1.35", "authenticationMode": "API",
		"vpcId": "vpc", "subnetIds": []any{"subnet-a", "subnet-b"},
		"encryptionConfigKeyArn": "secrets-key", "enabledClusterLogTypes": []any{"api", "audit"},
		"endpointPrivateAccess": true, "endpointPublicAccess": true, "publicAccessCidrs": []any{"192.0.2.0/24"},
		"useDefaultVpcCni": true, "skipDefaultNodeGroup": true, "createOidcProvider": nil,
		"providerCredentialOpts": map[string]any{},
	})
	entry := "accessEntries.platform."
	componenttest.Expect(t, found, map[string]any{
		entry + "principalArn":                          "arn:aws:iam::111122223333:role/platform",
		entry + "accessPolicies.admin.policyArn":        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
		entry + "accessPolicies.admin.accessScope.type": "cluster",
	})
	viewer := "accessEntries.preview."
	componenttest.Expect(t, found, map[string]any{
		viewer + "principalArn":                         "arn:aws:iam::111122223333:role/preview",
		viewer + "accessPolicies.view.policyArn":        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy",
		viewer + "accessPolicies.view.accessScope.type": "cluster",
		viewer + "accessPolicies.admin":                 nil,
	})
	assert.False(t, found.Protect, "it would reach the access entries")
	assert.Contains(t, found.Providers["aws"], "pulumi:providers:aws::aws::")
	for input, name := range map[string]string{
		"clusterSecurityGroup": "aws:ec2/securityGroup:SecurityGroup::eks-control-plane",
		"serviceRole":          "aws:iam/role:Role::eks-service",
		"instanceRole":         "aws:iam/role:Role::eks-nodes",
	} {
		assert.True(t, strings.HasSuffix(referred(found, input), name), "%s is ours: %s", input, referred(found, input))
	}

	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "eks-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "/aws/eks/legops-test/cluster", "kmsKeyId": "logs-key", "retentionInDays": 90.0})
	assert.True(t, logs.Protect)
	assert.Contains(t, found.DependsOn, logs.URN)
	assert.Contains(t, found.DependsOn, r.One(t, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-service-AmazonEKSClusterPolicy").URN)
	secrets := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-service-policy"), "policy").Statement[0]
	assert.Equal(t, []string{"secrets-key"}, secrets.Resource)
}

// referred is the URN of the resource that an input refers to.
func referred(found recorder.Resource, input string) string {
	return string(found.Raw[resource.PropertyKey(input)].ResourceReferenceValue().URN)
}

func TestEksPrivate(t *testing.T) {
	args := eksArgs()
	args.PublicAccessCIDRs = nil
	args.Protect = false
	r := componenttest.Record(t, cluster(args))
	componenttest.Expect(t, r.One(t, "eks:index:Cluster", "eks"), map[string]any{
		"endpointPrivateAccess": true, "endpointPublicAccess": false, "publicAccessCidrs": []any{},
	})
	assert.False(t, r.One(t, "aws:cloudwatch/logGroup:LogGroup", "eks-logs").Protect)
}

func TestEksNodes(t *testing.T) {
	r := componenttest.Record(t, cluster(eksArgs()))
	assert.Len(t, r.OfType("aws:eks/nodeGroup:NodeGroup"), 2)
	// But for the zone, the groups are alike: the autoscaler balances only such.
	group, other := r.One(t, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az1"), r.One(t, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az2")
	componenttest.Expect(t, other, map[string]any{"subnetIds": []any{"subnet-b"}})
	for input := range other.Raw {
		if input != "subnetIds" {
			assert.Equal(t, group.Get(string(input)), other.Get(string(input)), input)
		}
	}
	componenttest.Expect(t, group, map[string]any{
		"clusterName": "legops-test", "nodeRoleArn": "arn:of:eks-nodes", "subnetIds": []any{"subnet-a"},
		"version": "1.35", "amiType": "AL2023_ARM_64_STANDARD", "capacityType": "ON_DEMAND",
		"instanceTypes":         []any{"m7g.large", "m6g.large"},
		"scalingConfig.minSize": 2.0, "scalingConfig.maxSize": 6.0, "scalingConfig.desiredSize": 2.0,
		"updateConfig.maxUnavailablePercentage": 33.0, "nodeRepairConfig.enabled": true,
		"launchTemplate.id": "eks-nodes-id", "launchTemplate.version": "7",
		"nodeGroupName": nil, "diskSize": nil,
	})
	assert.Equal(t, []string{"scalingConfig.desiredSize"}, group.IgnoreChanges)
	for _, needed := range []struct{ typ, name string }{
		{"eks:index:Cluster", "eks"},
		{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-nodes-AmazonEKSWorkerNodePolicy"},
		{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-nodes-AmazonEC2ContainerRegistryPullOnly"},
		{"aws:iam/rolePolicyAttachment:RolePolicyAttachment", "eks-nodes-AmazonSSMManagedInstanceCore"},
		{"aws:eks/addon:Addon", "eks-vpc-cni"},
		{"aws:eks/addon:Addon", "eks-kube-proxy"},
		{"aws:eks/addon:Addon", "eks-eks-pod-identity-agent"},
	} {
		assert.Contains(t, group.DependsOn, r.One(t, needed.typ, needed.name).URN)
	}

	template := r.One(t, "aws:ec2/launchTemplate:LaunchTemplate", "eks-nodes")
	componenttest.Expect(t, template, map[string]any{
		"metadataOptions.httpTokens": "required", "metadataOptions.httpPutResponseHopLimit": 1.0, "metadataOptions.httpEndpoint": "enabled",
		"blockDeviceMappings[0].deviceName": "/dev/xvda", "blockDeviceMappings[0].ebs.encrypted": "true",
		"blockDeviceMappings[0].ebs.kmsKeyId": "volumes-key", "blockDeviceMappings[0].ebs.volumeType": "gp3",
		"blockDeviceMappings[0].ebs.volumeSize": 50.0, "vpcSecurityGroupIds": nil, "networkInterfaces": nil,
	})
	for i, kind := range []string{"instance", "volume", "network-interface"} {
		specification := template.Get("tagSpecifications").([]any)[i].(map[string]any)
		assert.Equal(t, kind, specification["resourceType"])
		assert.Equal(t, map[string]any{"Name": "legops-test-node", "Owner": "ops"}, specification["tags"])
	}
	for _, attachment := range r.OfType("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if strings.HasPrefix(attachment.Name(), "eks-nodes-") {
			assert.NotContains(t, attachment.Get("policyArn"), "CNI", "the CNI has a role of its own")
		}
	}
}

func TestEksArchitecture(t *testing.T) {
	args := eksArgs()
	args.Nodes.InstanceTypes, args.Nodes.CapacityType = []settings.InstanceType{"m7i.large"}, "SPOT"
	componenttest.Expect(t, componenttest.Record(t, cluster(args)).One(t, "aws:eks/nodeGroup:NodeGroup", "eks-nodes-euw1-az2"), map[string]any{
		"amiType": "AL2023_x86_64_STANDARD", "capacityType": "SPOT",
	})
}

func TestEksAddons(t *testing.T) {
	r := componenttest.Record(t, cluster(eksArgs()))
	groups := r.OfType("aws:eks/nodeGroup:NodeGroup")
	assert.Len(t, r.OfType("aws:eks/addon:Addon"), 7)
	for _, addon := range []struct {
		name, serviceAccount, configuration string
		onNodes                             bool
		version                             any
	}{
		{name: "eks-pod-identity-agent"},
		{name: "vpc-cni", serviceAccount: "kube-system/aws-node", configuration: `{"enableNetworkPolicy":"true"}`},
		{name: "kube-proxy"},
		{name: "coredns", onNodes: true, version: "v1.13.1-eksbuild.1"},
		{name: "aws-ebs-csi-driver", onNodes: true, serviceAccount: "kube-system/ebs-csi-controller-sa"},
		{name: "metrics-server", onNodes: true},
		{name: "amazon-cloudwatch-observability", onNodes: true, serviceAccount: "amazon-cloudwatch/cloudwatch-agent",
			configuration: `{"manager":{"applicationSignals":{"autoMonitor":{"monitorAllServices":false}}}}`},
	} {
		found := r.One(t, "aws:eks/addon:Addon", "eks-"+addon.name)
		componenttest.Expect(t, found, map[string]any{
			"addonName": addon.name, "clusterName": "legops-test", "addonVersion": addon.version,
			"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE",
		})
		configuration, _ := found.Get("configurationValues").(string)
		assert.Equal(t, addon.configuration, configuration)
		for _, group := range groups {
			assert.Equal(t, addon.onNodes, slices.Contains(found.DependsOn, group.URN), "%s waits for the nodes", addon.name)
		}
		if addon.serviceAccount == "" {
			assert.Nil(t, found.Get("podIdentityAssociations"), addon.name)
			continue
		}
		namespace, account, _ := strings.Cut(addon.serviceAccount, "/")
		componenttest.Expect(t, found, map[string]any{
			"podIdentityAssociations[0].serviceAccount": account, "podIdentityAssociations[0].roleArn": "arn:of:eks-" + addon.name,
		})
		role := r.One(t, "aws:iam/role:Role", "eks-"+addon.name)
		componenttest.Expect(t, role, map[string]any{"name": "legops-test-" + account})
		trust := componenttest.PolicyOf(t, role, "assumeRolePolicy").Statement[0]
		assert.Equal(t, []string{"pods.eks.amazonaws.com"}, trust.Principal.Service)
		assert.Equal(t, []string{namespace}, trust.Condition["StringEquals"]["aws:RequestTag/kubernetes-namespace"])
		assert.Equal(t, []string{account}, trust.Condition["StringEquals"]["aws:RequestTag/kubernetes-service-account"])
	}
	agent := r.One(t, "aws:eks/addon:Addon", "eks-eks-pod-identity-agent")
	assert.Contains(t, r.One(t, "aws:eks/addon:Addon", "eks-vpc-cni").DependsOn, agent.URN, "the CNI takes its rights from the agent")
}

func TestEksAddonRights(t *testing.T) {
	r := componenttest.Record(t, cluster(eksArgs()))
	for name, policy := range map[string]string{
		"eks-vpc-cni-AmazonEKS_CNI_Policy":                "AmazonEKS_CNI_Policy",
		"eks-aws-ebs-csi-driver-AmazonEBSCSIDriverPolicy": "service-role/AmazonEBSCSIDriverPolicy",
	} {
		attachment := r.One(t, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", name)
		componenttest.Expect(t, attachment, map[string]any{"policyArn": "arn:aws:iam::aws:policy/" + policy})
	}
	volumes := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-aws-ebs-csi-driver-policy"), "policy")
	for _, statement := range volumes.Statement {
		assert.Equal(t, []string{"volumes-key"}, statement.Resource)
	}
	assert.Equal(t, []string{"true"}, volumes.Statement[1].Condition["Bool"]["kms:GrantIsForAWSResource"])
	insights := componenttest.PolicyOf(t, r.One(t, "aws:iam/rolePolicy:RolePolicy", "eks-amazon-cloudwatch-observability-policy"), "policy")
	for _, statement := range insights.Statement {
		assert.NotContains(t, statement.Action, "logs:PutRetentionPolicy", "whoever has it can empty the logs of all")
		if slices.Contains(statement.Action, "logs:PutLogEvents") {
			assert.Equal(t, []string{"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/containerinsights/legops-test/*:*"}, statement.Resource)
		}
	}
}

func TestEksWorkloadLogs(t *testing.T) {
	r := componenttest.Record(t, cluster(eksArgs()))
	addon := r.One(t, "aws:eks/addon:Addon", "eks-amazon-cloudwatch-observability")
	for _, kind := range []string{"application", "dataplane", "host", "performance"} {
		logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "eks-logs-"+kind)
		componenttest.Expect(t, logs, map[string]any{
			"name": "/aws/containerinsights/legops-test/" + kind, "kmsKeyId": "logs-key", "retentionInDays": 30.0,
		})
		assert.Contains(t, addon.DependsOn, logs.URN, "or the add-on creates it without key and retention")
	}
}

func TestEksProvider(t *testing.T) {
	r := componenttest.Record(t, cluster(eksArgs()))
	provider := r.One(t, "pulumi:providers:kubernetes", "eks-kubernetes")
	componenttest.Expect(t, provider, map[string]any{"clusterIdentifier": "legops-test", "enableServerSideApply": true})
	for _, group := range r.OfType("aws:eks/nodeGroup:NodeGroup") {
		assert.Contains(t, provider.DependsOn, group.URN)
	}
	var kubeconfig struct {
		Clusters []struct{ Cluster struct{ Server string } }
		Users    []struct {
			User struct {
				Exec struct {
					Command string
					Args    []string
					Env     []any
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal([]byte(provider.Get("kubeconfig").(string)), &kubeconfig))
	assert.Equal(t, "https://eks-eksCluster.example", kubeconfig.Clusters[0].Cluster.Server)
	exec := kubeconfig.Users[0].User.Exec
	assert.Equal(t, "aws", exec.Command)
	assert.Equal(t, "eks get-token --region eu-west-1 --cluster-name legops-test --output json", strings.Join(exec.Args, " "))
	assert.Empty(t, exec.Env, "nothing of a person's environment")
}

func TestEksOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "eks", compute.NewEks, eksArgs(), func(c *compute.Eks) []any {
		return []any{c.ClusterName, c.Endpoint, c.ClusterSecurityGroupID, pulumi.StringMap(c.NodesAutoScalingGroups)}
	})
	assert.Equal(t, []any{"legops-test", "https://eks-eksCluster.example", "eks-eksCluster-group", map[string]string{
		"euw1-az1": "eks-nodes-euw1-az1-asg", "euw1-az2": "eks-nodes-euw1-az2-asg",
	}}, got)
}

func TestEksRefuses(t *testing.T) {
	componenttest.Refuses(t, cluster(compute.EksArgs{}), "Eks eks: Name is missing", "Version is missing", "VpcID is missing", "SubnetIDs is missing",
		"LogKeyArn is missing", "SecretsKeyArn is missing", "VolumesKeyArn is missing", "Administrators is empty",
		"Nodes.InstanceTypes is empty", "Nodes.CapacityType is missing")
	args := eksArgs()
	args.Viewers = args.Administrators
	componenttest.Refuses(t, cluster(args), `Viewers: "platform" is an administrator, too`)
}
