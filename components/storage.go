package components

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Buckets that are there besides those of the applications. The error pages of Cdn are in one of the same prefix.
const (
	logBucket      = "logs"
	artifactBucket = "artifacts"
	errorBucket    = "errors"
)

var reservedBuckets = []string{logBucket, artifactBucket, errorBucket}

// deletedDays is how long logs and artifacts can be brought back after they were replaced or deleted.
const deletedDays = 30

// ObjectLockArgs is how long every new version of a bucket cannot be deleted.
type ObjectLockArgs struct {
	// Mode is GOVERNANCE (a privileged role may lift it) or COMPLIANCE (nobody may, not even the account's root).
	Mode string
	// Days is how long, 1 to 36500.
	Days int
}

// BucketArgs describes a bucket of the applications.
type BucketArgs struct {
	// Name is the name without prefix, such as documents.
	Name string
	// NoncurrentRetention is how many days replaced and deleted versions are kept, at least 1.
	NoncurrentRetention int
	// InfrequentAccess is after how many days objects move to Standard-IA, at least 30 (the bound of S3); 0 for never.
	InfrequentAccess int
	// ObjectLock makes versions immutable. Optional; adding or removing it replaces the bucket.
	ObjectLock *ObjectLockArgs
}

// ReplicaArgs says where copies are kept.
type ReplicaArgs struct {
	// Location is another region of the same account.
	Location Location
	// KeyArn is the KMS key of that region.
	KeyArn pulumi.StringInput
	// Provider is the AWS provider of that region.
	Provider pulumi.ProviderResource
}

// StorageArgs are the arguments of Storage.
type StorageArgs struct {
	// Name is the prefix of bucket names: <Name>-<account>-<bucket>, 63 characters at most in all.
	Name string
	// Location is the region and account of the buckets.
	Location Location
	// KeyArn is the KMS key of everything but the logs.
	KeyArn pulumi.StringInput
	// Buckets are those of the applications.
	Buckets []BucketArgs
	// LogRetention is how many days access logs are kept, at least 1.
	LogRetention int
	// ArtifactRetention is how many days build artifacts are kept, at least 1; small ones, such as what a release is
	// rolled out with, stay.
	ArtifactRetention int
	// Replica keeps a copy of every bucket of the applications in another region. Optional.
	Replica *ReplicaArgs
	// Protect keeps Pulumi from deleting the buckets, and the applications' stay when the stack goes. Without it they
	// go with everything in them.
	Protect bool
}

// Storage is what is kept in S3: files of the applications, build artifacts, and access logs.
type Storage struct {
	pulumi.ResourceState

	// LogBucket and LogBucketArn name the bucket of access logs, once the services that log may write to it.
	LogBucket    pulumi.StringOutput `pulumi:"logBucket"`
	LogBucketArn pulumi.StringOutput `pulumi:"logBucketArn"`
	// ArtifactBucket and ArtifactBucketArn name the bucket of build artifacts, once it has all its settings.
	ArtifactBucket    pulumi.StringOutput `pulumi:"artifactBucket"`
	ArtifactBucketArn pulumi.StringOutput `pulumi:"artifactBucketArn"`
	// ArtifactBucketName is the name of that bucket as plain text, for policies.
	ArtifactBucketName string
	// Names are the physical names of the applications' buckets, by name.
	Names map[string]string
	// ReplicaNames are the physical names of their copies, by the same names; empty without a second region.
	ReplicaNames map[string]string

	location Location
	keyArn   pulumi.StringInput
}

// storageBuild is what the steps of NewStorage share.
type storageBuild struct {
	ctx    *pulumi.Context
	name   string
	args   *StorageArgs
	parent pulumi.ResourceOption
	logs   *bucket
}

// NewStorage creates the buckets.
func NewStorage(ctx *pulumi.Context, name string, args *StorageArgs, opts ...pulumi.ResourceOption) (*Storage, error) {
	if err := args.check(name); err != nil {
		return nil, err
	}
	c := &Storage{
		Names: map[string]string{}, ReplicaNames: map[string]string{}, ArtifactBucketName: args.physical(artifactBucket), location: args.Location, keyArn: args.KeyArn,
	}
	for _, b := range args.Buckets {
		c.Names[b.Name] = args.physical(b.Name)
		if args.Replica != nil {
			c.ReplicaNames[b.Name] = replicaName(c.Names[b.Name])
		}
	}
	if err := ctx.RegisterComponentResource("legops:components:Storage", name, c, opts...); err != nil {
		return nil, err
	}
	b := &storageBuild{ctx: ctx, name: name, args: args, parent: pulumi.Parent(c)}
	if err := b.logBucket(); err != nil {
		return nil, err
	}
	artifacts, err := b.artifactBucket()
	if err != nil {
		return nil, err
	}
	if err := b.applicationBuckets(); err != nil {
		return nil, err
	}
	partition := args.Location.Partition()
	c.LogBucket, c.LogBucketArn = b.logs.policy.Bucket, pulumi.Sprintf("arn:%s:s3:::%s", partition, b.logs.policy.Bucket)
	c.ArtifactBucket, c.ArtifactBucketArn = artifacts.policy.Bucket, pulumi.Sprintf("arn:%s:s3:::%s", partition, artifacts.policy.Bucket)
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{
		"logBucket":         c.LogBucket,
		"logBucketArn":      c.LogBucketArn,
		"artifactBucket":    c.ArtifactBucket,
		"artifactBucketArn": c.ArtifactBucketArn,
		"names":             pulumi.ToStringMap(c.Names),
	})
}

func (a *StorageArgs) check(name string) error {
	p := &problems{component: "storage " + name}
	p.requireText(map[string]string{"Name": a.Name})
	p.requireInput(map[string]pulumi.Input{"KeyArn": a.KeyArn})
	a.Location.check(p)
	p.require(a.LogRetention > 0, "LogRetention is %d, must be a number of days", a.LogRetention)
	p.require(a.ArtifactRetention > 0, "ArtifactRetention is %d, must be a number of days", a.ArtifactRetention)
	p.require(len(a.Buckets) > 0, "Buckets is empty")

	seen := map[string]bool{}
	named := func(physical string) {
		p.require(bucketPattern.MatchString(physical), "bucket name %q must be 3 to 63 lower-case letters, digits and hyphens", physical)
		p.require(!seen[physical], "bucket name %q is there twice", physical)
		seen[physical] = true
	}
	for _, reserved := range reservedBuckets {
		named(a.physical(reserved))
	}
	for _, b := range a.Buckets {
		b.check(p)
		named(a.physical(b.Name))
		if a.Replica != nil {
			named(replicaName(a.physical(b.Name)))
		}
	}
	if a.Replica != nil {
		a.Replica.check(p, a.Location)
	}
	return p.err()
}

func (b BucketArgs) check(p *problems) {
	p.require(b.Name != "", "a bucket has no Name")
	p.require(b.NoncurrentRetention > 0, "bucket %s: NoncurrentRetention is %d, must be a number of days", b.Name, b.NoncurrentRetention)
	p.require(b.InfrequentAccess == 0 || b.InfrequentAccess >= 30, "bucket %s: InfrequentAccess is %d, must be 0 or at least 30 days", b.Name, b.InfrequentAccess)
	if lock := b.ObjectLock; lock != nil {
		p.require(lock.Mode == "GOVERNANCE" || lock.Mode == "COMPLIANCE", "bucket %s: ObjectLock.Mode %q must be GOVERNANCE or COMPLIANCE", b.Name, lock.Mode)
		p.require(lock.Days >= 1 && lock.Days <= 36500, "bucket %s: ObjectLock.Days is %d, must be 1 to 36500", b.Name, lock.Days)
	}
}

func (a *StorageArgs) physical(name string) string { return bucketName(a.Name, a.Location, name) }

// requestMetrics is the name of the metrics of all requests to a bucket, their dimension FilterId.
const requestMetrics = "EntireBucket"

// applicationBuckets creates the buckets of the applications, and their copies if asked for.
func (b *storageBuild) applicationBuckets() error {
	sources := map[string]*bucket{}
	for _, described := range b.args.Buckets {
		args := described.bucketArgs(b.args)
		args.keyArn = b.args.KeyArn
		source, err := newBucket(b.ctx, b.name+"-"+described.Name, args, b.parent)
		if err != nil {
			return err
		}
		if err := b.logAccess(b.name+"-"+described.Name, source); err != nil {
			return err
		}
		// Only with this does S3 publish what happens to requests, for which it charges as for other metrics.
		if _, err := s3.NewBucketMetric(b.ctx, b.name+"-"+described.Name, &s3.BucketMetricArgs{
			Bucket: source.versioned.Bucket, Name: pulumi.String(requestMetrics),
		}, b.parent); err != nil {
			return err
		}
		sources[described.Name] = source
	}
	if b.args.Replica == nil {
		return nil
	}
	return b.replicate(sources)
}

// bucketArgs is the bucket; its copy differs in name, place and key.
func (b BucketArgs) bucketArgs(a *StorageArgs) bucketArgs {
	rules := []s3.BucketLifecycleConfigurationV2RuleArgs{abandonedUploads(), oldVersions(b.NoncurrentRetention)}
	if b.InfrequentAccess > 0 {
		rules = append(rules, infrequentAccess(b.InfrequentAccess))
	}
	return bucketArgs{
		physical: a.physical(b.Name),
		location: a.Location,
		lock:     b.ObjectLock,
		rules:    rules,
		protect:  a.Protect,
		retain:   a.Protect,
	}
}

func (b *storageBuild) artifactBucket() (*bucket, error) {
	created, err := newBucket(b.ctx, b.name+"-"+artifactBucket, bucketArgs{
		physical: b.args.physical(artifactBucket),
		location: b.args.Location,
		keyArn:   b.args.KeyArn,
		rules: []s3.BucketLifecycleConfigurationV2RuleArgs{
			abandonedUploads(), oldVersions(deletedDays), expiryOfLarge(b.args.ArtifactRetention),
		},
		protect: b.args.Protect,
	}, b.parent)
	if err != nil {
		return nil, err
	}
	return created, b.logAccess(b.name+"-"+artifactBucket, created)
}

var prefixPattern = regexp.MustCompile(`^([A-Za-z0-9._-]+/)+$`)

// Access is what somebody needs who reads, or also writes, below a prefix of a bucket of the applications, such as
// signatures/. Deleting only hides: nobody gets the right to delete a version.
func (s *Storage) Access(bucket, prefix string, write bool) ([]Statement, error) {
	physical, known := s.Names[bucket]
	if !known {
		return nil, fmt.Errorf("there is no bucket %q, only %v", bucket, sortedKeys(s.Names))
	}
	if !prefixPattern.MatchString(prefix) {
		return nil, fmt.Errorf("bucket %s: prefix %q must be one or more names, each with a slash behind it", bucket, prefix)
	}
	arn := s.location.Bucket(physical)
	objects, use := []string{"s3:GetObject"}, []string{"kms:Decrypt"}
	if write {
		objects = append(objects, "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts")
		use = append(use, "kms:GenerateDataKey")
	}
	about := camelCase(bucket + "/" + prefix)
	return []Statement{{
		Sid:        "List" + about,
		Actions:    []string{"s3:ListBucket"},
		Resources:  arns(arn),
		Conditions: Conditions{"StringLike": {"s3:prefix": {prefix + "*"}}},
	}, {
		Sid:       "Objects" + about,
		Actions:   objects,
		Resources: arns(arn + "/" + prefix + "*"),
	}, {
		Sid:        "Key" + about,
		Actions:    use,
		Resources:  pulumi.StringArray{s.keyArn},
		Conditions: throughS3(s.location, arn),
	}}, nil
}

// throughS3 limits the use of a key to S3, and there to some buckets: what S3 tells KMS is the bucket where a bucket
// key is in use, and the object where not.
func throughS3(l Location, buckets ...string) Conditions {
	var contexts []string
	for _, arn := range buckets {
		contexts = append(contexts, arn, arn+"/*")
	}
	return Conditions{
		"StringEquals": {"kms:ViaService": {fmt.Sprintf("s3.%s.amazonaws.com", l.Region)}},
		"StringLike":   {"kms:EncryptionContext:aws:s3:arn": contexts},
	}
}

// camelCase makes one word of letters and digits, as a Sid has to be, of a text with others between.
func camelCase(text string) string {
	word := ""
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("/._-", r) }) {
		word += strings.ToUpper(part[:1]) + part[1:]
	}
	return word
}
