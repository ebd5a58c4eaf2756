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
	Unlimited pulumi.StringArrayInput `kit:"optional"`
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

// firewallBuild is what the steps of NewFirewall share.
type firewallBuild struct {
	kit.Build
	args *FirewallArgs
	c    *Firewall
}

// NewFirewall creates the firewall and its log.
func NewFirewall(ctx *pulumi.Context, name string, args *FirewallArgs, opts ...pulumi.ResourceOption) (*Firewall, error) {
	b := &firewallBuild{Build: kit.Build{Ctx: ctx, Name: name}, args: args, c: &Firewall{}}
	return b.c, b.Create(b.c, args, args.check, opts, b.create)
}

func (a *FirewallArgs) check(p *kit.Problems) { requireCdnRegion(p, a.Location) }

func (b *firewallBuild) create() error {
	rules, err := b.rules()
	if err != nil {
		return err
	}
	acl, err := NewWebACL(b.Ctx, b.Name, &WebACLArgs{
		Name:             b.args.Name,
		Description:      "Requests to " + b.args.Name,
		Scope:            "CLOUDFRONT",
		DefaultAction:    WebACLAction{Allow: &WebACLNothing{}},
		Rules:            rules,
		VisibilityConfig: measured(b.args.Name),
	}, b.Parent)
	if err != nil {
		return err
	}
	logs, err := kit.NewLogGroup(b.Ctx, b.Name+"-logs", kit.LogGroupArgs{
		Path: "aws-waf-logs-" + b.args.Name, Days: b.args.LogRetention, KeyArn: b.args.LogKeyArn, Protect: b.args.Protect,
	}, b.Parent)
	if err != nil {
		return err
	}
	if _, err = NewWebACLLogging(b.Ctx, b.Name+"-logs", &WebACLLoggingArgs{
		ResourceArn:           acl.Arn,
		LogDestinationConfigs: pulumi.StringArray{logs.Arn},
		RedactedFields: []WebACLRedactedField{ // who can read logs must not be able to act as a visitor
			{SingleHeader: WebACLHeader{Name: "authorization"}}, {SingleHeader: WebACLHeader{Name: "cookie"}},
		},
	}, b.Parent); err != nil {
		return err
	}
	b.c.WebACLArn = acl.Arn
	return nil
}

// rules are the managed groups and then the limit of requests. What is not limited is let through just before the limit,
// which is the last rule: nothing else is passed over.
func (b *firewallBuild) rules() ([]WebACLRule, error) {
	mode := firewallModes[b.args.Mode]
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
	if b.args.Unlimited != nil {
		set, err := b.unlimited()
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
			AggregateKeyType: "IP", EvaluationWindowSec: 300, Limit: b.args.RateLimit,
		}},
		VisibilityConfig: measured("RateLimit"),
	}), nil
}

// unlimited is the set of addresses without a limit.
func (b *firewallBuild) unlimited() (*WebACLIPSet, error) {
	return NewWebACLIPSet(b.Ctx, b.Name+"-unlimited", &WebACLIPSetArgs{
		Name:             b.args.Name + "-unlimited",
		Description:      "Addresses without a limit of requests to " + b.args.Name,
		Scope:            "CLOUDFRONT",
		IPAddressVersion: "IPV4",
		Addresses: b.args.Unlimited.ToStringArrayOutput().ApplyT(func(addresses []string) []string {
			ranges := make([]string, len(addresses))
			for i, address := range addresses {
				ranges[i] = address + "/32"
			}
			return ranges
		}).(pulumi.StringArrayOutput),
	}, b.Parent)
}

func measured(name string) WebACLVisibility {
	return WebACLVisibility{CloudwatchMetricsEnabled: true, MetricName: name, SampledRequestsEnabled: true}
}
