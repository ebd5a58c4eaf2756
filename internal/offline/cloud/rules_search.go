package cloud

import (
	"slices"
	"strings"
)

// searchRules are the rules of OpenSearch.
var searchRules = map[string][]rule{
	typeDomain: {
		searchAccess, searchNodes, searchLogs, sameVpc("vpcOptions.subnetIds", "vpcOptions.securityGroupIds"),
		within(limit{"ebsOptions.volumeSize", 10, 24576}),
	},
}

// searchAccess is the rule that fine-grained access stands on encryption everywhere and has one master.
func searchAccess(_ *Provider, e *Entry) error {
	in := e.in()
	if !in.flag("advancedSecurityOptions.enabled") {
		return nil
	}
	for _, path := range []string{"nodeToNodeEncryption.enabled", "encryptAtRest.enabled", "domainEndpointOptions.enforceHttps"} {
		if !in.flag(path) {
			return e.refusal("ValidationException: advancedSecurityOptions needs %s", path)
		}
	}
	master := in.object("advancedSecurityOptions.masterUserOptions")
	byArn, byName := master.text("masterUserArn") != "", master.text("masterUserName") != "" && master.text("masterUserPassword") != ""
	if byArn == byName || byName != in.flag("advancedSecurityOptions.internalUserDatabaseEnabled") {
		return e.refusal("ValidationException: advancedSecurityOptions needs either masterUserArn or, with internalUserDatabaseEnabled, a name and a password")
	}
	return nil
}

// searchNodes is the rule that nodes spread evenly over as many subnets as there are zones.
func searchNodes(p *Provider, e *Entry) error {
	in := e.in()
	zones := 1.0
	if in.flag("clusterConfig.zoneAwarenessEnabled") {
		zones = in.number("clusterConfig.zoneAwarenessConfig.availabilityZoneCount", 2)
	}
	nodes := in.number("clusterConfig.instanceCount", 1)
	if int(nodes)%int(max(zones, 1)) != 0 || nodes < 1 {
		return e.refusal("ValidationException: %v data nodes cannot spread evenly over %v zones", nodes, zones)
	}
	// Instances whose type begins with i have disks of their own.
	ownDisk := strings.HasPrefix(in.text("clusterConfig.instanceType"), "i")
	if !ownDisk && (!in.flag("ebsOptions.ebsEnabled") || !in.has("ebsOptions.volumeSize")) {
		return e.refusal("ValidationException: ebsOptions must be enabled and have a volumeSize")
	}
	if !in.has("vpcOptions") {
		return nil
	}
	subnets := in.texts("vpcOptions.subnetIds")
	if float64(len(subnets)) != zones {
		return e.refusal("ValidationException: vpcOptions has %d subnets, must have one in each of %v zones", len(subnets), zones)
	}
	if found := p.zonesOf(e.Account, subnets); len(slices.Compact(found)) < len(subnets) {
		return e.refusal("ValidationException: two of the subnets are in the same zone")
	}
	return nil
}

// searchLogs is the rule that a log group lets the service write, which is tried at once.
func searchLogs(p *Provider, e *Entry) error {
	for _, option := range e.in().objects("logPublishingOptions") {
		if enabled, given := option.at("enabled").(bool); given && !enabled {
			continue
		}
		if option.text("logType") == "AUDIT_LOGS" && !e.in().flag("advancedSecurityOptions.enabled") {
			return e.refusal("ValidationException: AUDIT_LOGS need advancedSecurityOptions")
		}
		group := strings.TrimSuffix(option.text("cloudwatchLogGroupArn"), ":*")
		allows := func(policy *Entry) bool {
			return policy.Account == e.Account && policy.Region == e.Region && policy.policyOf().grants("es.amazonaws.com", group+":log-stream:x")
		}
		if !slices.ContainsFunc(p.record.index.find(byType(typeLogPolicy)), allows) {
			return e.refusal("ValidationException: no resource policy of CloudWatch Logs lets es.amazonaws.com write to %s", group)
		}
	}
	return nil
}
