package settings

// Monitoring is the alarms' recipients and thresholds, log retention and the budget.
type Monitoring struct {
	// AlarmEmails are the addresses notified of every alarm and of an exceeded budget; AWS Budgets takes ten.
	AlarmEmails []string `json:"alarmEmails" jsonschema:"minItems=1,maxItems=10,uniqueItems=true,pattern=^[^@ ]+@[^@ ]+\\.[^@ ]+$"`
	// LogRetention is how long CloudWatch keeps application logs; production has a minimum, LOG-RETENTION of docs/standards.md.
	LogRetention RetentionDays `json:"logRetentionDays"`
	// MonthlyBudgetUSD is the monthly cost above which AWS Budgets notifies alarmEmails.
	MonthlyBudgetUSD int `json:"monthlyBudgetUsd" jsonschema:"minimum=1,maximum=1000000"`
	// Thresholds are the thresholds of the alarms. Each is optional.
	Thresholds Thresholds `json:"thresholds,omitempty,omitzero"`
}

// Thresholds are the thresholds of the alarms. A stack file names those that differ from their defaults.
type Thresholds struct {
	// CdnErrorPercent is the share of server errors among CloudFront's responses. Optional, 5 by default.
	CdnErrorPercent int `json:"cdnErrorPercent,omitempty" jsonschema:"minimum=1,maximum=99,default=5"`
	// BlockedRequests is how many requests the firewall blocks in five minutes. Optional, 1000 by default.
	BlockedRequests int `json:"blockedRequests,omitempty" jsonschema:"minimum=1,maximum=1000000000,default=1000"`
	// BalancerErrorPercent is the share of server errors among the load balancer's responses. Optional, 5 by default.
	BalancerErrorPercent int `json:"balancerErrorPercent,omitempty" jsonschema:"minimum=1,maximum=99,default=5"`
	// LatencyMilliseconds is the 95th percentile of the applications' response time. Optional, 1000 by default.
	LatencyMilliseconds int `json:"latencyMilliseconds,omitempty" jsonschema:"minimum=10,maximum=60000,default=1000"`
	// DatabaseCPUPercent is the database's CPU utilization. Optional, 90 by default, as AWS recommends.
	DatabaseCPUPercent int `json:"databaseCpuPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=90"`
	// DatabaseFreeMemoryPercent is the free share of the database's memory. Optional, 25 by default, as AWS recommends;
	// the smallest classes have less.
	DatabaseFreeMemoryPercent int `json:"databaseFreeMemoryPercent,omitempty" jsonschema:"minimum=1,maximum=90,default=25"`
	// DatabaseFreeStoragePercent is the free share of the database's storage. Optional, 15 by default: AWS recommends 10,
	// at which RDS itself enlarges the storage; at 15 people are notified before that.
	DatabaseFreeStoragePercent int `json:"databaseFreeStoragePercent,omitempty" jsonschema:"minimum=1,maximum=90,default=15"`
	// DatabaseConnectionsPercent is the share of the database's connections in use. Optional, 90 by default, as AWS
	// recommends.
	DatabaseConnectionsPercent int `json:"databaseConnectionsPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=90"`
	// SearchFreeStoragePercent is the free share of a search node's volume. Optional, 25 by default.
	SearchFreeStoragePercent int `json:"searchFreeStoragePercent,omitempty" jsonschema:"minimum=1,maximum=90,default=25"`
	// SearchMemoryPercent is the used share of a search node's Java heap. Optional, 95 by default, as AWS recommends.
	SearchMemoryPercent int `json:"searchMemoryPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=95"`
	// QueueAgeSeconds is the age of the oldest message of a queue. Optional, 900 by default.
	QueueAgeSeconds int `json:"queueAgeSeconds,omitempty" jsonschema:"minimum=60,maximum=1209600,default=900"`
	// NodeCPUPercent is a node's CPU utilization. Optional, 85 by default.
	NodeCPUPercent int `json:"nodeCpuPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=85"`
	// NodeMemoryPercent is a node's memory utilization. Optional, 85 by default.
	NodeMemoryPercent int `json:"nodeMemoryPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=85"`
	// NodeDiskPercent is the used share of a node's disk. Optional, 80 by default: the kubelet evicts pods from 85.
	NodeDiskPercent int `json:"nodeDiskPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=80"`
	// PendingPodMinutes is how long a pod waits for a node. Optional, 15 by default.
	PendingPodMinutes int `json:"pendingPodMinutes,omitempty" jsonschema:"minimum=5,maximum=120,default=15"`
	// CertificateDays is a certificate's remaining validity. Optional, 30 by default: AWS renews at 60 days.
	CertificateDays int `json:"certificateDays,omitempty" jsonschema:"minimum=7,maximum=59,default=30"`
}
