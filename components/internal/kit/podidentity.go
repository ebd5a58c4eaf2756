package kit

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
)

// PodRoleArgs describes a role for the pods of one Kubernetes service account.
type PodRoleArgs struct {
	Location       components.Location
	Name           string                 // physical name; <cluster>-<service account> without
	Cluster        string                 // name of the cluster, plain: it limits who may take the role
	Namespace      string                 // namespace of the service account
	ServiceAccount string                 // name of the service account
	Description    string                 // what the pods do
	Managed        []string               // managed policies, such as AmazonEKS_CNI_Policy
	Statements     []components.Statement // further rights
}

// TrustPods lets EKS Pod Identity hand a role to the pods of one service account of one cluster, and to no others: the conditions are on
// the tags that EKS puts on every session.
func TrustPods(cluster, namespace, serviceAccount string) components.Statement {
	return components.Statement{
		Services: []string{"pods.eks.amazonaws.com"},
		Actions:  []string{"sts:AssumeRole", "sts:TagSession"},
		Conditions: components.Conditions{"StringEquals": {
			"aws:RequestTag/eks-cluster-name":           {cluster},
			"aws:RequestTag/kubernetes-namespace":       {namespace},
			"aws:RequestTag/kubernetes-service-account": {serviceAccount},
		}},
	}
}

// NewPodRole creates a role that EKS Pod Identity hands to the pods of one service account of one cluster, and
// to no others.
func NewPodRole(ctx *pulumi.Context, name string, args PodRoleArgs, opts ...pulumi.ResourceOption) (*Role, error) {
	return NewRole(ctx, name, args.Location, RoleArgs{
		Name:        cmp.Or(args.Name, fmt.Sprintf("%s-%s", args.Cluster, args.ServiceAccount)),
		Description: args.Description,
		Trust:       TrustPods(args.Cluster, args.Namespace, args.ServiceAccount),
		Managed:     args.Managed,
		Statements:  args.Statements,
	}, opts...)
}

// NewPodIdentity creates the role and gives it to the service account. A managed add-on does the second part
// itself and needs only NewPodRole.
func NewPodIdentity(ctx *pulumi.Context, name string, cluster pulumi.StringInput, args PodRoleArgs, opts ...pulumi.ResourceOption) (*Role, *eks.PodIdentityAssociation, error) {
	created, err := NewPodRole(ctx, name+"-role", args, opts...)
	if err != nil {
		return nil, nil, err
	}
	association, err := AssociatePods(ctx, name, cluster, args.Namespace, args.ServiceAccount, created.Arn, append(opts, pulumi.DependsOn(created.Grants))...)
	return created, association, err
}

// AssociatePods gives a role to a service account.
func AssociatePods(
	ctx *pulumi.Context, name string, cluster pulumi.StringInput, namespace, serviceAccount string, role pulumi.StringInput, opts ...pulumi.ResourceOption,
) (*eks.PodIdentityAssociation, error) {
	return eks.NewPodIdentityAssociation(ctx, name+"-identity", &eks.PodIdentityAssociationArgs{
		ClusterName: cluster, Namespace: pulumi.String(namespace), ServiceAccount: pulumi.String(serviceAccount), RoleArn: role,
	}, opts...)
}
