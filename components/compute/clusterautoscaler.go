package compute

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// The name of what is made, and where.
const (
	autoscalerName      = "cluster-autoscaler"
	autoscalerNamespace = "kube-system"
)

// autoscalerImages are the releases of the program. It simulates the scheduler, so its minor version has to be that of
// Kubernetes.
var autoscalerImages = map[settings.KubernetesVersion]string{
	"1.34": "v1.34.2",
	"1.35": "v1.35.0",
}

// ClusterAutoscalerArgs are the arguments of ClusterAutoscaler.
type ClusterAutoscalerArgs struct {
	// Name is the name of the cluster, as plain text: it limits what the role may touch.
	Name string
	// Location is the region and account of the cluster.
	Location components.Location
	// Version is the Kubernetes minor version of the cluster, such as 1.35.
	Version settings.KubernetesVersion
	// ClusterName is the cluster's own output, which waits for the cluster.
	ClusterName pulumi.StringInput
	// Cluster is the cluster: when it goes, what is made on it goes with it and is not deleted piece by piece.
	Cluster pulumi.Resource
}

// ClusterAutoscaler adds nodes when pods do not fit and takes away what stands empty, within the bounds of each
// node group. It needs a Kubernetes provider beside the one of AWS.
type ClusterAutoscaler struct {
	pulumi.ResourceState

	// RoleArn is the role that changes the sizes of the node groups.
	RoleArn pulumi.StringOutput `pulumi:"roleArn"`
}

// NewClusterAutoscaler creates the autoscaler and its role.
func NewClusterAutoscaler(ctx *pulumi.Context, name string, args *ClusterAutoscalerArgs, opts ...pulumi.ResourceOption) (*ClusterAutoscaler, error) {
	b := &autoscalerBuild{Space: kit.NewSpace(ctx, name), args: args, c: &ClusterAutoscaler{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (a *ClusterAutoscalerArgs) check(p *kit.Problems) {
	p.Require(autoscalerImages[a.Version] != "", "Version %q must be one of %v", a.Version, kit.SortedKeys(autoscalerImages))
}

func (b *autoscalerBuild) create() error {
	pods, identity, err := kit.NewPodIdentity(b.Ctx, b.Name, b.args.ClusterName, kit.PodRoleArgs{
		Location:       b.args.Location,
		Cluster:        b.args.Name,
		Namespace:      autoscalerNamespace,
		ServiceAccount: autoscalerName,
		Description:    "Cluster Autoscaler of the cluster " + b.args.Name,
		Statements:     autoscalerRights(b.args.Location, b.args.Name),
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.RoleArn = pods.Arn
	b.Share(autoscalerNamespace, autoscalerName, "autoscaler", b.args.Cluster)
	account, err := b.Account(kit.AccountArgs{
		Name: autoscalerName, Namespace: autoscalerNamespace, Cluster: autoscalerEverywhere, Own: autoscalerAtHome,
	})
	if err != nil {
		return err
	}
	// A pod gets its identity when it starts, so the association has to be there first.
	return b.deployment(append(account, identity))
}

// autoscalerRights let it look at everything, which IAM cannot narrow for list calls, and change only Auto Scaling
// groups that EKS tagged as belonging to this cluster.
func autoscalerRights(l components.Location, cluster string) []components.Statement {
	return []components.Statement{
		{
			Sid: "Look",
			Actions: []string{
				"autoscaling:DescribeAutoScalingGroups",
				"autoscaling:DescribeAutoScalingInstances",
				"autoscaling:DescribeLaunchConfigurations",
				"autoscaling:DescribeScalingActivities",
				"ec2:DescribeImages",
				"ec2:DescribeInstanceTypes",
				"ec2:DescribeLaunchTemplateVersions",
				"ec2:GetInstanceTypesFromInstanceRequirements",
			},
			Resources: kit.ARNs("*"),
		},
		{
			Sid:       "LookAtNodeGroups",
			Actions:   []string{"eks:DescribeNodegroup"},
			Resources: kit.ARNs(l.ARN("eks", fmt.Sprintf("nodegroup/%s/*/*", cluster))),
		},
		{
			Sid:       "ChangeSize",
			Actions:   []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"},
			Resources: kit.ARNs(l.ARN("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*")),
			Conditions: components.Conditions{"StringEquals": {
				"aws:ResourceTag/k8s.io/cluster-autoscaler/" + cluster: {"owned"},
			}},
		},
	}
}
