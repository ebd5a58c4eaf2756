package data

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// Who logs where in the log bucket. Its policy lets each service write below its own prefix only.
const (
	LogPrefixRequests    = "load-balancer-requests"
	LogPrefixConnections = "load-balancer-connections"
	LogPrefixCdn         = "cdn"
	logPrefixBuckets     = "buckets"
)

// logBucket creates the bucket of access logs. It is encrypted with a key of S3: load balancers accept no other.
func (b *storageBuild) logBucket() (err error) {
	b.logs, err = kit.NewBucket(b.Ctx, b.Name+"-"+logBucket, kit.BucketArgs{
		Physical: b.args.physical(logBucket),
		Location: b.args.Location,
		Rules: []s3.BucketLifecycleConfigurationV2RuleArgs{
			kit.AbandonedUploads(), kit.OldVersions(DeletedDays), expiry(b.args.LogRetentionDays),
		},
		Statements: b.logWriters(),
		Protect:    b.args.Protect,
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.LogBucket, b.c.LogBucketArn = b.logs.Policy.Bucket, b.arn(b.logs)
	return nil
}

// logWriters lets AWS services write logs of this account, each below its prefix and each in the terms that AWS
// documents for it. They need no right on the keys of S3.
func (b *storageBuild) logWriters() []components.Statement {
	l := b.args.Location
	account := []string{l.Account}
	below := func(prefixes ...string) pulumi.StringArray {
		var all []string
		for _, prefix := range prefixes {
			all = append(all, l.Bucket(b.args.physical(logBucket))+"/"+prefix+"/*")
		}
		return kit.ARNs(all...)
	}
	logging := []string{l.Bucket(b.args.physical(artifactBucket))}
	for _, described := range b.args.Buckets {
		logging = append(logging, l.Bucket(b.args.physical(described.Name)))
	}
	return []components.Statement{{
		// This principal serves every region; the accounts of ELB that a policy had to name before are not needed.
		Sid:        "LoadBalancers",
		Services:   []string{"logdelivery.elasticloadbalancing.amazonaws.com"},
		Actions:    []string{"s3:PutObject"},
		Resources:  below(LogPrefixRequests+"/AWSLogs/"+l.Account, LogPrefixConnections+"/AWSLogs/"+l.Account),
		Conditions: components.Conditions{"ArnLike": {"aws:SourceArn": {l.ARN("elasticloadbalancing", "loadbalancer/*")}}},
	}, {
		Sid:       "Cdn",
		Services:  []string{"delivery.logs.amazonaws.com"},
		Actions:   []string{"s3:PutObject"},
		Resources: below(LogPrefixCdn),
		Conditions: components.Conditions{
			"StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": {"bucket-owner-full-control"}},
			"ArnLike":      {"aws:SourceArn": {components.Location{Account: l.Account, Region: components.GlobalRegion}.ARN("logs", "delivery-source:*")}},
		},
	}, {
		Sid:       "Buckets",
		Services:  []string{"logging.s3.amazonaws.com"},
		Actions:   []string{"s3:PutObject"},
		Resources: below(logPrefixBuckets),
		Conditions: components.Conditions{
			"StringEquals": {"aws:SourceAccount": account},
			"ArnLike":      {"aws:SourceArn": logging},
		},
	}}
}

// logAccess logs every request to a bucket. Who reads whose documents is asked later, so the logs are by date and bucket.
func (b *storageBuild) logAccess(name string, of *kit.Bucket) error {
	_, err := s3.NewBucketLoggingV2(b.Ctx, name, &s3.BucketLoggingV2Args{
		Bucket:       of.Bucket,
		TargetBucket: b.logs.Policy.Bucket,
		TargetPrefix: pulumi.String(logPrefixBuckets + "/"),
		TargetObjectKeyFormat: s3.BucketLoggingV2TargetObjectKeyFormatArgs{
			PartitionedPrefix: s3.BucketLoggingV2TargetObjectKeyFormatPartitionedPrefixArgs{
				PartitionDateSource: pulumi.String("EventTime"),
			},
		},
	}, b.Parent)
	return err
}
