package edge

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// WebACL is the Pulumi resource aws:wafv2/webAcl:WebAcl, bound here with the fields in use. The package of the AWS SDK
// that binds it takes one compiler process to 6 GB of memory.
type WebACL struct {
	pulumi.CustomResourceState

	// Arn is the ARN of the web ACL.
	Arn pulumi.StringOutput `pulumi:"arn"`
}

// WebACLArgs are the arguments of WebACL; each means what it means to AWS WAF. All but the sets of addresses is known before
// the first resource.
type WebACLArgs struct {
	// Name is the physical name.
	Name string `pulumi:"name"`
	// Description says what it is for.
	Description string `pulumi:"description"`
	// Scope is CLOUDFRONT or REGIONAL.
	Scope string `pulumi:"scope"`
	// DefaultAction is what happens to a request that no rule stops.
	DefaultAction WebACLAction `pulumi:"defaultAction"`
	// Rules are tried in the order of their priorities.
	Rules []WebACLRule `pulumi:"rules"`
	// VisibilityConfig says what is measured.
	VisibilityConfig WebACLVisibility `pulumi:"visibilityConfig"`
}

// WebACLRule is one rule.
type WebACLRule struct {
	// Name is the name of the rule.
	Name string `pulumi:"name"`
	// Priority is its place: the lowest is tried first.
	Priority int `pulumi:"priority"`
	// Action is what happens to a request that matches; not with a rule group.
	Action *WebACLAction `pulumi:"action"`
	// OverrideAction is none to do what the rules of a rule group say, or count; only with a rule group.
	OverrideAction *WebACLAction `pulumi:"overrideAction"`
	// Statement is what matches.
	Statement WebACLStatement `pulumi:"statement"`
	// VisibilityConfig says what is measured.
	VisibilityConfig WebACLVisibility `pulumi:"visibilityConfig"`
}

// WebACLAction is what happens to a request; exactly one of its fields is set.
type WebACLAction struct {
	// Allow lets it through.
	Allow *WebACLNothing `pulumi:"allow"`
	// Block answers 403.
	Block *WebACLNothing `pulumi:"block"`
	// Count only counts it.
	Count *WebACLNothing `pulumi:"count"`
	// None leaves it to the rules of the group.
	None *WebACLNothing `pulumi:"none"`
}

// WebACLNothing is an action without settings.
type WebACLNothing struct{}

// WebACLStatement is what a rule matches; exactly one of its fields is set.
type WebACLStatement struct {
	// ManagedRuleGroup is a set of rules that AWS maintains.
	ManagedRuleGroup *WebACLManagedRuleGroup `pulumi:"managedRuleGroupStatement"`
	// RateBased matches whoever asks too often.
	RateBased *WebACLRateBased `pulumi:"rateBasedStatement"`
	// IPSetReference matches who asks from one of a set of addresses.
	IPSetReference *WebACLIPSetReference `pulumi:"ipSetReferenceStatement"`
}

// WebACLIPSetReference matches who asks from one of a set of addresses.
type WebACLIPSetReference struct {
	// Arn is the set, a pulumi.StringInput. Of a field of that type inside plain structs, the SDK would ask for a second
	// set of these structs, without inputs.
	Arn any `pulumi:"arn"`
}

// WebACLManagedRuleGroup is a set of rules that AWS maintains.
type WebACLManagedRuleGroup struct {
	// VendorName is AWS.
	VendorName string `pulumi:"vendorName"`
	// Name is the name of the group.
	Name string `pulumi:"name"`
	// RuleActionOverrides replace the action of single rules.
	RuleActionOverrides []WebACLRuleOverride `pulumi:"ruleActionOverrides"`
}

// WebACLRuleOverride replaces the action of one rule of a group.
type WebACLRuleOverride struct {
	// Name is the name of the rule in the group.
	Name string `pulumi:"name"`
	// ActionToUse is the action instead.
	ActionToUse WebACLAction `pulumi:"actionToUse"`
}

// WebACLRateBased matches whoever asks too often.
type WebACLRateBased struct {
	// AggregateKeyType is by what requests are counted, such as IP.
	AggregateKeyType string `pulumi:"aggregateKeyType"`
	// EvaluationWindowSec is the time they are counted over, in seconds.
	EvaluationWindowSec int `pulumi:"evaluationWindowSec"`
	// Limit is how many there may be in that time.
	Limit int `pulumi:"limit"`
}

// WebACLVisibility says what is measured.
type WebACLVisibility struct {
	// CloudwatchMetricsEnabled counts matches in CloudWatch.
	CloudwatchMetricsEnabled bool `pulumi:"cloudwatchMetricsEnabled"`
	// MetricName is the name they are counted under.
	MetricName string `pulumi:"metricName"`
	// SampledRequestsEnabled keeps samples of what matched for three hours.
	SampledRequestsEnabled bool `pulumi:"sampledRequestsEnabled"`
}

// ElementType is part of pulumi.Input.
func (WebACLArgs) ElementType() reflect.Type { return reflect.TypeFor[WebACLArgs]() }

// NewWebACL creates a web ACL.
func NewWebACL(ctx *pulumi.Context, name string, args *WebACLArgs, opts ...pulumi.ResourceOption) (*WebACL, error) {
	r := &WebACL{}
	return r, ctx.RegisterResource("aws:wafv2/webAcl:WebAcl", name, args, r, opts...)
}

// WebACLLogging is the Pulumi resource aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration, bound like WebACL.
type WebACLLogging struct {
	pulumi.CustomResourceState
}

// WebACLLoggingArgs are the arguments of WebACLLogging.
type WebACLLoggingArgs struct {
	// ResourceArn is the web ACL.
	ResourceArn pulumi.StringInput
	// LogDestinationConfigs is the ARN of one log group, whose name starts with aws-waf-logs-.
	LogDestinationConfigs pulumi.StringArrayInput
	// RedactedFields are left out of the log.
	RedactedFields []WebACLRedactedField
}

// WebACLRedactedField is a part of a request that is left out of the log.
type WebACLRedactedField struct {
	// SingleHeader is a header.
	SingleHeader WebACLHeader `pulumi:"singleHeader"`
}

// WebACLHeader is a header of a request.
type WebACLHeader struct {
	// Name is its name, in lower case.
	Name string `pulumi:"name"`
}

type webACLLogging struct {
	ResourceArn           string                `pulumi:"resourceArn"`
	LogDestinationConfigs []string              `pulumi:"logDestinationConfigs"`
	RedactedFields        []WebACLRedactedField `pulumi:"redactedFields"`
}

// ElementType is part of pulumi.Input.
func (WebACLLoggingArgs) ElementType() reflect.Type { return reflect.TypeFor[webACLLogging]() }

// NewWebACLLogging logs what a web ACL decides.
func NewWebACLLogging(ctx *pulumi.Context, name string, args *WebACLLoggingArgs, opts ...pulumi.ResourceOption) (*WebACLLogging, error) {
	r := &WebACLLogging{}
	return r, ctx.RegisterResource("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration", name, args, r, opts...)
}

// WebACLIPSet is the Pulumi resource aws:wafv2/ipSet:IpSet, bound like WebACL.
type WebACLIPSet struct {
	pulumi.CustomResourceState

	// Arn is the ARN of the set.
	Arn pulumi.StringOutput `pulumi:"arn"`
}

// WebACLIPSetArgs are the arguments of WebACLIPSet.
type WebACLIPSetArgs struct {
	// Name is the physical name.
	Name string
	// Description says whose addresses they are.
	Description string
	// Scope is CLOUDFRONT or REGIONAL, as of the web ACL.
	Scope string
	// IPAddressVersion is IPV4 or IPV6.
	IPAddressVersion string
	// Addresses are ranges, such as 192.0.2.1/32.
	Addresses pulumi.StringArrayInput
}

type webACLIPSet struct {
	Name             string   `pulumi:"name"`
	Description      string   `pulumi:"description"`
	Scope            string   `pulumi:"scope"`
	IPAddressVersion string   `pulumi:"ipAddressVersion"`
	Addresses        []string `pulumi:"addresses"`
}

// ElementType is part of pulumi.Input.
func (WebACLIPSetArgs) ElementType() reflect.Type { return reflect.TypeFor[webACLIPSet]() }

// NewWebACLIPSet creates a set of addresses.
func NewWebACLIPSet(ctx *pulumi.Context, name string, args *WebACLIPSetArgs, opts ...pulumi.ResourceOption) (*WebACLIPSet, error) {
	r := &WebACLIPSet{}
	return r, ctx.RegisterResource("aws:wafv2/ipSet:IpSet", name, args, r, opts...)
}
