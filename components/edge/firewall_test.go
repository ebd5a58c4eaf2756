package edge_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/edge"
	"legops/components/internal/componenttest"
	"legops/internal/iam"
	"legops/internal/settings"
)

const typeWebACL = "aws:wafv2/webAcl:WebAcl"

var firewall = componenttest.Of("firewall", edge.NewFirewall)

var firewallArgs = edge.FirewallArgs{
	Name: "legops-test", Location: componenttest.GlobalLocation, Firewall: settings.Firewall{Mode: "block", RateLimit: 2000}, LogRetention: 90, LogKeyArn: pulumi.String("key"), Protect: true,
}

func measured(name string) map[string]any {
	return map[string]any{"cloudwatchMetricsEnabled": true, "metricName": name, "sampledRequestsEnabled": true}
}

// managedRule is a rule of the firewall as AWS gets it.
func managedRule(priority float64, name, override string, counted ...string) map[string]any {
	group := map[string]any{"vendorName": "AWS", "name": name}
	if len(counted) > 0 {
		var overrides []any
		for _, rule := range counted {
			overrides = append(overrides, map[string]any{"name": rule, "actionToUse": map[string]any{"count": map[string]any{}}})
		}
		group["ruleActionOverrides"] = overrides
	}
	return map[string]any{
		"name": name, "priority": priority, "overrideAction": map[string]any{override: map[string]any{}},
		"statement": map[string]any{"managedRuleGroupStatement": group}, "visibilityConfig": measured(name),
	}
}

func TestFirewall(t *testing.T) {
	componenttest.Behaves(t, "legops:components:Firewall", "firewall", firewall(firewallArgs))
	for mode, does := range map[string]struct{ group, rule string }{"block": {"none", "block"}, "count": {"count", "count"}} {
		args := firewallArgs
		args.Mode = mode
		acl := componenttest.Record(t, firewall(args)).One(t, typeWebACL, "firewall")
		componenttest.Expect(t, acl, map[string]any{
			"name": "legops-test", "scope": "CLOUDFRONT", "defaultAction": map[string]any{"allow": map[string]any{}},
			"visibilityConfig": measured("legops-test"),
		})
		assert.Equal(t, []any{
			managedRule(0, "AWSManagedRulesAmazonIpReputationList", does.group),
			managedRule(1, "AWSManagedRulesCommonRuleSet", does.group, "SizeRestrictions_BODY"),
			managedRule(2, "AWSManagedRulesKnownBadInputsRuleSet", does.group),
			managedRule(3, "AWSManagedRulesSQLiRuleSet", does.group),
			map[string]any{
				"name": "RateLimit", "priority": 4.0, "action": map[string]any{does.rule: map[string]any{}},
				"statement": map[string]any{"rateBasedStatement": map[string]any{
					"aggregateKeyType": "IP", "evaluationWindowSec": 300.0, "limit": 2000.0,
				}},
				"visibilityConfig": measured("RateLimit"),
			},
		}, acl.Get("rules"), mode)
	}
}

// What managed rules find in bodies is blocked as before, but for uploads; all other rules look at uploads as at everything.
func TestFirewallUploads(t *testing.T) {
	before := componenttest.Record(t, firewall(firewallArgs)).One(t, typeWebACL, "firewall").Get("rules").([]any)
	for mode, does := range map[string]struct{ group, rule string }{"block": {"none", "block"}, "count": {"count", "count"}} {
		args := firewallArgs
		args.Mode, args.Uploads = mode, []string{"/documents/files", "/matters/evidence"}
		rules := componenttest.Behaves(t, "legops:components:Firewall", "firewall", firewall(args)).One(t, typeWebACL, "firewall").Get("rules").([]any)
		label := func(of string) any {
			return map[string]any{"labelMatchStatement": map[string]any{"scope": "LABEL", "key": "awswaf:managed:aws:" + of}}
		}
		require.Len(t, rules, 6)
		assert.Equal(t, []any{
			managedRule(0, "AWSManagedRulesAmazonIpReputationList", does.group),
			managedRule(1, "AWSManagedRulesCommonRuleSet", does.group, "SizeRestrictions_BODY",
				"EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "CrossSiteScripting_BODY"),
			managedRule(2, "AWSManagedRulesKnownBadInputsRuleSet", does.group),
			managedRule(3, "AWSManagedRulesSQLiRuleSet", does.group, "SQLi_BODY", "SQLiExtendedPatterns_BODY"),
			map[string]any{
				"name": "BodiesOutsideUploads", "priority": 4.0, "action": map[string]any{does.rule: map[string]any{}},
				"statement": map[string]any{"andStatement": map[string]any{"statements": []any{
					map[string]any{"orStatement": map[string]any{"statements": []any{
						label("core-rule-set:EC2MetaDataSSRF_Body"), label("core-rule-set:GenericLFI_Body"), label("core-rule-set:GenericRFI_Body"),
						label("core-rule-set:CrossSiteScripting_Body"), label("sql-database:SQLi_Body"), label("sql-database:SQLiExtendedPatterns_Body"),
					}}},
					map[string]any{"notStatement": map[string]any{"statements": []any{map[string]any{"regexMatchStatement": map[string]any{
						"regexString":  `^(?:/documents/files|/matters/evidence)(?:/[^%\\;]*)?$`,
						"fieldToMatch": map[string]any{"uriPath": map[string]any{}},
						"textTransformations": []any{
							map[string]any{"priority": 0.0, "type": "URL_DECODE"}, map[string]any{"priority": 1.0, "type": "NORMALIZE_PATH"},
						},
					}}}}},
				}}},
				"visibilityConfig": measured("BodiesOutsideUploads"),
			},
		}, rules[:5], mode)
		if mode == "block" {
			limit := maps.Clone(before[4].(map[string]any))
			limit["priority"] = 5.0
			assert.Equal(t, limit, rules[5], "the limit is the last")
		}
	}
}

// People behind one address are counted apart, and the address altogether.
func TestFirewallSessions(t *testing.T) {
	args := firewallArgs
	args.Sessions = &settings.Sessions{Cookie: "session", AddressRateLimit: 20000}
	rules := componenttest.Behaves(t, "legops:components:Firewall", "firewall", firewall(args)).One(t, typeWebACL, "firewall").Get("rules").([]any)
	require.Len(t, rules, 6)
	limited := func(name string, priority float64, by map[string]any) map[string]any {
		return map[string]any{
			"name": name, "priority": priority, "action": map[string]any{"block": map[string]any{}}, "visibilityConfig": measured(name),
			"statement": map[string]any{"rateBasedStatement": by},
		}
	}
	assert.Equal(t, []any{
		limited("RateLimit", 4, map[string]any{
			"aggregateKeyType": "CUSTOM_KEYS", "evaluationWindowSec": 300.0, "limit": 2000.0, "customKeys": []any{
				map[string]any{"ip": map[string]any{}},
				map[string]any{"cookie": map[string]any{"name": "session", "textTransformations": []any{map[string]any{"priority": 0.0, "type": "NONE"}}}},
			},
		}),
		limited("AddressRateLimit", 5, map[string]any{"aggregateKeyType": "IP", "evaluationWindowSec": 300.0, "limit": 20000.0}),
	}, rules[4:])
}

// Who has no limit passes over the limit and nothing else: it is the last rule, and the one before it lets them through.
func TestFirewallUnlimited(t *testing.T) {
	limited := componenttest.Record(t, firewall(firewallArgs))
	assert.Empty(t, limited.OfType("aws:wafv2/ipSet:IpSet"))
	args := firewallArgs
	args.Unlimited = pulumi.StringArray{pulumi.String("192.0.2.1"), pulumi.String("192.0.2.2")}
	r := componenttest.Behaves(t, "legops:components:Firewall", "firewall", firewall(args))
	componenttest.Expect(t, r.One(t, "aws:wafv2/ipSet:IpSet", "firewall-unlimited"), map[string]any{
		"name": "legops-test-unlimited", "scope": "CLOUDFRONT", "ipAddressVersion": "IPV4",
		"addresses": []any{"192.0.2.1/32", "192.0.2.2/32"},
	})
	before := limited.One(t, typeWebACL, "firewall").Get("rules").([]any)
	rules := r.One(t, typeWebACL, "firewall").Get("rules").([]any)
	limit := maps.Clone(before[4].(map[string]any))
	limit["priority"] = 5.0
	assert.Equal(t, append(slices.Clone(before[:4]), map[string]any{
		"name": "Unlimited", "priority": 4.0, "action": map[string]any{"allow": map[string]any{}},
		"statement":        map[string]any{"ipSetReferenceStatement": map[string]any{"arn": "arn:of:firewall-unlimited"}},
		"visibilityConfig": measured("Unlimited"),
	}, limit), rules)
	assert.Contains(t, r.One(t, typeWebACL, "firewall").DependsOn, r.One(t, "aws:wafv2/ipSet:IpSet", "firewall-unlimited").URN)
}

func TestFirewallLogs(t *testing.T) {
	r := componenttest.Record(t, firewall(firewallArgs))
	logs := r.One(t, "aws:cloudwatch/logGroup:LogGroup", "firewall-logs")
	componenttest.Expect(t, logs, map[string]any{"name": "aws-waf-logs-legops-test", "kmsKeyId": "key", "retentionInDays": 90.0})
	assert.True(t, logs.Protect)
	allowed := r.One(t, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "firewall-logs")
	policy, err := iam.Parse(allowed.Text("policyDocument"))
	require.NoError(t, err)
	assert.Equal(t, iam.Statements{{
		Sid: "Firewall", Effect: "Allow", Principal: iam.Principals{"Service": {"delivery.logs.amazonaws.com"}},
		Action:   iam.Values{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resource: iam.Values{"arn:aws:logs:us-east-1:111122223333:log-group:aws-waf-logs-legops-test:*"},
		Condition: iam.Conditions{
			"ArnLike":      {"aws:SourceArn": {"arn:aws:logs:us-east-1:111122223333:*"}},
			"StringEquals": {"aws:SourceAccount": {"111122223333"}},
		},
	}}, policy.Statement, "as AWS documents it, or WAF adds a policy of its own")
	logging := r.One(t, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", "firewall-logs")
	assert.Contains(t, logging.DependsOn, allowed.URN)
	assert.True(t, logging.DeleteBeforeReplace, "the old one would take the new one along")
	componenttest.Expect(t, logging, map[string]any{
		"resourceArn": "arn:of:firewall", "logDestinationConfigs": []any{"arn:of:firewall-logs"},
		"redactedFields": []any{
			map[string]any{"singleHeader": map[string]any{"name": "authorization"}},
			map[string]any{"singleHeader": map[string]any{"name": "cookie"}},
		},
	})
	args := firewallArgs
	args.Protect = false
	assert.False(t, componenttest.Record(t, firewall(args)).One(t, "aws:cloudwatch/logGroup:LogGroup", "firewall-logs").Protect)
}

func TestFirewallOutputs(t *testing.T) {
	got := componenttest.Resolved(t, "firewall", edge.NewFirewall, firewallArgs, func(f *edge.Firewall) []any {
		return []any{f.WebACLArn}
	})
	assert.Equal(t, []any{"arn:of:firewall"}, got)
}

func TestFirewallRefuses(t *testing.T) {
	componenttest.Refuses(t, firewall(edge.FirewallArgs{}),
		"Firewall firewall: Name is missing", "LogKeyArn is missing", `Location.Region "" must be us-east-1`,
		"Mode is missing")
	args := firewallArgs
	args.Location = componenttest.Location
	componenttest.Refuses(t, firewall(args), `Location.Region "eu-west-1" must be us-east-1`)
}
