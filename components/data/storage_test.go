package data_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/components/data"
	"legops/components/internal/componenttest"
	"legops/internal/settings"
)

const (
	typeObjectLock  = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	typeLogging     = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	typeReplication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
)

// storage makes the component; a replica asked for is on the second provider.
func storage(args data.StorageArgs) componenttest.Construct {
	return componenttest.Globally(func(ctx *pulumi.Context, global pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		if args.Replica != nil && args.Name != "" {
			replica := *args.Replica
			replica.Provider = global
			args.Replica = &replica
		}
		_, err := data.NewStorage(ctx, "storage", &args, opts...)
		return err
	})
}

func storageArgs() data.StorageArgs {
	return data.StorageArgs{
		Name: "legops-test", Location: componenttest.Location, KeyArn: pulumi.String("key"),
		Storage: settings.Storage{
			Buckets: []settings.Bucket{
				{Name: "documents", NoncurrentRetentionDays: 365, InfrequentAccessDays: pulumi.IntRef(90)},
				{Name: "evidence", NoncurrentRetentionDays: 30, ObjectLock: &settings.ObjectLock{Mode: "COMPLIANCE", Days: 3650}},
			},
			LogRetentionDays: 400, ArtifactRetentionDays: 90,
		},
		Protect: true,
	}
}

func replicatedArgs() data.StorageArgs {
	args := storageArgs()
	args.Replica = &data.ReplicaArgs{Location: componenttest.GlobalLocation, KeyArn: pulumi.String("replica-key")}
	return args
}

// buckets are all of them: the physical name by the name of the child.
var buckets = map[string]string{
	"storage-logs":              "legops-test-111122223333-logs",
	"storage-artifacts":         "legops-test-111122223333-artifacts",
	"storage-documents":         "legops-test-111122223333-documents",
	"storage-evidence":          "legops-test-111122223333-evidence",
	"storage-documents-replica": "legops-test-111122223333-documents-replica",
	"storage-evidence-replica":  "legops-test-111122223333-evidence-replica",
}

func TestStorage(t *testing.T) {
	r := componenttest.Behaves(t, "legops:components:Storage", "storage", storage(replicatedArgs()), "storage-documents-replica", "storage-evidence-replica")
	assert.Len(t, r.OfType(componenttest.TypeBucket), len(buckets))
	for name, physical := range buckets {
		key := "key"
		switch {
		case name == "storage-logs":
			key = "" // load balancers take no other than a key of S3
		case strings.HasSuffix(name, "-replica"):
			key = "replica-key"
		}
		policy := componenttest.Secured(t, r, name, physical, key)
		assert.Len(t, policy.Statement, map[bool]int{true: 4, false: 1}[name == "storage-logs"])
	}
}

func TestStorageProtection(t *testing.T) {
	for _, protect := range []bool{true, false} {
		args := replicatedArgs()
		args.Protect = protect
		r := componenttest.Record(t, storage(args))
		for name := range buckets {
			ours := name == "storage-logs" || name == "storage-artifacts"
			found := r.One(t, componenttest.TypeBucket, name)
			componenttest.Expect(t, found, map[string]any{"forceDestroy": !protect})
			for _, typ := range []string{componenttest.TypeBucket, componenttest.TypeBucketPolicy, componenttest.TypeAccessBlock, componenttest.TypeOwnership, componenttest.TypeVersioning, componenttest.TypeEncryption, componenttest.TypeLifecycle} {
				setting := r.One(t, typ, name)
				assert.Equal(t, protect, setting.Protect, setting.URN)
				assert.Equal(t, protect && !ours, setting.RetainOnDelete, setting.URN)
			}
		}
	}
}

// A bucket that is adopted stays with its settings, whatever Protect says; its copy is the program's.
func TestStorageAdopted(t *testing.T) {
	args := replicatedArgs()
	args.Protect, args.Adopted = false, map[string]string{"documents": "acme-documents"}
	r := componenttest.Record(t, storage(args))
	for name := range buckets {
		adopted := name == "storage-documents"
		componenttest.Expect(t, r.One(t, componenttest.TypeBucket, name), map[string]any{"forceDestroy": !adopted})
		for _, typ := range []string{componenttest.TypeBucketPolicy, componenttest.TypeAccessBlock, componenttest.TypeOwnership, componenttest.TypeVersioning, componenttest.TypeEncryption, componenttest.TypeLifecycle} {
			assert.Equal(t, adopted, r.One(t, typ, name).RetainOnDelete, "%s of %s", typ, name)
		}
	}
}

// rule is a lifecycle rule as AWS gets it, of a whole bucket unless it says otherwise.
func rule(id string, does map[string]any) map[string]any {
	rule := map[string]any{"id": id, "status": "Enabled", "filter": map[string]any{}}
	for key, value := range does {
		rule[key] = value
	}
	return rule
}

func TestStorageLifecycle(t *testing.T) {
	uploads := rule("abandoned-uploads", map[string]any{"abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7.0}})
	versions := func(days float64) map[string]any {
		return rule("old-versions", map[string]any{
			"noncurrentVersionExpiration": map[string]any{"noncurrentDays": days},
			"expiration":                  map[string]any{"expiredObjectDeleteMarker": true},
		})
	}
	expiry := func(days float64) map[string]any {
		return rule("expiry", map[string]any{"expiration": map[string]any{"days": days}})
	}
	expiryOfLarge := rule("expiry", map[string]any{ // the bundles of releases are smaller, and stay
		"expiration": map[string]any{"days": 90.0}, "filter": map[string]any{"objectSizeGreaterThan": 131072.0},
	})
	infrequent := rule("infrequent-access", map[string]any{"transitions": []any{map[string]any{"days": 90.0, "storageClass": "STANDARD_IA"}}})
	r := componenttest.Record(t, storage(replicatedArgs()))
	for name, rules := range map[string][]any{
		"storage-logs":              {uploads, versions(30), expiry(400)},
		"storage-artifacts":         {uploads, versions(30), expiryOfLarge},
		"storage-documents":         {uploads, versions(365), infrequent},
		"storage-documents-replica": {uploads, versions(365), infrequent},
		"storage-evidence":          {uploads, versions(30)},
		"storage-evidence-replica":  {uploads, versions(30)},
	} {
		componenttest.Expect(t, r.One(t, componenttest.TypeLifecycle, name), map[string]any{"bucket": buckets[name], "rules": rules})
	}
}

func TestStorageObjectLock(t *testing.T) {
	r := componenttest.Record(t, storage(replicatedArgs()))
	assert.Len(t, r.OfType(typeObjectLock), 2)
	for name := range buckets {
		locked := strings.HasPrefix(name, "storage-evidence")
		componenttest.Expect(t, r.One(t, componenttest.TypeBucket, name), map[string]any{"objectLockEnabled": locked})
		if locked {
			lock := r.One(t, typeObjectLock, name)
			componenttest.Expect(t, lock, map[string]any{
				"bucket": buckets[name], "rule.defaultRetention": map[string]any{"mode": "COMPLIANCE", "days": 3650.0},
			})
			assert.Contains(t, lock.DependsOn, r.One(t, componenttest.TypeVersioning, name).URN)
			assert.Contains(t, r.One(t, componenttest.TypeBucketPolicy, name).DependsOn, lock.URN)
		}
	}
}

func TestStorageLogWriters(t *testing.T) {
	r := componenttest.Record(t, storage(storageArgs()))
	writers := componenttest.PolicyOf(t, r.One(t, componenttest.TypeBucketPolicy, "storage-logs"), "policy").Statement[1:]
	const logs = "arn:aws:s3:::legops-test-111122223333-logs/"
	account := []string{"111122223333"}
	require.Len(t, writers, 3)
	for i, want := range []struct {
		service   string
		below     []string
		condition map[string]map[string][]string
	}{{
		"logdelivery.elasticloadbalancing.amazonaws.com",
		[]string{logs + "load-balancer-requests/AWSLogs/111122223333/*", logs + "load-balancer-connections/AWSLogs/111122223333/*"},
		map[string]map[string][]string{"ArnLike": {"aws:SourceArn": {"arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/*"}}},
	}, {
		"delivery.logs.amazonaws.com",
		[]string{logs + "cdn/*"},
		map[string]map[string][]string{
			"StringEquals": {"aws:SourceAccount": account, "s3:x-amz-acl": {"bucket-owner-full-control"}},
			"ArnLike":      {"aws:SourceArn": {"arn:aws:logs:us-east-1:111122223333:delivery-source:*"}},
		},
	}, {
		"logging.s3.amazonaws.com",
		[]string{logs + "buckets/*"},
		map[string]map[string][]string{
			"StringEquals": {"aws:SourceAccount": account},
			"ArnLike": {"aws:SourceArn": {
				"arn:aws:s3:::legops-test-111122223333-artifacts",
				"arn:aws:s3:::legops-test-111122223333-documents",
				"arn:aws:s3:::legops-test-111122223333-evidence",
			}},
		},
	}} {
		assert.Equal(t, []string{want.service}, writers[i].Principal.Service)
		assert.Equal(t, []string{"s3:PutObject"}, writers[i].Action)
		assert.Equal(t, want.below, writers[i].Resource)
		assert.Equal(t, want.condition, writers[i].Condition)
	}

	logged := r.OfType(typeLogging)
	assert.Len(t, logged, 3, "not the log bucket, which would log its own logs")
	for _, name := range []string{"storage-artifacts", "storage-documents", "storage-evidence"} {
		logging := r.One(t, typeLogging, name)
		componenttest.Expect(t, logging, map[string]any{
			"bucket": buckets[name], "targetBucket": buckets["storage-logs"], "targetPrefix": "buckets/",
			"targetObjectKeyFormat": map[string]any{"partitionedPrefix": map[string]any{"partitionDateSource": "EventTime"}},
		})
		assert.Contains(t, logging.DependsOn, r.One(t, componenttest.TypeBucketPolicy, "storage-logs").URN)
	}
}

func TestStorageAccess(t *testing.T) {
	program := componenttest.Globally(func(ctx *pulumi.Context, _ pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		args := storageArgs()
		s, err := data.NewStorage(ctx, "storage", &args, opts...)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"documents": buckets["storage-documents"], "evidence": buckets["storage-evidence"]}, s.Names)

		const bucket = "arn:aws:s3:::legops-test-111122223333-documents"
		read := []components.Statement{{
			Sid: "ListDocumentsMattersOpen", Actions: []string{"s3:ListBucket"}, Resources: pulumi.ToStringArray([]string{bucket}),
			Conditions: components.Conditions{"StringLike": {"s3:prefix": {"matters/open/*"}}},
		}, {
			Sid: "ObjectsDocumentsMattersOpen", Actions: []string{"s3:GetObject"},
			Resources: pulumi.ToStringArray([]string{bucket + "/matters/open/*"}),
		}, {
			Sid: "KeyDocumentsMattersOpen", Actions: []string{"kms:Decrypt"}, Resources: pulumi.StringArray{pulumi.String("key")},
			Conditions: components.Conditions{
				"StringEquals": {"kms:ViaService": {"s3.eu-west-1.amazonaws.com"}},
				"StringLike":   {"kms:EncryptionContext:aws:s3:arn": {bucket, bucket + "/*"}},
			},
		}}
		got, err := s.Access("documents", "matters/open/", false)
		require.NoError(t, err)
		assert.Equal(t, read, got)

		read[1].Actions = []string{"s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}
		read[2].Actions = []string{"kms:Decrypt", "kms:GenerateDataKey"}
		got, err = s.Access("documents", "matters/open/", true)
		require.NoError(t, err)
		assert.Equal(t, read, got, "no right to delete a version, nor to lift a lock")

		_, err = s.Access("letters", "matters/", false)
		assert.EqualError(t, err, `there is no bucket "letters", only [documents evidence]`)
		for _, prefix := range []string{"", "/", "*", "matters", "matters/*/", "${aws:username}/", "matters//"} {
			_, err = s.Access("documents", prefix, false)
			assert.ErrorContains(t, err, "must be one or more names, each with a slash behind it", prefix)
		}
		return nil
	})
	componenttest.Record(t, program)
}

func TestStorageOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "storage", data.NewStorage, storageArgs(), func(s *data.Storage) []any {
		return []any{s.LogBucket, s.LogBucketArn, s.ArtifactBucket, s.ArtifactBucketArn}
	})
	logs, artifacts := buckets["storage-logs"], buckets["storage-artifacts"]
	assert.Equal(t, []any{logs, "arn:aws:s3:::" + logs, artifacts, "arn:aws:s3:::" + artifacts}, got)
}

func TestStorageRefuses(t *testing.T) {
	componenttest.Refuses(t, storage(data.StorageArgs{Replica: &data.ReplicaArgs{}}),
		"Storage storage: Name is missing", "KeyArn is missing", "Location.Account is missing", "Replica.KeyArn is missing",
		"Replica.Provider is missing", "Replica.Location.Region is missing", `Replica.Location.Region "" must be another than Location.Region`)

	componenttest.RefusesEach(t, storage, replicatedArgs, map[string]func(*data.StorageArgs){
		`bucket name "legops-test-111122223333-logs" is there twice`:       func(a *data.StorageArgs) { a.Buckets[0].Name = "logs" },
		`bucket name "legops-test-111122223333-artifacts" is there twice`:  func(a *data.StorageArgs) { a.Buckets[0].Name = "artifacts" },
		`bucket name "legops-test-111122223333-errors" is there twice`:     func(a *data.StorageArgs) { a.Buckets[0].Name = "errors" },
		`bucket name "legops-test-111122223333-evidence" is there twice`:   func(a *data.StorageArgs) { a.Buckets[0].Name = "evidence" },
		`-evidence-replica" is there twice`:                                func(a *data.StorageArgs) { a.Buckets[0].Name = "evidence-replica" },
		`-Documents" must be 3 to 63 lower-case`:                           func(a *data.StorageArgs) { a.Buckets[0].Name = "Documents" },
		`s-replica" must be 3 to 63 lower-case`:                            func(a *data.StorageArgs) { a.Buckets[0].Name = strings.Repeat("s", 35) },
		`Replica.Location.Region "eu-west-1" must be another`:              func(a *data.StorageArgs) { a.Replica.Location = componenttest.Location },
		`Replica.Location.Account "999988887777" must be Location.Account`: func(a *data.StorageArgs) { a.Replica.Location.Account = "999988887777" },
	})
}
