package components

import (
	_ "embed"
	"encoding/base64"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// BastionArgs are the arguments of Bastion.
type BastionArgs struct {
	// Name is the prefix of physical names: <project>-<stack>.
	Name string
	// Location is the region and account of the instance.
	Location Location
	// VpcID is the VPC of the instance.
	VpcID pulumi.StringInput
	// SubnetIDs are the public subnets, one per zone; the instance is in one of them.
	SubnetIDs pulumi.StringArrayInput
	// InstanceType is an EC2 instance type, such as t4g.nano.
	InstanceType string
	// Architecture is amd64 or arm64, as the instance type.
	Architecture string
	// KubernetesVersion is the minor version of the cluster that its kubectl is for, such as 1.35.
	KubernetesVersion string
	// PostgresVersion is the major version of the database that its psql is for, such as 17.
	PostgresVersion string
	// VolumeKeyArn is the KMS key of its disk.
	VolumeKeyArn pulumi.StringInput
	// Tags are put on the instance and its disk, which no default tags reach.
	Tags map[string]string
}

// Bastion is an instance in a public subnet from which administrators reach what is private: the database, the search
// domain and the cluster's endpoint. Nothing reaches it: there is no inbound rule, no key pair and no SSH. Session
// Manager opens a shell on it, or a port through it, for whoever IAM lets do so, and CloudTrail says who did. It has no
// rights of its own beyond that.
//
// It is an Auto Scaling group of one, so that it comes back by itself, in the other zone if need be, and is never older
// than a month.
type Bastion struct {
	pulumi.ResourceState

	// GroupName is the name of the Auto Scaling group; its instance carries the name <Name>-bastion.
	GroupName pulumi.StringOutput `pulumi:"groupName"`
	// SecurityGroupID is the group of the instance. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
}

// kubectlReleases are the releases of kubectl that the bastion installs, by minor version: dl.k8s.io.
var kubectlReleases = map[string]string{
	"1.34": "v1.34.2",
	"1.35": "v1.35.0",
}

// bastionImages are the parameters in which AWS keeps the newest Amazon Linux 2023, by architecture. EC2 looks when it
// starts an instance, so that no preview changes because a new image came out.
var bastionImages = map[string]string{
	"amd64": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
	"arm64": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
}

// bastionMonth is how long an instance lives, in seconds; the next one starts from the newest image.
const bastionMonth = 30 * 24 * 60 * 60

// NewBastion creates the group and what its instance is.
func NewBastion(ctx *pulumi.Context, name string, args *BastionArgs, opts ...pulumi.ResourceOption) (*Bastion, error) {
	if err := args.check(name); err != nil {
		return nil, err
	}
	c := &Bastion{}
	if err := ctx.RegisterComponentResource("legops:components:Bastion", name, c, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(c)
	group, err := newSecurityGroup(ctx, name+"-group", args.physicalName(), "Bastion of "+args.Name, args.VpcID, parent)
	if err != nil {
		return nil, err
	}
	template, grants, err := bastionTemplate(ctx, name, args, group, parent)
	if err != nil {
		return nil, err
	}
	instances, err := autoscaling.NewGroup(ctx, name, &autoscaling.GroupArgs{
		Name:               pulumi.String(args.physicalName()),
		MinSize:            pulumi.Int(1),
		MaxSize:            pulumi.Int(1),
		VpcZoneIdentifiers: args.SubnetIDs,
		LaunchTemplate: autoscaling.GroupLaunchTemplateArgs{
			Id:      template.ID().ToStringOutput().ToStringPtrOutput(),
			Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		HealthCheckType:     pulumi.String("EC2"),
		MaxInstanceLifetime: pulumi.Int(bastionMonth),
		// A changed template replaces the instance at once; there is only one, so nothing can stay in service.
		InstanceRefresh: autoscaling.GroupInstanceRefreshArgs{
			Strategy: pulumi.String("Rolling"),
			Preferences: autoscaling.GroupInstanceRefreshPreferencesArgs{
				MinHealthyPercentage: pulumi.Int(0),
			},
		},
		Tags: args.groupTags(),
	}, parent, pulumi.DependsOn(grants))
	if err != nil {
		return nil, err
	}
	c.GroupName, c.SecurityGroupID = instances.Name, group.ID().ToStringOutput()
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"groupName": c.GroupName, "securityGroupId": c.SecurityGroupID})
}

func (a *BastionArgs) check(name string) error {
	p := &problems{component: "bastion " + name}
	p.requireText(map[string]string{"Name": a.Name, "InstanceType": a.InstanceType, "PostgresVersion": a.PostgresVersion})
	p.requireInput(map[string]pulumi.Input{"VpcID": a.VpcID, "SubnetIDs": a.SubnetIDs, "VolumeKeyArn": a.VolumeKeyArn})
	a.Location.check(p)
	p.require(bastionImages[a.Architecture] != "", "Architecture %q must be one of %v", a.Architecture, sortedKeys(bastionImages))
	p.require(kubectlReleases[a.KubernetesVersion] != "", "KubernetesVersion %q must be one of %v", a.KubernetesVersion, sortedKeys(kubectlReleases))
	return p.err()
}

func (a *BastionArgs) physicalName() string { return a.Name + "-bastion" }

// bastionTemplate is the instance, and the rights it has to have before it starts.
func bastionTemplate(ctx *pulumi.Context, name string, args *BastionArgs, group *ec2.SecurityGroup, parent pulumi.ResourceOption) (*ec2.LaunchTemplate, []pulumi.Resource, error) {
	rights, err := newRole(ctx, name+"-role", args.Location, roleArgs{
		name:        args.physicalName(),
		description: "Bastion of " + args.Name,
		trust:       trust("ec2.amazonaws.com", nil),
		managed:     []string{"AmazonSSMManagedInstanceCore"},
	}, parent)
	if err != nil {
		return nil, nil, err
	}
	profile, err := iam.NewInstanceProfile(ctx, name+"-profile", &iam.InstanceProfileArgs{
		Name: pulumi.String(args.physicalName()),
		Role: rights.Name,
	}, parent)
	if err != nil {
		return nil, nil, err
	}
	template, err := ec2.NewLaunchTemplate(ctx, name+"-template", &ec2.LaunchTemplateArgs{
		Description:          pulumi.String("Bastion of " + args.Name),
		UpdateDefaultVersion: pulumi.Bool(true),
		ImageId:              pulumi.String(bastionImages[args.Architecture]),
		InstanceType:         pulumi.String(args.InstanceType),
		IamInstanceProfile:   ec2.LaunchTemplateIamInstanceProfileArgs{Arn: profile.Arn},
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint:            pulumi.String("enabled"),
			HttpTokens:              pulumi.String("required"),
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		NetworkInterfaces: ec2.LaunchTemplateNetworkInterfaceArray{ec2.LaunchTemplateNetworkInterfaceArgs{
			// Outwards only: without an address of its own it could not reach Session Manager where no interface
			// endpoint is, since NAT is for private subnets.
			AssociatePublicIpAddress: pulumi.String("true"),
			DeleteOnTermination:      pulumi.String("true"),
			SecurityGroups:           pulumi.StringArray{group.ID()},
		}},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{encryptedRoot(8, args.VolumeKeyArn)},
		TagSpecifications:   tagSpecifications(args.physicalName(), args.Tags),
		UserData:            pulumi.String(base64.StdEncoding.EncodeToString([]byte(args.userData()))),
		Tags:                nameTag(args.physicalName()),
	}, parent)
	return template, rights.grants, err
}

//go:embed bastion.sh
var bastionScript string

// userData installs the tools for the database and the cluster.
func (a *BastionArgs) userData() string {
	return strings.NewReplacer(
		"@POSTGRES@", a.PostgresVersion,
		"@KUBECTL@", kubectlReleases[a.KubernetesVersion],
		"@ARCHITECTURE@", a.Architecture,
	).Replace(bastionScript)
}

// groupTags are the tags of the group, which takes them in a form of its own and passes over default tags.
func (a *BastionArgs) groupTags() autoscaling.GroupTagArray {
	tags := map[string]string{"Name": a.physicalName()}
	for key, value := range a.Tags {
		tags[key] = value
	}
	all := autoscaling.GroupTagArray{}
	for _, key := range sortedKeys(tags) {
		all = append(all, autoscaling.GroupTagArgs{
			Key: pulumi.String(key), Value: pulumi.String(tags[key]),
			PropagateAtLaunch: pulumi.Bool(false), // the template tags the instance
		})
	}
	return all
}
