package cloud

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What S3 computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.Bucket: {
		outputs: outputs{
			"bucketDomainName":         func(m made) any { return m.id + ".s3." + m.suffix() },
			"bucketRegionalDomainName": func(m made) any { return m.id + ".s3." + m.region() + "." + m.suffix() },
			"hostedZoneId":             func(m made) any { return "Z" + strings.ToUpper(digest(m.region(), "s3")[:13]) },
		},
		rules:    []rule{bucketName},
		deletion: bucketIsEmpty,
	},
	catalogue.BucketVersioning: {
		planned:  versionsStay,
		rules:    []rule{oneOf("versioningConfiguration.status", "Enabled", "Suspended", "Disabled"), lockKeepsVersions, replicationKeepsVersions},
		deletion: replicationEndsFirst, // it suspends versioning
	},
	catalogue.BucketObjectLock: {rules: []rule{
		lockNeedsVersions,
		when(func(in model.Values) bool {
			return in.Has("rule") && !slices.Contains([]string{"GOVERNANCE", "COMPLIANCE"}, in.Text("rule.defaultRetention.mode"))
		}, `MalformedXML: mode is "{rule.defaultRetention.mode}", must be GOVERNANCE or COMPLIANCE`),
		whenValues(func(in model.Values) ([]any, bool) {
			days, years := in.Number("rule.defaultRetention.days", 0), in.Number("rule.defaultRetention.years", 0)
			return []any{days, years}, in.Has("rule") && ((days > 0) == (years > 0) || days > 36500 || years > 100)
		}, "MalformedXML: days or years must be given, got {} and {}"),
	}},
	catalogue.BucketReplication: {rules: []rule{replicationNeedsVersions}},
	catalogue.BucketLifecycle: {rules: []rule{
		once("rules[*].id", `InvalidArgument: rule "{}" is there twice`),
		each("rules", movesInOrder("transitions", "days", "expiration.days"),
			movesInOrder("noncurrentVersionTransitions", "noncurrentDays", "noncurrentVersionExpiration.noncurrentDays")),
	}},
	catalogue.BucketPolicy:  {holds: bucketPolicyHolds, rules: []rule{policyIsForTheBucket, policyIsNotPublic}},
	catalogue.BucketLogging: {rules: []rule{logsStayInTheRegion}},
	catalogue.BucketObject: {
		outputs: outputs{"versionId": always("null")},
		unread:  []unread{{"content", objectSource}, {"contentBase64", objectSource}, {"source", objectSource}},
		rules: []rule{when(func(in model.Values) bool { return given(in, "source", "content", "contentBase64") > 1 },
			"only one of source, content and contentBase64 may be given")},
	},
})

const objectSource = "terraform-provider-aws 5.68 and 6.13, internal/service/s3/object.go: resourceObjectRead; with an etag given, it reads that"

// bucketName is the rule on names that the form alone cannot tell.
func bucketName(_ *Provider, e *Entry) error {
	name := e.in().Text("bucket")
	_, notAddress := netip.ParseAddr(name)
	ends := func(suffix string) bool { return strings.HasSuffix(name, suffix) }
	if strings.Contains(name, "..") || notAddress == nil || slices.ContainsFunc([]string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"}, ends) {
		return e.refusal("InvalidBucketName: %q", name)
	}
	return nil
}

// versionsStay is S3's rule that a bucket which once had versions can only suspend them, which the provider says in the preview already
// (CustomizeDiff in hashicorp/terraform-provider-aws, internal/service/s3/bucket_versioning.go, 5.68 and 6.13).
func versionsStay(stated, inputs resource.PropertyMap) error {
	const path = "versioningConfiguration.status"
	if was, asked := text(at(stated, path)), text(at(inputs, path)); asked == "Disabled" && was != asked && was != "" {
		return status.Errorf(codes.InvalidArgument, "versioning_configuration.status cannot be updated from '%s' to '%s'", was, asked)
	}
	return nil
}

// replicationKeepsVersions is the rule that versioning is not suspended where a replication needs it. The words are S3's:
// hashicorp/terraform#22491.
func replicationKeepsVersions(p *Provider, e *Entry) error {
	if e.in().Text("versioningConfiguration.status") == "Enabled" {
		return nil
	}
	return replicationEndsFirst(p, e)
}

func replicationEndsFirst(p *Provider, e *Entry) error {
	name := e.in().Text("bucket")
	if p.configured(e, name, catalogue.BucketReplication) == nil {
		return nil
	}
	return e.refusal("InvalidBucketState: A replication configuration is present on %s, so you cannot change the versioning state", name)
}

// configured finds the part of a kind that a bucket has, nil if there is none.
func (p *Provider) configured(e *Entry, bucket, part string) *Entry {
	for _, user := range p.record.index.find(byLink(e.Account, e.Region, catalogue.Bucket, bucket)) {
		if user.Type == part && user.in().Text("bucket") == bucket {
			return user
		}
	}
	return nil
}

// bucketNamed finds a bucket of the account.
func (p *Provider) bucketNamed(e *Entry, name string) *Entry {
	return p.record.entries[keyOf(e.Account, e.Region, "", catalogue.Bucket, name)]
}

// keepsVersions says whether a bucket keeps versions of its objects.
func (p *Provider) keepsVersions(e *Entry, name string) bool {
	if bucket := p.bucketNamed(e, name); bucket != nil && bucket.in().Flag("objectLockEnabled") {
		return true
	}
	versioning := p.configured(e, name, catalogue.BucketVersioning)
	return versioning != nil && versioning.in().Text("versioningConfiguration.status") == "Enabled"
}

// lockKeepsVersions is the rule that a bucket with object lock goes on keeping versions.
func lockKeepsVersions(p *Provider, e *Entry) error {
	name := e.in().Text("bucket")
	bucket := p.bucketNamed(e, name)
	locked := bucket != nil && bucket.in().Flag("objectLockEnabled") || p.configured(e, name, catalogue.BucketObjectLock) != nil
	if locked && e.in().Text("versioningConfiguration.status") != "Enabled" {
		return e.refusal("InvalidBucketState: versioning of %s cannot be suspended, it has object lock", name)
	}
	return nil
}

// lockNeedsVersions is the rule that object lock is for buckets that keep versions.
func lockNeedsVersions(p *Provider, e *Entry) error {
	if name := e.in().Text("bucket"); !p.keepsVersions(e, name) {
		return e.refusal("InvalidBucketState: object lock needs versioning, which %s has not", name)
	}
	return nil
}

// replicationNeedsVersions is the rule that both ends of a replication keep versions.
func replicationNeedsVersions(p *Provider, e *Entry) error {
	if source := e.in().Text("bucket"); !p.keepsVersions(e, source) {
		return e.refusal("InvalidRequest: versioning must be Enabled on %s to replicate it", source)
	}
	for _, rule := range e.in().Objects("rules") {
		target := p.record.referred(e.Account, rule.Text("destination.bucket"))
		if target == nil {
			continue
		}
		if name := target.in().Text("bucket"); !p.keepsVersions(target, name) {
			return e.refusal("InvalidRequest: versioning must be Enabled on %s to replicate to it", name)
		}
	}
	return nil
}

// infrequent are the storage classes that take nothing younger than 30 days.
var infrequent = []string{"STANDARD_IA", "ONEZONE_IA"}

// movesInOrder makes a rule of one of a lifecycle: objects move when they may, and go after they moved.
func movesInOrder(moves, days, end string) rule {
	return func(_ *Provider, e *Entry) error {
		for _, move := range e.in().Objects(moves) {
			after, class, gone := move.Number(days, 0), move.Text("storageClass"), e.in().Number(end, 0)
			switch {
			case slices.Contains(infrequent, class) && after < 30 && !move.Has("date"):
				return e.refusal("InvalidArgument: %s is %v, must be 30 or more for %s", days, after, class)
			case gone > 0 && gone <= after:
				return e.refusal("InvalidArgument: %s is %v, must be more than the %v of a transition", end, gone, after)
			}
		}
		return nil
	}
}

// policyIsForTheBucket is the rule that a bucket's policy speaks of the bucket and its objects.
func policyIsForTheBucket(p *Provider, e *Entry) error {
	bucket := p.bucketNamed(e, e.in().Text("bucket"))
	if bucket == nil {
		return nil
	}
	arn, _ := bucket.Outputs["arn"].(string)
	for _, statement := range e.policyOf().Statement {
		for _, pattern := range statement.Resource {
			if pattern != "*" && pattern != arn && !strings.HasPrefix(pattern, arn+"/") && !covers(pattern, arn) {
				return e.refusal("MalformedPolicy: the policy has the resource %s, which is not of the bucket", pattern)
			}
		}
	}
	return nil
}

// policyIsNotPublic is what blocking public policies does.
func policyIsNotPublic(p *Provider, e *Entry) error {
	block := p.configured(e, e.in().Text("bucket"), catalogue.BucketPublicAccessBlock)
	if block == nil || !block.in().Flag("blockPublicPolicy") {
		return nil
	}
	for _, statement := range e.policyOf().Statement {
		if statement.Allows() && slices.Contains(statement.Principal["AWS"], "*") && len(statement.Condition) == 0 {
			return e.refusal("AccessDenied: the policy is public, which the bucket's public access block does not allow")
		}
	}
	return nil
}

// logsStayInTheRegion is the rule that access logs go to a bucket of the same region.
func logsStayInTheRegion(p *Provider, e *Entry) error {
	source, target := p.bucketNamed(e, e.in().Text("bucket")), p.bucketNamed(e, e.in().Text("targetBucket"))
	if source != nil && target != nil && source.Region != target.Region {
		return e.refusal("CrossLocationLoggingProhibited: %s is in %s, not in %s", target.ID, target.Region, source.Region)
	}
	return nil
}

// bucketIsEmpty is the rule that a bucket goes only without objects, unless they shall go with it.
func bucketIsEmpty(p *Provider, e *Entry) error {
	if e.in().Flag("forceDestroy") {
		return nil
	}
	for _, user := range p.record.index.find(byLink(e.Account, e.Region, catalogue.Bucket, e.ID)) {
		if user.Type == catalogue.BucketObject {
			return e.refusal("BucketNotEmpty: it holds %s of %s", user.in().Text("key"), resource.URN(user.URN).Name())
		}
	}
	return nil
}
