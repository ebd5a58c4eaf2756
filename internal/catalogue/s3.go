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

var s3 = accountWide([]Type{
	{
		Token: Bucket, ID: "{name}",
		ARN: "arn:{partition}:s3:::{bucket}",
		Name: Name{
			Input: "bucket", Form: form(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`),
			Reserved: []string{"xn--", "sthree-", "amzn-s3-demo-"}, Worldwide: true,
		},
		Replaces: []string{"objectLockEnabled", "bucketPrefix"},
		Links: []Link{
			{"loggings[*].targetBucket", Bucket}, {"replicationConfigurations[*].rules[*].destinations[*].bucket", Bucket},
		},
		Quota: Quota{Limit: 10_000},
	},
	{
		Token: BucketVersioning, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: []string{"expectedBucketOwner"},
	},
	{
		Token: BucketObjectLock, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: []string{"expectedBucketOwner"},
	},
	{
		Token: BucketReplication, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: none, Links: []Link{{"rules[*].destination.bucket", Bucket}},
	},
	{
		Token: BucketLifecycle, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: []string{"expectedBucketOwner"},
	},
	{
		Token: BucketEncryption, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: []string{"expectedBucketOwner"},
	},
	{
		Token: BucketPublicAccessBlock, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: none,
	},
	{
		Token: BucketOwnership, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: none,
	},
	{
		Token: BucketPolicy, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must, Limit: 20480},
		Replaces: none,
	},
	{
		Token: BucketLogging, ID: "{bucket}", PartOf: Link{"bucket", Bucket},
		Replaces: []string{"expectedBucketOwner"}, Links: []Link{{"targetBucket", Bucket}},
	},
	{
		Token: BucketMetric, ID: "{bucket}:{name}", PartOf: Link{"bucket", Bucket},
		Name:     Name{Input: "name", Form: form(`^[\w.-]{1,64}$`), Within: "bucket"},
		Replaces: none,
	},
	{
		Token: BucketObject, ID: "{bucket}/{key}", PartOf: Link{"bucket", Bucket},
		ARN:      "arn:{partition}:s3:::{bucket}/{key}",
		Replaces: none,
	},
})
