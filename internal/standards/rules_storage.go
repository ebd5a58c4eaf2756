package standards

import (
	"slices"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/standards/minimum"
)

var storageRules = []Rule{
	{
		ID: "S3-PUBLIC", What: "buckets block public access, by ACL and by policy",
		Reason: "one wrong policy would put documents of law firms on the internet", Source: "S3.8 (CIS v5.0 2.1.4)",
		Companions: []Companion{{catalogue.Bucket, catalogue.BucketPublicAccessBlock, "bucket"}},
		Settings: []Setting{
			{catalogue.BucketPublicAccessBlock, "blockPublicAcls", is(true), nil},
			{catalogue.BucketPublicAccessBlock, "blockPublicPolicy", is(true), nil},
			{catalogue.BucketPublicAccessBlock, "ignorePublicAcls", is(true), nil},
			{catalogue.BucketPublicAccessBlock, "restrictPublicBuckets", is(true), nil},
		},
	}, {
		ID: "S3-ACL", What: "buckets have no ACLs: what is in them is their owner's",
		Reason: "an object could be opened past the bucket's policy", Source: "S3.12",
		Companions: []Companion{{catalogue.Bucket, catalogue.BucketOwnership, "bucket"}},
		Settings:   []Setting{{catalogue.BucketOwnership, "rule.objectOwnership", is("BucketOwnerEnforced"), nil}},
	}, {
		ID: "S3-KEY", What: "buckets are encrypted under a key of this project",
		Reason: "whoever may read S3 would read the documents, without a key to be refused", Source: "S3.17",
		Companions: []Companion{{catalogue.Bucket, catalogue.BucketEncryption, "bucket"}},
		Settings: []Setting{
			{catalogue.BucketEncryption, "rules[*].applyServerSideEncryptionByDefault.sseAlgorithm", oneOf("aws:kms", "aws:kms:dsse"), nil},
			{catalogue.BucketEncryption, "rules[*].applyServerSideEncryptionByDefault.kmsMasterKeyId", ownKey(), nil},
		},
	}, {
		ID: "S3-TLS", What: "buckets deny requests without TLS",
		Reason: "documents could be read on their way", Source: "S3.5 (CIS v5.0 2.1.1)",
		Types: []string{catalogue.Bucket}, Check: deniesPlainHTTP(catalogue.BucketPolicy, "bucket"), UnknownPasses: true,
	}, {
		ID: "S3-LOGS", What: "requests to buckets are logged",
		Reason: "nobody could say who read a document", Source: "S3.9",
		Companions: []Companion{{catalogue.Bucket, catalogue.BucketLogging, "bucket"}},
		Settings:   []Setting{{catalogue.BucketLogging, "targetBucket", given(), nil}},
	}, {
		ID: "S3-VERSIONS", What: "buckets keep versions",
		Reason: "what is overwritten or deleted by mistake is gone", Source: own,
		Companions: []Companion{{catalogue.Bucket, catalogue.BucketVersioning, "bucket"}},
		Settings:   []Setting{{catalogue.BucketVersioning, "versioningConfiguration.status", is("Enabled"), nil}},
	}, {
		ID: "S3-LIFECYCLE", What: "buckets have a lifecycle",
		Reason: "old versions and half uploads pile up, and are paid for", Source: "S3.13",
		Companions: []Companion{{catalogue.Bucket, catalogue.BucketLifecycle, "bucket"}},
		Settings:   []Setting{{catalogue.BucketLifecycle, "rules[*].id", given(), nil}},
	}, {
		ID: "S3-KEPT", What: "in production buckets are not emptied with the stack, and stay without it",
		Reason: "documents of clients would go with a mistake in the program", Source: own, In: []string{production},
		Settings: []Setting{{catalogue.Bucket, "forceDestroy", off(), nil}},
		Types:    []string{catalogue.Bucket}, UnknownPasses: true,
		Check: func(_ *platform, r *model.Resource) []string {
			if r.RetainOnDelete {
				return nil
			}
			return []string{"it goes with the stack: set retainOnDelete on it"}
		},
	}, {
		ID: "SQS-KEY", What: "queues are under a key of this project",
		Reason: "whoever may read a queue would read what is signed", Source: "SQS.1",
		Settings: []Setting{{catalogue.Queue, "kmsMasterKeyId", ownKey(), nil}},
	}, {
		ID: "SQS-TLS", What: "queues deny requests without TLS", Reason: "messages could be read on their way", Source: own,
		Types: []string{catalogue.Queue}, Check: deniesPlainHTTP(catalogue.QueuePolicy, "queueUrl"), UnknownPasses: true,
	}, {
		ID: "SNS-KEY", What: "topics are under a key of this project",
		Reason: "alerts say what is broken, and where", Source: "SNS.1",
		Settings: []Setting{{catalogue.Topic, "kmsMasterKeyId", ownKey(), nil}},
	}, {
		ID: "SNS-TLS", What: "topics deny publishing without TLS", Reason: "alerts could be forged or read on their way", Source: own,
		Types: []string{catalogue.Topic}, Check: deniesPlainHTTP(catalogue.TopicPolicy, "arn"), UnknownPasses: true,
	}, {
		ID: "BACKUP-KEY", What: "backups are under a key of this project",
		Reason: "a backup is all data in one place", Source: "Backup.1",
		Settings: []Setting{{catalogue.BackupVault, "kmsKeyArn", ownKey(), nil}},
	}, {
		ID: "BACKUP-PLAN", What: "the database and the buckets of applications are in a backup plan",
		Reason: "what is in no plan is found out about when it is needed", Source: "RDS.26, " + own,
		Types: []string{catalogue.Bucket, catalogue.Database}, UnknownPasses: true,
		Check: func(p *platform, r *model.Resource) []string {
			if len(p.Referring(r, catalogue.BackupSelection, "resources")) > 0 || slices.ContainsFunc(p.OfType(catalogue.BackupSelection), func(s *model.Resource) bool {
				return slices.Contains(s.Texts("resources"), "arn:aws:s3:::"+r.Text("bucket"))
			}) {
				return nil
			}
			return []string{"no " + catalogue.BackupSelection + " has it"}
		},
	}, {
		ID: "BACKUP-KEPT", What: "backups are kept for " + minimum.BackupDays.Days(),
		Reason: "a mistake found after a month could not be undone", Source: own,
		Settings: leastBy(catalogue.BackupPlan, "rules[*].lifecycle.deleteAfter", minimum.BackupDays),
	}, {
		ID: "BACKUP-LOCK", What: "vaults are locked in test and production",
		Reason: "who takes over the account deletes the backups first", Source: own,
		In: []string{test, production}, Companions: []Companion{{catalogue.BackupVault, catalogue.BackupVaultLock, "backupVaultName"}},
		Settings: leastBy(catalogue.BackupVaultLock, "minRetentionDays", minimum.LockDays),
	},
}
