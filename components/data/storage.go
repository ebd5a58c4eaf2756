package data

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// Buckets that are there besides those of the applications. The error pages of Cdn are in one of the same prefix.
const (
	logBucket      = "logs"
	artifactBucket = "artifacts"
	ErrorBucket    = "errors"
)

var reservedBuckets = []string{logBucket, artifactBucket, ErrorBucket}

// DeletedDays is how long logs and artifacts can be brought back after they were replaced or deleted.
const DeletedDays = 30

// ReplicaArgs says where copies are kept.
type ReplicaArgs struct {
	// Location is another region of the same account.
	Location components.Location
	// KeyArn is the KMS key of that region.
	KeyArn pulumi.StringInput
	// Provider is the AWS provider of that region.
	Provider pulumi.ProviderResource
}

// StorageArgs are the arguments of Storage.
type StorageArgs struct {
	settings.Storage

	// Name is the prefix of bucket names: <Name>-<account>-<bucket>, 63 characters at most in all.
	Name string
	// Location is the region and account of the buckets.
	Location components.Location
	// KeyArn is the KMS key of everything but the logs.
	KeyArn pulumi.StringInput
	// Replica keeps a copy of every bucket of the applications in another region. Optional.
	Replica *ReplicaArgs `kit:"optional"`
	// Adopted are the physical names of buckets that exist already, by name. Optional.
	Adopted map[string]string `kit:"optional"`
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
	// ArtifactBucketName and LogBucketName are the names of those buckets as plain text, for policies.
	ArtifactBucketName, LogBucketName string
	// Names are the physical names of the applications' buckets, by name.
	Names map[string]string `pulumi:"names"`
	// ReplicaNames are the physical names of their copies, by the same names; empty without a second region.
	ReplicaNames map[string]string

	location components.Location
	keyArn   pulumi.StringInput
}

// storageBuild is what the steps of NewStorage share.
type storageBuild struct {
	kit.Build
	args *StorageArgs
	c    *Storage
	logs *kit.Bucket
}

// NewStorage creates the buckets.
func NewStorage(ctx *pulumi.Context, name string, args *StorageArgs, opts ...pulumi.ResourceOption) (*Storage, error) {
	b := &storageBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Storage{
		Names: map[string]string{}, ReplicaNames: map[string]string{}, ArtifactBucketName: args.physical(artifactBucket), LogBucketName: args.physical(logBucket),
		location: args.Location, keyArn: args.KeyArn,
	}}
	for _, bucket := range args.Buckets {
		b.c.Names[bucket.Name] = args.physical(bucket.Name)
		if args.Replica != nil {
			b.c.ReplicaNames[bucket.Name] = replicaName(b.c.Names[bucket.Name])
		}
	}
	return b.c, b.Create(b.c, args, args.check, opts, b.logBucket, b.artifactBucket, b.applicationBuckets)
}

func (a *StorageArgs) check(p *kit.Problems) {
	seen := map[string]bool{}
	named := func(physical string) {
		kit.CheckBucketName(p, physical)
		p.Require(!seen[physical], "bucket name %q is there twice", physical)
		seen[physical] = true
	}
	for _, reserved := range reservedBuckets {
		named(a.physical(reserved))
	}
	for _, b := range a.Buckets {
		named(a.physical(b.Name))
		if a.Replica != nil {
			named(replicaName(a.physical(b.Name)))
		}
	}
	if a.Replica != nil {
		a.Replica.Check(p, a.Location)
	}
}

func (a *StorageArgs) physical(name string) string {
	if adopted, is := a.Adopted[name]; is {
		return adopted
	}
	return kit.BucketName(a.Name, a.Location, name)
}

// RequestMetrics is the name of the metrics of all requests to a bucket, their dimension FilterId.
const RequestMetrics = "EntireBucket"

// applicationBuckets creates the buckets of the applications, and their copies if asked for.
func (b *storageBuild) applicationBuckets() error {
	sources := map[string]*kit.Bucket{}
	for _, described := range b.args.Buckets {
		args := b.args.bucketArgs(described)
		args.KeyArn = b.args.KeyArn
		source, err := kit.NewBucket(b.Ctx, b.Name+"-"+described.Name, args, b.Parent)
		if err != nil {
			return err
		}
		if err := b.logAccess(b.Name+"-"+described.Name, source); err != nil {
			return err
		}
		// Only with this does S3 publish what happens to requests, for which it charges as for other metrics.
		if _, err := s3.NewBucketMetric(b.Ctx, b.Name+"-"+described.Name, &s3.BucketMetricArgs{
			Bucket: source.Versioned.Bucket, Name: pulumi.String(RequestMetrics),
		}, b.Parent); err != nil {
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
func (a *StorageArgs) bucketArgs(b settings.Bucket) kit.BucketArgs {
	rules := []s3.BucketLifecycleConfigurationV2RuleArgs{kit.AbandonedUploads(), kit.OldVersions(b.NoncurrentRetentionDays)}
	if b.InfrequentAccessDays != nil {
		rules = append(rules, infrequentAccess(*b.InfrequentAccessDays))
	}
	args := kit.BucketArgs{
		Physical: a.physical(b.Name),
		Location: a.Location,
		Rules:    rules,
		Protect:  a.Protect,
		Retain:   a.Protect,
	}
	if _, adopted := a.Adopted[b.Name]; adopted {
		args.Retain = true // Pulumi never deletes it, and what stays behind must not lie open
	}
	if b.ObjectLock != nil {
		args.LockMode, args.LockDays = b.ObjectLock.Mode, b.ObjectLock.Days
	}
	return args
}

func (b *storageBuild) artifactBucket() error {
	created, err := kit.NewBucket(b.Ctx, b.Name+"-"+artifactBucket, kit.BucketArgs{
		Physical: b.args.physical(artifactBucket),
		Location: b.args.Location,
		KeyArn:   b.args.KeyArn,
		Rules: []s3.BucketLifecycleConfigurationV2RuleArgs{
			kit.AbandonedUploads(), kit.OldVersions(DeletedDays), expiryOfLarge(b.args.ArtifactRetentionDays),
		},
		Protect: b.args.Protect,
	}, b.Parent)
	if err != nil {
		return err
	}
	b.c.ArtifactBucket, b.c.ArtifactBucketArn = created.Policy.Bucket, b.arn(created)
	return b.logAccess(b.Name+"-"+artifactBucket, created)
}

// arn is the ARN of a bucket, known once it has all its settings.
func (b *storageBuild) arn(of *kit.Bucket) pulumi.StringOutput {
	return pulumi.Sprintf("arn:%s:s3:::%s", b.args.Location.Partition(), of.Policy.Bucket)
}

var prefixPattern = regexp.MustCompile(`^([A-Za-z0-9._-]+/)+$`)

// Access is what somebody needs who reads, or also writes, below a prefix of a bucket of the applications, such as
// signatures/. Deleting only hides: nobody gets the right to delete a version.
func (s *Storage) Access(bucket, prefix string, write bool) ([]components.Statement, error) {
	physical, known := s.Names[bucket]
	if !known {
		return nil, fmt.Errorf("there is no bucket %q, only %v", bucket, kit.SortedKeys(s.Names))
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
	return []components.Statement{{
		Sid:        "List" + about,
		Actions:    []string{"s3:ListBucket"},
		Resources:  kit.ARNs(arn),
		Conditions: components.Conditions{"StringLike": {"s3:prefix": {prefix + "*"}}},
	}, {
		Sid:       "Objects" + about,
		Actions:   objects,
		Resources: kit.ARNs(arn + "/" + prefix + "*"),
	}, {
		Sid:        "Key" + about,
		Actions:    use,
		Resources:  pulumi.StringArray{s.keyArn},
		Conditions: kit.ThroughS3(s.location, arn),
	}}, nil
}

// camelCase makes one word of letters and digits, as a Sid has to be, of a text with others between.
func camelCase(text string) string {
	word := ""
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune("/._-", r) }) {
		word += strings.ToUpper(part[:1]) + part[1:]
	}
	return word
}

// expiry deletes what is older than some days; OldVersions then removes it.
func expiry(days int) s3.BucketLifecycleConfigurationV2RuleArgs {
	rule := kit.LifecycleRule("expiry")
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
	rule := kit.LifecycleRule("infrequent-access")
	rule.Transitions = s3.BucketLifecycleConfigurationV2RuleTransitionArray{
		s3.BucketLifecycleConfigurationV2RuleTransitionArgs{Days: pulumi.Int(days), StorageClass: pulumi.String("STANDARD_IA")},
	}
	return rule
}
