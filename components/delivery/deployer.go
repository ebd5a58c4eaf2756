package delivery

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/apps"
	"legops/components/internal/kit"
)

// DeployerArgs are the arguments of Deployer.
type DeployerArgs struct {
	components.Instance

	// Name is the prefix of physical names, at most 53 characters: <project>-<stack>.
	Name string
	// Location is the region and account of the instance, of the cluster and of the artifact bucket. The subnets are the private
	// ones of the applications.
	Location components.Location
	// Cluster is the name of the cluster, as plain text.
	Cluster string
	// ClusterName is the cluster's own output, which waits for the cluster.
	ClusterName pulumi.StringInput
	// RegistryLocation is the region and account of the repositories of images, which are named <Name>/<application>.
	RegistryLocation components.Location
	// SecureCommands is whether the agent asks CodeDeploy for work as its role, by the service codedeploy-commands-secure, for which
	// the VPC has an endpoint. Without it, it asks by codedeploy-commands, which has none, as the instance that it is.
	SecureCommands bool
	// ArtifactBucketArn is the bucket in which the pipelines keep releases, as plain text.
	ArtifactBucketArn string
	// ArtifactKeyArn is the KMS key of that bucket.
	ArtifactKeyArn pulumi.StringInput
	// LoadBalancerArnSuffix names, in metrics, the load balancer whose errors stop a release.
	LoadBalancerArnSuffix pulumi.StringInput
}

// Deployer is the instance on which CodeDeploy runs the hooks of every release: they roll it out on the cluster by
// kubectl. Nothing reaches it; Session Manager opens a shell on it. In AWS it may read releases, ask what became of one, tell the
// registry which images to keep, and find the cluster; on the cluster it may roll out applications.
//
// It is an Auto Scaling group of one, never older than a month. A release that meets the change fails and is repeated.
type Deployer struct {
	pulumi.ResourceState

	// SecurityGroupID is the group of the instance. It has no rules of its own.
	SecurityGroupID pulumi.StringOutput `pulumi:"securityGroupId"`
	// GroupName is the name of the Auto Scaling group.
	GroupName pulumi.StringOutput `pulumi:"groupName"`
	// RoleArn is the role of the instance.
	RoleArn pulumi.StringOutput `pulumi:"roleArn"`
	// ServiceRoleArn is the role with which CodeDeploy finds the instance and watches alarms, once it has its rights.
	ServiceRoleArn pulumi.StringOutput `pulumi:"serviceRoleArn"`
	// AlarmName is the alarm that stops any release.
	AlarmName pulumi.StringOutput `pulumi:"alarmName"`
	// TagName is the value of the tag Name by which CodeDeploy finds the instance.
	TagName string `pulumi:"tagName"`
}

// NewDeployer creates the instance, its access to the cluster, and what CodeDeploy needs besides.
func NewDeployer(ctx *pulumi.Context, name string, args *DeployerArgs, opts ...pulumi.ResourceOption) (*Deployer, error) {
	described := args.instance()
	c, b := &Deployer{TagName: described.Name}, &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		rights, err := kit.NewInstanceRole(ctx, name, described, b.Parent)
		if err != nil {
			return err
		}
		// Without a policy of EKS: what the group may do is for each application to say.
		access, err := awseks.NewAccessEntry(ctx, name+"-access", &awseks.AccessEntryArgs{
			ClusterName:      args.ClusterName,
			PrincipalArn:     rights.Arn,
			Type:             pulumi.String("STANDARD"),
			KubernetesGroups: pulumi.ToStringArray([]string{apps.DeliveryGroup}),
		}, b.Parent)
		if err != nil {
			return err
		}
		made, err := kit.NewInstance(ctx, name, described, rights, []pulumi.Resource{access}, b.Parent)
		if err != nil {
			return err
		}
		service, err := args.serviceRole(ctx, name+"-service", b.Parent)
		if err != nil {
			return err
		}
		alarm, err := args.errorsAlarm(ctx, name+"-errors", b.Parent)
		if err != nil {
			return err
		}
		c.SecurityGroupID, c.GroupName, c.RoleArn = made.SecurityGroup.ID().ToStringOutput(), made.Group.Name, rights.Arn
		c.ServiceRoleArn, c.AlarmName = service.Granted(), alarm.Name
		return nil
	})
}

func (a *DeployerArgs) check(p *kit.Problems) {
	kit.CheckInstance(p, a.Instance)
	kit.CheckRoleName(p, a.serviceRoleName()) // the longest
	bucket := a.Location.Bucket("")
	p.Require(strings.HasPrefix(a.ArtifactBucketArn, bucket) && !strings.ContainsAny(a.ArtifactBucketArn, "/*?"),
		"ArtifactBucketArn %q must be the ARN of a bucket, %s<name>", a.ArtifactBucketArn, bucket)
}

func (a *DeployerArgs) instance() kit.InstanceArgs {
	return kit.InstanceArgs{
		Instance:    a.Instance,
		Name:        a.Name + "-deployer",
		Description: "Deployer of " + a.Name,
		Location:    a.Location,
		Statements:  a.rights(),
		UserData:    a.userData(),
	}
}

// rights are what the instance does in AWS.
func (a *DeployerArgs) rights() []components.Statement {
	rights := []components.Statement{
		{
			// A pipeline keeps what it hands over below <the beginning of its name>/<the artifact's name>/.
			Sid:       "ReadReleases",
			Actions:   []string{"s3:GetObject", "s3:GetObjectVersion"},
			Resources: kit.ARNs(a.ArtifactBucketArn + "/*/Release/*"),
		},
		{
			Sid:        "DecryptReleases",
			Actions:    []string{"kms:Decrypt"},
			Resources:  pulumi.StringArray{a.ArtifactKeyArn},
			Conditions: kit.ThroughS3(a.Location, a.ArtifactBucketArn),
		},
		{
			Sid:       "FindCluster",
			Actions:   []string{"eks:DescribeCluster"},
			Resources: kit.ARNs(a.Location.ARN("eks", "cluster/"+a.Cluster)),
		},
		{
			// A hook asks whether its deployment goes on: nothing tells it that it was stopped.
			Sid:       "FollowReleases",
			Actions:   []string{"codedeploy:GetDeployment"},
			Resources: kit.ARNs(a.deploymentGroups()),
		},
		{
			// Without the right to upload layers it can push manifests only, of layers and images that are there. Which tag it
			// gives them no condition of IAM can say.
			Sid:       "KeepImages",
			Actions:   []string{"ecr:BatchGetImage", "ecr:PutImage"},
			Resources: kit.ARNs(a.RegistryLocation.ARN("ecr", "repository/"+a.Name+"/*")),
		},
	}
	if a.SecureCommands {
		rights = append(rights, components.Statement{
			Sid: "AskForWork",
			Actions: []string{
				"codedeploy-commands-secure:GetDeploymentSpecification", "codedeploy-commands-secure:PollHostCommand",
				"codedeploy-commands-secure:PutHostCommandAcknowledgement", "codedeploy-commands-secure:PutHostCommandComplete",
			},
			Resources: kit.ARNs("*"), // none of them knows a narrower one
		})
	}
	return rights
}

// deploymentGroups are those of all applications.
func (a *DeployerArgs) deploymentGroups() string {
	return a.Location.ARN("codedeploy", fmt.Sprintf("deploymentgroup:%s-*/%s-*", a.Name, a.Name))
}

// deployerAgent is the release of the CodeDeploy agent, as its package is named in the bucket that CodeDeploy keeps in
// every region. From 2.0 on it is a program of its own, for either architecture; before, it needed Ruby.
const deployerAgent = "2.1.0-9745926189"

//go:embed deployer.sh
var deployerScript string

// UserData installs what the hooks use, and then the agent.
func (a *DeployerArgs) userData() string {
	return kit.UserData(deployerScript, a.Instance,
		"@AGENT@", deployerAgent, "@CLUSTER@", a.Cluster, "@REGION@", a.Location.Region,
		"@SECURE_COMMANDS@", strconv.FormatBool(a.SecureCommands))
}
