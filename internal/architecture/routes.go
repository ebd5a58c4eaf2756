package architecture

import (
	"slices"
	"strings"
)

// route is an arrow: from which box to which, along which points, and what the graph has to say that it is there.
type route struct {
	from, to string
	way      Way
	dashed   bool
	points   []Point
	// label is where the middle of the label is.
	label Point
	// says are the lines of the label, from the graph. Without a line there is no arrow: nothing connects the two. Nil
	// draws the arrow without a label, wherever both boxes are.
	says func(*Graph) []string
}

// Where arrows turn and where labels are.
const (
	requestY  = 306.0                               // of the straight way to the ingress
	corridorY = 784.0                               // below the subnets, inside the VPC
	beforeX   = (cluster + clusterWidth + data) / 2 // between cluster and data subnets
	outsideX  = data + dataWidth + 48               // between VPC and regional services
	lane      = 888.0 + 38                          // the middle of delivery
	imagesY   = 826.0                               // between VPC and delivery
	tellY     = 1052.0 + 32                         // the middle of operations
)

func gap(left, leftWidth, right float64) float64 { return (left + leftWidth + right) / 2 }

var routes = []route{
	{from: "visitor", to: "cdn", way: Request, says: viewer, label: Point{gap(people, peopleWidth, edge), requestY},
		points: []Point{{people + peopleWidth, requestY}, {edge, requestY}}},
	{from: "cdn", to: "balancer", way: Request, says: origin, label: Point{gap(edge, edgeWidth, public), requestY},
		points: []Point{{edge + edgeWidth, requestY}, {public, requestY}}},
	{from: "balancer", to: "ingress", way: Request, says: target, label: Point{gap(public, publicWidth, cluster), requestY},
		points: []Point{{public + publicWidth, requestY}, {cluster, requestY}}},
	{from: "ingress", to: "applications", way: Request, says: service, label: Point{cluster + clusterWidth/2, 366},
		points: []Point{{cluster + clusterWidth/2, 346}, {cluster + clusterWidth/2, 390}}},
	{from: "applications", to: "database", way: Request, says: rule("eks", "rds"), label: Point{beforeX, 330},
		points: []Point{{cluster + clusterWidth, 412}, {beforeX, 412}, {beforeX, 246}, {data, 246}}},
	{from: "applications", to: "search", way: Request, says: rule("eks", "opensearch"), label: Point{beforeX, 470},
		points: []Point{{cluster + clusterWidth, 470}, {data, 470}}},
	{from: "applications", to: "endpoints", way: Request, says: rule("eks", "network-endpoints"), label: Point{cluster + 170, 624},
		points: []Point{{cluster + 170, 572}, {cluster + 170, 678}}},
	{from: "endpoints", to: "queues", way: Request, says: uses("QUEUE_", "TCP 443 to AWS services"), label: Point{gap(cluster, clusterWidth, outsideX), corridorY},
		points: []Point{{cluster + 228, 707}, {beforeX, 707}, {beforeX, corridorY}, {outsideX, corridorY}, {outsideX, 205}, {services, 205}}},
	{from: "endpoints", to: "secrets", way: Request, says: uses("SECRETS_PREFIX"),
		points: []Point{{cluster + 228, 707}, {beforeX, 707}, {beforeX, corridorY}, {outsideX, corridorY}, {outsideX, 307}, {services, 307}}},
	{from: "endpoints", to: "buckets", way: Request, says: uses("BUCKET_"),
		points: []Point{{cluster + 228, 707}, {beforeX, 707}, {beforeX, corridorY}, {outsideX, corridorY}, {outsideX, 422}, {services, 422}}},

	{from: "github", to: "mirror", way: Delivery, says: pull, label: Point{gap(people, peopleWidth, edge), lane},
		points: []Point{{people + peopleWidth, lane}, {edge, lane}}},
	{from: "mirror", to: "repositories", way: Delivery, says: nil,
		points: []Point{{edge + edgeWidth, lane}, {public, lane}}},
	{from: "repositories", to: "pipelines", way: Delivery, says: pushes, label: Point{gap(public, publicWidth, cluster), lane},
		points: []Point{{public + publicWidth, lane}, {cluster, lane}}},
	{from: "pipelines", to: "registry", way: Delivery, says: builds, label: Point{gap(cluster, clusterWidth, data), lane},
		points: []Point{{cluster + clusterWidth, lane}, {data, lane}}},
	{from: "pipelines", to: "deployer", way: Delivery, says: deploys, label: Point{cluster + 40, imagesY},
		points: []Point{{cluster + 40, 888}, {cluster + 40, 736}}},
	{from: "deployer", to: "api", way: Delivery, says: rule("deployer-group", "eks-control-plane"), label: Point{cluster + 40, 656},
		points: []Point{{cluster + 40, 678}, {cluster + 40, 634}}},
	{from: "registry", to: "endpoints", way: Delivery, says: images, label: Point{beforeX, imagesY},
		points: []Point{{data + 48, 888}, {data + 48, imagesY}, {cluster + 170, imagesY}, {cluster + 170, 736}}},

	{from: "administrators", to: "bastion", way: Operations, says: nil,
		points: []Point{{people + peopleWidth, 616}, {public, 616}}},
	{from: "buckets", to: "replicas", way: Operations, dashed: true, says: replication, label: Point{services + servicesWidth/2, 532},
		points: []Point{{services + servicesWidth/2, 490}, {services + servicesWidth/2, 606}}},
	{from: "alarms", to: "topics", way: Operations, says: nil, points: []Point{{public, tellY}, {edge + edgeWidth, tellY}}},
	{from: "topics", to: "people", way: Operations, says: subscriptions, label: Point{gap(people, peopleWidth, edge), tellY},
		points: []Point{{edge, tellY}, {people + peopleWidth, tellY}}},
	{from: "vault", to: "vault-copy", way: Operations, dashed: true, says: nil,
		points: []Point{{data + dataWidth, tellY}, {outsideX + 16, tellY}, {outsideX + 16, 715}, {services, 715}}},
}

func viewer(g *Graph) []string {
	for _, distribution := range g.all("aws:cloudfront/distribution:Distribution") {
		if distribution.text("defaultCacheBehavior.viewerProtocolPolicy") == "redirect-to-https" {
			return []string{"HTTPS", "443"}
		}
	}
	return nil
}

func origin(g *Graph) []string {
	for _, distribution := range g.all("aws:cloudfront/distribution:Distribution") {
		if distribution.text("origins.0.customOriginConfig.originProtocolPolicy") == "https-only" {
			return []string{"HTTPS", distribution.text("origins.0.customOriginConfig.httpsPort")}
		}
	}
	return nil
}

func target(g *Graph) []string {
	for _, group := range g.all("aws:lb/targetGroup:TargetGroup") {
		return []string{group.text("protocol"), group.text("port")}
	}
	return nil
}

func service(g *Graph) []string {
	var ports []string
	for _, found := range g.all("kubernetes:core/v1:Service", "App") {
		ports = append(ports, found.text("spec.ports.0.port"))
	}
	slices.Sort(ports)
	return []string{"HTTP " + strings.Join(slices.Compact(ports), ", ")}
}

// rule is what a security group lets in from another.
func rule(from, to string) func(*Graph) []string {
	return func(g *Graph) []string {
		for _, in := range g.all("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule") {
			if in.comesFrom("referencedSecurityGroupId", from) && in.comesFrom("securityGroupId", to) {
				return []string{strings.ToUpper(in.text("ipProtocol")), in.text("fromPort")}
			}
		}
		return nil
	}
}

// uses is there where any application has such an environment variable.
func uses(variable string, label ...string) func(*Graph) []string {
	return func(g *Graph) []string {
		if len(g.users(variable)) == 0 {
			return nil
		}
		return append([]string{}, label...)
	}
}

func pull(g *Graph) []string {
	for _, project := range g.all("aws:codebuild/project:Project", "Mirror") {
		if scheme, _, found := strings.Cut(variableOf(project, "SOURCE_URL"), "://"); found {
			return []string{strings.ToUpper(scheme), "git"}
		}
	}
	return nil
}

func pushes(g *Graph) []string {
	for _, target := range g.all("aws:cloudwatch/eventTarget:EventTarget", "Pipeline") {
		for _, pipeline := range g.all("aws:codepipeline/pipeline:Pipeline") {
			if target.comesFrom("arn", pipeline.Name) {
				return []string{"event"}
			}
		}
	}
	return nil
}

func builds(g *Graph) []string {
	if len(g.all("aws:codebuild/project:Project", "Pipeline")) == 0 {
		return nil
	}
	return []string{"image"}
}

func deploys(g *Graph) []string {
	for _, group := range g.all("aws:codedeploy/deploymentGroup:DeploymentGroup") {
		if strings.HasSuffix(group.text("ec2TagFilters.0.value"), "-deployer") {
			return []string{"CodeDeploy"}
		}
	}
	return nil
}

// images are pulled by the nodes, which have the policy for it.
func images(g *Graph) []string {
	for _, attachment := range g.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "Eks") {
		if strings.HasSuffix(attachment.text("policyArn"), "/AmazonEC2ContainerRegistryPullOnly") {
			return []string{"images to the nodes"}
		}
	}
	return nil
}

func replication(g *Graph) []string {
	if len(g.all("aws:s3/bucketReplicationConfig:BucketReplicationConfig")) == 0 {
		return nil
	}
	return []string{"S3 replication"}
}

func subscriptions(g *Graph) []string {
	for _, subscription := range g.all("aws:sns/topicSubscription:TopicSubscription") {
		return []string{subscription.text("protocol")}
	}
	return nil
}
