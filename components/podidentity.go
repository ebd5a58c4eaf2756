package components

import (
	"cmp"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// podRoleArgs describes a role for the pods of one Kubernetes service account.
type podRoleArgs struct {
	location       Location
	name           string      // physical name; <cluster>-<service account> without
	cluster        string      // name of the cluster, plain: it limits who may take the role
	namespace      string      // namespace of the service account
	serviceAccount string      // name of the service account
	description    string      // what the pods do
	managed        []string    // managed policies, such as AmazonEKS_CNI_Policy
	statements     []Statement // further rights
}

// newPodRole creates a role that EKS Pod Identity hands to the pods of one service account of one cluster, and
// to no others: the conditions are on the tags that EKS puts on every session.
func newPodRole(ctx *pulumi.Context, name string, args podRoleArgs, opts ...pulumi.ResourceOption) (*role, error) {
	return newRole(ctx, name, args.location, roleArgs{
		name:        cmp.Or(args.name, fmt.Sprintf("%s-%s", args.cluster, args.serviceAccount)),
		description: args.description,
		trust: Statement{
			Services: []string{"pods.eks.amazonaws.com"},
			Actions:  []string{"sts:AssumeRole", "sts:TagSession"},
			Conditions: Conditions{"StringEquals": {
				"aws:RequestTag/eks-cluster-name":           {args.cluster},
				"aws:RequestTag/kubernetes-namespace":       {args.namespace},
				"aws:RequestTag/kubernetes-service-account": {args.serviceAccount},
			}},
		},
		managed:    args.managed,
		statements: args.statements,
	}, opts...)
}

// newPodIdentity creates the role and gives it to the service account. A managed add-on does the second part
// itself and needs only newPodRole.
func newPodIdentity(ctx *pulumi.Context, name string, cluster pulumi.StringInput, args podRoleArgs, opts ...pulumi.ResourceOption) (*role, *eks.PodIdentityAssociation, error) {
	created, err := newPodRole(ctx, name+"-role", args, opts...)
	if err != nil {
		return nil, nil, err
	}
	association, err := eks.NewPodIdentityAssociation(ctx, name+"-identity", &eks.PodIdentityAssociationArgs{
		ClusterName:    cluster,
		Namespace:      pulumi.String(args.namespace),
		ServiceAccount: pulumi.String(args.serviceAccount),
		RoleArn:        created.Arn,
	}, append(opts, pulumi.DependsOn(created.grants))...)
	return created, association, err
}
