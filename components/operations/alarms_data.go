package operations

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components/apps"
	"legops/components/data"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

const bytesPerGiB = 1 << 30

// DatabaseAlarmArgs are what DatabaseAlarms watch, and from where on.
type DatabaseAlarmArgs struct {
	settings.Thresholds
	settings.Rds

	// Identifier is the instance.
	Identifier pulumi.StringInput
}

// mostConnections is how many connections PostgreSQL takes on RDS by default: LEAST(DBInstanceClassMemory/9531392, 5000).
func (a DatabaseAlarmArgs) mostConnections() int {
	return min(a.InstanceClass.MemoryGiB()*bytesPerGiB/9531392, 5000)
}

// lowStorage is the free storage, in bytes, below which the alarm is on. RDS enlarges it when a tenth is free, for which it
// takes hours.
func (a DatabaseAlarmArgs) lowStorage() float64 {
	return float64(a.StorageGiB) * bytesPerGiB * float64(a.DatabaseFreeStoragePercent) / 100
}

// lowMemory is the free memory, in bytes, below which the alarm is on.
func (a DatabaseAlarmArgs) lowMemory() float64 {
	return float64(a.InstanceClass.MemoryGiB()) * bytesPerGiB * float64(a.DatabaseFreeMemoryPercent) / 100
}

// maxTransactionIDs is how old the oldest transaction may get, in transactions: AWS's figure. PostgreSQL takes no more writes
// at two billion, and its own cleaning keeps to 200 million.
const maxTransactionIDs = 1_000_000_000

// DatabaseAlarms watch the database, as AWS recommends for RDS ("Recommended alarms" in the CloudWatch user guide; statistics,
// periods and figures as in the metric metadata of awslabs/mcp at 100b55b). docs/runbooks/alarms.md says where they differ. RDS
// publishes every metric once a minute.
func DatabaseAlarms(a DatabaseAlarmArgs) []Alarm {
	of := func(name, statistic string) []Metric {
		return []Metric{{
			Namespace: "AWS/RDS", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DBInstanceIdentifier": a.Identifier},
		}}
	}
	// The smaller classes live on credits of their volume beyond a base rate; the others publish none.
	credits := func(name, metric, what string) Alarm {
		return Alarm{
			Name: name, Severity: Warning, Meaning: "The database has used up its credits for " + what + ": it falls to its base rate",
			Metrics: of(metric, "Average"),
			Period:  60, Periods: 3, Comparison: Below, Threshold: 10,
			Missing: MissingIsUnknown,
		}
	}
	return []Alarm{{
		Name: "gone", Severity: Critical, Meaning: "The database has sent no sign of life for five minutes",
		Metrics: of("CPUUtilization", "SampleCount"),
		Period:  60, Periods: 5, Comparison: Below, Threshold: 1,
		Missing: MissingIsBad,
	}, {
		Name: "cpu", Severity: Warning, Meaning: "The database is busy: queries become slow",
		Metrics: of("CPUUtilization", "Average"),
		Period:  60, Periods: 5, Comparison: Above, Threshold: float64(a.DatabaseCPUPercent),
		Missing: MissingIsUnknown,
	}, {
		Name: "storage-low", Severity: Warning, Meaning: "The storage of the database fills up",
		Metrics: of("FreeStorageSpace", "Minimum"),
		Period:  60, Periods: 5, Comparison: Below, Threshold: a.lowStorage(),
		Missing: MissingIsUnknown,
	}, {
		Name: "storage-full", Severity: Critical, Meaning: "The storage of the database is nearly full: it stops when it is",
		Metrics: of("FreeStorageSpace", "Minimum"),
		Period:  60, Periods: 3, Comparison: Below, Threshold: 2 * bytesPerGiB,
		Missing: MissingIsUnknown,
	}, {
		Name: "connections", Severity: Warning, Meaning: "The database runs out of connections",
		Metrics: of("DatabaseConnections", "Average"),
		Period:  60, Periods: 5, Comparison: Above, Threshold: float64(a.mostConnections() * a.DatabaseConnectionsPercent / 100),
		Missing: MissingIsUnknown,
	}, {
		Name: "memory", Severity: Warning, Meaning: "The database runs out of memory",
		Metrics: of("FreeableMemory", "Average"),
		Period:  60, Periods: 15, Comparison: Below, Threshold: a.lowMemory(),
		Missing: MissingIsUnknown,
	}, {
		Name: "transaction-ids", Severity: Warning, Meaning: "The database does not clean up old transactions: it stops when it has no number left for a new one",
		Metrics: of("MaximumUsedTransactionIDs", "Average"),
		Period:  60, Periods: 1, Comparison: Above, Threshold: maxTransactionIDs,
		Missing: MissingIsUnknown,
	},
		credits("io-credits", "EBSIOBalance%", "operations of its volume"),
		credits("throughput-credits", "EBSByteBalance%", "the throughput of its volume"),
		rolesAlarm("roles and schemas of applications in the database", apps.DatabaseMetrics),
	}
}

// rolesAlarm watches a job that gives applications their roles: a run every ten minutes leaves one that is counted.
func rolesAlarm(roles, namespace string) Alarm {
	return Alarm{
		Name: "roles", Severity: Warning,
		Meaning: "For an hour, no run has found or made all " + roles + ": a new application may have none, or one may see what is another's",
		Metrics: []Metric{{Namespace: namespace, Name: apps.RolesDone, Statistic: "Sum"}},
		Period:  600, Periods: 6, Comparison: Below, Threshold: 1,
		Missing: MissingIsBad, // who does not run leaves nothing
	}
}

// SearchAlarmArgs are what SearchAlarms watch, and from where on.
type SearchAlarmArgs struct {
	settings.Thresholds
	settings.OpenSearch

	// DomainName is the domain, Account the account's id.
	DomainName pulumi.StringInput
	Account    string
}

// lowStorage is the free storage of a node, in MiB, below which the alarm is on.
func (a SearchAlarmArgs) lowStorage() float64 {
	return float64(a.VolumeGiB*1024*a.SearchFreeStoragePercent) / 100
}

// searchOldGenerationPercent and searchCPUPercent are AWS's figures.
const (
	searchOldGenerationPercent = 80
	searchCPUPercent           = 80
)

// SearchAlarms watch the search domain, as AWS recommends ("Recommended CloudWatch alarms for Amazon OpenSearch Service" in its
// developer guide). OpenSearch publishes every metric once a minute.
func SearchAlarms(a SearchAlarmArgs) []Alarm {
	of := func(name, statistic string) []Metric {
		return []Metric{{
			Namespace: "AWS/ES", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DomainName": a.DomainName, "ClientId": pulumi.String(a.Account)},
		}}
	}
	isSet := func(name, metric string, severity Severity, period, periods int, meaning string) Alarm {
		return Alarm{
			Name: name, Severity: severity, Meaning: meaning, Metrics: of(metric, "Maximum"),
			Period: period, Periods: periods, Comparison: AtLeast, Threshold: 1,
			Missing: MissingIsUnknown,
		}
	}
	atLeast := func(name, metric string, period, percent int, meaning string) Alarm {
		return Alarm{
			Name: name, Severity: Warning, Meaning: meaning, Metrics: of(metric, "Maximum"),
			Period: period, Periods: 3, Comparison: AtLeast, Threshold: float64(percent),
			Missing: MissingIsUnknown,
		}
	}
	alarms := []Alarm{
		isSet("red", "ClusterStatus.red", Critical, 60, 1, "Part of the search index is nowhere: searches miss it"),
		isSet("writes-blocked", "ClusterIndexWritesBlocked", Critical, 300, 1, "The search domain takes no new documents: disk or memory is full"),
		isSet("key-inaccessible", "KMSKeyInaccessible", Critical, 60, 1, "The search domain cannot use its KMS key: give the key back, or it is lost"),
		isSet("key-disabled", "KMSKeyError", Critical, 60, 1, "The KMS key of the search domain is disabled"),
		isSet("snapshot-failed", "AutomatedSnapshotFailure", Warning, 60, 1, "The hourly snapshot of the search domain has failed"),
		{
			Name: "nodes", Severity: Warning, Meaning: "A node of the search domain has been away for a day",
			Metrics: of("Nodes", "Minimum"),
			Period:  24 * 3600, Periods: 1, Comparison: Below, Threshold: float64(a.Nodes()),
			Missing: MissingIsUnknown,
		},
		{
			Name: "storage-low", Severity: Warning, Meaning: "The volume of a search node fills up",
			Metrics: of("FreeStorageSpace", "Minimum"), // in MiB, of the fullest node
			Period:  60, Periods: 1, Comparison: Below, Threshold: a.lowStorage(),
			Missing: MissingIsUnknown,
		},
		atLeast("cpu", "CPUUtilization", 900, searchCPUPercent, "A search node is busy: searches become slow"),
		atLeast("memory", "JVMMemoryPressure", 60, a.SearchMemoryPercent, "A search node runs out of memory"),
		atLeast("old-generation", "OldGenJVMMemoryPressure", 60, searchOldGenerationPercent, "A search node holds more and more in memory that it cannot let go"),
		rolesAlarm("roles of applications in the search domain", apps.SearchMetrics),
	}
	if a.DataNodes > 1 {
		// A second copy is never on the same node, so one node alone is yellow for ever.
		alarms = append(alarms, isSet("yellow", "ClusterStatus.yellow", Warning, 60, 5, "Part of the search index has no second copy"))
	}
	return alarms
}

// QueueAlarms watch queues, by their names, of which physical and deadLetters are the names in SQS. A queue that nobody
// uses for hours publishes nothing.
func QueueAlarms(physical, deadLetters map[string]string, ageSeconds int) []Alarm {
	of := func(name, queue string) []Metric {
		return []Metric{{
			Namespace: "AWS/SQS", Name: name, Statistic: "Maximum", Dimensions: pulumi.StringMap{"QueueName": pulumi.String(queue)},
		}}
	}
	var alarms []Alarm
	for _, name := range kit.SortedKeys(physical) {
		alarms = append(alarms, Alarm{
			Name: name + "-age", Severity: Warning, Meaning: "Messages of " + name + " wait: their consumer is slow or stands still",
			Metrics: of("ApproximateAgeOfOldestMessage", physical[name]),
			Period:  300, Periods: 2, Comparison: Above, Threshold: float64(ageSeconds),
			Missing: MissingIsGood,
		}, Alarm{
			Name: name + "-dead", Severity: Warning, Meaning: "Messages of " + name + " could not be handled and wait in its dead-letter queue",
			Metrics: of("ApproximateNumberOfMessagesVisible", deadLetters[name]),
			Period:  300, Periods: 1, Comparison: Above, Threshold: 0,
			Missing: MissingIsGood,
		})
	}
	return alarms
}

// StorageAlarms watch buckets, by their names, whose physical names are given; replicas are those of their copies, empty
// where there are none.
func StorageAlarms(physical, replicas map[string]string) []Alarm {
	var alarms []Alarm
	for _, name := range kit.SortedKeys(physical) {
		alarms = append(alarms, Alarm{
			Name: name + "-errors", Severity: Warning, Meaning: "S3 answers requests to " + name + " with server errors",
			Metrics: []Metric{{
				Namespace: "AWS/S3", Name: "5xxErrors", Statistic: "Sum",
				Dimensions: pulumi.StringMap{"BucketName": pulumi.String(physical[name]), "FilterId": pulumi.String(data.RequestMetrics)},
			}},
			Period: 300, Periods: 3, Comparison: Above, Threshold: 10, // clients try again: a few are nothing
			Missing: MissingIsGood,
		})
		if replica := replicas[name]; replica != "" {
			alarms = append(alarms, Alarm{
				Name: name + "-replication", Severity: Warning, Meaning: "Objects of " + name + " are not copied to the other region",
				Metrics: []Metric{{
					Namespace: "AWS/S3", Name: "OperationsFailedReplication", Statistic: "Sum",
					Dimensions: pulumi.StringMap{
						"SourceBucket": pulumi.String(physical[name]), "DestinationBucket": pulumi.String(replica),
						"RuleId": pulumi.String(data.ReplicationRule),
					},
				}},
				Period: 300, Periods: 1, Comparison: Above, Threshold: 0,
				Missing: MissingIsGood,
			})
		}
	}
	return alarms
}
