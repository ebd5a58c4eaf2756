package review

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// settingCase is a property that changes, and whether that is told.
type settingCase struct {
	token, path, old, new string
	told                  bool
}

func TestSettings(t *testing.T) {
	for _, c := range []settingCase{
		{"aws:rds/instance:Instance", "backupRetentionPeriod", "35", "7", true},
		{"aws:rds/instance:Instance", "backupRetentionPeriod", "35", "", true},
		{"aws:rds/instance:Instance", "backupRetentionPeriod", "7", "35", false},
		{"aws:rds/instance:Instance", "deletionProtection", "true", "false", true},
		{"aws:rds/instance:Instance", "deletionProtection", "false", "true", false},
		{"aws:rds/instance:Instance", "skipFinalSnapshot", "false", "true", true},
		{"aws:rds/instance:Instance", "kmsKeyId", "arn:1", "arn:2", true},
		{"aws:rds/instance:Instance", "kmsKeyId", "", "arn:2", false},
		{"aws:rds/instance:Instance", "masterUserSecretKmsKeyId", "arn:1", "<from key>", true},
		{"aws:sqs/queue:Queue", "kmsMasterKeyId", "arn:1", "", true},
		{"aws:sqs/queue:Queue", "messageRetentionSeconds", "1209600", "345600", true},
		{"aws:cloudwatch/logGroup:LogGroup", "retentionInDays", "365", "30", true},
		{"aws:cloudwatch/logGroup:LogGroup", "retentionInDays", "", "30", true},
		{"aws:cloudwatch/logGroup:LogGroup", "retentionInDays", "30", "", false},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[old-versions].noncurrentVersionExpiration.noncurrentDays", "365", "30", true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[new]", "", `{"expiration":{"days":30}}`, true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[new]", "", `{"transitions":[{"days":30}]}`, false},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].noncurrentVersionExpiration", "", `{"noncurrentDays":30}`, true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].noncurrentVersionExpiration", `{"noncurrentDays":30}`, "", false},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].noncurrentVersionExpiration.newerNoncurrentVersions", "100", "1", true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].expiration.date", "", "2027-01-01T00:00:00Z", true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].status", "Disabled", "Enabled", true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].status", "Enabled", "Disabled", false},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].filter.objectSizeGreaterThan", "131072", "1", true},
		{"aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "rules[x].filter", `{"prefix":"tmp/"}`, "", true},
		{"aws:s3/bucketReplicationConfig:BucketReplicationConfig", "rules[all].status", "Enabled", "Disabled", true},
		{"aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy.rules[0].selection.tagStatus", "untagged", "any", true},
		{"aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy.rules[3]", "", `{"selection":{}}`, true},
		{"aws:backup/plan:Plan", "rules[0].schedule", "cron(0 3 * * ? *)", "cron(30 5 * * ? *)", false},
		{"aws:backup/plan:Plan", "rules[0].schedule", "cron(0 3 * * ? *)", "cron(0 3 1 * ? *)", true},
		{"aws:backup/selection:Selection", "conditions[0].stringEquals[0].value", "true", "false", true},
		{"aws:backup/vaultPolicy:VaultPolicy", "policy.Statement[KeepBackups].Action[1]", "backup:DeleteRecoveryPoint", "", true},
		{"aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2", "rule.defaultRetention.mode", "COMPLIANCE", "GOVERNANCE", true},
		{"aws:backup/plan:Plan", "rules[0].lifecycle.deleteAfter", "35", "7", true},
		{"aws:backup/plan:Plan", "rules[0].copyActions[0].lifecycle.deleteAfter", "100", "", true},
		{"aws:ecr/lifecyclePolicy:LifecyclePolicy", "policy.rules[0].selection.countNumber", "100", "10", true},
		{"aws:eks/cluster:Cluster", "vpcConfig.endpointPublicAccess", "false", "true", true},
		{"aws:wafv2/webAcl:WebAcl", "rules[RateLimit].statement.rateBasedStatement.limit", "2000", "9000", true},
		{"aws:wafv2/webAcl:WebAcl", "rules[RateLimit].statement.rateBasedStatement.limit", "2000", "1000", false},
		{"aws:ec2/launchTemplate:LaunchTemplate", "metadataOptions.httpTokens", "required", "optional", true},
		{"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "blockPublicPolicy", "true", "", true},
		{"aws:cloudfront/distribution:Distribution", "webAclId", "arn:1", "", true},
		{"aws:lb/targetGroup:TargetGroup", "deregistrationDelay", "60", "30", false},
		{admission, "spec.variables[wrongKeys].expression", "a", "[]", true},
		{admission, "spec.matchConditions[never].expression", "", "false", true},
		{admission, "spec.failurePolicy", "Fail", "Ignore", true},
		{admission, "metadata.labels", "a", "b", false},
		{admission + "Binding", "spec.validationActions[0]", "Deny", "Audit", true},
	} {
		change := &Change{Type: c.token, Properties: []Property{{Path: c.path, Old: c.old, New: c.new}}}
		told := len(change.settings(dataSettings))+len(change.settings(accessSettings)) > 0
		assert.Equal(t, c.told, told, "%+v", c)
	}
}

// Protection that goes is no difference to the engine: it has to be looked for.
func TestProtectionThatGoesIsTold(t *testing.T) {
	same := step("same", "aws:sqs/queue:Queue", "signing", map[string]any{}, map[string]any{})
	queues := resource.URN("urn:pulumi:dev::legops::legops:components:Queues::queues")
	same.Old.Parent, same.New.Parent = queues, queues
	p := &model.Plan{Steps: []model.Step{{Op: "same", Old: &model.Resource{URN: queues, Type: "legops:components:Queues"}, New: &model.Resource{URN: queues, Type: "legops:components:Queues"}}, same}}
	protected := map[string]bool{string(same.New.URN): true}
	found := atRisk(p, changesOf(p, protected), protected)
	require.Len(t, found, 1)
	assert.Contains(t, found[0].Text, "protection by Pulumi off, so that it can be deleted or replaced: signing")
	same.New.Protect = true
	assert.Empty(t, atRisk(p, changesOf(p, protected), protected))
}

// A rule that comes and removes something is told, unless what it is about comes with it.
func TestRemovers(t *testing.T) {
	came := func(token, name string, inputs map[string]any) Change {
		return Change{Kind: Created, Type: token, Name: name, new: &model.Resource{Inputs: inputs}}
	}
	life := func(rule map[string]any) Change {
		return came("aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", "storage-a-lifecycle", map[string]any{"rules": []any{rule}})
	}
	expiry := life(map[string]any{"expiration": map[string]any{"days": 1.0}})
	images := came("aws:ecr/lifecyclePolicy:LifecyclePolicy", "registry-a-expiry", nil)
	for _, c := range []struct {
		name    string
		changes []Change
		want    int
	}{
		{"a life cycle", []Change{expiry}, 1},
		{"with its bucket", []Change{came("aws:s3/bucketV2:BucketV2", "storage-a", nil), expiry}, 0},
		{"with another bucket", []Change{came("aws:s3/bucketV2:BucketV2", "storage-b", nil), expiry}, 1},
		{"one that removes uploads", []Change{life(map[string]any{"abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7.0}})}, 0},
		{"a policy of images", []Change{images}, 1},
		{"with its repository", []Change{came("aws:ecr/repository:Repository", "registry-a", nil), images}, 0},
	} {
		assert.Len(t, removers(c.changes), c.want, c.name)
	}
}

// What is no longer selected is told, but for what is replaced.
func TestDeselected(t *testing.T) {
	selection := func(arns ...any) *model.Resource { return &model.Resource{Inputs: map[string]any{"resources": arns}} }
	for _, c := range []struct {
		name     string
		old, new *model.Resource
		want     []string
	}{
		{"one goes", selection("a", "b"), selection("b"), []string{"no longer backed up: 1 of [a]"}},
		{"one comes", selection("b"), selection("a", "b"), nil},
		{"one is replaced", selection("a", "b"), selection(model.Unknown, "b"), nil},
		{"one goes, one is replaced", selection("a", "b", "c"), selection(model.Unknown, "c"), []string{"no longer backed up: 1 of [a b]"}},
		{"all go", selection("a"), selection(), []string{"no longer backed up: 1 of [a]"}},
		{"another place", selection("a", "b"), selection("b", "a"), nil},
	} {
		var got []string
		for _, f := range deselected([]Change{{Type: "aws:backup/selection:Selection", old: c.old, new: c.new}}) {
			got = append(got, f.Text)
		}
		assert.Equal(t, c.want, got, c.name)
	}
}

// A guard that goes is told unless what it guards goes, too.
func TestUnguarded(t *testing.T) {
	guard := Change{
		Kind: Deleted, Type: "aws:s3/bucketVersioningV2:BucketVersioningV2", Name: "storage-a-versioning", Component: "storage", Reason: "the program no longer asks for it",
	}
	bucket := func(kind Kind, name string) Change {
		return Change{Kind: kind, Type: "aws:s3/bucketV2:BucketV2", Name: name, Component: "storage"}
	}
	const told = "BucketVersioningV2 deleted: a deleted or overwritten object is lost; the program no longer asks for it"
	for _, c := range []struct {
		name    string
		changes []Change
		want    string
	}{
		{name: "it goes alone", changes: []Change{guard}, want: told},
		{name: "with what it guards", changes: []Change{bucket(Deleted, "storage-a"), guard}},
		{name: "with what stays in the account", changes: []Change{{Kind: Deleted, Type: "aws:s3/bucketV2:BucketV2", Name: "storage-a", Retained: true}, guard}, want: told},
		{name: "with what has its name", changes: []Change{bucket(Deleted, "storage-a-versioning"), guard}},
		{name: "with another", changes: []Change{bucket(Deleted, "storage-b"), guard}, want: told},
		{name: "with another of a similar name", changes: []Change{bucket(Deleted, "stor"), guard}, want: told},
		{name: "what it guards comes anew", changes: []Change{bucket(Replaced, "storage-a"), guard}, want: told},
		{name: "it is replaced", changes: []Change{{Kind: Replaced, Type: guard.Type, Name: guard.Name}}},
	} {
		found := unguarded(c.changes, dataLoss)
		if c.want == "" {
			assert.Empty(t, found, c.name)
			continue
		}
		assert.Equal(t, []Finding{{Resource: guard.Name, Component: "storage", Text: c.want}}, found, c.name)
	}
	policy := Change{Kind: Deleted, Type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", Name: "app-a-deny", Component: "app-a"}
	assert.Len(t, unguarded([]Change{policy}, accessLoss), 1)
	assert.Empty(t, unguarded([]Change{policy, {Kind: Deleted, Type: "kubernetes:core/v1:Namespace", Name: "app-a", Component: "app-a"}}, accessLoss))
}

// A guard that goes first, before a replacement that the retained bucket's name refuses, is told.
func TestUnguardedWhatIsLeftBehind(t *testing.T) {
	const token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
	guard := func(deletesFirst bool) Change {
		return Change{Kind: Replaced, Type: token, Name: "storage-a-replication", DeletesFirst: deletesFirst, Reason: "bucket"}
	}
	bucket := func(kind Kind, retained bool) Change {
		return Change{Kind: kind, Type: "aws:s3/bucketV2:BucketV2", Name: "storage-a", Retained: retained}
	}
	found := unguarded([]Change{bucket(Replaced, true), guard(true)}, dataLoss)
	require.Len(t, found, 1)
	assert.Equal(t, "BucketReplicationConfig replaced, the old one deleted first, and what it is about stays in the account without it: "+
		dataLoss(token)+"; bucket", found[0].Text)
	for name, changes := range map[string][]Change{
		"the bucket goes, too":    {bucket(Replaced, false), guard(true)},
		"the bucket stays as is":  {bucket(Updated, true), guard(true)},
		"the new one comes first": {bucket(Replaced, true), guard(false)},
	} {
		assert.Empty(t, unguarded(changes, dataLoss), name)
	}
}

// A guard under another name is taken away by the deletion of the old one.
func TestUnguardedByARename(t *testing.T) {
	side := func(name string) *model.Resource {
		return &model.Resource{Inputs: map[string]any{"bucket": "legops-a"}, URN: resource.URN("urn:pulumi:prod::legops::aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::" + name)}
	}
	const token = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
	changes := []Change{{Kind: Deleted, Type: token, Name: "old", old: side("old")}, {Kind: Created, Type: token, Name: "new", new: side("new")}}
	renames(changes)
	found := unguarded(changes, accessLoss)
	require.Len(t, found, 1)
	assert.Equal(t, "BucketPublicAccessBlock deleted: the bucket can be made public; renamed to new without pulumi.Aliases with the old name", found[0].Text)
}

// What becomes of data when what holds it is deleted is what the service does, by the inputs in the state.
func TestDataThatIsDeleted(t *testing.T) {
	const gone = "it is NOT protected: pulumi up deletes it with what it holds"
	for _, c := range []struct {
		token  string
		inputs map[string]any
		told   string
	}{
		{catalogue.Database, map[string]any{"finalSnapshotIdentifier": "a-final"}, "pulumi up deletes it, and RDS first makes the snapshot a-final"},
		{catalogue.Database, map[string]any{"skipFinalSnapshot": true}, gone},
		{catalogue.Bucket, map[string]any{}, "S3 refuses as long as there is an object in it"},
		{catalogue.Bucket, map[string]any{"forceDestroy": true}, gone},
		{catalogue.ImageRepository, map[string]any{"forceDelete": false}, "ECR refuses as long as there is an image in it"},
		{catalogue.ImageRepository, map[string]any{"forceDelete": true}, gone},
		{catalogue.BackupVault, map[string]any{}, "AWS Backup refuses as long as there is a backup in it"},
		{catalogue.Key, map[string]any{"deletionWindowInDays": 7.0}, "KMS keeps it for 7 days"},
		{catalogue.Secret, map[string]any{}, "Secrets Manager keeps it for 30 days"},
		{catalogue.Secret, map[string]any{"recoveryWindowInDays": 0.0}, gone},
		{catalogue.LogGroup, map[string]any{}, gone},
	} {
		p := planOf(step("delete", c.token, "it", c.inputs, nil))
		found := atRisk(p, changesOf(p, nil), nil)
		require.Len(t, found, 1, c.token)
		assert.Contains(t, found[0].Text, c.told, c.token)
	}
}
