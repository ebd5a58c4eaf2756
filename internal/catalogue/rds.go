package catalogue

// Resource types of Relational Database Service.
const (
	Database               = "aws:rds/instance:Instance"
	DatabaseSubnetGroup    = "aws:rds/subnetGroup:SubnetGroup"
	DatabaseParameterGroup = "aws:rds/parameterGroup:ParameterGroup"
)

var _ = add([]Type{
	{Token: Database, ID: "db-{capitals26}", ARN: "arn:{partition}:rds:{region}:{account}:db:{identifier}",
		Name:  Name{Input: "identifier", Form: form(`^[a-zA-Z][a-zA-Z0-9-]{0,62}$`), Renames: true},
		Links: []Link{{"dbSubnetGroupName", DatabaseSubnetGroup}, {"parameterGroupName", DatabaseParameterGroup}},
		Lock:  "deletionProtection", Quota: Quota{Limit: 40}, Box: "database", Holds: "the database",
		Costs: "hours, and GB of storage, of each instance", Failure: "it holds what is known of the documents",
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
		Quota: Quota{Limit: 50}, Box: "database", Inert: true},
})
