package catalogue

// Resource types of Relational Database Service.
const (
	Database               = "aws:rds/instance:Instance"
	DatabaseSubnetGroup    = "aws:rds/subnetGroup:SubnetGroup"
	DatabaseParameterGroup = "aws:rds/parameterGroup:ParameterGroup"
)

var _ = add([]Type{
	{Token: Database, ID: "db-{capitals26}", ARN: "arn:{partition}:rds:{region}:{account}:db:{identifier}",
		Name:  Name{Input: "identifier", Form: form(`^[a-zA-Z][a-zA-Z0-9-]{0,62}$`)},
		Links: []Link{{"dbSubnetGroupName", DatabaseSubnetGroup}, {"parameterGroupName", DatabaseParameterGroup}},
		Lock:  "deletionProtection", Quota: Quota{Limit: 40}, Box: "database", Holds: "the database",
		Deleted: Deletion{Says: "RDS first makes the snapshot {finalSnapshotIdentifier}, and refuses where there is one of that name", Unless: "skipFinalSnapshot", Is: true,
			Source: "rds/instance.go: resourceInstanceDelete"},
		Costs: "hours, and GB of storage, of each instance", Failure: "it holds what is known of the documents",
		Restarts: databaseRestarts,
		Guarded: []Guard{
			{"backupRetentionPeriod", Shorter, "backups are kept for a shorter time"},
			{"deletionProtection", Off, "RDS no longer refuses to delete it"},
			{"skipFinalSnapshot", On, "nothing is left when it is deleted"},
			{"deleteAutomatedBackups", On, "its backups go with it"},
			{"multiAz", Off, "a zone that fails takes the only copy with it"},
			{"engineVersion", Changed, "an upgrade of the engine cannot be undone, only restored from a backup"},
		},
		Metrics: published(
			Metric{Namespace: "AWS/RDS", Sets: [][]Dimension{{{"DBInstanceIdentifier", Database, "identifier"}}}, Every: 60,
				Source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html"},
			Metric{Names: []string{"CPUUtilization"}, Statistics: gauge, Most: 100},
			// Of classes that live on credits
			Metric{Names: []string{"EBSIOBalance%", "EBSByteBalance%"}, Statistics: gauge, Most: 100},
			// Of PostgreSQL, which counts them in 31 bits
			Metric{Names: []string{"MaximumUsedTransactionIDs"}, Statistics: gauge, Most: 1 << 31},
			Metric{Statistics: gauge, Most: Unlimited, Names: []string{
				"DatabaseConnections", "FreeStorageSpace", "FreeableMemory", "SwapUsage", "ReadLatency", "WriteLatency",
				"ReadIOPS", "WriteIOPS", "DiskQueueDepth", "ReadThroughput", "WriteThroughput",
			}},
		)},
	{Token: DatabaseSubnetGroup, ID: "{name}", ARN: "arn:{partition}:rds:{region}:{account}:subgrp:{name}",
		Name: Name{Input: "name", Form: form(`^[a-z0-9._ -]{1,255}$`)}, Given: form(`^default$`), InUseBy: []string{Database}, Box: "database", Inert: true},
	{Token: DatabaseParameterGroup, ID: "{name}", ARN: "arn:{partition}:rds:{region}:{account}:pg:{name}",
		Name:  Name{Input: "name", Form: form(`^[a-z][a-z0-9-]{0,254}$`)},
		Given: form(`^default\.`), InUseBy: []string{Database},
		Quota: Quota{Limit: 50}, Box: "database", Inert: true,
		Restarts: []Restart{{Input: "parameters", Serves: true, Longest: "at once", Source: rdsModifying,
			What: "nothing stops; a dynamic parameter takes effect at once, a static one (pending-reboot) only when somebody reboots the database"}}},
})

// The pages of the user guide of RDS. Those of 2023 are in the repository awsdocs/amazon-rds-user-guide, under doc_source.
const (
	rdsModifying = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.Modifying.html, Settings for DB instances"
	rdsMultiAZ   = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html"
	rdsUpgrading = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html"
	rdsIntensive = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.IOIntensive.html"
)

// rdsModify is the operation that changes a database; its parameters say what each change interrupts.
const rdsModify = "aws-sdk-go-v2, service/rds v1.118.1, api_op_ModifyDBInstance.go"

// failover is how long a database is away that a standby takes over.
const failover = "typically 60 to 120 seconds with Multi-AZ, more with long transactions; without, " + unbounded

// brief is how long a database stops that need not move.
const brief = "a few seconds to a few minutes, by size and class"

var databaseRestarts = []Restart{
	{Input: "instanceClass", Waits: true, Longest: failover, Source: rdsModifying + "; " + rdsMultiAZ,
		What: "the database moves to another machine; with Multi-AZ the standby moves first and takes over. Connections break, open transactions are lost"},
	{Input: "engineVersion", Waits: true, Longest: unbounded + "; a major version takes longer than a minor one", Source: rdsUpgrading,
		What: "the database stops until the upgrade is complete, with Multi-AZ too: both copies are upgraded at the same time"},
	{Input: "multiAz", Waits: true, Serves: true, Longest: "until the copy is complete: " + unbounded, Source: rdsMultiAZ,
		What: "nothing stops; when it comes, the volumes are copied to another zone, and writes are slower meanwhile and afterwards"},
	{Input: "allocatedStorage", Waits: true, Serves: true, Longest: "minutes; where all data is copied, " + unbounded, Source: rdsModifying + "; " + rdsIntensive,
		What: "nothing stops; it is slower while the volumes grow, and a size of PostgreSQL that goes beyond 400 GiB copies all data. " +
			"For six hours the storage cannot change again. It cannot be undone: storage never shrinks"},
	{Input: "storageType", Waits: true, Longest: "brief, at the start", Source: rdsModifying,
		What: "some changes of the type stop the database while they start. For six hours the storage cannot change again"},
	{Input: "parameterGroupName", Serves: true, Longest: "until somebody reboots it", Source: rdsModifying,
		What: "nothing stops; what differs in the other group takes effect only when somebody reboots the database"},
	{Input: "port", Longest: unbounded, Source: rdsModifying, What: "the database reboots at once, and listens elsewhere"},
	{Input: "identifier", Waits: true, Longest: unbounded, Source: rdsModifying, What: "the database stops and comes back at another address"},
	{Input: "dbSubnetGroupName", Waits: true, Longest: unbounded, Source: rdsModifying, What: "the database moves to other subnets and stops meanwhile"},
	{Input: "caCertIdentifier", Waits: true, Longest: unbounded, Source: rdsModifying + "; " + rdsModify + ", and SupportsCertificateRotationWithoutRestart of types.go",
		What: "the database restarts with another certificate, unless its version can do without; clients have to know its authority before"},
	{Input: "networkType", Waits: true, Longest: unbounded, Source: rdsModifying, What: "the database may stop"},
	{Input: "backupRetentionPeriod", Switched: true, Waits: true, Longest: brief, Source: rdsModifying + "; " + rdsModify,
		What: "backups are switched on or off: the database stops for it, with Multi-AZ too"},
	{Input: "iops", Waits: true, Serves: true, Longest: "typically under 24 hours, up to several days", Source: rdsModify, What: slowerVolumes},
	{Input: "storageThroughput", Waits: true, Serves: true, Longest: "typically under 24 hours, up to several days",
		Source: "believed to be as of iops, of which " + rdsModify + " says it", What: slowerVolumes},
	{Input: "autoMinorVersionUpgrade", Switched: true, Serves: true, Longest: "at once", Source: rdsModify,
		What: "nothing stops now; while it is on, RDS upgrades to a newer minor version in a maintenance window, and the database stops for that"},
	{Input: "maintenanceWindow", Serves: true, Longest: "at once", Source: rdsModifying + "; " + rdsModify,
		What: "nothing stops, unless the new window includes the present: what waits for the window then happens at once, with its interruption"},
	{Input: "dedicatedLogVolume", Longest: "until somebody reboots it", Serves: true, Source: "believed: the user guide's page on dedicated log volumes",
		What: "nothing stops; the volume is used only when somebody reboots the database"},
	{Input: "domain", Waits: true, Longest: "brief", Source: rdsModifying, What: joinsDirectory},
	{Input: "domainIamRoleName", Waits: true, Longest: "brief", Source: rdsModifying, What: joinsDirectory},
	{Input: "licenseModel", Waits: true, Longest: unbounded, Source: rdsModifying, What: "the database stops"},
	{Input: "optionGroupName", Waits: true, Serves: true, Longest: "less than a second", Source: rdsModify,
		What: "nothing stops; where the group switches on Oracle's Enterprise Manager, new connections are refused meanwhile"},
}

const (
	slowerVolumes  = "nothing stops; it is slower while the volumes change. For six hours the storage cannot change again"
	joinsDirectory = "the database stops while it joins a directory or leaves it"
)
