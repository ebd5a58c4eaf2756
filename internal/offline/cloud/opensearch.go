package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"legops/internal/catalogue"
	"legops/internal/instances"
	"legops/internal/model"
	"legops/internal/upgrades"
)

// What OpenSearch computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.SearchDomain: {
		outputs: outputs{
			"endpoint":          func(m made) any { return m.searchHost() },
			"endpointV2":        func(m made) any { return m.searchHost() },
			"dashboardEndpoint": func(m made) any { return m.searchHost() + "/_dashboards" },
			"kibanaEndpoint":    func(m made) any { return m.searchHost() + "/_plugin/kibana/" },
			"domainId":          func(m made) any { return m.connection.account + "/" + m.inputs.Text("domainName") },
		},
		unread: []unread{{"advancedSecurityOptions.masterUserOptions",
			"terraform-provider-aws 5.68 and 6.13, internal/service/opensearch/domain.go: getMasterUserOptions"}},
		replaces: searchReplaces,
		// A person may have upgraded the domain, or an update that was killed.
		shared: []string{"engineVersion"},
		holds: []holding{{input: "engineVersion", says: searchUpgradeSays, source: searchUpgradeSource}, {input: "logPublishingOptions", as: heldSearchLogs,
			says:   "A kind of log that is no longer given goes on being published: the provider sends only what is given. With `enabled: false` it ends.",
			source: "terraform-provider-aws 5.68, internal/service/opensearch/domain.go: resourceDomainUpdate; not since 6.2.0 (#43033 in its CHANGELOG.md)"}},
		rules: []rule{
			searchAccess, searchNodes, oneInAZone("vpcOptions.subnetIds"), searchLogs, sameVpc("vpcOptions.subnetIds", "vpcOptions.securityGroupIds"),
			within(limit{"ebsOptions.volumeSize", 10, 24576}), searchVolume,
		},
	},
})

// searchHost is the endpoint of a domain, which in a VPC has a name of its own kind.
func (m made) searchHost() string {
	prefix := "search-"
	if m.inputs.Has("vpcOptions") {
		prefix = "vpc-"
	}
	return prefix + m.inputs.Text("domainName") + "-" + m.digest("host")[:26] + "." + m.region() + ".es." + m.suffix()
}

// searchReplaces is how the provider gets a domain to a version that it cannot be upgraded to, and to addresses without IPv6: it deletes
// it, with its indices, and creates another (CustomizeDiff in hashicorp/terraform-provider-aws, internal/service/opensearch/domain.go,
// 5.68 and 6.13, which asks GetCompatibleVersions of the domain as it runs, see asItRuns).
func searchReplaces(olds, news resource.PropertyMap) (replaced []string) {
	const version, addresses = "engineVersion", "ipAddressType"
	if !upgrades.OpenSearch(text(olds[version]), text(news[version])) { // not even to the version that it runs
		replaced = append(replaced, version)
	}
	if text(olds[addresses]) == "dualstack" && text(news[addresses]) != "dualstack" {
		replaced = append(replaced, addresses)
	}
	return replaced
}

// searchDomain answers what a domain is. The provider says of any error that the query returned no results.
func searchDomain(p *Provider, c *connection, args resource.PropertyMap) (map[string]any, error) {
	name := text(args["domainName"])
	for _, e := range p.listed(c, catalogue.SearchDomain) {
		if e.in().Text("domainName") == name {
			options := []any{}
			for _, subnet := range e.in().Texts("vpcOptions.subnetIds")[:min(1, len(e.in().Texts("vpcOptions.subnetIds")))] {
				options = append(options, map[string]any{"vpcId": strings.Join(p.vpcOf(e, subnet), "")})
			}
			return map[string]any{
				"id": e.ID, "arn": e.ID, "domainName": name, "engineVersion": e.holds().Text("engineVersion"), "processing": e.Upgrading != "",
				"vpcOptions": options, "tags": map[string]any(e.in().Values("tags")),
			}, nil
		}
	}
	return nil, status.Error(codes.NotFound, "your query returned no results")
}

// searchAccess is the rule that fine-grained access stands on encryption everywhere and has one master.
func searchAccess(_ *Provider, e *Entry) error {
	in := e.in()
	if !in.Flag("advancedSecurityOptions.enabled") {
		return nil
	}
	for _, path := range []string{"nodeToNodeEncryption.enabled", "encryptAtRest.enabled", "domainEndpointOptions.enforceHttps"} {
		if !in.Flag(path) {
			return e.refusal("ValidationException: advancedSecurityOptions needs %s", path)
		}
	}
	master := in.Values("advancedSecurityOptions.masterUserOptions")
	byArn, byName := master.Text("masterUserArn") != "", master.Text("masterUserName") != "" && master.Text("masterUserPassword") != ""
	if byArn == byName || byName != in.Flag("advancedSecurityOptions.internalUserDatabaseEnabled") {
		return e.refusal("ValidationException: advancedSecurityOptions needs either masterUserArn or, with internalUserDatabaseEnabled, a name and a password")
	}
	return nil
}

// searchNodes is the rule that nodes spread evenly over as many subnets as there are zones.
func searchNodes(_ *Provider, e *Entry) error {
	in := e.in()
	zones := 1.0
	if in.Flag("clusterConfig.zoneAwarenessEnabled") {
		zones = in.Number("clusterConfig.zoneAwarenessConfig.availabilityZoneCount", 2)
	}
	nodes := in.Number("clusterConfig.instanceCount", 1)
	if int(nodes)%int(max(zones, 1)) != 0 || nodes < 1 {
		return e.refusal("ValidationException: %v data nodes cannot spread evenly over %v zones", nodes, zones)
	}
	// Instances whose type begins with i have disks of their own.
	ownDisk := strings.HasPrefix(in.Text("clusterConfig.instanceType"), "i")
	if !ownDisk && (!in.Flag("ebsOptions.ebsEnabled") || !in.Has("ebsOptions.volumeSize")) {
		return e.refusal("ValidationException: ebsOptions must be enabled and have a volumeSize")
	}
	if !in.Has("vpcOptions") {
		return nil
	}
	subnets := in.Texts("vpcOptions.subnetIds")
	if float64(len(subnets)) != zones {
		return e.refusal("ValidationException: vpcOptions has %d subnets, must have one in each of %v zones", len(subnets), zones)
	}
	return nil
}

// searchVolume is the rule on the size of gp3 volumes, which depends on the instances.
func searchVolume(_ *Provider, e *Entry) error {
	kind, size := e.in().Text("clusterConfig.instanceType"), e.in().Number("ebsOptions.volumeSize", 0)
	if e.in().Text("ebsOptions.volumeType") != "gp3" {
		return nil
	}
	if most, known := instances.SearchVolume(kind); known && size > float64(most) {
		return e.refusal("ValidationException: ebsOptions.volumeSize is %v, %s takes %d at most", size, kind, most)
	}
	return nil
}

// heldSearchLogs are the logs that a domain publishes: those that are given, and those of before.
func heldSearchLogs(e, old *Entry) any {
	held := slices.Clone(e.in().List("logPublishingOptions"))
	if old == nil {
		return held
	}
	given := e.in().Objects("logPublishingOptions")
	for _, before := range old.holds().Objects("logPublishingOptions") {
		same := func(option model.Values) bool { return option.Text("logType") == before.Text("logType") }
		if !slices.ContainsFunc(given, same) {
			held = append(held, map[string]any(before))
		}
	}
	return held
}

// searchLogs is the rule that a log group lets the service write, which is tried at once.
func searchLogs(p *Provider, e *Entry) error {
	for _, option := range e.in().Objects("logPublishingOptions") {
		if enabled, given := option.Get("enabled").(bool); given && !enabled {
			continue
		}
		if option.Text("logType") == "AUDIT_LOGS" && !e.in().Flag("advancedSecurityOptions.enabled") {
			return e.refusal("ValidationException: AUDIT_LOGS need advancedSecurityOptions")
		}
		group := strings.TrimSuffix(option.Text("cloudwatchLogGroupArn"), ":*")
		if !p.logsLet(e, "es.amazonaws.com", group+":log-stream:x") {
			return e.refusal("ValidationException: no resource policy of CloudWatch Logs lets es.amazonaws.com write to %s", group)
		}
	}
	return nil
}
