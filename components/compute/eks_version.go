package compute

import (
	"slices"

	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// LookupClusterVersion asks EKS for the minor version of Kubernetes that a cluster runs, such as 1.35; empty before it exists.
func LookupClusterVersion(ctx *pulumi.Context, cluster string, in pulumi.InvokeOption) (string, error) {
	exists, err := clusterExists(ctx, cluster, in)
	if err != nil || !exists {
		return "", err
	}
	found, err := awseks.LookupCluster(ctx, &awseks.LookupClusterArgs{Name: cluster}, in)
	if err != nil {
		return "", err
	}
	return found.Version, nil
}

// clusterExists asks EKS whether there is a cluster.
func clusterExists(ctx *pulumi.Context, cluster string, in pulumi.InvokeOption) (bool, error) {
	clusters, err := awseks.GetClusters(ctx, in)
	return err == nil && slices.Contains(clusters.Names, cluster), err
}
