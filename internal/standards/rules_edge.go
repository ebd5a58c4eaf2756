package standards

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/standards/minimum"
)

var edgeRules = []Rule{
	{
		ID: "CDN-TLS", What: "CloudFront takes TLS 1.2 or newer from visitors, and talks HTTPS with TLS 1.2 to the load balancer",
		Reason: "what is on the way could be read or changed", Source: "CloudFront.3, CloudFront.9, CloudFront.10, CloudFront.15",
		Settings: []Setting{
			{catalogue.Distribution, "viewerCertificate.minimumProtocolVersion", oneOf("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025"), nil},
			{catalogue.Distribution, "defaultCacheBehavior.viewerProtocolPolicy", oneOf("redirect-to-https", "https-only"), nil},
			{catalogue.Distribution, "orderedCacheBehaviors[*].viewerProtocolPolicy", oneOf("redirect-to-https", "https-only"), nil},
		},
		Types: []string{catalogue.Distribution}, Check: plainOrigins,
	}, {
		ID: "CDN-LOGS", What: "requests to CloudFront are logged",
		Reason: "an attack could not be told from a good day", Source: "CloudFront.5",
		Companions: []Companion{{catalogue.Distribution, catalogue.LogDeliverySource, "resourceArn"}},
	}, {
		ID: "CDN-HEADERS", What: "every answer has HSTS, a content security policy and no framing; HSTS for a year in production",
		Reason: "a browser would load scripts of others, or come back without TLS", Source: own,
		Settings: append(leastBy(catalogue.ResponseHeadersPolicy, "securityHeadersConfig.strictTransportSecurity.accessControlMaxAgeSec", minimum.HSTSSeconds),
			Setting{catalogue.ResponseHeadersPolicy, "securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy", naming("default-src", "frame-ancestors"), nil},
			Setting{catalogue.ResponseHeadersPolicy, "securityHeadersConfig.contentTypeOptions.override", is(true), nil},
			Setting{catalogue.ResponseHeadersPolicy, "securityHeadersConfig.frameOptions.frameOption", oneOf("DENY", "SAMEORIGIN"), nil},
			Setting{catalogue.Distribution, "defaultCacheBehavior.responseHeadersPolicyId", given(), nil},
			Setting{catalogue.Distribution, "orderedCacheBehaviors[*].responseHeadersPolicyId", given(), nil},
		),
	}, {
		ID: "WAF-PRESENT", What: "CloudFront has a firewall with rules",
		Reason: "applications would meet every attack themselves", Source: "CloudFront.6, WAF.10",
		Settings: []Setting{{catalogue.Distribution, "webAclId", given(), nil}, {catalogue.WebACL, "rules[*].name", given(), nil}},
	}, {
		ID: "WAF-BLOCK", What: "the firewall of production blocks, and lets nobody past",
		Reason: "a firewall that only counts stops nothing", Source: own,
		In: []string{production}, Types: []string{catalogue.WebACL}, Check: onlyCounts,
	}, {
		ID: "WAF-LOGS", What: "the firewall logs what it sees", Reason: "nobody could say what was blocked, and what was not", Source: "WAF.11",
		Companions: []Companion{{catalogue.WebACL, catalogue.WebACLLogging, "resourceArn"}},
	}, {
		ID: "ALB-TLS", What: "listeners take TLS 1.2 or 1.3, and HTTP only to send visitors to HTTPS",
		Reason: "what is on the way could be read or changed", Source: "ELB.1, ELB.17, ELB.18",
		Types: []string{catalogue.Listener}, Check: plainListener,
	}, {
		ID: "ALB-LOGS", What: "requests and connections to load balancers are logged",
		Reason: "who came past CloudFront would not be seen", Source: "ELB.5",
		Settings: []Setting{{catalogue.LoadBalancer, "accessLogs.enabled", is(true), nil}, {catalogue.LoadBalancer, "connectionLogs.enabled", is(true), nil}},
	}, {
		ID: "ALB-HEADERS", What: "load balancers drop headers and requests that two programs would read differently",
		Reason: "a request smuggled within another gets past every check", Source: "ELB.4, ELB.12",
		Settings: []Setting{
			{catalogue.LoadBalancer, "dropInvalidHeaderFields", is(true), nil},
			{catalogue.LoadBalancer, "desyncMitigationMode", oneOf("defensive", "strictest"), nil},
		},
	}, {
		ID: "ALB-DELETION", What: "in production AWS refuses to delete the load balancer",
		Reason: "a new one has another address, and every visitor waits for DNS", Source: "ELB.6",
		In:       []string{production},
		Settings: []Setting{{catalogue.LoadBalancer, "enableDeletionProtection", is(true), nil}},
	},
}

// naming wants a text with these in it.
func naming(parts ...string) want {
	return want{text: "one that has " + strings.Join(parts, ", "), met: func(got any) bool {
		text, _ := got.(string)
		for _, part := range parts {
			if !strings.Contains(text, part) {
				return false
			}
		}
		return true
	}}
}

// plainOrigins are origins that are not S3 and not reached by HTTPS with TLS 1.2.
func plainOrigins(_ *platform, r *model.Resource) []string {
	var problems []string
	for _, element := range r.All("origins[*]") {
		origin := model.ValuesOf(element)
		config := origin.Values("customOriginConfig")
		custom := config != nil
		switch {
		case !custom && origin["originAccessControlId"] == nil:
			problems = append(problems, fmt.Sprintf("origin %v has neither customOriginConfig nor originAccessControlId", origin["originId"]))
		case custom && (config["originProtocolPolicy"] != "https-only" || fmt.Sprint(config["originSslProtocols"]) != "[TLSv1.2]"):
			problems = append(problems, fmt.Sprintf("origin %v takes %v with %v: it has to be https-only with TLSv1.2",
				origin["originId"], config["originProtocolPolicy"], config["originSslProtocols"]))
		}
	}
	return problems
}

// onlyCounts are rules that count, and rules that let through what the others would block. One of a group may count if a later rule blocks
// by the label that it adds: where that does not, it says by itself.
func onlyCounts(_ *platform, r *model.Resource) []string {
	var problems []string
	for _, rule := range r.Objects("rules") {
		for _, property := range []string{"action.count", "action.allow", "overrideAction.count"} {
			if rule.Has(property) {
				problems = append(problems, fmt.Sprintf("rule %v has %s: it has to block", rule["name"], property))
			}
		}
		for _, override := range rule.Objects("statement.managedRuleGroupStatement.ruleActionOverrides") {
			if !override.Has("actionToUse.block") && !blockedByLabel(r, rule, override.Text("name")) {
				problems = append(problems, fmt.Sprintf("rule %v does not block for %v", rule["name"], override["name"]))
			}
		}
	}
	return problems
}

// blockedByLabel reports whether a rule after this one blocks what has the label of a rule of its group: the same name, but for case, at
// the end of awswaf:managed:aws:core-rule-set:SizeRestrictions_Body. It has to be one of several labels, any of which is enough.
func blockedByLabel(acl *model.Resource, group model.Values, name string) bool {
	return slices.ContainsFunc(acl.Objects("rules"), func(rule model.Values) bool {
		if !rule.Has("action.block") || rule.Number("priority", 0) <= group.Number("priority", 0) {
			return false
		}
		labels := rule.Texts("statement.andStatement.statements[*].orStatement.statements[*].labelMatchStatement.key")
		return slices.ContainsFunc(labels, func(label string) bool {
			return strings.EqualFold(label[strings.LastIndex(label, ":")+1:], name)
		})
	})
}

func plainListener(_ *platform, r *model.Resource) []string {
	policy := r.Text("sslPolicy")
	if r.Inputs["protocol"] == "HTTPS" {
		if !strings.HasPrefix(policy, "ELBSecurityPolicy-TLS13-1-2-") && !strings.HasPrefix(policy, "ELBSecurityPolicy-TLS13-1-3-") {
			return []string{fmt.Sprintf("sslPolicy is %q: it has to begin with ELBSecurityPolicy-TLS13-1-2 or -1-3", policy)}
		}
		return nil
	}
	for _, protocol := range r.All("defaultActions[*].redirect.protocol") {
		if protocol != "HTTPS" {
			return []string{fmt.Sprintf("protocol %v does something else than to redirect to HTTPS", r.Inputs["protocol"])}
		}
	}
	return nil
}
