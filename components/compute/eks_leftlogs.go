package compute

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/internal/kit"
)

// controlPlaneLogs is the log group of a cluster's control plane: EKS chooses the name.
func controlPlaneLogs(cluster string) string { return "/aws/eks/" + cluster + "/cluster" }

// LookupLeftLogs asks CloudWatch Logs for log groups that an earlier cluster of a name has left. EKS and the agents on the nodes hand in lines for
// some time after the last of them was written, and make the log group anew if it was deleted meanwhile (terraform-aws-modules/terraform-aws-eks#2446 and
// #2763). Where the cluster exists, the log groups are its own, and there is nothing to ask.
func LookupLeftLogs(ctx *pulumi.Context, cluster string, in pulumi.InvokeOption) ([]string, error) {
	exists, err := clusterExists(ctx, cluster, in)
	if err != nil || exists {
		return nil, err
	}
	var left []string
	for _, prefix := range []string{controlPlaneLogs(cluster), insightsLogs(cluster)} {
		found, err := kit.LogGroupsNamed(ctx, prefix, in)
		if err != nil {
			return nil, err
		}
		left = append(left, found...)
	}
	return left, nil
}
