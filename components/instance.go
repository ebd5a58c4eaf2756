package components

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
)

// kubectlReleases are the releases of kubectl that instances install, by minor version: dl.k8s.io.
var kubectlReleases = map[string]string{
	"1.34": "v1.34.2",
	"1.35": "v1.35.0",
}

// instanceImages are the parameters in which AWS keeps the newest Amazon Linux 2023, by architecture. EC2 looks when it
// starts an instance, so that no preview changes because a new image came out.
var instanceImages = map[string]string{
	"amd64": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
	"arm64": "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
}

// instanceMonth is how long an instance lives, in seconds; the next one starts from the newest image.
const instanceMonth = 30 * 24 * 60 * 60

//go:embed instance.sh
var instanceScript string

// userData is the script that runs when an instance starts: what all have in common, then its own. values are names in the
// script and what stands there instead.
func userData(own, architecture, kubernetesVersion string, values ...string) string {
	values = append(values, "@KUBECTL@", kubectlReleases[kubernetesVersion], "@ARCHITECTURE@", architecture)
	return strings.NewReplacer(values...).Replace(instanceScript + own)
}

// checkInstance sees to it that there is an image and a kubectl.
func checkInstance(p *problems, architecture, kubernetesVersion string) {
	p.require(instanceImages[architecture] != "", "Architecture %q must be one of %v", architecture, sortedKeys(instanceImages))
	p.require(kubectlReleases[kubernetesVersion] != "", "KubernetesVersion %q must be one of %v", kubernetesVersion, sortedKeys(kubectlReleases))
}

// instanceArgs describes an instance of the platform itself, beside the nodes of the cluster.
type instanceArgs struct {
	name         string // physical name of everything, and name tag of the instance
	description  string // what it is
	location     Location
	vpcID        pulumi.StringInput
	subnetIDs    pulumi.StringArrayInput // one per zone; the instance is in one of them
	public       bool                    // with a public address
	instanceType string
	architecture string             // amd64 or arm64
	statements   []Statement        // what it may do beyond Session Manager
	userData     string             // script that runs when it starts
	volumeKeyArn pulumi.StringInput // KMS key of its disk
	tags         map[string]string  // for group, instance and disk, which no default tags reach
}

// instance is an Auto Scaling group of one, and the security group of what runs in it, without rules.
type instance struct {
	group         *autoscaling.Group
	securityGroup *ec2.SecurityGroup
}

// newInstanceRole creates the role of an instance, which Session Manager reaches.
func newInstanceRole(ctx *pulumi.Context, name string, args instanceArgs, parent pulumi.ResourceOption) (*role, error) {
	return newRole(ctx, name+"-role", args.location, roleArgs{
		name:        args.name,
		description: args.description,
		trust:       trust("ec2.amazonaws.com", nil),
		managed:     []string{"AmazonSSMManagedInstanceCore"},
		statements:  args.statements,
	}, parent)
}

// newInstance creates an instance that comes back by itself, in the other zone if need be, and is never older than a
// month. It starts when it has the rights of its role, and whatever else it needs is there.
func newInstance(ctx *pulumi.Context, name string, args instanceArgs, rights *role, needs []pulumi.Resource, parent pulumi.ResourceOption) (*instance, error) {
	securityGroup, err := newSecurityGroup(ctx, name+"-group", args.name, args.description, args.vpcID, parent)
	if err != nil {
		return nil, err
	}
	template, err := instanceTemplate(ctx, name, args, rights, securityGroup, parent)
	if err != nil {
		return nil, err
	}
	group, err := autoscaling.NewGroup(ctx, name, &autoscaling.GroupArgs{
		Name:               pulumi.String(args.name),
		MinSize:            pulumi.Int(1),
		MaxSize:            pulumi.Int(1),
		VpcZoneIdentifiers: args.subnetIDs,
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
	}, parent, pulumi.DependsOn(slices.Concat(rights.grants, needs)))
	return &instance{group: group, securityGroup: securityGroup}, err
}

// instanceTemplate is what the instance is.
func instanceTemplate(ctx *pulumi.Context, name string, args instanceArgs, rights *role, securityGroup *ec2.SecurityGroup, parent pulumi.ResourceOption) (*ec2.LaunchTemplate, error) {
	profile, err := iam.NewInstanceProfile(ctx, name+"-profile", &iam.InstanceProfileArgs{
		Name: pulumi.String(args.name),
		Role: rights.Name,
	}, parent)
	if err != nil {
		return nil, err
	}
	return ec2.NewLaunchTemplate(ctx, name+"-template", &ec2.LaunchTemplateArgs{
		Description:          pulumi.String(args.description),
		UpdateDefaultVersion: pulumi.Bool(true),
		ImageId:              pulumi.String(instanceImages[args.architecture]),
		InstanceType:         pulumi.String(args.instanceType),
		IamInstanceProfile:   ec2.LaunchTemplateIamInstanceProfileArgs{Arn: profile.Arn},
		MetadataOptions: ec2.LaunchTemplateMetadataOptionsArgs{
			HttpEndpoint:            pulumi.String("enabled"),
			HttpTokens:              pulumi.String("required"),
			HttpPutResponseHopLimit: pulumi.Int(1),
		},
		NetworkInterfaces: ec2.LaunchTemplateNetworkInterfaceArray{ec2.LaunchTemplateNetworkInterfaceArgs{
			AssociatePublicIpAddress: pulumi.String(strconv.FormatBool(args.public)),
			DeleteOnTermination:      pulumi.String("true"),
			SecurityGroups:           pulumi.StringArray{securityGroup.ID()},
		}},
		BlockDeviceMappings: ec2.LaunchTemplateBlockDeviceMappingArray{encryptedRoot(8, args.volumeKeyArn)},
		TagSpecifications:   tagSpecifications(args.name, args.tags),
		UserData:            pulumi.String(base64.StdEncoding.EncodeToString([]byte(args.userData))),
		Tags:                nameTag(args.name),
	}, parent)
}

// groupTags are the tags of the group, which takes them in a form of its own and passes over default tags.
func (a instanceArgs) groupTags() autoscaling.GroupTagArray {
	tags := map[string]string{"Name": a.name}
	for key, value := range a.tags {
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
