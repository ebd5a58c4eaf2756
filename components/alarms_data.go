package components

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const bytesPerGiB = 1 << 30

// DatabaseAlarmArgs are what DatabaseAlarms watch, and from where on.
type DatabaseAlarmArgs struct {
	// Identifier is the instance.
	Identifier pulumi.StringInput
	// CPUPercent is the use of the processor.
	CPUPercent int
	// StorageGiB is the storage of the instance, of which FreeStoragePercent is still free. RDS enlarges it when a tenth is
	// free, for which it takes hours.
	StorageGiB, FreeStoragePercent int
	// MemoryGiB is the memory of the instance class, which decides how many connections there may be; ConnectionsPercent
	// of them are in use.
	MemoryGiB, ConnectionsPercent int
}

// mostConnections is how many connections PostgreSQL takes on RDS by default: LEAST(DBInstanceClassMemory/9531392, 5000).
func (a DatabaseAlarmArgs) mostConnections() int { return min(a.MemoryGiB*bytesPerGiB/9531392, 5000) }

// lowStorage is the free storage, in bytes, below which the alarm is on.
func (a DatabaseAlarmArgs) lowStorage() float64 {
	return float64(a.StorageGiB) * bytesPerGiB * float64(a.FreeStoragePercent) / 100
}

// DatabaseAlarms watch the database. RDS publishes every metric once a minute.
func DatabaseAlarms(a DatabaseAlarmArgs) []Alarm {
	of := func(name, statistic string) []Metric {
		return []Metric{{
			Namespace: "AWS/RDS", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DBInstanceIdentifier": a.Identifier},
		}}
	}
	return []Alarm{{
		Name: "gone", Severity: Critical, Meaning: "The database has sent no sign of life for five minutes",
		Metrics: of("CPUUtilization", "SampleCount"),
		Period:  60, Periods: 5, Comparison: Below, Threshold: 1,
		Missing: MissingIsBad,
	}, {
		Name: "cpu", Severity: Warning, Meaning: "The database is busy: queries become slow",
		Metrics: of("CPUUtilization", "Average"),
		Period:  300, Periods: 3, Comparison: Above, Threshold: float64(a.CPUPercent),
		Missing: MissingIsUnknown,
	}, {
		Name: "storage-low", Severity: Warning, Meaning: "The storage of the database fills up",
		Metrics: of("FreeStorageSpace", "Minimum"),
		Period:  300, Periods: 3, Comparison: Below, Threshold: a.lowStorage(),
		Missing: MissingIsUnknown,
	}, {
		Name: "storage-full", Severity: Critical, Meaning: "The storage of the database is nearly full: it stops when it is",
		Metrics: of("FreeStorageSpace", "Minimum"),
		Period:  60, Periods: 3, Comparison: Below, Threshold: 2 * bytesPerGiB,
		Missing: MissingIsUnknown,
	}, {
		Name: "connections", Severity: Warning, Meaning: "The database runs out of connections",
		Metrics: of("DatabaseConnections", "Maximum"),
		Period:  60, Periods: 5, Comparison: Above, Threshold: float64(a.mostConnections() * a.ConnectionsPercent / 100),
		Missing: MissingIsUnknown,
	}, {
		Name: "memory", Severity: Warning, Meaning: "The database has less than 5 % of its memory left",
		Metrics: of("FreeableMemory", "Minimum"),
		Period:  300, Periods: 3, Comparison: Below, Threshold: float64(a.MemoryGiB) * bytesPerGiB / 20,
		Missing: MissingIsUnknown,
	}}
}

// SearchAlarmArgs are what SearchAlarms watch, and from where on.
type SearchAlarmArgs struct {
	// DomainName is the domain, Account the account's id.
	DomainName pulumi.StringInput
	Account    string
	// VolumeGiB is the volume of a node, of which FreeStoragePercent is still free.
	VolumeGiB, FreeStoragePercent int
	// MemoryPercent is the use of the Java heap.
	MemoryPercent int
}

// lowStorage is the free storage of a node, in MiB, below which the alarm is on.
func (a SearchAlarmArgs) lowStorage() float64 {
	return float64(a.VolumeGiB*1024*a.FreeStoragePercent) / 100
}

// SearchAlarms watch the search domain, as AWS recommends. OpenSearch publishes every metric once a minute.
func SearchAlarms(a SearchAlarmArgs) []Alarm {
	of := func(name, statistic string) []Metric {
		return []Metric{{
			Namespace: "AWS/ES", Name: name, Statistic: statistic,
			Dimensions: pulumi.StringMap{"DomainName": a.DomainName, "ClientId": pulumi.String(a.Account)},
		}}
	}
	isSet := func(name, metric string, severity Severity, periods int, meaning string) Alarm {
		return Alarm{
			Name: name, Severity: severity, Meaning: meaning, Metrics: of(metric, "Maximum"),
			Period: 60, Periods: periods, Comparison: AtLeast, Threshold: 1,
			Missing: MissingIsUnknown,
		}
	}
	return []Alarm{
		isSet("red", "ClusterStatus.red", Critical, 1, "Part of the search index is nowhere: searches miss it"),
		isSet("writes-blocked", "ClusterIndexWritesBlocked", Critical, 5, "The search domain takes no new documents: disk or memory is full"),
		isSet("key-inaccessible", "KMSKeyInaccessible", Critical, 1, "The search domain cannot use its KMS key: give the key back, or it is lost"),
		isSet("key-disabled", "KMSKeyError", Critical, 1, "The KMS key of the search domain is disabled"),
		isSet("yellow", "ClusterStatus.yellow", Warning, 30, "Part of the search index has no second copy"),
		isSet("snapshot-failed", "AutomatedSnapshotFailure", Warning, 1, "The hourly snapshot of the search domain has failed"),
		{
			Name: "storage-low", Severity: Warning, Meaning: "The volume of a search node fills up",
			Metrics: of("FreeStorageSpace", "Minimum"), // in MiB, of the fullest node
			Period:  60, Periods: 5, Comparison: Below, Threshold: a.lowStorage(),
			Missing: MissingIsUnknown,
		},
		{
			Name: "memory", Severity: Warning, Meaning: "A search node runs out of memory",
			Metrics: of("JVMMemoryPressure", "Maximum"),
			Period:  300, Periods: 3, Comparison: AtLeast, Threshold: float64(a.MemoryPercent),
			Missing: MissingIsUnknown,
		},
	}
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
	for _, name := range sortedKeys(physical) {
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
	for _, name := range sortedKeys(physical) {
		alarms = append(alarms, Alarm{
			Name: name + "-errors", Severity: Warning, Meaning: "S3 answers requests to " + name + " with server errors",
			Metrics: []Metric{{
				Namespace: "AWS/S3", Name: "5xxErrors", Statistic: "Sum",
				Dimensions: pulumi.StringMap{"BucketName": pulumi.String(physical[name]), "FilterId": pulumi.String(requestMetrics)},
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
						"RuleId": pulumi.String(replicationRule),
					},
				}},
				Period: 300, Periods: 1, Comparison: Above, Threshold: 0,
				Missing: MissingIsGood,
			})
		}
	}
	return alarms
}
