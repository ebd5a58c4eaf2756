package architecture

import (
	"slices"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// kind is a sort of resource: a type, and where a type means different things, the kind of component that it is part of.
type kind struct{ token, component string }

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
	when func(*model.Resource) bool
	// says are its lines; a tab puts what follows at the right edge.
	says  func(*model.Graph, []*model.Resource) []string
	faint bool
}

// standsFor says whether the part stands for a resource in a component of a kind.
func (p part) standsFor(r *model.Resource, component string) bool {
	return (p.when == nil || p.when(r)) && slices.ContainsFunc(p.made, func(k kind) bool {
		return k.token == r.Type && (k.component == "" || k.component == component)
	})
}

// zonePlan is a zone: where it is and what it says. It is drawn where any part of it is.
type zonePlan struct {
	id, inside string
	at         Rect
	fill       string
	dashed     bool
	// narrow is its right edge where no box is beyond it. Optional.
	narrow float64
	// heading is written above it. Optional.
	heading string
	// low puts what it says at the bottom.
	low  bool
	says func(*model.Graph) []string
}

// The columns of the picture: people, edge, public subnets, cluster, data subnets, regional services.
const (
	people, peopleWidth     = 24.0, 140.0
	edge, edgeWidth         = 240.0, 160.0
	public, publicWidth     = 476.0, 152.0
	cluster, clusterWidth   = 704.0, 216.0
	data, dataWidth         = 996.0, 160.0
	services, servicesWidth = 1268.0, 240.0
	pictureWidth            = 1544.0
	vpcRight                = 1196.0
)

var zonePlans = []zonePlan{
	{id: "edge", at: Rect{edge - 12, 104, edgeWidth + 24, 450}, fill: zoneFill, says: always("Edge")},
	{id: "vpc", at: Rect{public - 24, 104, vpcRight - public + 24, 704}, fill: zoneFill, says: vpcZone},
	{id: "public-a", inside: "vpc", heading: "Public subnets", says: subnet("public", 0),
		at: Rect{public - 12, 164, publicWidth + 24, 288}, fill: cellFill},
	{id: "public-b", inside: "vpc", says: subnet("public", 1), low: true,
		at: Rect{public - 12, 464, publicWidth + 24, 302}, fill: cellFill},
	{id: "application-a", inside: "vpc", heading: "Application subnets", says: subnet("application", 0),
		at: Rect{cluster - 28, 164, clusterWidth + 56, 288}, fill: cellFill},
	{id: "application-b", inside: "vpc", says: subnet("application", 1), low: true,
		at: Rect{cluster - 28, 464, clusterWidth + 56, 302}, fill: cellFill},
	{id: "data-a", inside: "vpc", heading: "Data subnets", says: subnet("data", 0),
		at: Rect{data - 12, 164, dataWidth + 40, 288}, fill: cellFill},
	{id: "data-b", inside: "vpc", says: subnet("data", 1), low: true,
		at: Rect{data - 12, 464, dataWidth + 40, 302}, fill: cellFill},
	{id: "cluster", inside: "vpc", at: Rect{cluster - 16, 194, clusterWidth + 32, 452}, fill: paper, says: clusterZone},
	{id: "services", at: Rect{services - 12, 104, servicesWidth + 24, 420}, fill: zoneFill, says: servicesZone},
	{id: "replica", says: replicaZone, dashed: true,
		at: Rect{services - 12, 600, servicesWidth + 24, 166}, fill: zoneFill},
	{id: "delivery", says: deliveryZone, narrow: vpcRight,
		at: Rect{edge - 12, 850, pictureWidth - 12 - edge, 134}, fill: zoneFill},
	{id: "operations", says: always("Operations"),
		at: Rect{edge - 12, 1024, pictureWidth - 12 - edge, 126}, fill: zoneFill},
}

var parts = []part{
	{id: "visitor", at: Rect{people, 276, peopleWidth, 60}, way: Request, badge: "1",
		title: "Browser", made: []kind{{token: catalogue.Distribution}}, says: visitor},
	{id: "administrators", at: Rect{people, 554, peopleWidth, 60},
		title: "Administrators", made: []kind{{catalogue.AutoScalingGroup, "Bastion"}}, says: text("through Session Manager")},

	{id: "dns", zone: "edge", at: Rect{edge, 148, edgeWidth, 78},
		title: "Route 53", made: []kind{{token: catalogue.DNSRecord}}, says: dns},
	{id: "cdn", zone: "edge", at: Rect{edge, 254, edgeWidth, 104}, way: Request, badge: "2",
		title: "CloudFront", made: []kind{{token: catalogue.Distribution}}, says: cdn},
	{id: "firewall", zone: "edge", at: Rect{edge, 372, edgeWidth, 94}, way: Request, badge: "2",
		title: "AWS WAF", made: []kind{{token: catalogue.WebACL}}, says: firewall},
	{id: "errors", zone: "edge", at: Rect{edge, 480, edgeWidth, 58},
		title: "S3 error pages", made: []kind{{catalogue.Bucket, "Cdn"}}, says: errorPages},

	{id: "nat-1", zone: "public-a", nth: 1, at: Rect{public, 194, publicWidth, 46},
		title: "NAT gateway", made: []kind{{token: catalogue.NatGateway}}, says: text("outbound only")},
	{id: "nat-2", zone: "public-b", nth: 2, at: Rect{public, 692, publicWidth, 46},
		title: "NAT gateway", made: []kind{{token: catalogue.NatGateway}}, says: text("outbound only")},
	{id: "balancer", zone: "vpc", at: Rect{public, 262, publicWidth, 224}, way: Request, badge: "3",
		title: "Application Load Balancer", made: []kind{{token: catalogue.LoadBalancer}},
		says: balancer},
	{id: "bastion", zone: "public-b", at: Rect{public, 512, publicWidth, 140},
		title: "Bastion", made: []kind{{catalogue.AutoScalingGroup, "Bastion"}}, says: bastion},

	{id: "ingress", zone: "cluster", at: Rect{cluster, 272, clusterWidth, 68}, way: Request, badge: "4",
		title: "NGINX ingress controller", made: []kind{{catalogue.Deployment, "Ingress"}}, says: ingress},
	{id: "applications", zone: "cluster", at: Rect{cluster, 386, clusterWidth, 174}, way: Request, badge: "5",
		title: "Applications", made: []kind{{catalogue.Deployment, "App"}}, says: applications},
	{id: "api", zone: "cluster", at: Rect{cluster, 586, 144, 46}, way: Delivery, badge: "G",
		title: "Kubernetes API", made: []kind{{token: catalogue.Cluster}}, says: api},
	{id: "deployer", zone: "application-b", at: Rect{cluster - 16, 678, 116, 60}, way: Delivery, badge: "F",
		title: "Deployer", made: []kind{{catalogue.AutoScalingGroup, "Deployer"}}, says: deployer},
	{id: "endpoints", zone: "application-b", at: Rect{cluster + 116, 678, 116, 60}, way: Request,
		title: "Endpoints", made: []kind{{token: catalogue.VpcEndpoint}}, says: endpoints},

	{id: "database", zone: "data-a", at: Rect{data, 196, dataWidth, 104}, way: Request, badge: "6",
		title: "RDS PostgreSQL", made: []kind{{token: catalogue.Database}}, says: database},
	{id: "standby", zone: "data-b", at: Rect{data, 678, dataWidth, 60}, faint: true,
		title: "RDS standby", made: []kind{{token: catalogue.Database}}, says: text("in the other zone,", "takes over"),
		when: func(r *model.Resource) bool { return r.Flag("multiAz") }},
	{id: "search", zone: "vpc", at: Rect{data, 372, dataWidth, 154}, way: Request, badge: "6",
		title: "OpenSearch", made: []kind{{token: catalogue.SearchDomain}}, says: search},

	{id: "queues", zone: "services", at: Rect{services, 148, servicesWidth, 124}, way: Request, badge: "6",
		title: "SQS queues", made: []kind{{token: catalogue.Queue}}, says: queues},
	{id: "secrets", zone: "services", at: Rect{services, 292, servicesWidth, 62}, way: Request, badge: "6",
		title: "Secrets Manager", made: []kind{{catalogue.Secret, "App"}}, says: secrets},
	{id: "buckets", zone: "services", at: Rect{services, 374, servicesWidth, 136}, way: Request, badge: "6",
		title: "S3 buckets", made: []kind{{catalogue.Bucket, "Storage"}}, says: buckets,
		when: func(r *model.Resource) bool { return !isReplica(r) }},
	{id: "replicas", zone: "replica", at: Rect{services, 642, servicesWidth, 46},
		title: "S3 copies", made: []kind{{catalogue.Bucket, "Storage"}}, says: replicas, when: isReplica},
	{id: "vault-copy", zone: "replica", at: Rect{services, 704, servicesWidth, 46}, way: Operations,
		title: "Backup vault", made: []kind{{catalogue.BackupVault, "Backup"}}, says: vaultCopy, when: isReplica},

	{id: "github", at: Rect{people, 894, peopleWidth, 76}, way: Delivery, badge: "A",
		title: "GitHub", made: []kind{{token: catalogue.CodeConnection}}, says: github},
	{id: "mirror", zone: "delivery", at: Rect{edge, 894, edgeWidth, 76}, way: Delivery, badge: "B",
		title: "Mirror", made: []kind{{catalogue.BuildProject, "Mirror"}}, says: mirror},
	{id: "repositories", zone: "delivery", at: Rect{public, 894, publicWidth, 76}, way: Delivery, badge: "C",
		title: "CodeCommit", made: []kind{{token: catalogue.CodeRepository}}, says: repositories},
	{id: "pipelines", zone: "delivery", at: Rect{cluster, 894, clusterWidth, 76}, way: Delivery, badge: "D",
		title: "CodePipeline", made: []kind{
			{token: catalogue.Pipeline}, {catalogue.BuildProject, "Pipeline"},
		},
		says: pipelines},
	{id: "registry", zone: "delivery", at: Rect{data, 894, dataWidth, 76}, way: Delivery, badge: "E",
		title: "ECR", made: []kind{{token: catalogue.ImageRepository}}, says: registry},
	{id: "loadtest", zone: "delivery", at: Rect{services, 894, servicesWidth, 76}, way: Delivery,
		title: "Load test", made: []kind{{catalogue.BuildProject, "LoadTest"}}, says: loadTest},

	{id: "people", at: Rect{people, 1062, peopleWidth, 74}, way: Operations,
		title: "On call", made: []kind{{token: catalogue.TopicSubscription}}, says: onCall},
	{id: "topics", zone: "operations", at: Rect{edge, 1062, edgeWidth, 74}, way: Operations,
		title: "SNS topics", made: []kind{{token: catalogue.Topic}}, says: topics},
	{id: "alarms", zone: "operations", at: Rect{public, 1062, publicWidth, 74}, way: Operations,
		title: "Alarms", made: []kind{
			{token: catalogue.MetricAlarm}, {token: catalogue.CompositeAlarm},
		},
		says: alarms},
	{id: "logs", zone: "operations", at: Rect{cluster, 1062, clusterWidth, 74}, way: Operations,
		title: "Logs and dashboards", made: []kind{
			{token: catalogue.LogGroup}, {token: catalogue.Dashboard},
		},
		says: logs},
	{id: "vault", zone: "operations", at: Rect{data, 1062, dataWidth, 74}, way: Operations,
		title: "AWS Backup", made: []kind{{catalogue.BackupVault, "Backup"}}, says: vault,
		when: func(r *model.Resource) bool { return !isReplica(r) }},
	{id: "keys", zone: "operations", at: Rect{services, 1062, 114, 74}, way: Operations,
		title: "KMS", made: []kind{{token: catalogue.Key}}, says: keys},
	{id: "budget", zone: "operations", at: Rect{services + 126, 1062, 114, 74}, way: Operations,
		title: "Budget", made: []kind{{token: catalogue.Budget}}, says: budget},
}
