package catalogue

// Resource types of AWS Backup.
const (
	BackupVault       = "aws:backup/vault:Vault"
	BackupVaultPolicy = "aws:backup/vaultPolicy:VaultPolicy"
	BackupVaultLock   = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
	BackupPlan        = "aws:backup/plan:Plan"
	BackupSelection   = "aws:backup/selection:Selection"
)

var backup = []Type{
	{
		Token: BackupVault, ID: "{name}",
		ARN:      "arn:{partition}:backup:{region}:{account}:backup-vault:{name}",
		Name:     Name{Input: "name", Form: form(`^[a-zA-Z0-9_-]{2,50}$`)},
		Replaces: []string{"kmsKeyArn"},
	},
	{
		Token: BackupVaultPolicy, ID: "{backupVaultName}", PartOf: Link{"backupVaultName", BackupVault},
		Policy:   Policy{Input: "policy", Principal: Must, Resource: Must},
		Replaces: none,
	},
	{
		Token: BackupVaultLock, ID: "{backupVaultName}", PartOf: Link{"backupVaultName", BackupVault},
		Replaces: []string{"minRetentionDays", "maxRetentionDays", "changeableForDays"},
	},
	{
		Token: BackupPlan, ID: "{uuid}",
		ARN:      "arn:{partition}:backup:{region}:{account}:backup-plan:{id}",
		Replaces: none, Links: []Link{{"rules[*].targetVaultName", BackupVault}}, InUseBy: []string{BackupSelection},
	},
	{
		Token: BackupSelection, ID: "{uuid}",
		Replaces: []string{"name", "planId", "iamRoleArn", "resources", "notResources", "selectionTags", "conditions"},
		Links:    []Link{{"planId", BackupPlan}},
	},
}
