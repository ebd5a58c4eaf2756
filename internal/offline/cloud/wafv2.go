package cloud

import (
	"net/netip"
	"regexp"
	"slices"

	"legops/internal/catalogue"
)

// What WAF computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.WebACL: {
		outputs: outputs{
			"capacity":                  always(float64(1)),
			"applicationIntegrationUrl": always(""),
		},
		rules: []rule{aclIsWhereItsScopeIs, aclRulesFit},
	},
	catalogue.IPSet:         {rules: []rule{aclIsWhereItsScopeIs, setHoldsRanges}},
	catalogue.WebACLLogging: {rules: []rule{firewallLogsAreNamed}},
})

// aclIsWhereItsScopeIs is WAF's rule that what is for CloudFront lives in us-east-1.
func aclIsWhereItsScopeIs(_ *Provider, e *Entry) error {
	switch scope := e.in().Text("scope"); {
	case scope != "CLOUDFRONT" && scope != "REGIONAL":
		return e.refusal("WAFInvalidParameterException: scope is %q, must be CLOUDFRONT or REGIONAL", scope)
	case scope == "CLOUDFRONT" && e.Region != global:
		return e.refusal("WAFInvalidParameterException: the scope CLOUDFRONT is for %s, not %s", global, e.Region)
	}
	return nil
}

// setHoldsRanges is WAF's rule that a set is of ranges of one version, none of which is everybody.
func setHoldsRanges(_ *Provider, e *Entry) error {
	version := e.in().Text("ipAddressVersion")
	if version != "IPV4" && version != "IPV6" {
		return e.refusal("WAFInvalidParameterException: ipAddressVersion is %q, must be IPV4 or IPV6", version)
	}
	for _, address := range e.in().Texts("addresses") {
		prefix, err := netip.ParsePrefix(address)
		if err != nil || prefix.Bits() == 0 || prefix.Addr().Is4() != (version == "IPV4") {
			return e.refusal("WAFInvalidParameterException: address %q must be a range of %s, such as 192.0.2.1/32", address, version)
		}
	}
	return nil
}

// ruleGroups are the statements whose rule overrides what a group of rules does, where others have an action.
var ruleGroups = []string{"managedRuleGroupStatement", "ruleGroupReferenceStatement"}

// aclRulesFit is WAF's rule that rules have names and priorities of their own, one statement, and the fitting action.
func aclRulesFit(_ *Provider, e *Entry) error {
	names, priorities := map[string]bool{}, map[float64]bool{}
	for _, r := range e.in().Objects("rules") {
		name, priority := r.Text("name"), r.Number("priority", 0)
		statement := r.Values("statement")
		group := slices.ContainsFunc(ruleGroups, statement.Has)
		rate := statement.Number("rateBasedStatement.limit", 10)
		switch {
		case names[name] || priorities[priority]:
			return e.refusal("WAFInvalidParameterException: rule %q: another has its name or the priority %v", name, priority)
		case len(statement) != 1:
			return e.refusal("WAFInvalidParameterException: rule %q has %d statements, must have one", name, len(statement))
		case group == r.Has("action") || group != r.Has("overrideAction"):
			return e.refusal("WAFInvalidParameterException: rule %q: a rule group needs overrideAction, any other statement action", name)
		case rate < 10 || rate > 2_000_000_000:
			return e.refusal("WAFInvalidParameterException: rule %q: the limit is %v, must be 10 to 2000000000", name, rate)
		}
		names[name], priorities[priority] = true, true
	}
	return nil
}

// firewallLogs are the log groups, buckets and streams that WAF writes to.
var firewallLogs = regexp.MustCompile(`(?::log-group:|:::|deliverystream/)aws-waf-logs-`)

// firewallLogsAreNamed is WAF's rule on the names of what takes its logs.
func firewallLogsAreNamed(_ *Provider, e *Entry) error {
	for _, arn := range e.in().Texts("logDestinationConfigs") {
		if !firewallLogs.MatchString(arn) {
			return e.refusal("WAFInvalidParameterException: %s must have a name that begins with aws-waf-logs-", arn)
		}
	}
	return nil
}
