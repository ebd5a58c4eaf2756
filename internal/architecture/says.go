package architecture

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// Everything that the picture says comes from the graph; where an input is not there, neither is its line.

// always says the same of any graph, and text of any box.
func always(lines ...string) func(*model.Graph) []string {
	return func(*model.Graph) []string { return lines }
}

func text(lines ...string) func(*model.Graph, []*model.Resource) []string {
	return func(*model.Graph, []*model.Resource) []string { return lines }
}

func isReplica(r *model.Resource) bool { return strings.HasSuffix(r.Name(), "-replica") }

// count is a number with its noun, which has a regular plural.
func count(n int, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "ry"):
		return fmt.Sprintf("%d %sies", n, strings.TrimSuffix(noun, "y"))
	case strings.HasSuffix(noun, "s"):
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// between is a range; one number where both ends are the same.
func between(least, most string) string {
	if least == most {
		return least
	}
	return least + " to " + most
}

// zones are the ids of the Availability Zones, in order.
func zones(g *model.Graph) []string {
	names := map[string]bool{}
	for _, subnet := range g.OfType(catalogue.Subnet) {
		names[subnet.Sprint("availabilityZoneId")] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// subnet says which zone and range the n-th subnet of a tier has.
func subnet(tier string, n int) func(*model.Graph) []string {
	return func(g *model.Graph) []string {
		zones := zones(g)
		if n >= len(zones) {
			return nil
		}
		found := g.Named(catalogue.Subnet, "network-"+tier+"-"+zones[n])
		if found == nil {
			return nil
		}
		return []string{zones[n] + "  " + found.Text("cidrBlock")}
	}
}

func vpcZone(g *model.Graph) []string {
	var lines []string
	for _, vpc := range g.OfType(catalogue.Vpc) {
		lines = append(lines, fmt.Sprintf("VPC %s in %s, %s", vpc.Text("cidrBlock"), g.Region(vpc), count(len(zones(g)), "Availability Zone")))
	}
	return lines
}

func clusterZone(g *model.Graph) []string {
	var lines []string
	for _, made := range g.OfType(catalogue.Cluster) {
		lines = append(lines, "EKS cluster, Kubernetes "+made.Sprint("version"))
	}
	for _, nodes := range g.OfType(catalogue.NodeGroup) {
		number := between(nodes.Sprint("scalingConfig.minSize"), nodes.Sprint("scalingConfig.maxSize"))
		capacity := strings.ToLower(strings.ReplaceAll(nodes.Sprint("capacityType"), "_", " "))
		for _, line := range []string{number + " nodes in each zone", nodes.Sprint("instanceTypes[0]") + ", " + capacity} {
			if !slices.Contains(lines, line) { // the groups of the zones are alike
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// regionOf is where a provider of AWS works; "" of one that is not there.
func regionOf(g *model.Graph, provider string) string {
	if found := g.Named("pulumi:providers:aws", provider); found != nil {
		return found.Text("region")
	}
	return ""
}

func servicesZone(g *model.Graph) []string {
	return []string{"AWS services in " + regionOf(g, "aws")}
}

func replicaZone(g *model.Graph) []string { return []string{"Copies in " + regionOf(g, "aws-replica")} }

func deliveryZone(g *model.Graph) []string {
	n := len(g.OfType(catalogue.Pipeline))
	return []string{fmt.Sprintf("Delivery: one way per application, %d in all", n)}
}

func visitor(_ *model.Graph, made []*model.Resource) []string {
	return []string{"https://", made[0].Sprint("aliases[0]")}
}

func dns(g *model.Graph, made []*model.Resource) []string {
	certificates := len(g.OfType(catalogue.Certificate))
	return []string{made[0].Sprint("name"), count(len(made), "record"), count(certificates, "certificate")}
}

// protocols are the values of httpVersion, and locations those of priceClass (CloudFront API Reference,
// DistributionConfig).
var (
	protocols = map[string]string{
		"http1.1": "HTTP/1.1", "http2": "HTTP/2", "http3": "HTTP/3", "http2and3": "HTTP/2 and HTTP/3",
	}
	locations = map[string]string{
		"PriceClass_100": "North America, Europe",
		"PriceClass_200": "most edge locations",
		"PriceClass_All": "all edge locations",
	}
)

var versionPattern = regexp.MustCompile(`^TLSv([0-9.]+)`)

func cdn(_ *model.Graph, made []*model.Resource) []string {
	lines := []string{protocols[made[0].Sprint("httpVersion")]}
	policy := made[0].Sprint("viewerCertificate.minimumProtocolVersion")
	if version := versionPattern.FindStringSubmatch(policy); version != nil {
		lines = append(lines, "TLS "+version[1]+" or newer")
	}
	lines = append(lines, locations[made[0].Sprint("priceClass")])
	var cached []string
	for _, behavior := range made[0].Objects("orderedCacheBehaviors") {
		if behavior.Text("targetOriginId") != "errors" {
			cached = append(cached, path.Dir(behavior.Text("pathPattern")))
		}
	}
	return append(lines, "caches "+strings.Join(cached, ", "))
}

func firewall(_ *model.Graph, made []*model.Resource) []string {
	managed, limit, counts := 0, "", false
	rules := made[0].Objects("rules")
	for _, rule := range rules {
		if rule.Has("statement.managedRuleGroupStatement") {
			managed++
			counts = counts || rule.Has("overrideAction.count")
		}
		if rate := rule.Sprint("statement.rateBasedStatement.limit"); rate != "" {
			limit = rate
		}
	}
	mode := "blocks"
	if counts {
		mode = "counts"
	}
	by := fmt.Sprintf("%s by %s, %d managed by AWS", mode, count(len(rules), "rule"), managed)
	return []string{"checks every request:", by, limit + " in 5 min, per IP"}
}

func errorPages(g *model.Graph, _ []*model.Resource) []string {
	return []string{count(len(g.OfType(catalogue.BucketObject, "Cdn")), "page")}
}

func balancer(g *model.Graph, made []*model.Resource) []string {
	lines := []string{"in both zones"}
	for _, rule := range g.OfType(catalogue.SecurityGroupIngressRule) {
		if comesFrom(rule, "securityGroupId", made[0].Name()) && rule.Sprint("prefixListId") != "" {
			lines = append(lines, "only from addresses of CloudFront,")
		}
	}
	for _, rule := range g.OfType(catalogue.ListenerRule) {
		lines = append(lines, "only with the secret", rule.Sprint("conditions[0].httpHeader.httpHeaderName"))
	}
	for _, listener := range g.OfType(catalogue.Listener) {
		if port := listener.Sprint("defaultActions[0].redirect.port"); port != "" {
			lines = append(lines, fmt.Sprintf("port %s goes to %s", listener.Sprint("port"), port))
		}
	}
	for _, target := range g.OfType(catalogue.TargetGroup) {
		lines = append(lines, "checks "+target.Sprint("healthCheck.path"))
	}
	return lines
}

// instance is the type and number of what an Auto Scaling group starts.
func instance(g *model.Graph, made []*model.Resource) string {
	for _, template := range g.OfType(catalogue.LaunchTemplate, g.Kind(made[0])) {
		return made[0].Sprint("maxSize") + " × " + template.Sprint("instanceType")
	}
	return made[0].Sprint("maxSize")
}

func bastion(g *model.Graph, made []*model.Resource) []string {
	return []string{
		instance(g, made), "in either zone", "no way in but Session Manager", "to " + reachedFrom(g, "bastion-group"),
	}
}

func deployer(g *model.Graph, made []*model.Resource) []string {
	return []string{instance(g, made), "in either zone"}
}

// groupNames are what carries a security group, by the name of the group.
var groupNames = map[string]string{"rds": "database", "opensearch": "search", "eks-control-plane": "Kubernetes"}

// reachedFrom are what a security group may talk to within the platform.
func reachedFrom(g *model.Graph, group string) string {
	var names []string
	for _, rule := range g.OfType(catalogue.SecurityGroupEgressRule) {
		for to, name := range groupNames {
			if comesFrom(rule, "securityGroupId", group) && comesFrom(rule, "referencedSecurityGroupId", to) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func ingress(g *model.Graph, made []*model.Resource) []string {
	var lines []string
	for _, scaler := range g.OfType(catalogue.HorizontalPodAutoscaler, g.Kind(made[0])) {
		lines = append(lines, pods(scaler))
	}
	return append(lines, "passes on by path")
}

// pods says between which numbers of pods an autoscaler chooses.
func pods(scaler *model.Resource) string {
	return between(scaler.Sprint("spec.minReplicas"), scaler.Sprint("spec.maxReplicas")) + " pods"
}

func applications(g *model.Graph, made []*model.Resource) []string {
	var lines []string
	for _, app := range made {
		name := app.Sprint("metadata.name")
		for _, scaler := range g.OfType(catalogue.HorizontalPodAutoscaler, g.Kind(app)) {
			if scaler.Sprint("metadata.name") == name && scaler.Text("metadata.namespace") == app.Text("metadata.namespace") {
				name += "\t" + pods(scaler)
			}
		}
		lines = append(lines, name)
	}
	return lines
}

func api(_ *model.Graph, made []*model.Resource) []string {
	if made[0].Flag("vpcConfig.endpointPublicAccess") {
		return []string{"private + " + count(len(made[0].List("vpcConfig.publicAccessCidrs")), "range")}
	}
	return []string{"private endpoint"}
}

func endpoints(_ *model.Graph, made []*model.Resource) []string {
	by := map[string]int{}
	for _, endpoint := range made {
		by[strings.ToLower(endpoint.Sprint("vpcEndpointType"))]++
	}
	var lines []string
	for _, sort := range slices.Backward(slices.Sorted(maps.Keys(by))) {
		lines = append(lines, fmt.Sprintf("%d %s", by[sort], sort))
	}
	if by["interface"] == 0 {
		lines = append(lines, "else by NAT")
	}
	return lines
}
