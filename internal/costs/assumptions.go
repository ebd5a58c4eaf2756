package costs

import "legops/stacks"

// hours are those of a month, as AWS counts them.
const hours = 730

// Traffic is what a stack file does not say: how much the platform is used in a month.
type Traffic struct {
	// Requests are those of visitors, in millions; VisitorGB is what they are answered.
	Requests, VisitorGB float64
	// CapacityUnits are the load balancer's, on average.
	CapacityUnits float64
	// NatGB is what goes through the NAT gateways.
	NatGB float64
	// Messages are requests to the queues, in millions, polls among them.
	Messages float64
	// DocumentGB is what is in the applications' buckets.
	DocumentGB float64
	// LogGB is what is written to CloudWatch Logs.
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
		NatGB: 100, Messages: 2, DocumentGB: 10, LogGB: 20, Releases: 40, Updates: 100,
	},
	stacks.Test: {
		Requests: 10, VisitorGB: 50, CapacityUnits: 1,
		NatGB: 100, Messages: 5, DocumentGB: 50, LogGB: 50, Releases: 20, Updates: 80,
	},
	stacks.Production: {
		Requests: 50, VisitorGB: 1000, CapacityUnits: 3,
		NatGB: 300, Messages: 20, DocumentGB: 1000, LogGB: 200, Releases: 8, Updates: 80,
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
	// keptImages is how many images a repository has for each of keepImages: the newest builds, while records of releases are few.
	keptImages = 2
	// buildMinutes and releaseMinutes are the build of a release and the rest of its pipeline, mirrorMinutes one
	// comparison of a mirror: CodeBuild rounds up.
	buildMinutes, releaseMinutes, mirrorMinutes = 10, 20, 1
	// updateMinutes is one preview, update or refresh of the platform, the tools and the compiler before it.
	updateMinutes = 10
	// alarms and dashboards are about how many there are.
	alarms, dashboards = 150, 2
	// firewallRules are four groups of AWS and the limit of requests; a load test has one more.
	firewallRules = 5
	// balancerAddresses are of the load balancer, one in each zone.
	balancerAddresses = 2
	// instanceGB is the disk of bastion and deployer.
	instanceGB = 8
	// keys are the KMS keys of the account's region and of us-east-1; the region of the copies has one for buckets and one
	// for backups.
	keys = 14
	// zones are those that the platform spans.
	zones = 2
)

// databaseCPUs are the virtual CPUs of the database classes that are priced.
var databaseCPUs = map[stacks.DatabaseClass]float64{"db.t4g.medium": 2, "db.m7g.large": 2, "db.r7g.large": 2}
