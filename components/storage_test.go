package components_test

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/internal/recorder"
)

const (
	typeBucket       = "aws:s3/bucketV2:BucketV2"
	typeBucketPolicy = "aws:s3/bucketPolicy:BucketPolicy"
	typeVersioning   = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	typeEncryption   = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
	typeAccessBlock  = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	typeOwnership    = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
	typeLifecycle    = "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2"
	typeObjectLock   = "aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2"
	typeLogging      = "aws:s3/bucketLoggingV2:BucketLoggingV2"
	typeReplication  = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
)

// storage makes the component; a replica asked for is on the second provider.
func storage(args components.StorageArgs) construct {
	return globally(func(ctx *pulumi.Context, global pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		if args.Replica != nil && args.Name != "" {
			replica := *args.Replica
			replica.Provider = global
			args.Replica = &replica
		}
		_, err := components.NewStorage(ctx, "storage", &args, opts...)
		return err
	})
}

func storageArgs() components.StorageArgs {
	return components.StorageArgs{
		Name: "legops-test", Location: location, KeyArn: pulumi.String("key"),
		Buckets: []components.BucketArgs{
			{Name: "documents", NoncurrentRetention: 365, InfrequentAccess: 90},
			{Name: "evidence", NoncurrentRetention: 30, ObjectLock: &components.ObjectLockArgs{Mode: "COMPLIANCE", Days: 3650}},
		},
		LogRetention: 400, ArtifactRetention: 90, Protect: true,
	}
}

func replicatedArgs() components.StorageArgs {
	args := storageArgs()
	args.Replica = &components.ReplicaArgs{Location: globalLocation, KeyArn: pulumi.String("replica-key")}
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

// secured checks what holds for every bucket, and gives back its policy.
func secured(t *testing.T, r *recorder.Recorder, name, physical, key string) document {
	t.Helper()
	expect(t, r.One(t, typeBucket, name), map[string]any{"bucket": physical, "acl": nil})
	expect(t, r.One(t, typeAccessBlock, name), map[string]any{
		"bucket": physical, "blockPublicAcls": true, "blockPublicPolicy": true, "ignorePublicAcls": true, "restrictPublicBuckets": true,
	})
	expect(t, r.One(t, typeOwnership, name), map[string]any{"bucket": physical, "rule.objectOwnership": "BucketOwnerEnforced"})
	expect(t, r.One(t, typeVersioning, name), map[string]any{"bucket": physical, "versioningConfiguration.status": "Enabled"})
	encryption := map[string]any{"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "AES256"}}
	if key != "" {
		encryption = map[string]any{
			"bucketKeyEnabled":                   true,
			"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key},
		}
	}
	expect(t, r.One(t, typeEncryption, name), map[string]any{"bucket": physical, "rules": []any{encryption}})

	found := r.One(t, typeBucketPolicy, name)
	for _, setting := range []string{typeAccessBlock, typeOwnership, typeVersioning, typeEncryption, typeLifecycle} {
		assert.Contains(t, found.DependsOn, r.One(t, setting, name).URN, "the policy comes last")
	}
	policy := policyOf(t, found, "policy")
	tls := policy.Statement[0]
	assert.Equal(t, "OverTLSOnly", tls.Sid)
	assert.Equal(t, []string{"s3:*"}, tls.Action)
	assert.Equal(t, []string{"arn:aws:s3:::" + physical, "arn:aws:s3:::" + physical + "/*"}, tls.Resource)
	return policy
}

func TestStorage(t *testing.T) {
	behaves(t, "legops:components:Storage", "storage", storage(replicatedArgs()), "storage-documents-replica", "storage-evidence-replica")
	r := record(t, storage(replicatedArgs()))
	assert.Len(t, r.OfType(typeBucket), len(buckets))
	for name, physical := range buckets {
		key := "key"
		switch {
		case name == "storage-logs":
			key = "" // load balancers take no other than a key of S3
		case strings.HasSuffix(name, "-replica"):
			key = "replica-key"
		}
		policy := secured(t, r, name, physical, key)
		assert.Len(t, policy.Statement, map[bool]int{true: 4, false: 1}[name == "storage-logs"])
	}
}

func TestStorageProtection(t *testing.T) {
	for _, protect := range []bool{true, false} {
		args := replicatedArgs()
		args.Protect = protect
		r := record(t, storage(args))
		for name := range buckets {
			ours := name == "storage-logs" || name == "storage-artifacts"
			found := r.One(t, typeBucket, name)
			expect(t, found, map[string]any{"forceDestroy": !protect})
			for _, typ := range []string{typeBucket, typeBucketPolicy, typeAccessBlock, typeOwnership, typeVersioning, typeEncryption, typeLifecycle} {
				setting := r.One(t, typ, name)
				assert.Equal(t, protect, setting.Protect, setting.URN)
				assert.Equal(t, protect && !ours, setting.RetainOnDelete, setting.URN)
			}
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
	r := record(t, storage(replicatedArgs()))
	for name, rules := range map[string][]any{
		"storage-logs":              {uploads, versions(30), expiry(400)},
		"storage-artifacts":         {uploads, versions(30), expiryOfLarge},
		"storage-documents":         {uploads, versions(365), infrequent},
		"storage-documents-replica": {uploads, versions(365), infrequent},
		"storage-evidence":          {uploads, versions(30)},
		"storage-evidence-replica":  {uploads, versions(30)},
	} {
		expect(t, r.One(t, typeLifecycle, name), map[string]any{"bucket": buckets[name], "rules": rules})
	}
}

func TestStorageObjectLock(t *testing.T) {
	r := record(t, storage(replicatedArgs()))
	assert.Len(t, r.OfType(typeObjectLock), 2)
	for name := range buckets {
		locked := strings.HasPrefix(name, "storage-evidence")
		expect(t, r.One(t, typeBucket, name), map[string]any{"objectLockEnabled": locked})
		if locked {
			lock := r.One(t, typeObjectLock, name)
			expect(t, lock, map[string]any{
				"bucket": buckets[name], "rule.defaultRetention": map[string]any{"mode": "COMPLIANCE", "days": 3650.0},
			})
			assert.Contains(t, lock.DependsOn, r.One(t, typeVersioning, name).URN)
			assert.Contains(t, r.One(t, typeBucketPolicy, name).DependsOn, lock.URN)
		}
	}
}

func TestStorageLogWriters(t *testing.T) {
	r := record(t, storage(storageArgs()))
	writers := policyOf(t, r.One(t, typeBucketPolicy, "storage-logs"), "policy").Statement[1:]
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
		expect(t, logging, map[string]any{
			"bucket": buckets[name], "targetBucket": buckets["storage-logs"], "targetPrefix": "buckets/",
			"targetObjectKeyFormat": map[string]any{"partitionedPrefix": map[string]any{"partitionDateSource": "EventTime"}},
		})
		assert.Contains(t, logging.DependsOn, r.One(t, typeBucketPolicy, "storage-logs").URN)
	}
}

func TestStorageAccess(t *testing.T) {
	program := globally(func(ctx *pulumi.Context, _ pulumi.ProviderResource, opts ...pulumi.ResourceOption) error {
		args := storageArgs()
		s, err := components.NewStorage(ctx, "storage", &args, opts...)
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
	record(t, program)
}

func TestStorageOutputs(t *testing.T) {
	var got []any
	r := record(t, func(ctx *pulumi.Context, opts ...pulumi.ResourceOption) error {
		args := storageArgs()
		s, err := components.NewStorage(ctx, "storage", &args, opts...)
		if err != nil {
			return err
		}
		values := pulumi.All(s.LogBucket, s.LogBucketArn, s.ArtifactBucket, s.ArtifactBucketArn)
		ctx.Export("values", values.ApplyT(func(resolved []any) string { got = resolved; return "" }))
		// Who logs to the bucket waits until it may.
		_, err = components.NewLoadBalancer(ctx, "balancer", withLogs(s.LogBucket), opts...)
		return err
	})
	logs, artifacts := buckets["storage-logs"], buckets["storage-artifacts"]
	assert.Equal(t, []any{logs, "arn:aws:s3:::" + logs, artifacts, "arn:aws:s3:::" + artifacts}, got)
	balancer := r.One(t, "aws:lb/loadBalancer:LoadBalancer", "balancer")
	assert.Contains(t, balancer.DependsOn, r.One(t, typeBucketPolicy, "storage-logs").URN)

	// What it writes is what the policy lets it write.
	writer := policyOf(t, r.One(t, typeBucketPolicy, "storage-logs"), "policy").Statement[1]
	for i, kind := range []string{"accessLogs", "connectionLogs"} {
		prefix := balancer.Get(kind + ".prefix").(string)
		assert.Equal(t, "arn:aws:s3:::"+logs+"/"+prefix+"/AWSLogs/111122223333/*", writer.Resource[i])
	}
}

func withLogs(bucket pulumi.StringInput) *components.LoadBalancerArgs {
	args := loadBalancerArgs
	args.LogBucket = bucket
	return &args
}

func TestStorageRefuses(t *testing.T) {
	refuses(t, storage(components.StorageArgs{Replica: &components.ReplicaArgs{}}),
		"storage storage: Name is missing", "KeyArn is missing", "Location.Account", "LogRetention is 0, must be a number of days",
		"ArtifactRetention is 0, must be a number of days", "Buckets is empty", "Replica.KeyArn is missing", "Replica.Provider is missing",
		`Replica.Location.Region "" must be an AWS region`, `Replica.Location.Region "" must be another than Location.Region`)

	for complaint, breakIt := range map[string]func(*components.StorageArgs){
		`bucket name "legops-test-111122223333-logs" is there twice`:       func(a *components.StorageArgs) { a.Buckets[0].Name = "logs" },
		`bucket name "legops-test-111122223333-artifacts" is there twice`:  func(a *components.StorageArgs) { a.Buckets[0].Name = "artifacts" },
		`bucket name "legops-test-111122223333-errors" is there twice`:     func(a *components.StorageArgs) { a.Buckets[0].Name = "errors" },
		`bucket name "legops-test-111122223333-evidence" is there twice`:   func(a *components.StorageArgs) { a.Buckets[0].Name = "evidence" },
		`-evidence-replica" is there twice`:                                func(a *components.StorageArgs) { a.Buckets[0].Name = "evidence-replica" },
		`-Documents" must be 3 to 63 lower-case`:                           func(a *components.StorageArgs) { a.Buckets[0].Name = "Documents" },
		`s-replica" must be 3 to 63 lower-case`:                            func(a *components.StorageArgs) { a.Buckets[0].Name = strings.Repeat("s", 35) },
		"a bucket has no Name":                                             func(a *components.StorageArgs) { a.Buckets[0].Name = "" },
		"bucket documents: NoncurrentRetention is 0":                       func(a *components.StorageArgs) { a.Buckets[0].NoncurrentRetention = 0 },
		"bucket documents: InfrequentAccess is 29, must be 0 or at least":  func(a *components.StorageArgs) { a.Buckets[0].InfrequentAccess = 29 },
		`bucket evidence: ObjectLock.Mode "WEAK" must be GOVERNANCE`:       func(a *components.StorageArgs) { a.Buckets[1].ObjectLock.Mode = "WEAK" },
		"bucket evidence: ObjectLock.Days is 0, must be 1 to 36500":        func(a *components.StorageArgs) { a.Buckets[1].ObjectLock.Days = 0 },
		"bucket evidence: ObjectLock.Days is 36501":                        func(a *components.StorageArgs) { a.Buckets[1].ObjectLock.Days = 36501 },
		`Replica.Location.Region "eu-west-1" must be another`:              func(a *components.StorageArgs) { a.Replica.Location = location },
		`Replica.Location.Account "999988887777" must be Location.Account`: func(a *components.StorageArgs) { a.Replica.Location.Account = "999988887777" },
	} {
		args := replicatedArgs()
		breakIt(&args)
		t.Run(complaint, func(t *testing.T) { refuses(t, storage(args), complaint) })
	}
}
