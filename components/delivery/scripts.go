package delivery

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
)

// ScriptsArgs are the arguments of Scripts.
type ScriptsArgs struct {
	// Location is the region and account of the bucket.
	Location components.Location
	// Bucket is the bucket they are put into, which encrypts them.
	Bucket pulumi.StringInput
	// BucketArn is the ARN of the bucket, as plain text.
	BucketArn string
	// KeyArn is the KMS key of the bucket.
	KeyArn pulumi.StringInput
	// Files are the texts, by path.
	Files map[string]string
}

// Scripts are what builds run, kept in a bucket, so that the repository of an application needs none of it. Where they
// are follows from what is in them: a build never meets scripts of two versions, and an update never changes a file
// that somebody reads.
type Scripts struct {
	pulumi.ResourceState

	// URL is where the files are, such as s3://bucket/delivery/0123456789ab, once all of them are there.
	URL pulumi.StringOutput `pulumi:"url"`

	location  components.Location
	bucketArn string
	prefix    string // below the bucket, with a slash at its end
	keyArn    pulumi.StringInput
}

var scriptPattern = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// NewScripts puts the files into the bucket.
func NewScripts(ctx *pulumi.Context, name string, args *ScriptsArgs, opts ...pulumi.ResourceOption) (*Scripts, error) {
	c := &Scripts{location: args.Location, bucketArn: args.BucketArn, keyArn: args.KeyArn, prefix: args.prefix()}
	b := &kit.Build{Ctx: ctx, Name: name}
	return c, b.Create(c, args, args.check, opts, func() error {
		needed := []any{args.Bucket}
		for _, path := range kit.SortedKeys(args.Files) {
			object, err := s3.NewBucketObjectv2(ctx, name+"-"+strings.ReplaceAll(path, "/", "-"), &s3.BucketObjectv2Args{
				Bucket:  args.Bucket,
				Key:     pulumi.String(c.prefix + path),
				Content: pulumi.String(args.Files[path]),
			}, b.Parent)
			if err != nil {
				return err
			}
			needed = append(needed, object.Key)
		}
		c.URL = pulumi.All(needed...).ApplyT(func(known []any) string {
			return fmt.Sprintf("s3://%s/%s", known[0], strings.TrimSuffix(c.prefix, "/"))
		}).(pulumi.StringOutput)
		return nil
	})
}

func (a *ScriptsArgs) check(p *kit.Problems) {
	p.Require(len(a.Files) > 0, "Files is empty")
	for _, path := range kit.SortedKeys(a.Files) {
		p.Require(scriptPattern.MatchString(path), "Files: %q must be a path such as release/appspec.yml", path)
		p.Require(a.Files[path] != "", "Files: %s is empty", path)
	}
}

// prefix is the folder of exactly these files.
func (a *ScriptsArgs) prefix() string {
	hash := sha256.New()
	for _, path := range kit.SortedKeys(a.Files) {
		fmt.Fprintf(hash, "%q %q\n", path, a.Files[path])
	}
	return fmt.Sprintf("delivery/%s/", hex.EncodeToString(hash.Sum(nil))[:12])
}

// Read lets a role read the files at these paths; a path that ends in a slash is all below it, which can also be listed.
// The statements have no Sid, so that one policy can hold several of them.
func (s *Scripts) Read(paths ...string) []components.Statement {
	var objects pulumi.StringArray
	var statements []components.Statement
	for _, path := range paths {
		arn := s.bucketArn + "/" + s.prefix + path
		if strings.HasSuffix(path, "/") {
			arn += "*"
			statements = append(statements, components.Statement{
				Actions:    []string{"s3:ListBucket"},
				Resources:  kit.ARNs(s.bucketArn),
				Conditions: components.Conditions{"StringEquals": {"s3:prefix": {s.prefix + path}}},
			})
		}
		objects = append(objects, pulumi.String(arn))
	}
	return append(statements,
		components.Statement{Actions: []string{"s3:GetObject"}, Resources: objects},
		components.Statement{
			Actions:    []string{"kms:Decrypt"},
			Resources:  pulumi.StringArray{s.keyArn},
			Conditions: kit.ThroughS3(s.location, s.bucketArn),
		})
}
