package architecture

import (
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// route is an arrow: from which box to which, along which points, and what the graph has to say that it is there.
type route struct {
	from, to string
	way      Way
	dashed   bool
	flat     bool // the label in one line
	points   []Point
	// label is where the middle of the label is.
	label Point
	// says are the lines of the label, from the graph. Without a line there is no arrow: nothing connects the two. Nil
	// draws the arrow without a label, wherever both boxes are.
	says func(*model.Graph) []string
}

// Where arrows turn and where labels are.
const (
	requestY  = 306.0                               // of the straight way to the ingress
	corridorY = 787.0                               // below the subnets, inside the VPC
	imagesY   = 829.0                               // between VPC and delivery
	laneY     = 894.0 + 38                          // the middle of delivery
	stopY     = 1004.0                              // between delivery and operations
	tellY     = 1062.0 + 37                         // the middle of operations
	beforeX   = (cluster + clusterWidth + data) / 2 // between cluster and data subnets
	standbyX  = data + dataWidth + 16               // beside the data subnets' boxes
	outsideX  = vpcRight + 20                       // between VPC and regional services
	copyX     = vpcRight + 40
)

func gap(left, leftWidth, right float64) float64 { return (left + leftWidth + right) / 2 }

// serviceRoute leads from the endpoints to a service, on one line with the others as far as it goes.
func serviceRoute(to string, y float64, says func(*model.Graph) []string) route {
	return route{
		from: "endpoints", to: to, way: Request, says: says, label: Point{(beforeX + outsideX) / 2, corridorY},
		points: []Point{
			{cluster + 232, 708}, {beforeX, 708}, {beforeX, corridorY}, {outsideX, corridorY}, {outsideX, y}, {services, y},
		},
	}
}

var routes = []route{
	{from: "visitor", to: "cdn", way: Request, says: viewer, label: Point{gap(people, peopleWidth, edge), requestY},
		points: []Point{{people + peopleWidth, requestY}, {edge, requestY}}},
	{from: "cdn", to: "balancer", way: Request, says: origin, label: Point{gap(edge, edgeWidth, public), requestY},
		points: []Point{{edge + edgeWidth, requestY}, {public, requestY}}},
	{from: "balancer", to: "ingress", way: Request, says: target,
		label:  Point{gap(public, publicWidth, cluster), requestY},
		points: []Point{{public + publicWidth, requestY}, {cluster, requestY}}},
	{from: "ingress", to: "applications", way: Request, says: service, flat: true,
		label:  Point{cluster + clusterWidth/2, 360},
		points: []Point{{cluster + clusterWidth/2, 340}, {cluster + clusterWidth/2, 386}}},
	{from: "applications", to: "database", way: Request, says: rule("eks", "rds"), label: Point{beforeX, 328},
		points: []Point{{cluster + clusterWidth, 412}, {beforeX, 412}, {beforeX, 248}, {data, 248}}},
	{from: "applications", to: "search", way: Request, says: rule("eks", "opensearch"), label: Point{beforeX, 486},
		points: []Point{{cluster + clusterWidth, 486}, {data, 486}}},
	{from: "applications", to: "endpoints", way: Request, says: rule("eks", "network-endpoints"), flat: true,
		label:  Point{cluster + 184, 614},
		points: []Point{{cluster + 184, 560}, {cluster + 184, 678}}},
	serviceRoute("queues", 210, uses("QUEUE_", "TCP 443 to AWS services")),
	serviceRoute("secrets", 323, uses("SECRETS_PREFIX")),
	serviceRoute("buckets", 442, uses("BUCKET_")),

	{from: "github", to: "mirror", way: Delivery, says: addressed("SOURCE_URL", "git"),
		label:  Point{gap(people, peopleWidth, edge), laneY},
		points: []Point{{people + peopleWidth, laneY}, {edge, laneY}}},
	{from: "mirror", to: "repositories", way: Delivery, says: addressed("TARGET_URL", "push"),
		label:  Point{gap(edge, edgeWidth, public), laneY},
		points: []Point{{edge + edgeWidth, laneY}, {public, laneY}}},
	{from: "repositories", to: "pipelines", way: Delivery, says: started,
		label:  Point{gap(public, publicWidth, cluster), laneY},
		points: []Point{{public + publicWidth, laneY}, {cluster, laneY}}},
	{from: "pipelines", to: "registry", way: Delivery, says: builds,
		label:  Point{gap(cluster, clusterWidth, data), laneY},
		points: []Point{{cluster + clusterWidth, laneY}, {data, laneY}}},
	{from: "pipelines", to: "deployer", way: Delivery, says: deploys, label: Point{cluster + 20, imagesY},
		points: []Point{{cluster + 20, 894}, {cluster + 20, 738}}},
	{from: "deployer", to: "api", way: Delivery, says: rule("deployer-group", "eks-control-plane"), flat: true,
		label:  Point{cluster + 52, 658},
		points: []Point{{cluster + 52, 678}, {cluster + 52, 632}}},
	{from: "registry", to: "endpoints", way: Delivery, says: images, label: Point{beforeX, imagesY},
		points: []Point{{data + 60, 894}, {data + 60, imagesY}, {cluster + 210, imagesY}, {cluster + 210, 738}}},
	{from: "alarms", to: "pipelines", way: Operations, says: stops,
		label:  Point{gap(public, publicWidth, cluster), stopY},
		points: []Point{{public + 112, 1062}, {public + 112, stopY}, {cluster + 60, stopY}, {cluster + 60, 970}}},

	{from: "administrators", to: "bastion", way: Operations, says: nil,
		points: []Point{{people + peopleWidth, 584}, {public, 584}}},
	{from: "database", to: "standby", way: Operations, dashed: true, says: nil,
		points: []Point{{data + dataWidth, 248}, {standbyX, 248}, {standbyX, 708}, {data + dataWidth, 708}}},
	{from: "buckets", to: "replicas", way: Operations, dashed: true, says: replication,
		label:  Point{services + 180, 562},
		points: []Point{{services + 180, 510}, {services + 180, 642}}},
	{from: "alarms", to: "topics", way: Operations, says: nil,
		points: []Point{{public, tellY}, {edge + edgeWidth, tellY}}},
	{from: "topics", to: "people", way: Operations, says: subscriptions,
		label:  Point{gap(people, peopleWidth, edge), tellY},
		points: []Point{{edge, tellY}, {people + peopleWidth, tellY}}},
	{from: "vault", to: "vault-copy", way: Operations, dashed: true, says: nil,
		points: []Point{{data + dataWidth, tellY}, {copyX, tellY}, {copyX, 727}, {services, 727}}},
}

// of is what the first resource of a type, in components of a kind where one is given, says of those that say anything.
func of(token string, says func(*model.Resource) []string, kind ...string) func(*model.Graph) []string {
	return func(g *model.Graph) []string {
		for _, r := range g.OfType(token, kind...) {
			if lines := says(r); lines != nil {
				return lines
			}
		}
		return nil
	}
}

func when(so bool, lines ...string) []string {
	if so {
		return lines
	}
	return nil
}

var (
	viewer = of(catalogue.Distribution, func(r *model.Resource) []string {
		return when(r.Text("defaultCacheBehavior.viewerProtocolPolicy") == "redirect-to-https", "HTTPS", "443")
	})
	origin = of(catalogue.Distribution, func(r *model.Resource) []string {
		from := r.Values("origins[0].customOriginConfig")
		return when(from.Text("originProtocolPolicy") == "https-only", "HTTPS", from.Sprint("httpsPort"))
	})
	target = of(catalogue.TargetGroup, func(r *model.Resource) []string { return []string{r.Sprint("protocol"), r.Sprint("port")} })
	// stops is an alarm that a deployment listens to.
	stops = of(catalogue.DeploymentGroup, func(r *model.Resource) []string {
		return when(r.Flag("alarmConfiguration.enabled"), "stop a release")
	})
	builds  = of(catalogue.BuildProject, func(*model.Resource) []string { return []string{"image"} }, "Pipeline")
	deploys = of(catalogue.DeploymentGroup, func(r *model.Resource) []string {
		return when(strings.HasSuffix(r.Text("ec2TagFilters[0].value"), "-deployer"), "CodeDeploy")
	})
	// images are pulled by the nodes, which have the policy for it.
	images = of(catalogue.RolePolicyAttachment, func(r *model.Resource) []string {
		return when(strings.HasSuffix(r.Text("policyArn"), "/AmazonEC2ContainerRegistryPullOnly"), "images to the nodes")
	}, "Eks")
	replication   = of(catalogue.BucketReplication, func(*model.Resource) []string { return []string{"S3 replication"} })
	subscriptions = of(catalogue.TopicSubscription, func(r *model.Resource) []string { return []string{r.Sprint("protocol")} })
)

func service(g *model.Graph) []string {
	var ports []string
	for _, found := range g.OfType(catalogue.Service, "App") {
		ports = append(ports, found.Sprint("spec.ports[0].port"))
	}
	slices.Sort(ports)
	return []string{"HTTP " + strings.Join(slices.Compact(ports), ", ")}
}

// rule is what a security group lets in from another.
func rule(from, to string) func(*model.Graph) []string {
	return of(catalogue.SecurityGroupIngressRule, func(in *model.Resource) []string {
		return when(comesFrom(in, "referencedSecurityGroupId", from) && comesFrom(in, "securityGroupId", to),
			strings.ToUpper(in.Sprint("ipProtocol")), in.Sprint("fromPort"))
	})
}

// comesFrom says whether an input comes from a resource of that name.
func comesFrom(r *model.Resource, input, name string) bool {
	return slices.Contains(r.Sources(input), name)
}

// uses is there where any application has such an environment variable.
func uses(variable string, label ...string) func(*model.Graph) []string {
	return func(g *model.Graph) []string {
		if len(users(g, variable)) == 0 {
			return nil
		}
		return append([]string{}, label...)
	}
}

// addressed is the protocol of an address that a mirror has, and what goes over it.
func addressed(variable, what string) func(*model.Graph) []string {
	return of(catalogue.BuildProject, func(project *model.Resource) []string {
		address := variableOf(project, variable)
		if scheme, _, found := strings.Cut(address, "://"); found {
			return []string{strings.ToUpper(scheme), what}
		}
		return when(address != "", what)
	}, "Mirror")
}

// started is an event of a repository that a pipeline is the target of.
func started(g *model.Graph) []string {
	for _, target := range g.OfType(catalogue.EventTarget, "Pipeline") {
		for _, pipeline := range g.OfType(catalogue.Pipeline) {
			if comesFrom(target, "arn", pipeline.Name()) {
				return []string{"event"}
			}
		}
	}
	return nil
}
