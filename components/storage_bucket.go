package components

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// bucketName is the physical name of a bucket. Names of buckets are unique in the world, so the account is in them.
func bucketName(prefix string, l Location, name string) string {
	return fmt.Sprintf("%s-%s-%s", prefix, l.Account, name)
}

// bucketArgs describes a bucket of any kind.
type bucketArgs struct {
	physical   string             // physical name
	location   Location           // region and account
	keyArn     pulumi.StringInput // KMS key; nil encrypts with a key of S3 itself (SSE-S3)
	lock       *ObjectLockArgs    // default retention; nil for none
	rules      []s3.BucketLifecycleConfigurationV2RuleArgs
	statements []Statement // bucket policy beyond TLS-only
	protect    bool        // keeps Pulumi from deleting it; without, it goes with everything in it
	retain     bool        // it stays when the stack goes
}

// bucket is a bucket and the last of its settings: who puts something in waits for the policy, and with it for
// everything else.
type bucket struct {
	*s3.BucketV2
	arn       string
	policy    *s3.BucketPolicy
	versioned *s3.BucketVersioningV2
}

// newBucket creates a private, versioned, encrypted bucket that is reached over TLS only. All its children have its name.
func newBucket(ctx *pulumi.Context, name string, args bucketArgs, opts ...pulumi.ResourceOption) (*bucket, error) {
	// The settings share the protection of the bucket: one that stays behind must not lie open.
	opts = append(opts, pulumi.Protect(args.protect), pulumi.RetainOnDelete(args.retain))
	b := &bucket{arn: args.location.Bucket(args.physical)}
	var err error
	if b.BucketV2, err = s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		Bucket:            pulumi.String(args.physical),
		ForceDestroy:      pulumi.Bool(!args.protect),
		ObjectLockEnabled: pulumi.Bool(args.lock != nil), // cannot be added later
	}, opts...); err != nil {
		return nil, err
	}
	settings, err := b.settings(ctx, name, args, opts)
	if err != nil {
		return nil, err
	}
	statements := append([]Statement{overTLSOnly("s3:*", arns(b.arn, b.arn+"/*"))}, args.statements...)
	b.policy, err = s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: b.Bucket,
		Policy: policy(statements...),
	}, append(opts, pulumi.DependsOn(settings))...)
	return b, err
}

// settings creates all but the policy.
func (b *bucket) settings(ctx *pulumi.Context, name string, args bucketArgs, opts []pulumi.ResourceOption) ([]pulumi.Resource, error) {
	access, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:                b.Bucket,
		BlockPublicAcls:       pulumi.Bool(true),
		BlockPublicPolicy:     pulumi.Bool(true),
		IgnorePublicAcls:      pulumi.Bool(true),
		RestrictPublicBuckets: pulumi.Bool(true),
	}, opts...)
	if err != nil {
		return nil, err
	}
	// No ACLs: policies alone say who may what.
	ownership, err := s3.NewBucketOwnershipControls(ctx, name, &s3.BucketOwnershipControlsArgs{
		Bucket: b.Bucket,
		Rule:   s3.BucketOwnershipControlsRuleArgs{ObjectOwnership: pulumi.String("BucketOwnerEnforced")},
	}, opts...)
	if err != nil {
		return nil, err
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name, &s3.BucketServerSideEncryptionConfigurationV2Args{
		Bucket: b.Bucket,
		Rules:  s3.BucketServerSideEncryptionConfigurationV2RuleArray{encryptionRule(args.keyArn)},
	}, opts...)
	if err != nil {
		return nil, err
	}
	if b.versioned, err = s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  b.Bucket,
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, opts...); err != nil {
		return nil, err
	}
	rules := s3.BucketLifecycleConfigurationV2RuleArray{}
	for _, rule := range args.rules {
		rules = append(rules, rule)
	}
	lifecycle, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: b.versioned.Bucket,
		Rules:  rules,
	}, opts...)
	if err != nil {
		return nil, err
	}
	all := []pulumi.Resource{access, ownership, encryption, b.versioned, lifecycle}
	if args.lock == nil {
		return all, nil
	}
	lock, err := s3.NewBucketObjectLockConfigurationV2(ctx, name, &s3.BucketObjectLockConfigurationV2Args{
		Bucket: b.versioned.Bucket,
		Rule: s3.BucketObjectLockConfigurationV2RuleArgs{
			DefaultRetention: s3.BucketObjectLockConfigurationV2RuleDefaultRetentionArgs{
				Mode: pulumi.String(args.lock.Mode),
				Days: pulumi.Int(args.lock.Days),
			},
		},
	}, opts...)
	return append(all, lock), err
}

// encryptionRule encrypts with the KMS key, or with S3's own without one. A bucket key spares most calls to KMS.
func encryptionRule(keyArn pulumi.StringInput) s3.BucketServerSideEncryptionConfigurationV2RuleArgs {
	if keyArn == nil {
		return s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
			ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
				SseAlgorithm: pulumi.String("AES256"),
			},
		}
	}
	return s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
		BucketKeyEnabled: pulumi.Bool(true),
		ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
			SseAlgorithm:   pulumi.String("aws:kms"),
			KmsMasterKeyId: keyArn.ToStringOutput().ToStringPtrOutput(),
		},
	}
}

// lifecycleRule is a rule for the whole bucket, unless its filter is replaced.
func lifecycleRule(id string) s3.BucketLifecycleConfigurationV2RuleArgs {
	return s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:     pulumi.String(id),
		Status: pulumi.String("Enabled"),
		Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{},
	}
}

// abandonedUploads removes the parts of uploads that nobody finished within a week; they cost and cannot be seen.
func abandonedUploads() s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := lifecycleRule("abandoned-uploads")
	rule.AbortIncompleteMultipartUpload = s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
		DaysAfterInitiation: pulumi.Int(7),
	}
	return rule
}

// oldVersions removes what was replaced or deleted some days ago, and the marker of a deletion once nothing is left
// under it.
func oldVersions(days int) s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := lifecycleRule("old-versions")
	rule.NoncurrentVersionExpiration = s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
		NoncurrentDays: pulumi.Int(days),
	}
	rule.Expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)}
	return rule
}

// expiry deletes what is older than some days; oldVersions then removes it.
func expiry(days int) s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := lifecycleRule("expiry")
	rule.Expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(days)}
	return rule
}

// largeObject is the size in bytes above which an object counts as large: far more than a script or the bundle of a
// release has (a few KiB), and less than most archives of sources.
const largeObject = 128 * 1024

// expiryOfLarge deletes what is older than some days, but only large objects: CodeDeploy goes back to the last good
// bundle, and builds read their scripts, however old these are.
func expiryOfLarge(days int) s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := expiry(days)
	rule.Filter = s3.BucketLifecycleConfigurationV2RuleFilterArgs{ObjectSizeGreaterThan: pulumi.Int(largeObject)}
	return rule
}

// infrequentAccess moves objects to the class that is cheaper to keep and dearer to read.
func infrequentAccess(days int) s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := lifecycleRule("infrequent-access")
	rule.Transitions = s3.BucketLifecycleConfigurationV2RuleTransitionArray{
		s3.BucketLifecycleConfigurationV2RuleTransitionArgs{Days: pulumi.Int(days), StorageClass: pulumi.String("STANDARD_IA")},
	}
	return rule
}
