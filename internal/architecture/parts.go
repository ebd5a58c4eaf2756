package architecture

// part is a box: what it is made of, where it is and what it says. It is drawn where the preview makes any of it.
type part struct {
	id, zone string
	at       Rect
	way      Way
	badge    string
	title    string
	made     []kind
	// nth draws one resource of several, from 1 on; 0 draws all in one box.
	nth int
	// when narrows down what it is made of. Optional.
	when func(Resource) bool
	// says are its lines; a tab puts what follows at the right edge.
	says  func(*Graph, []Resource) []string
	faint bool
}

// zonePlan is a zone: where it is and what it says. It is drawn where any part of it is.
type zonePlan struct {
	id, inside string
	at         Rect
	fill       string
	dashed     bool
	// low puts the text at the bottom.
	low  bool
	says func(*Graph) []string // the first line is bold
}

// The columns of the picture: people, edge, public subnets, cluster, data subnets, regional services.
const (
	people, peopleWidth     = 24.0, 124.0
	edge, edgeWidth         = 228.0, 160.0
	public, publicWidth     = 464.0, 148.0
	cluster, clusterWidth   = 688.0, 212.0
	data, dataWidth         = 974.0, 156.0
	services, servicesWidth = 1226.0, 212.0
	pictureWidth            = 1474.0
)

var zonePlans = []zonePlan{
	{id: "edge", at: Rect{edge - 12, 104, edgeWidth + 24, 452}, fill: zoneFill, says: edgeZone},
	{id: "vpc", at: Rect{public - 24, 104, data + dataWidth + 24 - public + 24, 700}, fill: zoneFill, says: vpcZone},
	{id: "public-a", inside: "vpc", at: Rect{public - 12, 162, publicWidth + 24, 288}, fill: cellFill, says: subnet("public", 0)},
	{id: "public-b", inside: "vpc", at: Rect{public - 12, 462, publicWidth + 24, 300}, fill: cellFill, low: true, says: subnet("public", 1)},
	{id: "application-a", inside: "vpc", at: Rect{cluster - 28, 162, clusterWidth + 56, 288}, fill: cellFill, says: subnet("application", 0)},
	{id: "application-b", inside: "vpc", at: Rect{cluster - 28, 462, clusterWidth + 56, 300}, fill: cellFill, low: true, says: subnet("application", 1)},
	{id: "data-a", inside: "vpc", at: Rect{data - 12, 162, dataWidth + 24, 288}, fill: cellFill, says: subnet("data", 0)},
	{id: "data-b", inside: "vpc", at: Rect{data - 12, 462, dataWidth + 24, 300}, fill: cellFill, low: true, says: subnet("data", 1)},
	{id: "cluster", inside: "vpc", at: Rect{cluster - 16, 190, clusterWidth + 32, 456}, fill: paper, says: clusterZone},
	{id: "services", at: Rect{services - 12, 104, servicesWidth + 24, 400}, fill: zoneFill, says: servicesZone},
	{id: "replica", at: Rect{services - 12, 560, servicesWidth + 24, 202}, fill: zoneFill, dashed: true, says: replicaZone},
	{id: "delivery", at: Rect{edge - 12, 848, pictureWidth - 24 - edge + 12, 138}, fill: zoneFill, says: deliveryZone},
	{id: "operations", at: Rect{edge - 12, 1012, pictureWidth - 24 - edge + 12, 124}, fill: zoneFill, says: operationsZone},
}

var parts = []part{
	{id: "visitor", at: Rect{people, 276, peopleWidth, 60}, way: Request, badge: "1", title: "Browser", says: visitor,
		made: []kind{{token: "aws:cloudfront/distribution:Distribution"}}},
	{id: "administrators", at: Rect{people, 586, peopleWidth, 60}, title: "Administrators", says: administrators,
		made: []kind{{"aws:autoscaling/group:Group", "Bastion"}}},

	{id: "dns", zone: "edge", at: Rect{edge, 150, edgeWidth, 76}, title: "Route 53", says: dns,
		made: []kind{{token: "aws:route53/record:Record"}}},
	{id: "cdn", zone: "edge", at: Rect{edge, 250, edgeWidth, 112}, way: Request, badge: "2", title: "CloudFront", says: cdn,
		made: []kind{{token: "aws:cloudfront/distribution:Distribution"}}},
	{id: "firewall", zone: "edge", at: Rect{edge, 376, edgeWidth, 90}, way: Request, title: "AWS WAF", says: firewall,
		made: []kind{{token: "aws:wafv2/webAcl:WebAcl"}}},
	{id: "errors", zone: "edge", at: Rect{edge, 480, edgeWidth, 62}, title: "S3 error pages", says: errorPages,
		made: []kind{{"aws:s3/bucketV2:BucketV2", "Cdn"}}},

	{id: "nat-1", zone: "public-a", nth: 1, at: Rect{public, 190, publicWidth, 46}, title: "NAT gateway", says: nat,
		made: []kind{{token: "aws:ec2/natGateway:NatGateway"}}},
	{id: "nat-2", zone: "public-b", nth: 2, at: Rect{public, 690, publicWidth, 46}, title: "NAT gateway", says: nat,
		made: []kind{{token: "aws:ec2/natGateway:NatGateway"}}},
	{id: "balancer", zone: "vpc", at: Rect{public, 258, publicWidth, 292}, way: Request, badge: "3", title: "Application Load Balancer",
		says: balancer, made: []kind{{token: "aws:lb/loadBalancer:LoadBalancer"}}},
	{id: "bastion", zone: "public-b", at: Rect{public, 564, publicWidth, 112}, title: "Bastion", says: bastion,
		made: []kind{{"aws:autoscaling/group:Group", "Bastion"}}},

	{id: "ingress", zone: "cluster", at: Rect{cluster, 266, clusterWidth, 80}, way: Request, badge: "4", title: "NGINX ingress controller",
		says: ingress, made: []kind{{"kubernetes:helm.sh/v3:Release", "Ingress"}}},
	{id: "applications", zone: "cluster", at: Rect{cluster, 390, clusterWidth, 182}, way: Request, badge: "5", title: "Applications",
		says: applications, made: []kind{{"kubernetes:apps/v1:Deployment", "App"}}},
	{id: "api", zone: "cluster", at: Rect{cluster, 588, 136, 46}, way: Delivery, badge: "G", title: "Kubernetes API", says: api,
		made: []kind{{token: "aws:eks/cluster:Cluster"}}},
	{id: "deployer", zone: "application-b", at: Rect{cluster - 16, 678, 114, 58}, way: Delivery, badge: "F", title: "Deployer", says: deployer,
		made: []kind{{"aws:autoscaling/group:Group", "Deployer"}}},
	{id: "endpoints", zone: "application-b", at: Rect{cluster + 112, 678, 116, 58}, way: Request, title: "Endpoints", says: endpoints,
		made: []kind{{token: "aws:ec2/vpcEndpoint:VpcEndpoint"}}},

	{id: "database", zone: "data-a", at: Rect{data, 190, dataWidth, 112}, way: Request, badge: "6", title: "RDS PostgreSQL", says: database,
		made: []kind{{token: "aws:rds/instance:Instance"}}},
	{id: "standby", zone: "data-b", at: Rect{data, 664, dataWidth, 72}, title: "RDS standby", says: standby, faint: true,
		made: []kind{{token: "aws:rds/instance:Instance"}}, when: func(r Resource) bool { return r.yes("multiAz") }},
	{id: "search", zone: "vpc", at: Rect{data, 372, dataWidth, 150}, way: Request, badge: "6", title: "OpenSearch", says: search,
		made: []kind{{token: "aws:opensearch/domain:Domain"}}},

	{id: "queues", zone: "services", at: Rect{services, 150, servicesWidth, 110}, way: Request, badge: "6", title: "SQS queues", says: queues,
		made: []kind{{token: "aws:sqs/queue:Queue"}}},
	{id: "secrets", zone: "services", at: Rect{services, 276, servicesWidth, 62}, way: Request, badge: "6", title: "Secrets Manager", says: secrets,
		made: []kind{{"aws:secretsmanager/secret:Secret", "App"}}},
	{id: "buckets", zone: "services", at: Rect{services, 354, servicesWidth, 136}, way: Request, badge: "6", title: "S3 buckets", says: buckets,
		made: []kind{{"aws:s3/bucketV2:BucketV2", "Storage"}}, when: func(r Resource) bool { return !isReplica(r) }},
	{id: "replicas", zone: "replica", at: Rect{services, 606, servicesWidth, 62}, title: "S3 copies", says: replicas,
		made: []kind{{"aws:s3/bucketV2:BucketV2", "Storage"}}, when: isReplica},
	{id: "vault-copy", zone: "replica", at: Rect{services, 684, servicesWidth, 62}, way: Operations, title: "Backup vault", says: vaultCopy,
		made: []kind{{"aws:backup/vault:Vault", "Backup"}}, when: isReplica},

	{id: "github", at: Rect{people, 888, peopleWidth, 76}, way: Delivery, badge: "A", title: "GitHub", says: github,
		made: []kind{{token: "aws:codeconnections/connection:Connection"}}},
	{id: "mirror", zone: "delivery", at: Rect{edge, 888, edgeWidth, 76}, way: Delivery, badge: "B", title: "Mirror", says: mirror,
		made: []kind{{"aws:codebuild/project:Project", "Mirror"}}},
	{id: "repositories", zone: "delivery", at: Rect{public, 888, publicWidth, 76}, way: Delivery, badge: "C", title: "CodeCommit", says: repositories,
		made: []kind{{token: "aws:codecommit/repository:Repository"}}},
	{id: "pipelines", zone: "delivery", at: Rect{cluster, 888, clusterWidth, 76}, way: Delivery, badge: "D", title: "CodePipeline", says: pipelines,
		made: []kind{{token: "aws:codepipeline/pipeline:Pipeline"}, {"aws:codebuild/project:Project", "Pipeline"}}},
	{id: "registry", zone: "delivery", at: Rect{data, 888, dataWidth, 76}, way: Delivery, badge: "E", title: "ECR", says: registry,
		made: []kind{{token: "aws:ecr/repository:Repository"}}},
	{id: "loadtest", zone: "delivery", at: Rect{services, 888, servicesWidth, 76}, way: Delivery, title: "Load test", says: loadTest,
		made: []kind{{"aws:codebuild/project:Project", "LoadTest"}}},

	{id: "people", at: Rect{people, 1052, peopleWidth, 64}, way: Operations, title: "On call", says: onCall,
		made: []kind{{token: "aws:sns/topicSubscription:TopicSubscription"}}},
	{id: "topics", zone: "operations", at: Rect{edge, 1052, edgeWidth, 64}, way: Operations, title: "SNS topics", says: topics,
		made: []kind{{token: "aws:sns/topic:Topic"}}},
	{id: "alarms", zone: "operations", at: Rect{public, 1052, publicWidth, 64}, way: Operations, title: "CloudWatch alarms", says: alarms,
		made: []kind{{token: "aws:cloudwatch/metricAlarm:MetricAlarm"}, {token: "aws:cloudwatch/compositeAlarm:CompositeAlarm"}}},
	{id: "logs", zone: "operations", at: Rect{cluster, 1052, clusterWidth, 64}, way: Operations, title: "CloudWatch Logs, dashboards", says: logs,
		made: []kind{{token: "aws:cloudwatch/logGroup:LogGroup"}, {token: "aws:cloudwatch/dashboard:Dashboard"}}},
	{id: "vault", zone: "operations", at: Rect{data, 1052, dataWidth, 64}, way: Operations, title: "AWS Backup", says: vault,
		made: []kind{{"aws:backup/vault:Vault", "Backup"}}, when: func(r Resource) bool { return !isReplica(r) }},
	{id: "keys", zone: "operations", at: Rect{services, 1052, 98, 64}, way: Operations, title: "KMS", says: keys,
		made: []kind{{token: "aws:kms/key:Key"}}},
	{id: "budget", zone: "operations", at: Rect{services + 110, 1052, 102, 64}, way: Operations, title: "Budget", says: budget,
		made: []kind{{token: "aws:budgets/budget:Budget"}}},
}
