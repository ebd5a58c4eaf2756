package settings

// Backup is the daily backup of the database, buckets and volumes by AWS Backup. It is independent of what the services
// keep themselves (rds.backupRetentionDays, noncurrentRetentionDays) and survives their loss.
type Backup struct {
	// Start is the beginning, in UTC, of the hour in which the daily backup starts, such as 07:00. RDS refuses a backup
	// within an hour of its own windows.
	Start string `json:"start" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a UTC time such as 07:00"`
	// RetentionDays is how long the vault keeps a backup; production has a minimum, BACKUP-KEPT of docs/standards.md.
	RetentionDays int `json:"retentionDays" jsonschema:"minimum=1,maximum=36500"`
	// CopyRetentionDays is how long storage.replicaRegion keeps the copy of each backup. Optional: without it there are no
	// copies; production has a minimum, BACKUP-KEPT of docs/standards.md.
	CopyRetentionDays *int `json:"copyRetentionDays,omitempty" jsonschema:"minimum=1,maximum=36500"`
	// Lock prevents everybody from deleting a backup before its retention ends. Optional; production requires it.
	Lock *BackupLock `json:"lock,omitempty"`
	// RestoreDrill restores the newest backup of the database beside it once a month, looks what is in it, and removes it again. Optional;
	// production requires it.
	RestoreDrill *RestoreDrill `json:"restoreDrill,omitempty"`
}

// RestoreDrill is the monthly test of the backups.
type RestoreDrill struct {
	// Minutes is how long a drill restores and looks; then it ends and removes what it has restored. A restored database costs by the hour.
	Minutes int `json:"minutes" jsonschema:"minimum=30,maximum=1200"`
	// NewestRowHours is how much older than the backup the newest row of all applications may be, by their columns with a time.
	NewestRowHours int `json:"newestRowHours" jsonschema:"minimum=1,maximum=8760"`
	// Tables are tables that must be in the backup and have rows, such as matters.notes: the application, whose name its schema has, and the
	// table. Optional.
	Tables []Table `json:"tables,omitempty" jsonschema:"maxItems=100,uniqueItems=true"`
}

// Drills follows <project>-<stack> in the names of what restore drills restore, and remove. Nothing else has such a name.
const Drills = "-drill"

// Table is a table of an application in the database: the application, a dot and the table.
type Table string

// BackupLock is the lock of the backup vaults.
type BackupLock struct {
	// MinRetentionDays is the shortest retention that the vault accepts.
	MinRetentionDays int `json:"minRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// MaxRetentionDays is the longest retention that the vault accepts.
	MaxRetentionDays int `json:"maxRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// ChangeableForDays is the number of days after which nobody, not even AWS, can change or lift the lock. Optional:
	// without it anybody with the permission can lift the lock; production requires it.
	ChangeableForDays *int `json:"changeableForDays,omitempty" jsonschema:"minimum=3,maximum=36500"`
}
