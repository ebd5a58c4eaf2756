package stacks

// Monitoring is who is told, when, and what the account may cost.
type Monitoring struct {
	// AlarmEmails are told of every alarm, and when the budget is used up; AWS Budgets takes ten.
	AlarmEmails []string `json:"alarmEmails" jsonschema:"minItems=1,maxItems=10,uniqueItems=true,pattern=^[^@ ]+@[^@ ]+$"`
	// LogRetention is how long application logs are kept; production requires at least 365 (CloudWatch.16 of Security Hub).
	LogRetention RetentionDays `json:"logRetentionDays"`
	// MonthlyBudgetUSD is the cost above which the owner is told.
	MonthlyBudgetUSD int `json:"monthlyBudgetUsd" jsonschema:"minimum=1,maximum=1000000"`
	// Thresholds are from where on alarms fire. Optional, as each of them is.
	Thresholds Thresholds `json:"thresholds,omitempty,omitzero"`
}

// Thresholds are from where on alarms fire. A stack file names those that differ from their defaults.
type Thresholds struct {
	// CdnErrorPercent is the share of CloudFront's answers that are server errors. Optional, 5 by default.
	CdnErrorPercent int `json:"cdnErrorPercent,omitempty" jsonschema:"minimum=1,maximum=99,default=5"`
	// BlockedRequests is how many requests the firewall blocks in five minutes. Optional, 1000 by default.
	BlockedRequests int `json:"blockedRequests,omitempty" jsonschema:"minimum=1,maximum=1000000000,default=1000"`
	// BalancerErrorPercent is the share of the load balancer's answers that are server errors. Optional, 5 by default.
	BalancerErrorPercent int `json:"balancerErrorPercent,omitempty" jsonschema:"minimum=1,maximum=99,default=5"`
	// LatencyMilliseconds is the 95th percentile of the time applications take to answer. Optional, 1000 by default.
	LatencyMilliseconds int `json:"latencyMilliseconds,omitempty" jsonschema:"minimum=10,maximum=60000,default=1000"`
	// DatabaseCPUPercent is the processor use of the database. Optional, 90 by default, as AWS recommends.
	DatabaseCPUPercent int `json:"databaseCpuPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=90"`
	// DatabaseFreeMemoryPercent is the part of the database's memory that is still free. Optional, 25 by default, as AWS
	// recommends; the smallest classes have less.
	DatabaseFreeMemoryPercent int `json:"databaseFreeMemoryPercent,omitempty" jsonschema:"minimum=1,maximum=90,default=25"`
	// DatabaseFreeStoragePercent is the part of the database's storage that is still free. Optional, 15 by default: AWS
	// recommends a tenth, at which RDS itself enlarges it, and people hear of that before.
	DatabaseFreeStoragePercent int `json:"databaseFreeStoragePercent,omitempty" jsonschema:"minimum=1,maximum=90,default=15"`
	// DatabaseConnectionsPercent is the part of the connections in use that the database takes. Optional, 90 by default,
	// as AWS recommends.
	DatabaseConnectionsPercent int `json:"databaseConnectionsPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=90"`
	// SearchFreeStoragePercent is the part of a search node's volume that is still free. Optional, 25 by default.
	SearchFreeStoragePercent int `json:"searchFreeStoragePercent,omitempty" jsonschema:"minimum=1,maximum=90,default=25"`
	// SearchMemoryPercent is the use of the Java heap on a search node. Optional, 95 by default, as AWS recommends.
	SearchMemoryPercent int `json:"searchMemoryPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=95"`
	// QueueAgeSeconds is the age of the oldest message of a queue. Optional, 900 by default.
	QueueAgeSeconds int `json:"queueAgeSeconds,omitempty" jsonschema:"minimum=60,maximum=1209600,default=900"`
	// NodeCPUPercent is the processor use of a node. Optional, 85 by default.
	NodeCPUPercent int `json:"nodeCpuPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=85"`
	// NodeMemoryPercent is the memory use of a node. Optional, 85 by default.
	NodeMemoryPercent int `json:"nodeMemoryPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=85"`
	// NodeDiskPercent is the use of a node's disk. Optional, 80 by default: from 85 on the kubelet evicts pods.
	NodeDiskPercent int `json:"nodeDiskPercent,omitempty" jsonschema:"minimum=10,maximum=99,default=80"`
	// PendingPodMinutes is how long a pod waits for a node. Optional, 15 by default.
	PendingPodMinutes int `json:"pendingPodMinutes,omitempty" jsonschema:"minimum=5,maximum=120,default=15"`
	// CertificateDays is how long a certificate is still valid. Optional, 30 by default: AWS renews 60 days before.
	CertificateDays int `json:"certificateDays,omitempty" jsonschema:"minimum=7,maximum=59,default=30"`
}
