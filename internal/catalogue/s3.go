package catalogue

// Resource types of Simple Storage Service.
const (
	Bucket                  = "aws:s3/bucketV2:BucketV2"
	BucketVersioning        = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	BucketObjectLock        = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	BucketReplication       = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
	BucketLifecycle         = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	BucketEncryption        = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	BucketPublicAccessBlock = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	BucketOwnership         = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	BucketPolicy            = "aws:s3/bucketPolicy:BucketPolicy"
	BucketLogging           = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	BucketMetric            = "aws:s3/bucketMetric:BucketMetric"
	BucketObject            = "aws:s3/bucketObjectv2:BucketObjectv2"
)

var _ = add(accountWide([]Type{
	{Token: Bucket, ID: "{name}", ARN: "arn:{partition}:s3:::{bucket}",
		Name: Name{
			Input: "bucket", Form: form(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`),
			Reserved: []string{"xn--", "sthree-", "amzn-s3-demo-"}, Worldwide: true,
		},
		Links: []Link{
			{"loggings[*].targetBucket", Bucket}, {"replicationConfigurations[*].rules[*].destinations[*].bucket", Bucket},
		},
		Quota: Quota{Limit: 10_000}, Box: "buckets", Holds: "the objects in the bucket", Costs: "GB",
		Deleted: Deletion{Says: "S3 refuses as long as there is an object in it, and the update fails there", Unless: "forceDestroy", Is: true, Source: "s3/bucket.go: resourceBucketDelete"},
		Failure: "it holds the documents", Restarts: uninterrupted,
		Guarded: []Guard{{"forceDestroy", On, "the bucket can be deleted with everything in it"}}},
	{Token: BucketVersioning, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Box: "buckets", Inert: true, Loss: "a deleted or overwritten object is lost",
		Guarded: []Guard{{"versioningConfiguration.status", Leaves("Enabled"), "a deleted or overwritten object is lost"}}},
	{Token: BucketObjectLock, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Box: "buckets", Inert: true, Loss: "new objects can be deleted at once",
		Guarded: []Guard{
			{"rule.defaultRetention.days", Shorter, "new objects can be deleted earlier"},
			{"rule.defaultRetention.years", Shorter, "new objects can be deleted earlier"},
			{"rule.defaultRetention.mode", Leaves("COMPLIANCE"), "a privileged role can lift the lock"},
		}},
	{Token: BucketReplication, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Links: []Link{{"rules[*].destination.bucket", Bucket}}, Box: "replicas", Holds: Nothing,
		Costs: "metrics, where it has them", Failure: "the second copy falls behind", Restarts: uninterrupted,
		Loss: "there is no second copy in another region any more",
		Guarded: []Guard{
			{"rules[*].status", Leaves("Enabled"), "there is no second copy in another region any more"},
			{"rules[*]", Removed, "there is no second copy in another region any more"},
		},
		Metrics: []Metric{
			{Namespace: "AWS/S3",
				Names: []string{"OperationsFailedReplication", "OperationsPendingReplication", "BytesPendingReplication"},
				Sets: [][]Dimension{
					{{"SourceBucket", BucketReplication, "bucket"}, {"DestinationBucket", Bucket, "bucket"}, {"RuleId", BucketReplication, "rules[*].id"}},
				},
				Statistics: summed, Most: Unlimited, Every: 60,
				Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html"},
		}},
	{Token: BucketLifecycle, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Box: "buckets", Inert: true,
		Guarded: []Guard{
			{"rules[*].expiration.days", Sooner, "objects are removed earlier"},
			{"rules[*].noncurrentVersionExpiration.noncurrentDays", Sooner, "objects are removed earlier"},
			{"rules[*].noncurrentVersionExpiration.newerNoncurrentVersions", Shorter, "fewer versions are kept"},
			{"rules[*].status", Leaves("Disabled"), "objects are removed that were kept"},
		}},
	{Token: BucketEncryption, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Box: "buckets", Inert: true, Loss: "objects are no longer encrypted with the key of the platform"},
	{Token: BucketPublicAccessBlock, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Box: "buckets",
		Inert: true},
	{Token: BucketOwnership, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Box: "buckets", Inert: true},
	{Token: BucketPolicy, ID: "{bucket}", Policy: Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 20480},
		PartOf: Link{"bucket", Bucket}, Box: "buckets", Inert: true},
	{Token: BucketLogging, ID: "{bucket}", PartOf: Link{"bucket", Bucket}, Links: []Link{{"targetBucket", Bucket}}, Box: "buckets", Inert: true},
	{Token: BucketMetric, ID: "{bucket}:{name}", Name: Name{Input: "name", Form: form(`^[\w.-]{1,64}$`), Within: "bucket"},
		PartOf: Link{"bucket", Bucket}, Box: "alarms", Holds: Nothing, Costs: "metrics",
		Unwatched: "it publishes what alarms look at",
		Metrics: []Metric{
			// Only under a configuration of the bucket's metrics
			{Namespace: "AWS/S3", Names: []string{"AllRequests", "4xxErrors", "5xxErrors"},
				Sets:       [][]Dimension{{{"BucketName", BucketMetric, "bucket"}, {"FilterId", BucketMetric, "name"}}},
				Statistics: []string{"Sum", "Average"}, Most: Unlimited, Every: 60,
				Source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html"},
		}},
	{Token: BucketObject, ID: "{bucket}/{key}", ARN: "arn:{partition}:s3:::{bucket}/{key}", PartOf: Link{"bucket", Bucket},
		Box: "errors", Inert: true},
}))
