package components

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// logGroupArgs describes a log group.
type logGroupArgs struct {
	path    string             // physical name
	days    int                // how long events are kept, one of the steps of CloudWatch Logs
	keyArn  pulumi.StringInput // KMS key of the region
	protect bool               // keeps Pulumi from deleting it
}

// newLogGroup creates a log group before the service that writes to it, which would make it without key and retention.
func newLogGroup(ctx *pulumi.Context, name string, args logGroupArgs, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String(args.path),
		KmsKeyId:        args.keyArn,
		RetentionInDays: pulumi.Int(args.days),
	}, append(opts, pulumi.Protect(args.protect))...)
}
