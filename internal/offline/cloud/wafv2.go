package cloud

import (
	"net/netip"
	"regexp"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// What WAF computes and refuses.
var _ = simulate(map[string]simulation{
	catalogue.WebACL: {
		outputs: outputs{
			"capacity":                  always(float64(1)),
			"applicationIntegrationUrl": always(""),
		},
		rules: []rule{
			mustBeOneOf("scope", "CLOUDFRONT", "REGIONAL"), aclIsWhereItsScopeIs,
			once("rules[*].name", `WAFInvalidParameterException: rule "{}": another has its name`),
			once("rules[*].priority", "WAFInvalidParameterException: two rules have the priority {}"),
			each("rules",
				size("statement", 1, 1, "WAFInvalidParameterException: the rule has {} statements, must have one"),
				when(func(in model.Values) bool {
					group := given(in, "statement.managedRuleGroupStatement", "statement.ruleGroupReferenceStatement") > 0
					return group == in.Has("action") || group != in.Has("overrideAction")
				}, "WAFInvalidParameterException: a rule group needs overrideAction, any other statement action"),
				within(limit{"statement.rateBasedStatement.limit", 10, 2_000_000_000}),
			),
		},
	},
	catalogue.IPSet: {rules: []rule{
		mustBeOneOf("scope", "CLOUDFRONT", "REGIONAL"), aclIsWhereItsScopeIs, mustBeOneOf("ipAddressVersion", "IPV4", "IPV6"), setHoldsRanges,
	}},
	// PutLoggingConfiguration and DeleteLoggingConfiguration name the ACL alone.
	catalogue.WebACLLogging: {overwrites: true, rules: []rule{
		matching("logDestinationConfigs", regexp.MustCompile(`(?::log-group:|:::|deliverystream/)aws-waf-logs-`),
			"WAFInvalidParameterException: {} must have a name that begins with aws-waf-logs-"),
	}},
})

// aclIsWhereItsScopeIs is WAF's rule that what is for CloudFront lives in us-east-1.
func aclIsWhereItsScopeIs(_ *Provider, e *Entry) error {
	if e.in().Text("scope") == "CLOUDFRONT" && e.Region != global {
		return e.refusal("WAFInvalidParameterException: the scope CLOUDFRONT is for %s, not %s", global, e.Region)
	}
	return nil
}

// setHoldsRanges is WAF's rule that a set is of ranges of one version, none of which is everybody.
func setHoldsRanges(_ *Provider, e *Entry) error {
	version := e.in().Text("ipAddressVersion")
	for _, address := range e.in().Texts("addresses") {
		prefix, err := netip.ParsePrefix(address)
		if err != nil || prefix.Bits() == 0 || prefix.Addr().Is4() != (version == "IPV4") {
			return e.refusal("WAFInvalidParameterException: address %q must be a range of %s, such as 192.0.2.1/32", address, version)
		}
	}
	return nil
}
