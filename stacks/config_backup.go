package stacks

// Backup is the daily backup of database, buckets and volumes by AWS Backup. It is beside what the services keep of
// their own (rds.backupRetentionDays, noncurrentRetentionDays): what happens to them does not happen to it.
type Backup struct {
	// Start is when the hour begins in which each daily backup starts, in UTC, such as 07:00. RDS refuses it within an
	// hour of its own windows.
	Start string `json:"start" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a UTC time such as 07:00"`
	// RetentionDays is how long a backup is kept; production requires at least 35.
	RetentionDays int `json:"retentionDays" jsonschema:"minimum=1,maximum=36500"`
	// CopyRetentionDays is how long the copy of each backup in storage.replicaRegion is kept. Optional: without it there
	// are no copies; production requires at least 35.
	CopyRetentionDays *int `json:"copyRetentionDays,omitempty" jsonschema:"minimum=1,maximum=36500"`
	// Lock keeps everybody from deleting backups before their time. Optional; production requires it.
	Lock *BackupLock `json:"lock,omitempty"`
}

// BackupLock is the lock of the vaults that backups are in.
type BackupLock struct {
	// MinRetentionDays is the least time that a backup has to be kept to get in.
	MinRetentionDays int `json:"minRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// MaxRetentionDays is the longest time.
	MaxRetentionDays int `json:"maxRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// ChangeableForDays is after how many days nobody, not even AWS, can change or lift the lock any more. Optional:
	// without it whoever has the right can lift the lock; production requires it.
	ChangeableForDays *int `json:"changeableForDays,omitempty" jsonschema:"minimum=3,maximum=36500"`
}
