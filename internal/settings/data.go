package settings

// Rds is the PostgreSQL database.
type Rds struct {
	// EngineVersion is the PostgreSQL major version; RDS installs minor versions by itself.
	EngineVersion string `json:"engineVersion" jsonschema:"enum=16,enum=17"`
	// MajorUpgrade is the version of EngineVersion, and lets the update upgrade a database that runs an older one: at once, not in its maintenance
	// window, and it stops meanwhile. Optional; remove it afterwards. What is left allows no other version. The runbook database-version-upgrade.md says
	// what to do before.
	MajorUpgrade string `json:"majorUpgrade,omitempty" jsonschema:"pattern=^[0-9]{2}$" jsonschema_extras:"patternErrorMessage=the version of engineVersion, in quotes"`
	// ExtendedSupport enrols a new database in RDS Extended Support, which keeps the major version when its standard support ends, at a price for
	// each vCPU. Optional: without it RDS upgrades the database by itself then. It does nothing to a database that exists; the preview warns
	// if that has it otherwise.
	ExtendedSupport bool `json:"extendedSupport,omitempty"`
	// InstanceClass is the RDS instance class, such as db.m7g.large.
	InstanceClass DatabaseClass `json:"instanceClass"`
	// StorageGiB is the gp3 storage at least. RDS enlarges it by itself; it never shrinks, so a smaller number changes nothing.
	StorageGiB int `json:"storageGiB" jsonschema:"minimum=20,maximum=65536"`
	// MaxStorageGiB is the limit to which RDS may enlarge the storage.
	MaxStorageGiB int `json:"maxStorageGiB" jsonschema:"minimum=20,maximum=65536"`
	// MultiAz keeps a standby in the second zone; production requires it.
	MultiAz bool `json:"multiAz"`
	// BackupRetentionDays is how long automatic backups are kept; production has a minimum, RDS-BACKUPS of docs/standards.md.
	BackupRetentionDays int `json:"backupRetentionDays" jsonschema:"minimum=1,maximum=35"`
	// BackupWindow is the daily backup time in UTC, such as 03:00-04:00.
	BackupWindow string `json:"backupWindow" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a daily UTC time range such as 03:00-04:00"`
	// MaintenanceWindow is the weekly maintenance time in UTC, such as sun:04:30-sun:05:30.
	MaintenanceWindow string `json:"maintenanceWindow" jsonschema:"pattern=^(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a weekly UTC time range such as sun:04:30-sun:05:30"`
	// MonitoringIntervalSeconds is the interval of enhanced monitoring.
	MonitoringIntervalSeconds int `json:"monitoringIntervalSeconds" jsonschema:"enum=1,enum=5,enum=10,enum=15,enum=30,enum=60"`
	// PerformanceInsightsRetentionDays is 7 (free) or 731 days.
	PerformanceInsightsRetentionDays int `json:"performanceInsightsRetentionDays" jsonschema:"enum=7,enum=731"`
	// SlowStatementMilliseconds is the duration from which PostgreSQL logs a statement.
	SlowStatementMilliseconds int `json:"slowStatementMilliseconds" jsonschema:"minimum=10,maximum=60000"`
	// LogRetention is how long PostgreSQL logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
}

// DatabaseClass is an RDS instance class for PostgreSQL, such as db.m7g.large.
type DatabaseClass string

// OpenSearch is the search domain.
type OpenSearch struct {
	// Version is the engine version, such as OpenSearch_2.19, or a newer one than the program knows. AWS upgrades a domain, to 3.x from 2.19 only, and never downgrades it:
	// the program refuses what would delete the domain.
	Version SearchVersion `json:"version"`
	// InstanceType is the type of the data nodes.
	InstanceType SearchInstanceType `json:"instanceType"`
	// DataNodes is the number of data nodes; even when ZoneAware.
	DataNodes int `json:"dataNodes" jsonschema:"minimum=1,maximum=80"`
	// ZoneAware spreads the data nodes over both zones; production requires it.
	ZoneAware bool `json:"zoneAware"`
	// DedicatedMasters are the dedicated master nodes. Optional: without them data nodes manage the domain.
	DedicatedMasters *DedicatedMasters `json:"dedicatedMasters,omitempty"`
	// VolumeGiB is the gp3 volume of each data node. Its limit depends on the instance type (100 for t3.small.search).
	VolumeGiB int `json:"volumeGiB" jsonschema:"minimum=10,maximum=16384"`
	// OffPeakStart is the start, in UTC, of the ten hours in which AWS may tune and update the domain, such as 22:00.
	OffPeakStart string `json:"offPeakStart" jsonschema:"pattern=^([01][0-9]|2[0-3]):[0-5][0-9]$" jsonschema_extras:"patternErrorMessage=a UTC time such as 22:00"`
	// LogRetention is how long slow and audit logs are kept.
	LogRetention RetentionDays `json:"logRetentionDays"`
}

// Nodes is the number of the domain's nodes, dedicated masters included.
func (o OpenSearch) Nodes() int {
	if o.DedicatedMasters == nil {
		return o.DataNodes
	}
	return o.DataNodes + o.DedicatedMasters.Count
}

// SearchVersion is an OpenSearch engine version that AWS offers, such as OpenSearch_2.19.
type SearchVersion string

// SearchInstanceType is an OpenSearch instance type, such as m6g.large.search.
type SearchInstanceType string

// DedicatedMasters are the dedicated master nodes of the search domain.
type DedicatedMasters struct {
	// InstanceType is the type of each.
	InstanceType SearchInstanceType `json:"instanceType"`
	// Count is 3 or 5: an odd number, so that a majority can elect the master.
	Count int `json:"count" jsonschema:"enum=3,enum=5"`
}

// Queue is a FIFO queue with a dead-letter queue.
type Queue struct {
	// Name is the queue's name without prefix and without .fifo.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,38}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (40 at most)"`
	// VisibilityTimeoutSeconds is how long a received message stays hidden: longer than it takes to handle one.
	VisibilityTimeoutSeconds int `json:"visibilityTimeoutSeconds" jsonschema:"minimum=1,maximum=43200"`
	// RetentionSeconds is how long the queue keeps a message; 14 days at most.
	RetentionSeconds int `json:"retentionSeconds" jsonschema:"minimum=60,maximum=1209600"`
	// MaxReceiveCount is how often a message is received before it goes to the dead-letter queue.
	MaxReceiveCount int `json:"maxReceiveCount" jsonschema:"minimum=1,maximum=1000"`
	// HighThroughput orders and deduplicates per message group, not per queue.
	HighThroughput bool `json:"highThroughput"`
}

// Storage is the S3 buckets.
type Storage struct {
	// Buckets hold the applications' files: encrypted, versioned, private.
	Buckets []Bucket `json:"buckets" jsonschema:"minItems=1"`
	// ReplicaRegion is the region of the buckets' second copy. Optional: without it there is none; production
	// requires it.
	ReplicaRegion *Region `json:"replicaRegion,omitempty"`
	// LogRetentionDays is how long S3 keeps the access logs of load balancer and CDN.
	LogRetentionDays int `json:"logRetentionDays" jsonschema:"minimum=1,maximum=3653"`
	// ArtifactRetentionDays is how long build artifacts are kept; small ones, such as the bundle of a release, stay.
	ArtifactRetentionDays int `json:"artifactRetentionDays" jsonschema:"minimum=1,maximum=3653"`
}

// Bucket holds files of the applications.
type Bucket struct {
	// Name is the bucket's name without prefix.
	Name string `json:"name" jsonschema:"pattern=^[a-z]([a-z0-9-]{0\\,28}[a-z0-9])?$" jsonschema_extras:"patternErrorMessage=a name of lower-case letters digits and hyphens (30 at most)"`
	// NoncurrentRetentionDays is how long S3 keeps replaced and deleted versions.
	NoncurrentRetentionDays int `json:"noncurrentRetentionDays" jsonschema:"minimum=1,maximum=36500"`
	// InfrequentAccessDays is the age at which objects move to Standard-IA. Optional.
	InfrequentAccessDays *int `json:"infrequentAccessDays,omitempty" jsonschema:"minimum=30,maximum=36500"`
	// ObjectLock makes versions immutable, for evidence. Optional; adding or removing it replaces the bucket.
	ObjectLock *ObjectLock `json:"objectLock,omitempty"`
}

// ObjectLock is the default retention of a bucket.
type ObjectLock struct {
	// Mode is GOVERNANCE (a privileged role can lift the lock) or COMPLIANCE (nobody can, not even the account's root).
	Mode string `json:"mode" jsonschema:"enum=GOVERNANCE,enum=COMPLIANCE"`
	// Days is how long a version cannot be deleted.
	Days int `json:"days" jsonschema:"minimum=1,maximum=36500"`
}
