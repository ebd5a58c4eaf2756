package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/model"
)

// stateful are the types that hold what a deployment cannot make again, and what that is.
var stateful = map[string]string{
	"aws:rds/instance:Instance":                "the database",
	"aws:opensearch/domain:Domain":             "the search indexes",
	"aws:sqs/queue:Queue":                      "messages that nobody has processed yet",
	"aws:s3/bucketV2:BucketV2":                 "the objects in the bucket",
	"aws:kms/key:Key":                          "the key, without which nothing that it encrypts can be read",
	"aws:secretsmanager/secret:Secret":         "a secret that people put in",
	"aws:ecr/repository:Repository":            "images, those in use among them",
	"aws:codecommit/repository:Repository":     "the mirrored source",
	"aws:cloudwatch/logGroup:LogGroup":         "logs",
	"aws:backup/vault:Vault":                   "backups",
	"aws:eks/cluster:Cluster":                  "the cluster, and everything that runs on it",
	"kubernetes:core/v1:PersistentVolumeClaim": "a volume",
}

// guards are the types that protect the data of a neighbour: without one, what it says is lost.
var guards = map[string]string{
	"aws:s3/bucketVersioningV2:BucketVersioningV2":                           "earlier versions of objects are no longer kept",
	"aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2": "new objects can be deleted at once",
	"aws:s3/bucketReplicationConfig:BucketReplicationConfig":                 "there is no second copy in another region any more",
	"aws:backup/plan:Plan":                                     "nothing is backed up by it any more",
	"aws:backup/selection:Selection":                           "what it selects is no longer backed up",
	"aws:backup/vaultPolicy:VaultPolicy":                       "backups can be deleted by whoever has the right elsewhere",
	"aws:backup/vaultLockConfiguration:VaultLockConfiguration": "backups can be deleted before their time",
	"aws:sqs/redrivePolicy:RedrivePolicy":                      "a message that cannot be processed is lost instead of set aside",
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "objects are no longer encrypted with the key of the platform",
}

// dataSettings are the properties that protect data.
var dataSettings = []setting{
	of("aws:rds/instance:Instance", "backupRetentionPeriod", gone, "backups are kept for a shorter time"),
	of("aws:rds/instance:Instance", "deletionProtection", off, "RDS no longer refuses to delete it"),
	of("aws:rds/instance:Instance", "skipFinalSnapshot", on, "nothing is left when it is deleted"),
	of("aws:rds/instance:Instance", "deleteAutomatedBackups", on, "its backups go with it"),
	of("aws:rds/instance:Instance", "multiAz", off, "a zone that fails takes the only copy with it"),
	of("aws:rds/instance:Instance", "engineVersion", changed, "an upgrade of the engine cannot be undone, only restored from a backup"),
	of("aws:opensearch/domain:Domain", "engineVersion", changed, "an upgrade of the engine cannot be undone, only restored from a snapshot"),
	of("aws:opensearch/domain:Domain", `clusterConfig\.instanceCount`, lower, "shards have to fit on fewer nodes"),
	of("aws:opensearch/domain:Domain", `clusterConfig\.zoneAwarenessEnabled`, off, "a zone that fails takes the only copy with it"),
	of("aws:opensearch/domain:Domain", `ebsOptions\.volumeSize`, lower, "what is there has to fit on smaller disks"),
	of("aws:s3/bucketV2:BucketV2", "forceDestroy", on, "the bucket can be deleted with everything in it"),
	of("aws:s3/bucketVersioningV2:BucketVersioningV2", `versioningConfiguration\.status`, leaves("Enabled"), "a deleted or overwritten object is lost"),
	of("aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
		`rules\[.*\]\.(noncurrentVersionExpiration\.noncurrentDays|expiration\.days)`, sooner, "objects are removed earlier"),
	of("aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", `rules\[[^\]]*\]`, expires, "objects are removed that were kept"),
	of("aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2", `rule\.defaultRetention\.(days|years)`, gone, "new objects can be deleted earlier"),
	of("aws:s3/bucketObjectLockConfigurationV2:BucketObjectLockConfigurationV2", `rule\.defaultRetention\.mode`, leaves("COMPLIANCE"), "a privileged role can lift the lock"),
	of("aws:sqs/queue:Queue", "messageRetentionSeconds", lower, "messages that wait are lost earlier"),
	of("aws:kms/key:Key", "deletionWindowInDays", lower, "there is less time to notice a deletion"),
	of("aws:kms/key:Key", "enableKeyRotation", off, "the key is no longer rotated"),
	of("aws:kms/key:Key", "isEnabled", off, "nothing that it encrypts can be read"),
	of("aws:secretsmanager/secret:Secret", "recoveryWindowInDays", lower, "there is less time to notice a deletion"),
	of("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", sooner, "logs are kept for a shorter time"),
	of("aws:ecr/repository:Repository", "imageTagMutability", leaves("IMMUTABLE"), "an image can be replaced under its tag"),
	of("aws:ecr/repository:Repository", "forceDelete", on, "the repository can be deleted with its images"),
	of("aws:ecr/lifecyclePolicy:LifecyclePolicy", `policy\.rules\[.*\]\.selection\.countNumber`, lower, "images are removed earlier"),
	of("aws:backup/plan:Plan", `rules\[.*\](\.copyActions\[.*\])?\.lifecycle\.deleteAfter`, gone, "backups are kept for a shorter time"),
	of("aws:backup/plan:Plan", `rules\[[^\]]*\](\.copyActions\[[^\]]*\])?`, removed, "a rule of the plan is gone"),
	of("aws:backup/vault:Vault", "forceDestroy", on, "the vault can be deleted with its backups"),
	of("aws:backup/vaultLockConfiguration:VaultLockConfiguration", "minRetentionDays", gone, "backups can be deleted earlier"),
	of("aws:lb/loadBalancer:LoadBalancer", "enableDeletionProtection", off, "the service no longer refuses to delete it"),
	of("aws:sqs/redrivePolicy:RedrivePolicy", `redrivePolicy\.deadLetterTargetArn`, changed, "messages are set aside elsewhere: what waits in the former queue has to be looked after"),
	// Whatever its name in a type, a key that changes leaves the data under the old one, or moves it.
	of("", `(?i).*(kms|encryption).*(key(id|arn)?|encryptionConfig.*)`, changed, "another key: what is there stays under the old one, which has to live as long"),
}

// expires is for a rule of a life cycle that comes.
func expires(old, new string) bool {
	return old == "" && (strings.Contains(new, `"days"`) || strings.Contains(new, `"noncurrentDays"`)) && strings.Contains(new, "xpiration")
}

func removed(old, new string) bool { return old != "" && new == "" }

// atRisk is what a plan could do to data. What was protected before the plan is given by URN.
func atRisk(p *model.Plan, changes []Change, protected map[string]bool) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		if holds, is := stateful[c.Type]; is && (c.Kind == Deleted || c.Kind == Replaced) {
			found = append(found, c.finding("%s (%s): %s; %s", c.Kind, holds, c.Reason, c.fate()))
		}
	}
	for i := range changes {
		found = append(found, changes[i].settings(dataSettings)...)
	}
	found = append(found, unguarded(changes, guards)...)
	return append(found, unprotected(p, protected)...)
}

// unguarded are the guards of a table that go while what they guard stays. One that comes back under another name is no better:
// Pulumi sets the new one first, and by deleting the old one takes away what both are.
func unguarded(changes []Change, guards map[string]string) []Finding {
	var found []Finding
	for i := range changes {
		c := &changes[i]
		if says, is := guards[c.Type]; is && c.Kind == Deleted && !goesToo(c, changes) {
			found = append(found, c.finding("%s deleted: %s; %s", typeName(c.Type), says, c.Reason))
		}
	}
	return found
}

// goesToo says whether what a deleted resource guarded is deleted, too: what holds data and has its name or the beginning of
// it, or the namespace that it is in.
func goesToo(guard *Change, changes []Change) bool {
	return slices.ContainsFunc(changes, func(c Change) bool {
		return c.Kind == Deleted && (stateful[c.Type] != "" && strings.HasPrefix(guard.Name+"-", c.Name+"-") ||
			c.Type == "kubernetes:core/v1:Namespace" && c.Component == guard.Component)
	})
}

// unprotected are the resources that Pulumi keeps now and would no longer keep, one finding for each component.
func unprotected(p *model.Plan, protected map[string]bool) []Finding {
	head := p.Head()
	lost := map[string][]string{} // names, by component
	for _, step := range p.Steps {
		if step.Old == nil || step.New == nil {
			continue
		}
		lets := protected[string(step.New.URN)] && !step.New.Protect || step.Old.RetainOnDelete && !step.New.RetainOnDelete
		if component := head.ComponentName(step.New); lets && component != "" {
			lost[component] = appendNew(lost[component], step.New.Name())
		}
	}
	var found []Finding
	for _, component := range slices.Sorted(maps.Keys(lost)) {
		found = append(found, Finding{Resource: component, Component: component, Text: fmt.Sprintf(
			"protection by Pulumi off, so that it can be deleted or replaced: %s", strings.Join(lost[component], ", "))})
	}
	return found
}

// fate is what becomes of a stateful resource that is replaced or deleted.
func (c *Change) fate() string {
	if c.Retained {
		return "it stays in the account, out of the stack"
	}
	if c.Protected {
		return "it is protected: pulumi up refuses until a person unprotects it"
	}
	return "it is NOT protected: pulumi up deletes it with what it holds"
}

// typeName is a type as people say it, such as Queue for aws:sqs/queue:Queue.
func typeName(token string) string { return token[strings.LastIndexByte(token, ':')+1:] }
