package tests

import (
	"math"

	"legops/internal/catalogue"
)

// published are metrics that a service publishes alike.
type published struct {
	namespace string
	names     []string
	// sets are the whole sets of dimensions that there are values under.
	sets [][]dimension
	// statistics are those that mean something; percentiles says that percentiles do, too. SampleCount always does.
	statistics  []string
	percentiles bool
	// most is the largest value of one sample; the least is 0.
	most float64
	// every is how many seconds are between two values.
	every float64
	// made is the type of the stack's own resource that publishes it, where no service does: one whose metricTransformation has
	// its namespace and name.
	made string
	// region is where it is published, if not in the region of the resource.
	region string
	// source is the page of AWS that says so.
	source string
}

// dimension is a part of a metric's address: its name, and what resources give it its value.
type dimension struct {
	name string
	of   []origin
}

// origin is where a dimension's value comes from: the input or output at a path of a type; or a constant.
type origin struct{ typ, path, constant string }

func from(name, typ, path string) dimension { return dimension{name, []origin{{typ: typ, path: path}}} }
func always(name, value string) dimension   { return dimension{name, []origin{{constant: value}}} }

var (
	counted   = []string{"Sum"}
	gauge     = []string{"Average", "Minimum", "Maximum"}
	unlimited = math.Inf(1)
)

// The dimensions of Container Insights. PodName is the name of what made the pods, the Deployment.
var (
	inCluster   = from("ClusterName", catalogue.Cluster, "name")
	inNamespace = from("Namespace", catalogue.Namespace, "metadata.name")
	ofPods      = from("PodName", catalogue.Deployment, "metadata.name")
)

const containerInsights = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html"

// metrics are all that an alarm or a dashboard of the platform may look at.
var metrics = []published{{
	namespace: "AWS/CloudFront", names: []string{"5xxErrorRate", "4xxErrorRate", "TotalErrorRate"},
	sets:       [][]dimension{{from("DistributionId", catalogue.Distribution, "id"), always("Region", "Global")}},
	statistics: []string{"Average"}, most: 100, every: 60, region: "us-east-1",
	source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html",
}, {
	namespace: "AWS/CloudFront", names: []string{"Requests", "BytesDownloaded", "BytesUploaded"},
	sets:       [][]dimension{{from("DistributionId", catalogue.Distribution, "id"), always("Region", "Global")}},
	statistics: counted, most: unlimited, every: 60, region: "us-east-1",
	source: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html",
}, {
	namespace: "AWS/WAFV2", names: []string{"AllowedRequests", "BlockedRequests", "CountedRequests"},
	// A firewall of CloudFront has no dimension Region. Rule is ALL, or the name of a rule's metric.
	sets:       [][]dimension{{from("WebACL", catalogue.WebACL, "visibilityConfig.metricName"), always("Rule", "ALL")}},
	statistics: counted, most: unlimited, every: 60, region: "us-east-1",
	source: "https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html",
}, {
	namespace: "AWS/ApplicationELB",
	names: []string{
		"RequestCount", "HTTPCode_ELB_4XX_Count", "HTTPCode_ELB_5XX_Count", "HTTPCode_Target_2XX_Count", "HTTPCode_Target_4XX_Count",
		"HTTPCode_Target_5XX_Count", "RejectedConnectionCount", "NewConnectionCount", "TargetConnectionErrorCount", "ProcessedBytes",
	},
	sets: [][]dimension{
		{from("LoadBalancer", catalogue.LoadBalancer, "arnSuffix")},
		{from("LoadBalancer", catalogue.LoadBalancer, "arnSuffix"), from("TargetGroup", catalogue.TargetGroup, "arnSuffix")},
	},
	statistics: counted, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
}, {
	namespace: "AWS/ApplicationELB", names: []string{"TargetResponseTime"}, // in seconds; the load balancer gives up after 4000
	sets: [][]dimension{
		{from("LoadBalancer", catalogue.LoadBalancer, "arnSuffix")},
		{from("LoadBalancer", catalogue.LoadBalancer, "arnSuffix"), from("TargetGroup", catalogue.TargetGroup, "arnSuffix")},
	},
	statistics: gauge, percentiles: true, most: 4000, every: 60,
	source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
}, {
	namespace: "AWS/ApplicationELB", names: []string{"HealthyHostCount", "UnHealthyHostCount"},
	sets:       [][]dimension{{from("LoadBalancer", catalogue.LoadBalancer, "arnSuffix"), from("TargetGroup", catalogue.TargetGroup, "arnSuffix")}},
	statistics: gauge, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html",
}, {
	namespace: "AWS/CertificateManager", names: []string{"DaysToExpiry"}, // until the certificate is gone; ACM's last 395 days at most
	sets:       [][]dimension{{from("CertificateArn", catalogue.Certificate, "arn")}},
	statistics: gauge, most: 395, every: 12 * 3600,
	source: "https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html",
}, {
	namespace: "AWS/RDS", names: []string{"CPUUtilization"},
	sets:       [][]dimension{{from("DBInstanceIdentifier", catalogue.Database, "identifier")}},
	statistics: gauge, most: 100, every: 60,
	source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html",
}, {
	namespace: "AWS/RDS", names: []string{"EBSIOBalance%", "EBSByteBalance%"}, // of classes that live on credits
	sets:       [][]dimension{{from("DBInstanceIdentifier", catalogue.Database, "identifier")}},
	statistics: gauge, most: 100, every: 60,
	source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html",
}, {
	namespace: "AWS/RDS", names: []string{"MaximumUsedTransactionIDs"}, // of PostgreSQL, which counts them in 31 bits
	sets:       [][]dimension{{from("DBInstanceIdentifier", catalogue.Database, "identifier")}},
	statistics: gauge, most: 1 << 31, every: 60,
	source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html",
}, {
	namespace: "AWS/RDS",
	names: []string{
		"DatabaseConnections", "FreeStorageSpace", "FreeableMemory", "SwapUsage", "ReadLatency", "WriteLatency", "ReadIOPS", "WriteIOPS",
		"DiskQueueDepth", "ReadThroughput", "WriteThroughput",
	},
	sets:       [][]dimension{{from("DBInstanceIdentifier", catalogue.Database, "identifier")}},
	statistics: gauge, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html",
}, {
	namespace: "AWS/ES",
	names: []string{
		"ClusterStatus.green", "ClusterStatus.yellow", "ClusterStatus.red", "ClusterIndexWritesBlocked", "AutomatedSnapshotFailure",
		"KMSKeyError", "KMSKeyInaccessible",
	},
	sets:       [][]dimension{{from("DomainName", catalogue.SearchDomain, "domainName"), {name: "ClientId", of: []origin{{constant: "{account}"}}}}},
	statistics: gauge, most: 1, every: 60,
	source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html",
}, {
	namespace: "AWS/ES", names: []string{"CPUUtilization", "JVMMemoryPressure", "OldGenJVMMemoryPressure"},
	sets:       [][]dimension{{from("DomainName", catalogue.SearchDomain, "domainName"), {name: "ClientId", of: []origin{{constant: "{account}"}}}}},
	statistics: gauge, most: 100, every: 60,
	source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html",
}, {
	namespace: "AWS/ES",
	names:     []string{"FreeStorageSpace", "Nodes", "SearchableDocuments", "SearchLatency", "SearchRate", "IndexingLatency", "IndexingRate"},
	sets:      [][]dimension{{from("DomainName", catalogue.SearchDomain, "domainName"), {name: "ClientId", of: []origin{{constant: "{account}"}}}}},
	// Of FreeStorageSpace, in MiB, the minimum is of the fullest node.
	statistics: append([]string{"Sum"}, gauge...), most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-cloudwatchmetrics.html",
}, {
	namespace: "AWS/SQS",
	names: []string{
		"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible",
		"NumberOfMessagesSent", "NumberOfMessagesReceived", "NumberOfMessagesDeleted",
	},
	sets:       [][]dimension{{from("QueueName", catalogue.Queue, "name")}},
	statistics: append([]string{"Sum"}, gauge...), most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html",
}, {
	namespace: "AWS/NATGateway",
	names: []string{
		"ErrorPortAllocation", "PacketsDropCount", "BytesOutToDestination", "BytesInFromDestination", "ConnectionAttemptCount",
		"IdleTimeoutCount",
	},
	sets:       [][]dimension{{from("NatGatewayId", catalogue.NatGateway, "id")}},
	statistics: counted, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html",
}, {
	namespace: "AWS/NATGateway", names: []string{"ActiveConnectionCount"},
	sets:       [][]dimension{{from("NatGatewayId", catalogue.NatGateway, "id")}},
	statistics: gauge, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html",
}, {
	namespace: "AWS/S3", names: []string{"AllRequests", "4xxErrors", "5xxErrors"}, // only under a configuration of the bucket's metrics
	sets:       [][]dimension{{from("BucketName", catalogue.BucketMetric, "bucket"), from("FilterId", catalogue.BucketMetric, "name")}},
	statistics: []string{"Sum", "Average"}, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html",
}, {
	namespace: "AWS/S3", names: []string{"OperationsFailedReplication", "OperationsPendingReplication", "BytesPendingReplication"},
	sets: [][]dimension{{
		from("SourceBucket", catalogue.BucketReplication, "bucket"), from("DestinationBucket", catalogue.Bucket, "bucket"), from("RuleId", catalogue.BucketReplication, "rules[*].id"),
	}},
	statistics: append([]string{"Sum"}, gauge...), most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html",
}, {
	namespace: "AWS/CodeBuild", names: []string{"Builds", "FailedBuilds", "SucceededBuilds"},
	sets:       [][]dimension{{from("ProjectName", catalogue.BuildProject, "name")}},
	statistics: counted, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/codebuild/latest/userguide/monitoring-metrics.html",
}, {
	namespace: "AWS/CodeBuild", names: []string{"Duration"},
	sets:       [][]dimension{{from("ProjectName", catalogue.BuildProject, "name")}},
	statistics: gauge, most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/codebuild/latest/userguide/monitoring-metrics.html",
}, {
	namespace: "AWS/CodePipeline", names: []string{"FailedPipelineExecutions"},
	sets:       [][]dimension{{from("PipelineName", catalogue.Pipeline, "name")}},
	statistics: append([]string{"Sum"}, gauge...), most: unlimited, every: 60,
	source: "https://docs.aws.amazon.com/codepipeline/latest/userguide/metrics-dimensions.html",
}, {
	namespace: "AWS/Backup",
	names:     []string{"NumberOfBackupJobsCompleted", "NumberOfBackupJobsFailed", "NumberOfCopyJobsCompleted", "NumberOfCopyJobsFailed"},
	sets:      [][]dimension{{from("BackupVaultName", catalogue.BackupVault, "name")}},

	statistics: counted, most: unlimited, every: 300,
	source: "https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html",
}, {
	namespace: "ContainerInsights", names: []string{"node_cpu_utilization", "node_memory_utilization", "node_filesystem_utilization"},
	sets: [][]dimension{{inCluster}}, statistics: gauge, most: 100, every: 60, source: containerInsights,
}, {
	namespace: "ContainerInsights",
	names:     []string{"cluster_node_count", "cluster_failed_node_count", "cluster_number_of_running_pods", "node_number_of_running_pods"},
	sets:      [][]dimension{{inCluster}}, statistics: gauge, most: unlimited, every: 60, source: containerInsights,
}, {
	namespace: "ContainerInsights",
	names: []string{
		"pod_number_of_container_restarts", "pod_status_pending", "pod_status_running", "pod_status_failed", "pod_status_ready",
		"pod_container_status_waiting_reason_crash_loop_back_off", "pod_container_status_terminated_reason_oom_killed",
	},
	sets: [][]dimension{{inCluster}, {inCluster, inNamespace, ofPods}}, statistics: append([]string{"Sum"}, gauge...), most: unlimited,
	every: 60, source: containerInsights,
}, {
	namespace: "ContainerInsights",
	names: []string{
		"pod_cpu_utilization", "pod_memory_utilization", "pod_cpu_utilization_over_pod_limit", "pod_memory_utilization_over_pod_limit",
	},
	sets:       [][]dimension{{inCluster}, {inCluster, inNamespace}, {inCluster, inNamespace, ofPods}},
	statistics: gauge, most: 100, every: 60, source: containerInsights,
}, {
	namespace: "ContainerInsights",
	names:     []string{"replicas_desired", "replicas_ready", "status_replicas_available", "status_replicas_unavailable"},
	sets:      [][]dimension{{inCluster}, {inCluster, inNamespace, ofPods}}, statistics: gauge, most: unlimited, every: 60, source: containerInsights,
}, {
	namespace: "ContainerInsights", names: []string{"namespace_number_of_running_pods"},
	sets: [][]dimension{{inCluster}, {inCluster, inNamespace}}, statistics: gauge, most: unlimited, every: 60, source: containerInsights,
}, {
	namespace: "legops/ingress", names: []string{"FailedReloads"}, // of a filter of the pods' log, which gives it no dimension
	sets: [][]dimension{{}}, statistics: counted, most: unlimited, every: 60, made: catalogue.LogMetricFilter,
	source: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html",
}}
