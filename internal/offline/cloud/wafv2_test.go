package cloud

import (
	"strings"
	"testing"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
)

func aclInputs() values {
	visible := values{"cloudwatchMetricsEnabled": true, "metricName": "m", "sampledRequestsEnabled": true}
	return values{
		"name": "legops-prod", "scope": "CLOUDFRONT", "defaultAction": values{"allow": values{}}, "visibilityConfig": visible,
		"rules": []any{
			values{
				"name": "rate", "priority": 0, "action": values{"block": values{}}, "visibilityConfig": visible,
				"statement": values{"rateBasedStatement": values{"limit": 2000}},
			},
			values{
				"name": "common", "priority": 1, "overrideAction": values{"none": values{}}, "visibilityConfig": visible,
				"statement": values{"managedRuleGroupStatement": values{"vendorName": "AWS", "name": "AWSManagedRulesCommonRuleSet"}},
			},
		},
	}
}

func TestWebACLRules(t *testing.T) {
	first := func(path string, value any, want string) mistake {
		return mistake{func(_ client, in values) { set(in["rules"].([]any)[0].(values), path, value) }, want}
	}
	refuses(t, catalogue.WebACL, func(client) values { return aclInputs() }, map[string]mistake{
		"a scope":          sets("scope", "GLOBAL", `scope is "GLOBAL"`),
		"no scope":         sets("scope", "", `scope is "", must be one of CLOUDFRONT, REGIONAL`),
		"a name twice":     first("name", "common", "another has its name"),
		"a priority twice": first("priority", 1, "two rules have the priority 1"),
		"two statements":   first("statement.geoMatchStatement", values{"countryCodes": []any{"BR"}}, `rules "rate": WAFInvalidParameterException: the rule has 2 statements, must have one`),
		"no action":        first("action", nil, `rules "rate": WAFInvalidParameterException: a rule group needs overrideAction`),
		"an override":      first("overrideAction", values{"none": values{}}, `rules "rate": WAFInvalidParameterException: a rule group needs overrideAction`),
		"a limit too low":  first("statement.rateBasedStatement.limit", 9, `rules "rate": InvalidParameterValue: statement.rateBasedStatement.limit is 9, must be 10 to 2000000000`),
		"a group's action": {func(_ client, in values) { in["rules"].([]any)[1].(values)["action"] = values{"block": values{}} }, `rules "common": WAFInvalidParameterException: a rule group`},
	})
	statement := func(value values, want string) mistake { return first("statement", value, want) }
	expression := func(text string, transformations ...any) values {
		return values{"regexMatchStatement": values{"regexString": text, "fieldToMatch": values{"uriPath": values{}}, "textTransformations": transformations}}
	}
	decoded := values{"priority": 0, "type": "URL_DECODE"}
	not := func(of values) values { return values{"notStatement": values{"statements": []any{of}}} }
	label := func(scope, key string) values {
		return values{"andStatement": values{"statements": []any{values{"labelMatchStatement": values{"scope": scope, "key": key}}, not(expression("a", decoded))}}}
	}
	rate := func(by string, keys ...any) values {
		return values{"rateBasedStatement": values{"limit": 2000, "aggregateKeyType": by, "customKeys": keys}}
	}
	address, cookie := values{"ip": values{}}, values{"cookie": values{"name": "session", "textTransformations": []any{decoded}}}
	refuses(t, catalogue.WebACL, func(client) values { return aclInputs() }, map[string]mistake{
		"an expression too long":     statement(not(expression(strings.Repeat("a", 513), decoded)), "regexString has 513 characters"),
		"an expression of raw text":  statement(not(expression("a")), "0 textTransformations"),
		"two at once":                statement(not(expression("a", decoded, decoded)), "two textTransformations have the priority 0"),
		"a label of no scope":        statement(label("", "a:b"), `labelMatchStatement.scope is "", must be one of LABEL, NAMESPACE`),
		"no label":                   statement(label("LABEL", "a/b"), `"a/b" is no label`),
		"a nested rate":              statement(not(rate("IP")), "a rate and a rule group cannot be nested"),
		"a nested statement of two":  statement(not(values{"geoMatchStatement": values{"countryCodes": []any{"BR"}}, "asnMatchStatement": values{"asnLists": []any{1}}}), "a nested statement must be of one kind"),
		"deep down":                  statement(not(not(expression("", decoded))), "regexString has 0 characters"),
		"a rate by something":        statement(rate("COOKIE"), `aggregateKeyType is "COOKIE"`),
		"a rate by keys without any": statement(rate("CUSTOM_KEYS"), "which needs them"),
		"a rate by address and keys": statement(rate("IP", address, cookie), "customKeys belong to"),
		"a rate by an address alone": statement(rate("CUSTOM_KEYS", address), "an address alone"),
		"a rate by too many":         statement(rate("CUSTOM_KEYS", address, cookie, cookie, cookie, cookie, cookie), "there are 6 customKeys"),
	})
	newClient(t).in(account, "eu-west-1").refused(catalogue.WebACL, "acl", aclInputs(), "the scope CLOUDFRONT is for us-east-1, not eu-west-1")
}

func setInputs() values {
	return values{"name": "own", "scope": "CLOUDFRONT", "ipAddressVersion": "IPV4", "addresses": []any{"192.0.2.1/32"}}
}

func TestIPSetRules(t *testing.T) {
	refuses(t, catalogue.IPSet, func(client) values { return setInputs() }, map[string]mistake{
		"a scope":                 sets("scope", "GLOBAL", `scope is "GLOBAL"`),
		"no scope":                sets("scope", "", `scope is "", must be one of CLOUDFRONT, REGIONAL`),
		"no version":              sets("ipAddressVersion", "", `ipAddressVersion is "", must be one of IPV4, IPV6`),
		"a version":               sets("ipAddressVersion", "IPV5", `ipAddressVersion is "IPV5"`),
		"no range":                sets("addresses", []any{"192.0.2.1"}, `address "192.0.2.1" must be a range of IPV4`),
		"everybody":               sets("addresses", []any{"0.0.0.0/0"}, `address "0.0.0.0/0" must be a range of IPV4`),
		"a range of another kind": sets("addresses", []any{"2001:db8::/32"}, `address "2001:db8::/32" must be a range of IPV4`),
	})
	c := newClient(t)
	_, set := c.made(catalogue.IPSet, "own", setInputs())
	acl := aclInputs()
	rule := acl["rules"].([]any)[0].(values)
	rule["action"], rule["statement"] = values{"allow": values{}}, values{"ipSetReferenceStatement": values{"arn": set["arn"]}}
	c.made(catalogue.WebACL, "acl", acl)
	assert.ErrorContains(t, c.remove(catalogue.IPSet, "own", afterLast(set["arn"].(string), "/")), "is in use by acl")
	rule["statement"] = values{"ipSetReferenceStatement": values{"arn": "arn:aws:wafv2:us-east-1:111111111111:global/ipset/a/b"}}
	acl["name"] = "other"
	c.refused(catalogue.WebACL, "other", acl, "NotFound: arn")
}

func TestWebACLLoggingRules(t *testing.T) {
	refuses(t, catalogue.WebACLLogging, func(c client) values {
		_, acl := c.made(catalogue.WebACL, "acl", aclInputs())
		_, logs := c.made(catalogue.LogGroup, "logs", values{"name": "aws-waf-logs-legops"})
		return values{"resourceArn": acl["arn"], "logDestinationConfigs": []any{logs["arn"]}}
	}, map[string]mistake{
		"no such ACL": sets("resourceArn", "arn:aws:wafv2:us-east-1:111111111111:global/webacl/a/b", "NotFound: resourceArn"),
		"a group of another name": {func(c client, in values) {
			_, logs := c.made(catalogue.LogGroup, "other", values{"name": "firewall"})
			in["logDestinationConfigs"] = []any{logs["arn"]}
		}, "must have a name that begins with aws-waf-logs-"},
	})
}

// An ACL has one configuration of its logs: another writes over it, and the deletion of the first leaves none.
func TestWebACLHasOneLog(t *testing.T) {
	c := newClient(t)
	_, acl := c.made(catalogue.WebACL, "acl", aclInputs())
	_, logs := c.made(catalogue.LogGroup, "logs", values{"name": "aws-waf-logs-legops"})
	in := values{"resourceArn": acl["arn"], "logDestinationConfigs": []any{logs["arn"]}}
	first, _ := c.made(catalogue.WebACLLogging, "first", in)
	second, _ := c.made(catalogue.WebACLLogging, "first", in)
	assert.Equal(t, first, second)
	require.NoError(t, c.remove(catalogue.WebACLLogging, "first", first))
	read, err := c.rpc.Read(t.Context(), &pulumirpc.ReadRequest{Id: second, Urn: urnOf(catalogue.WebACLLogging, "first")})
	require.NoError(t, err)
	assert.Empty(t, read.GetId(), "nothing is logged")
}

// aclID is the end of a web ACL's ARN.
func aclID(acl values) string { return afterLast(acl["arn"].(string), "/") }
