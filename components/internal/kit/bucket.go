package kit

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
)

// BucketName is the physical name of a bucket. Names of buckets are unique in the world, so the account is in them.
func BucketName(prefix string, l components.Location, name string) string {
	return fmt.Sprintf("%s-%s-%s", prefix, l.Account, name)
}

var bucketPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)

// CheckBucketName notes a physical name that S3 does not take.
func CheckBucketName(p *Problems, physical string) {
	p.Require(bucketPattern.MatchString(physical), "bucket name %q must be 3 to 63 lower-case letters, digits and hyphens", physical)
}

// BucketArgs describes a bucket of any kind.
type BucketArgs struct {
	Physical   string              // physical name
	Location   components.Location // region and account
	KeyArn     pulumi.StringInput  // KMS key; nil encrypts with a key of S3 itself (SSE-S3)
	LockMode   string              // GOVERNANCE or COMPLIANCE, of the default retention; "" for none
	LockDays   int                 // how long that is
	Rules      []s3.BucketLifecycleConfigurationV2RuleArgs
	Statements []components.Statement // bucket policy beyond TLS-only
	Protect    bool                   // keeps Pulumi from deleting it; without, it goes with everything in it
	Retain     bool                   // it stays when the stack goes
}

// Bucket is a bucket and the last of its settings: who puts something in waits for the policy, and with it for
// everything else.
type Bucket struct {
	*s3.BucketV2
	PlainARN  string
	Policy    *s3.BucketPolicy
	Versioned *s3.BucketVersioningV2
}

// NewBucket creates a private, versioned, encrypted bucket that is reached over TLS only. All its children have its name.
func NewBucket(ctx *pulumi.Context, name string, args BucketArgs, opts ...pulumi.ResourceOption) (*Bucket, error) {
	// The settings share the protection of the bucket: one that stays behind must not lie open.
	opts = append(opts, pulumi.Protect(args.Protect), pulumi.RetainOnDelete(args.Retain))
	b := &Bucket{PlainARN: args.Location.Bucket(args.Physical)}
	var err error
	if b.BucketV2, err = s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		Bucket:            pulumi.String(args.Physical),
		ForceDestroy:      pulumi.Bool(!args.Protect && !args.Retain),
		ObjectLockEnabled: pulumi.Bool(args.LockMode != ""), // cannot be added later
	}, opts...); err != nil {
		return nil, err
	}
	settings, err := b.settings(ctx, name, args, opts)
	if err != nil {
		return nil, err
	}
	statements := append([]components.Statement{OverTLSOnly("s3:*", ARNs(b.PlainARN, b.PlainARN+"/*"))}, args.Statements...)
	b.Policy, err = s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{
		Bucket: b.Bucket,
		Policy: Policy(statements...),
	}, append(opts, pulumi.DependsOn(settings))...)
	return b, err
}

// settings creates all but the policy.
func (b *Bucket) settings(ctx *pulumi.Context, name string, args BucketArgs, opts []pulumi.ResourceOption) ([]pulumi.Resource, error) {
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
		Rules:  s3.BucketServerSideEncryptionConfigurationV2RuleArray{encryptionRule(args.KeyArn)},
	}, opts...)
	if err != nil {
		return nil, err
	}
	if b.Versioned, err = s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  b.Bucket,
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, opts...); err != nil {
		return nil, err
	}
	rules := s3.BucketLifecycleConfigurationV2RuleArray{}
	for _, rule := range args.Rules {
		rules = append(rules, rule)
	}
	lifecycle, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: b.Versioned.Bucket,
		Rules:  rules,
	}, opts...)
	if err != nil {
		return nil, err
	}
	all := []pulumi.Resource{access, ownership, encryption, b.Versioned, lifecycle}
	if args.LockMode == "" {
		return all, nil
	}
	lock, err := s3.NewBucketObjectLockConfigurationV2(ctx, name, &s3.BucketObjectLockConfigurationV2Args{
		Bucket: b.Versioned.Bucket,
		Rule: s3.BucketObjectLockConfigurationV2RuleArgs{
			DefaultRetention: s3.BucketObjectLockConfigurationV2RuleDefaultRetentionArgs{
				Mode: pulumi.String(args.LockMode),
				Days: pulumi.Int(args.LockDays),
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

// LifecycleRule is a rule for the whole bucket, unless its filter is replaced.
func LifecycleRule(id string) s3.BucketLifecycleConfigurationV2RuleArgs {
	return s3.BucketLifecycleConfigurationV2RuleArgs{
		Id:     pulumi.String(id),
		Status: pulumi.String("Enabled"),
		Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{},
	}
}

// AbandonedUploads removes the parts of uploads that nobody finished within a week; they cost and cannot be seen.
func AbandonedUploads() s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := LifecycleRule("abandoned-uploads")
	rule.AbortIncompleteMultipartUpload = s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
		DaysAfterInitiation: pulumi.Int(7),
	}
	return rule
}

// OldVersions removes what was replaced or deleted some days ago, and the marker of a deletion once nothing is left
// under it.
func OldVersions(days int) s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := LifecycleRule("old-versions")
	rule.NoncurrentVersionExpiration = s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
		NoncurrentDays: pulumi.Int(days),
	}
	rule.Expiration = s3.BucketLifecycleConfigurationV2RuleExpirationArgs{ExpiredObjectDeleteMarker: pulumi.Bool(true)}
	return rule
}
