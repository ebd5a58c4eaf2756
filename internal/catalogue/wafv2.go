package catalogue

// Resource types of Web Application Firewall.
const (
	WebACL        = "aws:wafv2/webAcl:WebAcl"
	IPSet         = "aws:wafv2/ipSet:IpSet"
	WebACLLogging = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
)

var _ = add([]Type{
	{Token: WebACL, ID: "{uuid}", ARN: "arn:{partition}:wafv2:{region}:{account}:{wafScope}/webacl/{name}/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, InUseBy: []string{Distribution}, Box: "firewall", Holds: Nothing, Costs: "rules, and requests",
		Failure: "what it blocks reaches nothing", Restarts: uninterrupted,
		Metrics: []Metric{
			// A firewall of CloudFront has no dimension Region. Rule is ALL, or the name of a rule's metric.
			{Namespace: "AWS/WAFV2", Names: []string{"AllowedRequests", "BlockedRequests", "CountedRequests"},
				Sets: [][]Dimension{{{"WebACL", WebACL, "visibilityConfig.metricName"}, {"Rule", "", "ALL"}}}, Statistics: counted,
				Most: Unlimited, Every: 60, Region: "us-east-1",
				Source: "https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html"},
		}},
	{Token: IPSet, ID: "{uuid}", ARN: "arn:{partition}:wafv2:{region}:{account}:{wafScope}/ipset/{name}/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, InUseBy: []string{WebACL}, Box: "firewall", Inert: true},
	{Token: WebACLLogging, ID: "{resourceArn}", PartOf: Link{"resourceArn", WebACL}, Box: "firewall",
		Inert: true, Loss: "what the firewall sees is no longer logged"},
})
