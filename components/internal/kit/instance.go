package kit

import (
	_ "embed"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/internal/settings"
)

// kubectlReleases are the releases of kubectl that instances install, by minor version: dl.k8s.io.
var kubectlReleases = map[settings.KubernetesVersion]string{
	"1.34": "v1.34.2",
	"1.35": "v1.35.0",
}

// instanceImages are the parameters in which AWS keeps the newest Amazon Linux 2023, by architecture. EC2 looks when it
// starts an instance, so that no preview changes because a new image came out.
var instanceImages = map[settings.Architecture]string{
	settings.Amd64: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
	settings.Arm64: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
}

// instanceMonth is how long an instance lives, in seconds; the next one starts from the newest image.
const instanceMonth = 30 * 24 * 60 * 60

//go:embed instance.sh
var instanceScript string

// UserData is the script that runs when an instance starts: what all have in common, then its own. values are names in the
// script and what stands there instead.
func UserData(own string, of components.Instance, values ...string) string {
	values = append(values, "@KUBECTL@", kubectlReleases[of.KubernetesVersion], "@ARCHITECTURE@", string(of.InstanceType.Architecture()))
	return strings.NewReplacer(values...).Replace(instanceScript + own)
}

// CheckInstance reports a Kubernetes version for which no kubectl is listed.
func CheckInstance(p *Problems, of components.Instance) {
	p.Require(kubectlReleases[of.KubernetesVersion] != "", "KubernetesVersion %q must be one of %v", of.KubernetesVersion, SortedKeys(kubectlReleases))
}

// InstanceArgs describes an instance of the platform itself, beside the nodes of the cluster.
type InstanceArgs struct {
	components.Instance
	Name        string // physical name of everything, and name tag of the instance
	Description string // what it is
	Location    components.Location
	Public      bool                   // with a public address
	Statements  []components.Statement // what it may do beyond Session Manager
	UserData    string                 // script that runs when it starts
}

// instance is an Auto Scaling group of one, and the security group of what runs in it, without rules.
type instance struct {
	Group         *autoscaling.Group
	SecurityGroup *ec2.SecurityGroup
}

// NewInstanceRole creates the role of an instance, which Session Manager reaches.
func NewInstanceRole(ctx *pulumi.Context, name string, args InstanceArgs, parent pulumi.ResourceOption) (*Role, error) {
	return NewRole(ctx, name+"-role", args.Location, RoleArgs{
		Name:        args.Name,
		Description: args.Description,
		Trust:       Trust("ec2.amazonaws.com", nil),
		Managed:     []string{"AmazonSSMManagedInstanceCore"},
		Statements:  args.Statements,
	}, parent)
}

// NewInstance creates an instance that comes back by itself, in the other zone if need be, and is never older than a
// month. It starts when it has the rights of its role, and whatever else it needs is there.
func NewInstance(ctx *pulumi.Context, name string, args InstanceArgs, rights *Role, needs []pulumi.Resource, parent pulumi.ResourceOption) (*instance, error) {
	securityGroup, err := NewSecurityGroup(ctx, name+"-group", args.Name, args.Description, args.VpcID, parent)
	if err != nil {
		return nil, err
	}
	template, err := instanceTemplate(ctx, name, args, rights, securityGroup, parent)
	if err != nil {
		return nil, err
	}
	group, err := autoscaling.NewGroup(ctx, name, &autoscaling.GroupArgs{
		Name:               pulumi.String(args.Name),
		MinSize:            pulumi.Int(1),
		MaxSize:            pulumi.Int(1),
		VpcZoneIdentifiers: args.SubnetIDs,
		LaunchTemplate: autoscaling.GroupLaunchTemplateArgs{
			Id:      template.ID().ToStringOutput().ToStringPtrOutput(),
			Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		HealthCheckType:     pulumi.String("EC2"),
		MaxInstanceLifetime: pulumi.Int(instanceMonth),
		// A changed template replaces the instance at once; there is only one, so nothing can stay in service.
		InstanceRefresh: autoscaling.GroupInstanceRefreshArgs{
			Strategy: pulumi.String("Rolling"),
			Preferences: autoscaling.GroupInstanceRefreshPreferencesArgs{
				MinHealthyPercentage: pulumi.Int(0),
			},
		},
		Tags: args.groupTags(),
	}, parent, pulumi.DependsOn(slices.Concat(rights.Grants, needs)))
	return &instance{Group: group, SecurityGroup: securityGroup}, err
}

// instanceTemplate is the launch template of the instance.
func instanceTemplate(ctx *pulumi.Context, name string, args InstanceArgs, rights *Role, securityGroup *ec2.SecurityGroup, parent pulumi.ResourceOption) (*ec2.LaunchTemplate, error) {
	profile, err := iam.NewInstanceProfile(ctx, name+"-profile", &iam.InstanceProfileArgs{
		Name: pulumi.String(args.Name),
		Role: rights.Name,
	}, parent)
	if err != nil {
		return nil, err
	}
	return ec2.NewLaunchTemplate(ctx, name+"-template", &ec2.LaunchTemplateArgs{
		Description:          pulumi.String(args.Description),
		UpdateDefaultVersion: pulumi.Bool(true),
		ImageId:              pulumi.String(instanceImages[args.InstanceType.Architecture()]),
		InstanceType:         pulumi.String(args.InstanceType),
		IamInstanceProfile:   ec2.LaunchTemplateIamInstanceProfileArgs{Arn: profile.Arn},
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint:            pulumi.String("enabled"),
			HttpTokens:              pulumi.String("required"),
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		NetworkInterfaces: ec2.LaunchTemplateNetworkInterfaceArray{ec2.LaunchTemplateNetworkInterfaceArgs{
			AssociatePublicIpAddress: pulumi.String(strconv.FormatBool(args.Public)),
			DeleteOnTermination:      pulumi.String("true"),
			SecurityGroups:           pulumi.StringArray{securityGroup.ID()},
		}},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{EncryptedRoot(8, args.VolumeKeyArn)},
		TagSpecifications:   TagSpecifications(args.Name, args.Tags),
		UserData:            pulumi.String(base64.StdEncoding.EncodeToString([]byte(args.UserData))),
		Tags:                NameTag(args.Name),
	}, parent)
}

// groupTags are the tags of the group, which takes them in a form of its own and passes over default tags.
func (a InstanceArgs) groupTags() autoscaling.GroupTagArray {
	tags := map[string]string{"Name": a.Name}
	for key, value := range a.Tags {
		tags[key] = value
	}
	all := autoscaling.GroupTagArray{}
	for _, key := range SortedKeys(tags) {
		all = append(all, autoscaling.GroupTagArgs{
			Key: pulumi.String(key), Value: pulumi.String(tags[key]),
			PropagateAtLaunch: pulumi.Bool(false), // the template tags the instance
		})
	}
	return all
}
