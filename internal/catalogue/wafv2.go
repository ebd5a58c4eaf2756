package catalogue

// Resource types of Web Application Firewall.
const (
	WebACL        = "aws:wafv2/webAcl:WebAcl"
	IPSet         = "aws:wafv2/ipSet:IpSet"
	WebACLLogging = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
)

var _ = add([]Type{
	{Token: WebACL, ID: "{uuid}", ARN: "arn:{partition}:wafv2:{region}:{account}:{wafScope}/webacl/{name}/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, Replaces: []string{"scope", "namePrefix"},
		InUseBy: []string{Distribution}, Box: "firewall", Holds: Nothing, Costs: "rules, and requests",
		Failure: "what it blocks reaches nothing"},
	{Token: IPSet, ID: "{uuid}", ARN: "arn:{partition}:wafv2:{region}:{account}:{wafScope}/ipset/{name}/{id}",
		Name: Name{Input: "name", Form: form(`^[\w-]{1,128}$`)}, Replaces: []string{"scope", "ipAddressVersion", "namePrefix"},
		InUseBy: []string{WebACL}, Box: "firewall", Inert: true},
	{Token: WebACLLogging, ID: "{resourceArn}", PartOf: Link{"resourceArn", WebACL}, Replaces: none, Box: "firewall",
		Inert: true},
})
