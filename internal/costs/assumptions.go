package costs

import "legops/stacks"

// hours are those of a month, as AWS counts them.
const hours = 730

// daysOfMonth are those of a month of so many hours.
const daysOfMonth = hours / 24.0

// Traffic is what a preview does not say: how much the platform is used in a month.
type Traffic struct {
	// Requests are those of visitors, in millions; VisitorGB is what they are answered.
	Requests, VisitorGB float64
	// CapacityUnits are the load balancer's, on average.
	CapacityUnits float64
	// NatGB is what goes through the NAT gateways.
	NatGB float64
	// Messages are requests to the queues, in millions, polls among them.
	Messages float64
	// DocumentGB is what is in each bucket of the applications, and in its copy.
	DocumentGB float64
	// LogGB is what is written to each log group in CloudWatch, but for those of builds.
	LogGB float64
	// Releases are how many releases of an application there are.
	Releases float64
	// Updates are how often GitHub Actions previews, updates or refreshes the platform.
	Updates float64
}

// Assumed is the traffic of each kind of account.
var Assumed = map[stacks.Environment]Traffic{
	stacks.Development: {
		Requests: 1, VisitorGB: 10, CapacityUnits: 0.1,
		NatGB: 100, Messages: 2, DocumentGB: 5, LogGB: 1.5, Releases: 40, Updates: 100,
	},
	stacks.Test: {
		Requests: 10, VisitorGB: 50, CapacityUnits: 1,
		NatGB: 100, Messages: 5, DocumentGB: 25, LogGB: 4, Releases: 20, Updates: 80,
	},
	stacks.Production: {
		Requests: 50, VisitorGB: 1000, CapacityUnits: 3,
		NatGB: 300, Messages: 20, DocumentGB: 500, LogGB: 15, Releases: 8, Updates: 80,
	},
}

// What else is assumed, in every account.
const (
	// spotShare is what Spot costs of the price on demand; it varies by the hour.
	spotShare = 0.5
	// dailyChange is the share of data that is new or changed each day, which backups hold once more.
	dailyChange = 0.01
	// imageGB is what an image does not share with others of its repository.
	imageGB = 0.05
	// buildMinutes and releaseMinutes are the build of a release and the rest of its pipeline, mirrorMinutes one
	// comparison of a mirror: CodeBuild rounds up.
	buildMinutes, releaseMinutes, mirrorMinutes = 10, 20, 1
	// updateMinutes is one preview, update or refresh of the platform, the tools and the compiler before it.
	updateMinutes = 10
	// requestMetrics are those that S3 publishes for a bucket with request metrics, each once it has a value:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html. They cost as custom metrics do:
	// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudwatch-monitoring.html
	requestMetrics = 16
	// replicationMetrics are those of a rule of replication, bytes and operations pending, operations failed and latency; they cost the
	// same: https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-metrics.html
	replicationMetrics = 4
	// buildLogs begins the names of the log groups of builds, which are small.
	buildLogs = "/aws/codebuild/"
)

// ownBuckets are those of the platform itself, by the names of their resources: access logs, artifacts of releases and error pages.
// What is in them is not counted.
var ownBuckets = map[string]bool{"storage-logs": true, "storage-artifacts": true, "cdn-errors": true}

// databaseCPUs are the virtual CPUs of the database classes that are priced.
var databaseCPUs = map[string]float64{"db.t4g.medium": 2, "db.m7g.large": 2, "db.r7g.large": 2}
