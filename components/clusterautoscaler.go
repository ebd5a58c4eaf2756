package components

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// What is installed, and under which name.
const (
	autoscalerChart      = "9.59.0"
	autoscalerRepository = "https://kubernetes.github.io/autoscaler"
	autoscalerAccount    = "cluster-autoscaler"
	autoscalerNamespace  = "kube-system"
)

// autoscalerImages are the releases of the program in the chart. It simulates the scheduler, so its minor version has
// to be that of Kubernetes.
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
	// Cluster is the cluster: when it goes, the release goes with it and is not uninstalled.
	Cluster pulumi.Resource
}

// ClusterAutoscaler adds nodes when pods do not fit and takes away what stands empty, within the bounds of the
// node group. It needs a Kubernetes provider beside the one of AWS.
type ClusterAutoscaler struct {
	pulumi.ResourceState

	// RoleArn is the role that changes the size of the node group.
	RoleArn pulumi.StringOutput `pulumi:"roleArn"`
}

// NewClusterAutoscaler installs the autoscaler.
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
		serviceAccount: autoscalerAccount,
		description:    "Cluster Autoscaler of the cluster " + args.Name,
		statements:     autoscalerRights(args.Location, args.Name),
	}, parent)
	if err != nil {
		return nil, err
	}
	// A pod gets its identity when it starts, so the association has to be there first.
	if _, err := NewHelmRelease(ctx, name+"-release", &HelmReleaseArgs{
		Name:           pulumi.String(autoscalerAccount),
		Namespace:      pulumi.String(autoscalerNamespace),
		Chart:          pulumi.String("cluster-autoscaler"),
		Version:        pulumi.String(autoscalerChart),
		Repository:     HelmRepositoryArgs{Repo: pulumi.String(autoscalerRepository)},
		Values:         autoscalerValues(args),
		Atomic:         pulumi.Bool(true),
		TimeoutSeconds: pulumi.Int(300),
	}, parent, pulumi.DependsOn([]pulumi.Resource{identity}), pulumi.DeletedWith(args.Cluster)); err != nil {
		return nil, err
	}
	c.RoleArn = pods.Arn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"roleArn": c.RoleArn})
}

func autoscalerValues(args *ClusterAutoscalerArgs) pulumi.Map {
	return pulumi.Map{
		"fullnameOverride": pulumi.String(autoscalerAccount),
		"cloudProvider":    pulumi.String("aws"),
		"awsRegion":        pulumi.String(args.Location.Region),
		// EKS tags the Auto Scaling group of a managed node group so that it is found by the cluster's name.
		"autoDiscovery": pulumi.Map{"clusterName": pulumi.String(args.Name)},
		"image":         pulumi.Map{"tag": pulumi.String(autoscalerImages[args.Version])},
		"rbac": pulumi.Map{"serviceAccount": pulumi.Map{
			"create": pulumi.Bool(true), "name": pulumi.String(autoscalerAccount),
		}},
		"extraArgs": pulumi.Map{
			"balance-similar-node-groups":   pulumi.Bool(true),
			"expander":                      pulumi.String("least-waste"),
			"skip-nodes-with-local-storage": pulumi.Bool(false), // or a node with an emptyDir would stay for ever
			"skip-nodes-with-system-pods":   pulumi.Bool(false), // likewise with a pod of an add-on
		},
		"priorityClassName": pulumi.String("system-cluster-critical"),
		"resources": pulumi.Map{
			"requests": pulumi.Map{"cpu": pulumi.String("50m"), "memory": pulumi.String("128Mi")},
			"limits":   pulumi.Map{"memory": pulumi.String("512Mi")},
		},
		"securityContext": pulumi.Map{
			"runAsNonRoot": pulumi.Bool(true), "runAsUser": pulumi.Int(65534), "fsGroup": pulumi.Int(65534),
			"seccompProfile": pulumi.Map{"type": pulumi.String("RuntimeDefault")},
		},
		"containerSecurityContext": pulumi.Map{
			"allowPrivilegeEscalation": pulumi.Bool(false),
			"readOnlyRootFilesystem":   pulumi.Bool(true),
			"capabilities":             pulumi.Map{"drop": pulumi.ToStringArray([]string{"ALL"})},
		},
	}
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
