package catalogue

// Resource types of AWS Backup.
const (
	BackupVault       = "aws:backup/vault:Vault"
	BackupVaultPolicy = "aws:backup/vaultPolicy:VaultPolicy"
	BackupVaultLock   = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
	BackupPlan        = "aws:backup/plan:Plan"
	BackupSelection   = "aws:backup/selection:Selection"
)

var _ = add([]Type{
	{Token: BackupVault, ID: "{name}", ARN: "arn:{partition}:backup:{region}:{account}:backup-vault:{name}",
		Name: Name{Input: "name", Form: form(`^[a-zA-Z0-9_-]{2,50}$`)}, Box: "vault",
		Deleted: Deletion{Says: "AWS Backup refuses as long as there is a backup in it, and the update fails there", Unless: "forceDestroy", Is: true, Source: "backup/vault.go: resourceVaultDelete"},
		Holds:   "backups", Costs: Free, Failure: "it holds the backups", Restarts: uninterrupted, Unwatched: "EventBridge tells of each failed job",
		Guarded: []Guard{{"forceDestroy", On, "the vault can be deleted with its backups"}},
		Metrics: []Metric{
			{Namespace: "AWS/Backup",
				Names: []string{
					"NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed", "NumberOfCopyJobsCompleted",
					"NumberOfCopyJobsFailed",
				},
				Sets: [][]Dimension{{{"BackupVaultName", BackupVault, "name"}}}, Statistics: counted, Most: Unlimited, Every: 300,
				Source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html"},
		}},
	{Token: BackupVaultPolicy, ID: "{backupVaultName}", Policy: Policy{Input: "policy", Principal: Must, Resource: Must},
		PartOf: Link{"backupVaultName", BackupVault}, Box: "vault", Inert: true,
		Loss: "backups can be deleted by whoever has the right elsewhere"},
	{Token: BackupVaultLock, ID: "{backupVaultName}", PartOf: Link{"backupVaultName", BackupVault},
		Box: "vault", Inert: true,
		Loss:    "backups can be deleted before their time",
		Guarded: []Guard{{"minRetentionDays", Shorter, "backups can be deleted earlier"}}},
	{Token: BackupPlan, ID: "{uuid}", ARN: "arn:{partition}:backup:{region}:{account}:backup-plan:{id}",
		Name:  Name{Unnamed: "several may have one name, if they differ otherwise"},
		Links: []Link{{"rules[*].targetVaultName", BackupVault}}, InUseBy: []string{BackupSelection}, Box: "vault", Inert: true,
		Loss: "nothing is backed up by it any more",
		Guarded: []Guard{
			{"rules[*].lifecycle.deleteAfter", Shorter, "backups are kept for a shorter time"},
			{"rules[*].copyActions[*].lifecycle.deleteAfter", Shorter, "backups are kept for a shorter time"},
			{"rules[*]", Removed, "a rule of the plan is gone"},
			{"rules[*].copyActions[*]", Removed, "a rule of the plan is gone"},
		}},
	{Token: BackupSelection, ID: "{uuid}", Name: Name{Unnamed: "several may have one name, if they differ otherwise"},
		Links: []Link{{"planId", BackupPlan}}, Box: "vault", Holds: Nothing, Costs: "GB of backups and of their copies",
		Unwatched: isSetting, Loss: "what it selects is no longer backed up"},
})
