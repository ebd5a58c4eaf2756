package kit

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/internal/settings"
)

// LogGroupArgs describes a log group.
type LogGroupArgs struct {
	Path    string                 // physical name
	Days    settings.RetentionDays // how long events are kept
	KeyArn  pulumi.StringInput     // KMS key of the region
	Protect bool                   // keeps Pulumi from deleting it
	Left    []string               // log groups that exist already, from LogGroupsNamed
}

// LogGroupsNamed asks CloudWatch Logs for the names of the log groups that begin with a text.
func LogGroupsNamed(ctx *pulumi.Context, prefix string, in pulumi.InvokeOption) ([]string, error) {
	found, err := cloudwatch.GetLogGroups(ctx, &cloudwatch.GetLogGroupsArgs{LogGroupNamePrefix: &prefix}, in)
	if err != nil {
		return nil, err
	}
	return found.LogGroupNames, nil
}

// NewLogGroup creates a log group before the service that writes to it, which would make it without key and retention. One that exists already it
// takes over, with what is in it: Pulumi imports it, and gives it key, retention and tags in the same update. If the state has it, the import is none.
func NewLogGroup(ctx *pulumi.Context, name string, args LogGroupArgs, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	if slices.Contains(args.Left, args.Path) {
		opts = append(opts, pulumi.Import(pulumi.ID(args.Path)))
	}
	return cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.Path),
		KmsKeyId:        args.KeyArn,
		RetentionInDays: pulumi.Int(args.Days),
	}, append(opts, pulumi.Protect(args.Protect))...)
}
