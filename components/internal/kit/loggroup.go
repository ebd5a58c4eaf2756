package kit

import (
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
}

// NewLogGroup creates a log group before the service that writes to it, which would make it without key and retention.
func NewLogGroup(ctx *pulumi.Context, name string, args LogGroupArgs, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.Path),
		KmsKeyId:        args.KeyArn,
		RetentionInDays: pulumi.Int(args.Days),
	}, append(opts, pulumi.Protect(args.Protect))...)
}
