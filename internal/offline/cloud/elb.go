package cloud

import (
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

// What Elastic Load Balancing computes and refuses, of application load balancers.
var _ = simulate(map[string]simulation{
	catalogue.LoadBalancer: {
		outputs: outputs{
			"arnSuffix": func(m made) any { return afterLast(m.arn, ":loadbalancer/") },
			"dnsName": func(m made) any {
				prefix := map[bool]string{true: "internal-"}[m.inputs.Flag("internal")]
				return prefix + m.name() + "-" + m.digest("host")[:10] + "." + m.region() + ".elb." + m.suffix()
			},
			"zoneId": func(m made) any {
				return orElse(balancerZones[m.region()], "Z"+strings.ToUpper(digest(m.region(), "elb")[:13]))
			},
		},
		replaces: balancerReplaces,
		rules: []rule{
			twoZones("subnets"), oneInAZone("subnets"), sameVpc("subnets", "securityGroups"), reachableFromOutside, mayWriteLogs,
			within(limit{"idleTimeout", 1, 4000}),
		},
	},
	catalogue.Listener: {rules: []rule{
		whenValues(func(in model.Values) ([]any, bool) {
			port := in.Number("port", 0)
			return []any{port}, port < 1 || port > 65535
		}, "ValidationError: port is {}, must be 1 to 65535"),
		alone("loadBalancerArn", "port", "DuplicateListener: {} listens on port {port}"),
		listenerCertificate, targetsFit("defaultActions"),
	}},
	catalogue.ListenerRule: {rules: []rule{ // AWS gives the next priority where there is none
		within(limit{"priority", 1, 50000}), alone("listenerArn", "priority", "PriorityInUse: {} has the priority {priority}"),
		fewConditions, targetsFit("actions"),
	}},
	catalogue.TargetGroup: {
		outputs: outputs{"arnSuffix": func(m made) any { return afterLast(m.arn, ":") }},
		rules: []rule{
			targetsHaveAPlace,
			whenValues(func(in model.Values) ([]any, bool) {
				timeout, interval := in.Number("healthCheck.timeout", 5), in.Number("healthCheck.interval", 30)
				return []any{timeout, interval}, timeout >= interval
			}, "ValidationError: healthCheck.timeout is {}, must be below the interval of {}"),
			within(
				limit{"deregistrationDelay", 0, 3600}, limit{"healthCheck.interval", 5, 300}, limit{"healthCheck.timeout", 2, 120},
				limit{"healthCheck.healthyThreshold", 2, 10}, limit{"healthCheck.unhealthyThreshold", 2, 10},
			),
		},
	},
})

// balancerReplaces is what the provider cannot change of a load balancer by its values (terraform-provider-aws 5.68 and 6.13,
// internal/service/elbv2/load_balancer.go: customizeDiffLoadBalancerALB, customizeDiffLoadBalancerNLB). Mappings and subnets that are not
// known yet replace nothing. As many mappings as before, but others, are an update, though that code says otherwise: what it marks is a set
// of blocks, and of such a set Terraform's SDK carries the mark to the number of blocks only (terraform-plugin-sdk v2.37.0,
// helper/schema/schema.go: diffSet). AWS takes the update: SetSubnets puts the given ones in place of those before (aws-sdk-go-v2,
// service/elasticloadbalancingv2 v1.64.0). What comes in place of plain subnets is not played: the provider then compares with what AWS
// made of those.
func balancerReplaces(olds, news resource.PropertyMap) (replaced []string) {
	network := text(news["loadBalancerType"]) == "network"
	if kind := text(news["loadBalancerType"]); kind != "" && kind != "application" && !network {
		return nil
	}
	const mappings, subnets, groups = "subnetMappings", "subnets", "securityGroups"
	before, after, kept, known := members(olds, news, mappings)
	if known && before != after && (kept < min(before, after) || network && after < before) { // an application load balancer gives some back
		replaced = append(replaced, mappings)
	}
	if !network {
		return replaced
	}
	if before, after, kept, known := members(olds, news, subnets); known && after <= before && kept < before { // more are added in place
		replaced = append(replaced, subnets)
	}
	// A network load balancer without groups never gets any, and one with groups keeps one at least.
	if asked := at(news, groups); !asked.ContainsUnknowns() && (count(at(olds, groups)) == 0) != (count(asked) == 0) {
		replaced = append(replaced, groups)
	}
	return replaced
}

// members counts the elements of a list before and after a change, and those that stay; known says that both are given and known.
func members(olds, news resource.PropertyMap, list string) (before, after, kept int, known bool) {
	old, asked := at(olds, list), at(news, list)
	if !old.IsArray() || !asked.IsArray() || asked.ContainsUnknowns() {
		return 0, 0, 0, false
	}
	for _, element := range old.ArrayValue() {
		if slices.ContainsFunc(asked.ArrayValue(), element.DeepEquals) {
			kept++
		}
	}
	return len(old.ArrayValue()), len(asked.ArrayValue()), kept, true
}

// count is how many elements a list has.
func count(list resource.PropertyValue) int {
	if !list.IsArray() {
		return 0
	}
	return len(list.ArrayValue())
}

// balancerZones are the hosted zones of application load balancers, for the regions in use; others get a stand-in.
var balancerZones = map[string]string{
	"us-east-1": "Z35SXDOTRQ7X7K", "us-east-2": "Z3AADJGX6KTTL2", "us-west-2": "Z1H1FL5HABSF5",
	"eu-west-1": "Z32O12XQLNTSW2", "eu-central-1": "Z215JYRZR1TBD5",
}

// reachableFromOutside is the rule that a public load balancer is in a VPC with an internet gateway.
func reachableFromOutside(p *Provider, e *Entry) error {
	subnets := e.in().Texts("subnets")
	if e.in().Flag("internal") || len(subnets) == 0 {
		return nil
	}
	for _, vpc := range p.vpcOf(e, subnets[0]) {
		if !p.usedBy(e.Account, vpc, catalogue.InternetGateway) {
			return e.refusal("InvalidSubnet: %s has no internet gateway", vpc)
		}
	}
	return nil
}

// mayWriteLogs is the rule that the bucket for logs lets the load balancer write, which is tried at once.
func mayWriteLogs(p *Provider, e *Entry) error {
	for _, kind := range []string{"accessLogs", "connectionLogs"} {
		logs := e.in().Values(kind)
		if !logs.Flag("enabled") {
			continue
		}
		policy := p.configured(e, logs.Text("bucket"), catalogue.BucketPolicy)
		if policy == nil || !slices.ContainsFunc(policy.policyOf().Statement, letsBalancerWrite) {
			return e.refusal("InvalidConfigurationRequest: %s: access denied for bucket %s: its policy must let the load balancer write", kind, logs.Text("bucket"))
		}
	}
	return nil
}

func letsBalancerWrite(statement iam.Statement) bool {
	return statement.Allows() && slices.ContainsFunc(statement.Principal.All(), writesBalancerLogs)
}

// writesBalancerLogs says whether a principal is the service that writes logs or, in older regions, its account.
func writesBalancerLogs(principal string) bool {
	return principal == "logdelivery.elasticloadbalancing.amazonaws.com" || strings.HasSuffix(principal, ":root")
}

// targetsHaveAPlace is the rule that targets other than functions have a VPC, a port and a protocol.
func targetsHaveAPlace(_ *Provider, e *Entry) error {
	if e.in().Text("targetType") == "lambda" {
		return nil
	}
	for _, path := range missing(e.in(), "vpcId", "port", "protocol") {
		return e.refusal("ValidationError: %s must be given", path)
	}
	return nil
}

// listenerCertificate is the rule that HTTPS has a certificate, issued and of the region, and HTTP none.
func listenerCertificate(p *Provider, e *Entry) error {
	arn, secure := e.in().Text("certificateArn"), e.in().Text("protocol") == "HTTPS"
	if secure != (arn != "") {
		return e.refusal("CertificateNotFound: certificateArn is %q with the protocol %s", arn, orElse(e.in().Text("protocol"), "HTTP"))
	}
	if !secure {
		return nil
	}
	if region := strings.Split(arn+":::", ":")[3]; region != e.Region {
		return e.refusal("CertificateNotFound: the certificate is in %q, must be in %s", region, e.Region)
	}
	return p.refuseUnissued(e, arn)
}

// targetsFit makes a rule: actions forward to target groups of the load balancer's VPC that no other one uses.
func targetsFit(path string) rule {
	return func(p *Provider, e *Entry) error {
		balancer := p.balancerOf(e)
		if balancer == nil {
			return nil // refused as a reference to nothing
		}
		for _, action := range e.in().Objects(path) {
			groups := action.Texts("targetGroupArn")
			for _, group := range action.Objects("forward.targetGroups") {
				groups = append(groups, group.Texts("arn")...)
			}
			if action.Text("type") == "forward" && len(groups) == 0 {
				return e.refusal("ValidationError: an action forwards to no target group")
			}
			for _, arn := range groups {
				if err := p.refuseTargets(e, balancer, arn); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (p *Provider) refuseTargets(e, balancer *Entry, arn string) error {
	group := p.record.referred(e.Account, arn)
	if group == nil {
		return nil
	}
	vpcs := p.vpcOf(e, firstOf(balancer.in().Texts("subnets")))
	if vpc := group.in().Text("vpcId"); vpc != "" && !slices.Contains(vpcs, vpc) {
		return e.refusal("InvalidConfigurationRequest: target group %s is in another VPC than the load balancer", nameOf(group.Type, group.in()))
	}
	for _, user := range p.users(group) {
		if other := p.balancerOf(user); other != nil && other != balancer {
			return e.refusal("TargetGroupAssociationLimit: target group %s belongs to %s", nameOf(group.Type, group.in()), resource.URN(other.URN).Name())
		}
	}
	return nil
}

func firstOf(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// balancerOf is the load balancer of a listener or a rule, nil for anything else.
func (p *Provider) balancerOf(e *Entry) *Entry {
	switch e.Type {
	case catalogue.Listener:
		return p.record.referred(e.Account, e.in().Text("loadBalancerArn"))
	case catalogue.ListenerRule:
		if listener := p.record.referred(e.Account, e.in().Text("listenerArn")); listener != nil {
			return p.balancerOf(listener)
		}
	}
	return nil
}

// fewConditions is the quota of five values in the conditions of a rule.
func fewConditions(_ *Provider, e *Entry) error {
	count := 0
	for _, condition := range e.in().Objects("conditions") {
		for kind := range condition {
			count += len(condition.Texts(kind + ".values"))
		}
		count += len(condition.Objects("queryStrings"))
	}
	if count == 0 || count > 5 {
		return e.refusal("TooManyConditionValues: the conditions have %d values, must be 1 to 5", count)
	}
	return nil
}
