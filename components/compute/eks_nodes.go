package compute

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
	"legops/internal/settings"
)

// amiTypes are the Amazon Linux 2023 images by architecture.
var amiTypes = map[settings.Architecture]string{
	settings.Amd64: "AL2023_x86_64_STANDARD",
	settings.Arm64: "AL2023_ARM_64_STANDARD",
}

// nodeRole is what a node may do by itself. Pods get their rights from Pod Identity, and so does the CNI, which
// is why AmazonEKS_CNI_Policy is not here.
func (b *eksBuild) nodeRole() (*kit.Role, error) {
	return kit.NewRole(b.Ctx, b.Name+"-nodes", b.args.Location, kit.RoleArgs{
		Name:        b.args.Name + "-eks-nodes",
		Description: "Nodes of the cluster " + b.args.Name,
		Trust:       kit.Trust("ec2.amazonaws.com", nil),
		Managed: []string{
			"AmazonEKSWorkerNodePolicy",
			"AmazonEC2ContainerRegistryPullOnly",
			"AmazonSSMManagedInstanceCore", // a shell on a node without SSH, keys or an open port
		},
	}, b.Parent)
}

// launchTemplate sets no security groups: the nodes then carry the one of EKS, which lets them talk to the control
// plane and to each other.
func (b *eksBuild) launchTemplate() (*ec2.LaunchTemplate, error) {
	return ec2.NewLaunchTemplate(b.Ctx, b.Name+"-nodes", &ec2.LaunchTemplateArgs{
		Description:          pulumi.String("Nodes of the cluster " + b.args.Name),
		UpdateDefaultVersion: pulumi.Bool(true),
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint: pulumi.String("enabled"),
			HttpTokens:   pulumi.String("required"),
			// One hop ends at the node: pods, who have Pod Identity, cannot take the node's credentials.
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{kit.EncryptedRoot(b.args.Nodes.DiskGiB, b.args.VolumesKeyArn)},
		TagSpecifications:   kit.TagSpecifications(b.args.Name+"-node", b.args.Tags),
		Tags:                kit.NameTag(b.args.Name + "-nodes"),
	}, b.Parent)
}

// nodeGroups creates one group in each zone and returns them in the order of the zones. Pods are spread over the zones
// strictly, and for the Cluster Autoscaler every node of a group is where one of them is: of a group over two zones it
// would not know that it can give the other zone a node (docs/decisions/0024-node-group-per-zone.md).
func (b *eksBuild) nodeGroups(nodeRole *kit.Role, early []pulumi.Resource) ([]pulumi.Resource, error) {
	template, err := b.launchTemplate()
	if err != nil {
		return nil, err
	}
	subnets := b.args.SubnetIDs.ToStringArrayOutput()
	groups := make([]pulumi.Resource, len(b.args.AvailabilityZones))
	for i, zone := range b.args.AvailabilityZones {
		group, err := b.nodeGroup(zone, subnets.Index(pulumi.Int(i)), nodeRole, template, early)
		if err != nil {
			return nil, err
		}
		groups[i], b.c.NodesAutoScalingGroups[zone] = group, scalingGroup(group)
	}
	return groups, nil
}

// nodeGroup is the plain AWS resource: the one of pulumi-eks has neither an update budget nor a way to leave the
// desired size to the autoscaler. Its physical name is left to Pulumi, so that a replacement (instance types,
// capacity type) takes over the pods before the old group goes.
func (b *eksBuild) nodeGroup(
	zone string, subnet pulumi.StringInput, nodeRole *kit.Role, template *ec2.LaunchTemplate, early []pulumi.Resource,
) (*awseks.NodeGroup, error) {
	nodes := b.args.Nodes
	size, ignored := b.args.size(zone)
	return awseks.NewNodeGroup(b.Ctx, nodeGroupName(b.Name, zone), &awseks.NodeGroupArgs{
		ClusterName:   b.c.ClusterName,
		NodeRoleArn:   nodeRole.Arn,
		SubnetIds:     pulumi.StringArray{subnet},
		Version:       pulumi.String(b.args.Version),
		AmiType:       pulumi.String(amiTypes[nodes.InstanceTypes[0].Architecture()]),
		InstanceTypes: pulumi.ToStringArray(settings.Texts(nodes.InstanceTypes)),
		CapacityType:  pulumi.String(nodes.CapacityType),
		LaunchTemplate: awseks.NodeGroupLaunchTemplateArgs{
			Id:      template.ID().ToStringOutput().ToStringPtrOutput(),
			Version: template.LatestVersion.ApplyT(strconv.Itoa).(pulumi.StringOutput),
		},
		ScalingConfig: awseks.NodeGroupScalingConfigArgs{
			MinSize:     pulumi.Int(nodes.MinSizePerZone),
			MaxSize:     pulumi.Int(nodes.MaxSizePerZone),
			DesiredSize: pulumi.Int(size),
		},
		UpdateConfig:     awseks.NodeGroupUpdateConfigArgs{MaxUnavailablePercentage: pulumi.Int(33)},
		NodeRepairConfig: awseks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
	}, b.Parent,
		pulumi.IgnoreChanges(ignored),
		// A node that starts before its rights, its network and its access entry never becomes ready.
		pulumi.DependsOn(slices.Concat([]pulumi.Resource{b.c.Cluster}, nodeRole.Grants, early)))
}

// scalingGroup is the name of the Auto Scaling group behind a node group.
func scalingGroup(group *awseks.NodeGroup) pulumi.StringOutput {
	return group.Resources.Index(pulumi.Int(0)).AutoscalingGroups().Index(pulumi.Int(0)).Name().Elem()
}
