package edge

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/data"
)

// cdnLogFields are all that CloudFront can log of a request but the cookies: a session in a log could be taken over.
var cdnLogFields = []string{
	"date", "time", "x-edge-location", "sc-bytes", "c-ip", "cs-method", "cs(Host)", "cs-uri-stem", "sc-status",
	"cs(Referer)", "cs(User-Agent)", "cs-uri-query", "x-edge-result-type", "x-edge-request-id", "x-host-header",
	"cs-protocol", "cs-bytes", "time-taken", "x-forwarded-for", "ssl-protocol", "ssl-cipher",
	"x-edge-response-result-type", "cs-protocol-version", "fle-status", "fle-encrypted-fields", "c-port",
	"time-to-first-byte", "x-edge-detailed-result-type", "sc-content-type", "sc-content-len", "sc-range-start",
	"sc-range-end",
}

// accessLogs delivers a record of every request to the log bucket, by CloudFront's standard logging v2: the older way
// needs ACLs on the bucket. The prefix is part of the destination; without one AWS makes up its own.
func (b *cdnBuild) accessLogs() error {
	name := b.args.Name + "-cdn"
	// Each has a fixed name, and AWS takes tags only for what is new: the provider can neither make another beside it nor change where it
	// leads to (hashicorp/terraform-provider-aws#43572). So the old ones go first, and for some seconds nothing is logged.
	replaced := pulumi.DeleteBeforeReplace(true)
	source, err := cloudwatch.NewLogDeliverySource(b.Ctx, b.Name+"-logs", &cloudwatch.LogDeliverySourceArgs{
		Name:        pulumi.String(name),
		LogType:     pulumi.String("ACCESS_LOGS"),
		ResourceArn: b.c.DistributionArn,
	}, b.Parent, replaced)
	if err != nil {
		return err
	}
	destination, err := cloudwatch.NewLogDeliveryDestination(b.Ctx, b.Name+"-logs", &cloudwatch.LogDeliveryDestinationArgs{
		Name:         pulumi.String(name),
		OutputFormat: pulumi.String("json"),
		DeliveryDestinationConfiguration: cloudwatch.LogDeliveryDestinationDeliveryDestinationConfigurationArgs{
			DestinationResourceArn: pulumi.Sprintf("%s/%s", b.args.LogBucketArn, data.LogPrefixCdn),
		},
	}, b.Parent, replaced, pulumi.ReplaceOnChanges([]string{"deliveryDestinationConfiguration"}))
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewLogDelivery(b.Ctx, b.Name+"-logs", &cloudwatch.LogDeliveryArgs{
		DeliverySourceName:     source.Name,
		DeliveryDestinationArn: destination.Arn,
		RecordFields:           pulumi.ToStringArray(cdnLogFields),
		S3DeliveryConfigurations: cloudwatch.LogDeliveryS3DeliveryConfigurationArray{cloudwatch.LogDeliveryS3DeliveryConfigurationArgs{
			SuffixPath: pulumi.String("{DistributionId}/{yyyy}/{MM}/{dd}"), EnableHiveCompatiblePath: pulumi.Bool(false),
		}},
	}, b.Parent, replaced)
	return err
}
