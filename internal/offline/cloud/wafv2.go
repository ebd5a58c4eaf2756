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
				ifGiven("statement.rateBasedStatement", customKeys...),
				nested(nestedStatement...),
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

// customKeys are WAF's rules on what a rate is counted by (AWS WAF API Reference, RateBasedStatement, RateBasedStatementCustomKey).
var customKeys = []rule{
	oneOf("statement.rateBasedStatement.aggregateKeyType", "IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"),
	when(func(in model.Values) bool {
		rate := in.Values("statement.rateBasedStatement")
		return (rate.Text("aggregateKeyType") == "CUSTOM_KEYS") != (len(rate.List("customKeys")) > 0)
	}, "WAFInvalidParameterException: customKeys belong to the aggregateKeyType CUSTOM_KEYS, which needs them"),
	size("statement.rateBasedStatement.customKeys", 0, 5, "WAFInvalidParameterException: there are {} customKeys, the most is 5"),
	when(func(in model.Values) bool {
		keys := in.Objects("statement.rateBasedStatement.customKeys")
		return len(keys) == 1 && keys[0].Has("ip")
	}, "WAFInvalidParameterException: an address alone is the aggregateKeyType IP"),
}

// nestedStatement are WAF's rules on a statement within a rule (AWS WAF API Reference, Statement and the types of statements).
var nestedStatement = []rule{
	when(func(in model.Values) bool { return len(in) != 1 }, "WAFInvalidParameterException: a nested statement must be of one kind"),
	when(func(in model.Values) bool {
		return given(in, "rateBasedStatement", "managedRuleGroupStatement", "ruleGroupReferenceStatement") > 0
	},
		"WAFInvalidParameterException: a rate and a rule group cannot be nested"),
	ifGiven("regexMatchStatement",
		size("regexMatchStatement.regexString", 1, 512, "WAFInvalidParameterException: regexString has {} characters, must have 1 to 512"),
		size("regexMatchStatement.textTransformations", 1, 1000, "WAFInvalidParameterException: {} textTransformations, must be at least one"),
		once("regexMatchStatement.textTransformations[*].priority", "WAFInvalidParameterException: two textTransformations have the priority {}"),
	),
	ifGiven("labelMatchStatement",
		mustBeOneOf("labelMatchStatement.scope", "LABEL", "NAMESPACE"),
		size("labelMatchStatement.key", 1, 1024, "WAFInvalidParameterException: key has {} characters, must have 1 to 1024"),
		matching("labelMatchStatement.key", regexp.MustCompile(`^[0-9A-Za-z_:-]+$`), `WAFInvalidParameterException: "{}" is no label`),
	),
}

// nested makes a rule: every statement within that of a rule keeps to some rules.
func nested(rules ...rule) rule {
	return func(p *Provider, e *Entry) error {
		for _, statement := range innerStatements(e.in().Values("statement")) {
			inner := *e
			inner.Inputs = statement
			if err := p.refuseBy(rules, &inner); err != nil {
				return err
			}
		}
		return nil
	}
}

// innerStatements are the statements within a statement, and those within them.
func innerStatements(of model.Values) (all []model.Values) {
	direct := of.Objects("andStatement.statements")
	direct = append(direct, of.Objects("orStatement.statements")...)
	direct = append(direct, of.Objects("notStatement.statements")...)
	for _, statement := range direct {
		all = append(append(all, statement), innerStatements(statement)...)
	}
	return all
}

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
