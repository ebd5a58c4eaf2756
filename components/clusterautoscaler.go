package components

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// The name of what is made, and where.
const (
	autoscalerName      = "cluster-autoscaler"
	autoscalerNamespace = "kube-system"
)

// autoscalerImages are the releases of the program. It simulates the scheduler, so its minor version has to be that of
// Kubernetes.
var autoscalerImages = map[string]string{
	"1.34": "v1.34.2",
	"1.35": "v1.35.0",
}

// ClusterAutoscalerArgs are the arguments of ClusterAutoscaler.
type ClusterAutoscalerArgs struct {
	// Name is the name of the cluster, as plain text: it limits what the role may touch.
	Name string
	// Location is the region and account of the cluster.
	Location Location
	// Version is the Kubernetes minor version of the cluster, such as 1.35.
	Version string
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
	p := &problems{component: "cluster autoscaler " + name}
	p.requireText(map[string]string{"Name": args.Name})
	p.requireInput(map[string]pulumi.Input{"ClusterName": args.ClusterName})
	p.require(args.Cluster != nil, "Cluster is missing")
	p.require(autoscalerImages[args.Version] != "", "Version %q must be one of %v", args.Version, sortedKeys(autoscalerImages))
	args.Location.check(p)
	if err := p.err(); err != nil {
		return nil, err
	}

	c := &ClusterAutoscaler{}
	if err := ctx.RegisterComponentResource("legops:components:ClusterAutoscaler", name, c, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(c)
	pods, identity, err := newPodIdentity(ctx, name, args.ClusterName, podRoleArgs{
		location:       args.Location,
		cluster:        args.Name,
		namespace:      autoscalerNamespace,
		serviceAccount: autoscalerName,
		description:    "Cluster Autoscaler of the cluster " + args.Name,
		statements:     autoscalerRights(args.Location, args.Name),
	}, parent)
	if err != nil {
		return nil, err
	}
	b := &autoscalerBuild{
		space: sharedSpace(ctx, name, autoscalerNamespace, autoscalerName, componentAutoscaler, args.Cluster, c),
		args:  args,
	}
	account, err := b.account(accountArgs{
		name: autoscalerName, namespace: autoscalerNamespace, cluster: autoscalerEverywhere, own: autoscalerAtHome,
	})
	if err != nil {
		return nil, err
	}
	// A pod gets its identity when it starts, so the association has to be there first.
	if err := b.deployment(append(account, identity)); err != nil {
		return nil, err
	}
	c.RoleArn = pods.Arn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleArn})
}

// autoscalerRights let it look at everything, which IAM cannot narrow for list calls, and change only Auto Scaling
// groups that EKS tagged as belonging to this cluster.
func autoscalerRights(l Location, cluster string) []Statement {
	return []Statement{
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
			Resources: arns("*"),
		},
		{
			Sid:       "LookAtNodeGroups",
			Actions:   []string{"eks:DescribeNodegroup"},
			Resources: arns(l.ARN("eks", fmt.Sprintf("nodegroup/%s/*/*", cluster))),
		},
		{
			Sid:       "ChangeSize",
			Actions:   []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"},
			Resources: arns(l.ARN("autoscaling", "autoScalingGroup:*:autoScalingGroupName/eks-*")),
			Conditions: Conditions{"StringEquals": {
				"aws:ResourceTag/k8s.io/cluster-autoscaler/" + cluster: {"owned"},
			}},
		},
	}
}
