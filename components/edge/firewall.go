package edge

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"legops/components"
	"legops/components/internal/kit"
	"legops/internal/settings"
)

// requireCdnRegion notes a problem unless the location is the region of CloudFront.
func requireCdnRegion(p *kit.Problems, l components.Location) {
	p.Require(l.Region == components.GlobalRegion, "Location.Region %q must be %s, where CloudFront is", l.Region, components.GlobalRegion)
}

// FirewallArgs are the arguments of Firewall.
type FirewallArgs struct {
	settings.Firewall

	// Name is the name of the web ACL, and the end of the log group's: aws-waf-logs-<Name>.
	Name string
	// Location is us-east-1 and the account.
	Location components.Location
	// Unlimited are IPv4 addresses that RateLimit does not count; all other rules look at their requests. Optional.
	Unlimited pulumi.StringArrayInput
	// LogRetention is how many days its log is kept, one of the steps of CloudWatch Logs.
	LogRetention settings.RetentionDays
	// LogKeyArn is the KMS key of the log group, in us-east-1.
	LogKeyArn pulumi.StringInput
	// Protect keeps Pulumi from deleting the log.
	Protect bool
}

// Firewall is the web application firewall in front of CloudFront.
type Firewall struct {
	pulumi.ResourceState

	// WebACLArn is the web ACL, for a distribution.
	WebACLArn pulumi.StringOutput `pulumi:"webAclArn"`
}

// managedRules are the rule groups of AWS, in the order in which they are tried.
var managedRules = []struct {
	name    string
	counted []string // rules that only count in every mode
}{
	{name: "AWSManagedRulesAmazonIpReputationList"},
	// This one rule stops every body over 8 KB, which is every document. How large one may be is for the ingress
	// controller to say; the other rules still look at the beginning of the body.
	{name: "AWSManagedRulesCommonRuleSet", counted: []string{"SizeRestrictions_BODY"}},
	{name: "AWSManagedRulesKnownBadInputsRuleSet"},
	{name: "AWSManagedRulesSQLiRuleSet"},
}

// firewallModes are what a mode does with a rule group and with a rule of our own.
var firewallModes = map[string]struct{ group, rule WebACLAction }{
	"block": {group: WebACLAction{None: &WebACLNothing{}}, rule: WebACLAction{Block: &WebACLNothing{}}},
	"count": {group: WebACLAction{Count: &WebACLNothing{}}, rule: WebACLAction{Count: &WebACLNothing{}}},
}

// NewFirewall creates the firewall and its log.
func NewFirewall(ctx *pulumi.Context, name string, args *FirewallArgs, opts ...pulumi.ResourceOption) (*Firewall, error) {
	p := kit.Check("firewall "+name, args, "Unlimited")
	requireCdnRegion(p, args.Location)
	if err := p.Err(); err != nil {
		return nil, err
	}

	c := &Firewall{}
	if err := ctx.RegisterComponentResource("legops:components:Firewall", name, c, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(c)
	rules, err := args.rules(ctx, name, parent)
	if err != nil {
		return nil, err
	}
	acl, err := NewWebACL(ctx, name, &WebACLArgs{
		Name:             args.Name,
		Description:      "Requests to " + args.Name,
		Scope:            "CLOUDFRONT",
		DefaultAction:    WebACLAction{Allow: &WebACLNothing{}},
		Rules:            rules,
		VisibilityConfig: measured(args.Name),
	}, parent)
	if err != nil {
		return nil, err
	}
	logs, err := kit.NewLogGroup(ctx, name+"-logs", kit.LogGroupArgs{
		Path: "aws-waf-logs-" + args.Name, Days: args.LogRetention, KeyArn: args.LogKeyArn, Protect: args.Protect,
	}, parent)
	if err != nil {
		return nil, err
	}
	if _, err = NewWebACLLogging(ctx, name+"-logs", &WebACLLoggingArgs{
		ResourceArn:           acl.Arn,
		LogDestinationConfigs: pulumi.StringArray{logs.Arn},
		RedactedFields: []WebACLRedactedField{ // who can read logs must not be able to act as a visitor
			{SingleHeader: WebACLHeader{Name: "authorization"}}, {SingleHeader: WebACLHeader{Name: "cookie"}},
		},
	}, parent); err != nil {
		return nil, err
	}
	c.WebACLArn = acl.Arn
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"webAclArn": c.WebACLArn})
}

// rules are the managed groups and then the limit of requests. What is not limited is let through just before the limit,
// which is the last rule: nothing else is passed over.
func (a *FirewallArgs) rules(ctx *pulumi.Context, name string, parent pulumi.ResourceOption) ([]WebACLRule, error) {
	mode := firewallModes[a.Mode]
	var rules []WebACLRule
	for i, managed := range managedRules {
		group := &WebACLManagedRuleGroup{VendorName: "AWS", Name: managed.name}
		for _, rule := range managed.counted {
			group.RuleActionOverrides = append(group.RuleActionOverrides, WebACLRuleOverride{
				Name: rule, ActionToUse: WebACLAction{Count: &WebACLNothing{}},
			})
		}
		rules = append(rules, WebACLRule{
			Name: managed.name, Priority: i, OverrideAction: &mode.group,
			Statement:        WebACLStatement{ManagedRuleGroup: group},
			VisibilityConfig: measured(managed.name),
		})
	}
	if a.Unlimited != nil {
		set, err := a.unlimited(ctx, name+"-unlimited", parent)
		if err != nil {
			return nil, err
		}
		rules = append(rules, WebACLRule{
			Name: "Unlimited", Priority: len(rules), Action: &WebACLAction{Allow: &WebACLNothing{}},
			Statement:        WebACLStatement{IPSetReference: &WebACLIPSetReference{Arn: set.Arn}},
			VisibilityConfig: measured("Unlimited"),
		})
	}
	return append(rules, WebACLRule{
		Name: "RateLimit", Priority: len(rules), Action: &mode.rule,
		Statement: WebACLStatement{RateBased: &WebACLRateBased{
			AggregateKeyType: "IP", EvaluationWindowSec: 300, Limit: a.RateLimit,
		}},
		VisibilityConfig: measured("RateLimit"),
	}), nil
}

// unlimited is the set of addresses without a limit.
func (a *FirewallArgs) unlimited(ctx *pulumi.Context, name string, parent pulumi.ResourceOption) (*WebACLIPSet, error) {
	return NewWebACLIPSet(ctx, name, &WebACLIPSetArgs{
		Name:             a.Name + "-unlimited",
		Description:      "Addresses without a limit of requests to " + a.Name,
		Scope:            "CLOUDFRONT",
		IPAddressVersion: "IPV4",
		Addresses: a.Unlimited.ToStringArrayOutput().ApplyT(func(addresses []string) []string {
			ranges := make([]string, len(addresses))
			for i, address := range addresses {
				ranges[i] = address + "/32"
			}
			return ranges
		}).(pulumi.StringArrayOutput),
	}, parent)
}

func measured(name string) WebACLVisibility {
	return WebACLVisibility{CloudwatchMetricsEnabled: true, MetricName: name, SampledRequestsEnabled: true}
}
