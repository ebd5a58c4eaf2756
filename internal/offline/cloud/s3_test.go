package cloud

import (
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

// The metrics of a bucket have a name in it, and go with it.
func TestBucketMetricsAreOfABucket(t *testing.T) {
	c := newClient(t)
	c.bucket("one-bucket")
	c.bucket("another-bucket")
	for _, bucket := range []string{"one-bucket", "another-bucket"} {
		id, _ := c.made(catalogue.BucketMetric, bucket, values{"bucket": bucket, "name": "EntireBucket"})
		assert.Equal(t, bucket+":EntireBucket", id)
	}
	c.refused(catalogue.BucketMetric, "again", values{"bucket": "one-bucket", "name": "EntireBucket"}, "AlreadyExists")
	assert.NoError(t, c.remove(catalogue.Bucket, "one-bucket", "one-bucket"))
}

// versioned makes a bucket that keeps versions.
func (c client) versioned(name string) string {
	c.made(catalogue.BucketVersioning, name+"-versioning", values{"bucket": c.bucket(name), "versioningConfiguration": values{"status": "Enabled"}})
	return name
}

func TestBucketRules(t *testing.T) {
	refuses(t, catalogue.Bucket, func(client) values { return values{"bucket": "legops-prod-documents"} }, map[string]mistake{
		"two dots":          sets("bucket", "legops..prod", "InvalidBucketName"),
		"an address":        sets("bucket", "192.168.5.4", "InvalidBucketName"),
		"a reserved name":   sets("bucket", "xn--legops", "reserved"),
		"a reserved ending": sets("bucket", "legops-s3alias", "InvalidBucketName"),
	})
}

// Names of buckets are taken in the whole world.
func TestBucketNamesAreTakenEverywhere(t *testing.T) {
	c := newClient(t)
	c.bucket("legops")
	c.in(account, "eu-west-1").refused(catalogue.Bucket, "second", values{"bucket": "legops"}, `"legops" exists, made for legops`)
	c.in("222222222222", region).refused(catalogue.Bucket, "third", values{"bucket": "legops"}, `AlreadyExists: "legops" belongs to another account`)
	c.in("222222222222", region).refused(catalogue.BucketVersioning, "third", values{"bucket": "legops", "versioningConfiguration": values{"status": "Enabled"}}, "NotFound: bucket legops does not exist in account 222222222222")
}

func TestVersioningRules(t *testing.T) {
	refuses(t, catalogue.BucketVersioning, func(c client) values {
		return values{"bucket": c.bucket("legops"), "versioningConfiguration": values{"status": "Enabled"}}
	}, map[string]mistake{
		"a status":  sets("versioningConfiguration.status", "On", `status is "On", must be one of Enabled`),
		"no bucket": sets("bucket", "nothing", "NotFound: bucket nothing"),
		"a locked bucket": {func(c client, in values) {
			in["bucket"], _ = c.made(catalogue.Bucket, "locked", values{"bucket": "locked", "objectLockEnabled": true})
			set(in, "versioningConfiguration.status", "Suspended")
		}, "versioning of locked cannot be suspended"},
	})
}

// Versions end by being suspended, never by being disabled, and not where a replication needs them.
func TestVersioningIsOnlySuspended(t *testing.T) {
	c := newClient(t)
	in := values{"bucket": c.bucket("legops"), "versioningConfiguration": values{"status": "Enabled"}}
	d := c.deploy(catalogue.BucketVersioning, "versioning", in)
	to := func(status string) values {
		return values{"bucket": "legops", "versioningConfiguration": values{"status": status}}
	}
	disabling := func() error {
		_, err := c.rpc.Diff(t.Context(), &pulumirpc.DiffRequest{
			Urn: urnOf(d.typ, d.name), Id: d.id, Olds: d.state, OldInputs: d.inputs, News: c.wire(to("Disabled")),
		})
		return err
	}
	require.ErrorContains(t, disabling(), "versioning_configuration.status cannot be updated from 'Enabled' to 'Disabled'")
	require.ErrorContains(t, d.updating(to("Disabled")), "cannot be updated from 'Enabled' to 'Disabled'")

	c.versioned("replica")
	replication, _ := c.made(catalogue.BucketReplication, "replication", values{
		"bucket": "legops", "role": c.role("replication"),
		"rules": []any{values{"status": "Enabled", "destination": values{"bucket": "arn:aws:s3:::replica"}}},
	})
	const refusal = "InvalidBucketState: A replication configuration is present on legops"
	require.ErrorContains(t, d.updating(to("Suspended")), refusal)
	require.ErrorContains(t, c.remove(d.typ, d.name, d.id), refusal)
	require.NoError(t, c.remove(catalogue.BucketReplication, "replication", replication))
	d.up(to("Suspended"))
	require.ErrorContains(t, disabling(), "cannot be updated from 'Suspended' to 'Disabled'")
	d.up(to("Enabled"))
	require.NoError(t, c.remove(d.typ, d.name, d.id))

	never := c.deploy(catalogue.BucketVersioning, "never", values{"bucket": c.bucket("plain"), "versioningConfiguration": values{"status": "Disabled"}})
	never.up(values{"bucket": "plain", "versioningConfiguration": values{"status": "Enabled"}})
}

func TestObjectLockRules(t *testing.T) {
	rule := "rule.defaultRetention."
	refuses(t, catalogue.BucketObjectLock, func(c client) values {
		return values{"bucket": c.versioned("evidence"), "rule": values{"defaultRetention": values{"mode": "COMPLIANCE", "days": 3650}}}
	}, map[string]mistake{
		"a mode":      sets(rule+"mode", "STRICT", `mode is "STRICT"`),
		"two periods": sets(rule+"years", 1, "days or years must be given"),
		"no period":   sets(rule+"days", nil, "days or years must be given, got 0 and 0"),
		"no versions": {func(c client, in values) { in["bucket"] = c.bucket("plain") }, "object lock needs versioning, which plain has not"},
	})
	c := newClient(t)
	c.made(catalogue.Bucket, "locked", values{"bucket": "locked", "objectLockEnabled": true})
	c.made(catalogue.BucketObjectLock, "lock", values{"bucket": "locked"})
}

func TestReplicationRules(t *testing.T) {
	rules := func(to string) []any {
		return []any{values{"status": "Enabled", "destination": values{"bucket": "arn:aws:s3:::" + to}}}
	}
	refuses(t, catalogue.BucketReplication, func(c client) values {
		c.versioned("replica")
		return values{"bucket": c.versioned("documents"), "role": c.role("replication"), "rules": rules("replica")}
	}, map[string]mistake{
		"no role":         sets("role", "arn:aws:iam::111111111111:role/nobody", "NotFound: role arn"),
		"no destination":  sets("rules", rules("nowhere"), "NotFound: bucket arn:aws:s3:::nowhere"),
		"a plain source":  {func(c client, in values) { in["bucket"] = c.bucket("plain") }, "versioning must be Enabled on plain to replicate it"},
		"a plain replica": {func(c client, in values) { c.bucket("plain"); in["rules"] = rules("plain") }, "versioning must be Enabled on plain to replicate to it"},
	})
}

// A bucket may be replicated to another account's, in another region.
func TestReplicationLeavesTheAccount(t *testing.T) {
	c := newClient(t)
	c.in("222222222222", "eu-west-1").versioned("replica")
	c.made(catalogue.BucketReplication, "replication", values{
		"bucket": c.versioned("documents"), "role": c.role("replication"),
		"rules": []any{values{"status": "Enabled", "destination": values{"bucket": "arn:aws:s3:::replica", "account": "222222222222"}}},
	})
}

func TestLifecycleRules(t *testing.T) {
	rule := func(edit values) []any {
		r := values{
			"id": "old", "status": "Enabled", "transitions": []any{values{"days": 90, "storageClass": "STANDARD_IA"}}, "expiration": values{"days": 365},
			"noncurrentVersionTransitions": []any{values{"noncurrentDays": 30, "storageClass": "GLACIER_IR"}}, "noncurrentVersionExpiration": values{"noncurrentDays": 60},
		}
		for path, value := range edit {
			set(r, path, value)
		}
		return []any{r}
	}
	refuses(t, catalogue.BucketLifecycle, func(c client) values { return values{"bucket": c.bucket("documents"), "rules": rule(nil)} }, map[string]mistake{
		"a rule twice":     sets("rules", append(rule(nil), rule(nil)...), `rule "old" is there twice`),
		"too young":        sets("rules", rule(values{"transitions": []any{values{"days": 29, "storageClass": "STANDARD_IA"}}}), `rules "old": InvalidArgument: days is 29, must be 30 or more for STANDARD_IA`),
		"gone before":      sets("rules", rule(values{"expiration": values{"days": 90}}), "expiration.days is 90, must be more than the 90 of a transition"),
		"old, gone before": sets("rules", rule(values{"noncurrentVersionExpiration": values{"noncurrentDays": 30}}), "noncurrentVersionExpiration.noncurrentDays is 30"),
	})
}

func TestBucketPolicyRules(t *testing.T) {
	service := values{"Service": "cloudfront.amazonaws.com"}
	refuses(t, catalogue.BucketPolicy, func(c client) values {
		c.made(catalogue.BucketPublicAccessBlock, "block", values{"bucket": c.bucket("legops"), "blockPublicPolicy": true})
		return values{"bucket": "legops", "policy": allows(service, "arn:aws:s3:::legops/*")}
	}, map[string]mistake{
		"no bucket":              sets("bucket", "nothing", "NotFound: bucket nothing"),
		"of another bucket":      sets("policy", allows(service, "arn:aws:s3:::legops-other/*"), "which is not of the bucket"),
		"public":                 sets("policy", allows("*", "arn:aws:s3:::legops/*"), "the policy is public"),
		"public in another way":  sets("policy", allows(values{"AWS": []any{"*"}}, "arn:aws:s3:::legops/*"), "the policy is public"),
		"of a role that is none": sets("policy", allows(values{"AWS": "arn:aws:iam::111111111111:role/legops-dev-nobody"}, "arn:aws:s3:::legops/*"), "role/legops-dev-nobody does not exist"),
	})
}

func TestBucketLoggingRules(t *testing.T) {
	refuses(t, catalogue.BucketLogging, func(c client) values {
		return values{"bucket": c.bucket("documents"), "targetBucket": c.bucket("logs"), "targetPrefix": "documents/"}
	}, map[string]mistake{
		"no target": sets("targetBucket", "nothing", "NotFound: targetBucket nothing"),
	})
	c := newClient(t)
	c.in(account, "eu-west-1").bucket("logs")
	c.refused(catalogue.BucketLogging, "logging", values{"bucket": c.bucket("documents"), "targetBucket": "logs", "targetPrefix": ""}, "CrossLocationLoggingProhibited: logs is in eu-west-1, not in us-east-1")
}

func TestBucketGoesEmpty(t *testing.T) {
	c := newClient(t)
	c.bucket("pages")
	page := values{"bucket": "pages", "key": "index.html", "content": "<p>"}
	id, out := c.made(catalogue.BucketObject, "page", page)
	assert.Equal(t, "arn:aws:s3:::pages/index.html", out["arn"])
	assert.ErrorContains(t, c.remove(catalogue.Bucket, "pages", "pages"), "BucketNotEmpty: it holds index.html of page")
	require.NoError(t, c.remove(catalogue.BucketObject, "page", id))
	require.NoError(t, c.remove(catalogue.Bucket, "pages", "pages"))

	c.made(catalogue.Bucket, "pages", values{"bucket": "pages", "forceDestroy": true})
	c.made(catalogue.BucketObject, "page", page)
	require.NoError(t, c.remove(catalogue.Bucket, "pages", "pages"), "with what is in it")
	c.refused(catalogue.BucketObject, "page", page, "NotFound: bucket pages")
	c.bucket("pages")
	page["contentBase64"] = "PHA+"
	c.refused(catalogue.BucketObject, "page", page, "only one of source, content and contentBase64")
}
