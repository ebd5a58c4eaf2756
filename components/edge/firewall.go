package edge

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
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
	// Uploads are paths of the applications at and below which rules that look into bodies do not block. Optional.
	Uploads []string
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
	// bodies are rules that look into bodies for what a document may well contain, and labels is what their labels begin with: AWS WAF
	// Developer Guide, "Core rule set (CRS) managed rule group", "SQL database managed rule group".
	labels string
	bodies []string
}{
	{name: "AWSManagedRulesAmazonIpReputationList"},
	// This one rule stops every body over 8 KB, which is every document. How large one may be is for the ingress
	// controller to say; the other rules still look at the beginning of the body.
	{
		name: "AWSManagedRulesCommonRuleSet", counted: []string{"SizeRestrictions_BODY"},
		labels: "awswaf:managed:aws:core-rule-set:",
		bodies: []string{"EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY", "CrossSiteScripting_BODY"},
	},
	{name: "AWSManagedRulesKnownBadInputsRuleSet"},
	{
		name: "AWSManagedRulesSQLiRuleSet", labels: "awswaf:managed:aws:sql-database:",
		bodies: []string{"SQLi_BODY", "SQLiExtendedPatterns_BODY"},
	},
}

// firewallModes are the actions that a mode puts in place of those of a rule group, and takes for a rule of our own.
var firewallModes = map[string]struct{ group, rule string }{
	"block": {group: "none", rule: "block"}, // none: what the rules of the group say
	"count": {group: "count", rule: "count"},
}

// cloudFrontScope is the scope of what is in front of CloudFront, not of a load balancer.
const cloudFrontScope = "CLOUDFRONT"

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
	acl, err := kit.NewResource(b.Ctx, "aws:wafv2/webAcl:WebAcl", b.Name, kit.Inputs{
		"name":             b.args.Name,
		"description":      "Requests to " + b.args.Name,
		"scope":            cloudFrontScope,
		"defaultAction":    action("allow"),
		"rules":            rules,
		"visibilityConfig": measured(b.args.Name),
	}, b.Parent)
	if err != nil {
		return err
	}
	logs, allowed, err := b.log()
	if err != nil {
		return err
	}
	b.c.WebACLArn = acl.Arn
	_, err = kit.NewResource(b.Ctx, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", b.Name+"-logs", kit.Inputs{
		"resourceArn":           acl.Arn,
		"logDestinationConfigs": pulumi.StringArray{logs.Arn},
		"redactedFields": []kit.Inputs{ // who can read logs must not be able to act as a visitor
			{"singleHeader": kit.Inputs{"name": "authorization"}}, {"singleHeader": kit.Inputs{"name": "cookie"}},
		},
	}, b.Parent, pulumi.DependsOn([]pulumi.Resource{allowed}),
		// An ACL has one: with another destination, the old one would be deleted last, and take the new one along.
		pulumi.DeleteBeforeReplace(true))
	return err
}

// log is the log group, and the right to write to it: WAF tries to give it by a policy of its own, AWSWAF-LOGS, which the program would
// neither see nor delete (hashicorp/terraform-provider-aws 6.13, website/docs/r/wafv2_web_acl_logging_configuration.html.markdown, which
// has this statement, too). Believed: where the right is there, it adds none.
func (b *firewallBuild) log() (*cloudwatch.LogGroup, pulumi.Resource, error) {
	l, path := b.args.Location, "aws-waf-logs-"+b.args.Name
	group, err := kit.NewLogGroup(b.Ctx, b.Name+"-logs", kit.LogGroupArgs{
		Path: path, Days: b.args.LogRetention, KeyArn: b.args.LogKeyArn, Protect: b.args.Protect,
	}, b.Parent)
	if err != nil {
		return nil, nil, err
	}
	allowed, err := cloudwatch.NewLogResourcePolicy(b.Ctx, b.Name+"-logs", &cloudwatch.LogResourcePolicyArgs{
		PolicyName: pulumi.String(b.args.Name + "-firewall-logs"),
		PolicyDocument: kit.Policy(components.Statement{
			Sid:       "Firewall",
			Services:  []string{"delivery.logs.amazonaws.com"},
			Actions:   []string{"logs:CreateLogStream", "logs:PutLogEvents"},
			Resources: kit.ARNs(l.ARN("logs", "log-group:"+path+":*")),
			Conditions: components.Conditions{
				"StringEquals": {"aws:SourceAccount": {l.Account}},
				"ArnLike":      {"aws:SourceArn": {l.ARN("logs", "*")}},
			},
		}),
	}, b.Parent)
	return group, allowed, err
}

// rules are the managed groups, what they found in bodies, and then the limits of requests. What is not limited is let through just
// before the limits, which are the last rules: nothing else is passed over.
//
// Their capacity: 25 + 700 + 200 + 200 for the groups (their pages in the AWS WAF Developer Guide), 1 for the addresses without a limit, 2
// for a limit by address. With uploads 29 more: 1 for each of six labels, 3 for the expression, 10 for each of its two transformations.
// With a limit by session 62 more: 2, and 30 for each of its two keys. That is 1,219 at most; beyond 1,500 requests cost more.
func (b *firewallBuild) rules() ([]kit.Inputs, error) {
	mode := firewallModes[b.args.Mode]
	var rules []kit.Inputs
	rule := func(name string, inputs kit.Inputs) {
		inputs["name"], inputs["priority"], inputs["visibilityConfig"] = name, len(rules), measured(name)
		rules = append(rules, inputs)
	}
	for _, managed := range managedRules {
		group := kit.Inputs{"vendorName": "AWS", "name": managed.name}
		only := managed.counted
		if len(b.args.Uploads) > 0 {
			only = slices.Concat(only, managed.bodies)
		}
		if len(only) > 0 {
			group["ruleActionOverrides"] = counted(only)
		}
		rule(managed.name, kit.Inputs{
			"overrideAction": action(mode.group), "statement": kit.Inputs{"managedRuleGroupStatement": group},
		})
	}
	if len(b.args.Uploads) > 0 {
		rule("BodiesOutsideUploads", kit.Inputs{"action": action(mode.rule), "statement": outsideUploads(b.args.Uploads)})
	}
	if b.args.Unlimited != nil {
		set, err := b.unlimited()
		if err != nil {
			return nil, err
		}
		rule("Unlimited", kit.Inputs{
			"action": action("allow"), "statement": kit.Inputs{"ipSetReferenceStatement": kit.Inputs{"arn": set.Arn}},
		})
	}
	limit := func(name string, of kit.Inputs) {
		of["evaluationWindowSec"] = 300
		rule(name, kit.Inputs{"action": action(mode.rule), "statement": kit.Inputs{"rateBasedStatement": of}})
	}
	if sessions := b.args.Sessions; sessions != nil {
		limit("RateLimit", kit.Inputs{"aggregateKeyType": "CUSTOM_KEYS", "limit": b.args.RateLimit, "customKeys": []kit.Inputs{
			{"ip": kit.Inputs{}},
			{"cookie": kit.Inputs{"name": string(sessions.Cookie), "textTransformations": []kit.Inputs{{"priority": 0, "type": "NONE"}}}},
		}})
		// A request without the cookie is not counted above (AWS WAF API Reference, RateBasedStatementCustomKey): this counts all.
		limit("AddressRateLimit", kit.Inputs{"aggregateKeyType": "IP", "limit": sessions.AddressRateLimit})
		return rules, nil
	}
	limit("RateLimit", kit.Inputs{"aggregateKeyType": "IP", "limit": b.args.RateLimit})
	return rules, nil
}

// action is what happens to a request: allow, block, count, or none of its own for a rule group.
func action(name string) kit.Inputs { return kit.Inputs{name: kit.Inputs{}} }

// counted only counts what matches rules of a group.
func counted(rules []string) (overrides []kit.Inputs) {
	for _, rule := range rules {
		overrides = append(overrides, kit.Inputs{"name": rule, "actionToUse": action("count")})
	}
	return overrides
}

// unlimited is the set of addresses without a limit.
func (b *firewallBuild) unlimited() (*kit.Resource, error) {
	return kit.NewResource(b.Ctx, "aws:wafv2/ipSet:IpSet", b.Name+"-unlimited", kit.Inputs{
		"name":             b.args.Name + "-unlimited",
		"description":      "Addresses without a limit of requests to " + b.args.Name,
		"scope":            cloudFrontScope,
		"ipAddressVersion": "IPV4",
		"addresses": b.args.Unlimited.ToStringArrayOutput().ApplyT(func(addresses []string) []string {
			ranges := make([]string, len(addresses))
			for i, address := range addresses {
				ranges[i] = address + "/32"
			}
			return ranges
		}).(pulumi.StringArrayOutput),
	}, b.Parent)
}

// measured counts requests under the name, and keeps samples of them for three hours.
func measured(name string) kit.Inputs {
	return kit.Inputs{"cloudwatchMetricsEnabled": true, "metricName": name, "sampledRequestsEnabled": true}
}
