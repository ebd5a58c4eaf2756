package standards

import (
	"fmt"
	"slices"

	"legops/internal/catalogue"
	"legops/internal/iam"
	"legops/internal/model"
)

// letsThrough says what the policy of an endpoint lets through of strangers.
func letsThrough(p *platform, r *model.Resource) []string {
	if r.Inputs["policy"] == nil {
		return []string{"it has no policy, so everything passes: give it one"}
	}
	return allows(func(_ *model.Resource, s iam.Statement) string {
		named := len(s.Action) > 0 && len(s.Resource) > 0 && !slices.ContainsFunc(s.Action, wholeService) && !slices.Contains(s.Resource, "*")
		if bound(s) || named {
			return ""
		}
		return "lets through requests of anybody: add a condition on aws:PrincipalAccount, or name actions and resources"
	})(p, r)
}

// world are the ranges that are everybody.
var world = []string{"0.0.0.0/0", "::/0"}

var networkRules = []Rule{
	{
		ID: "VPC-FLOW", What: "the traffic of the VPC is logged, accepted and refused",
		Reason: "nobody could say whom a broken-in machine talked to", Source: "EC2.6 (CIS v5.0 3.7)",
		Companions: []Companion{{catalogue.Vpc, catalogue.FlowLog, "vpcId"}},
		Settings:   []Setting{{catalogue.FlowLog, "trafficType", is("ALL"), nil}},
	}, {
		ID: "VPC-DEFAULT", What: "the VPC's default security group lets nothing through",
		Reason: "what is started without a group gets that one", Source: "EC2.2 (CIS v5.0 5.5)",
		Companions: []Companion{{catalogue.Vpc, catalogue.DefaultSecurityGroup, "vpcId"}},
		Settings:   []Setting{{catalogue.DefaultSecurityGroup, "ingress", absent(), nil}, {catalogue.DefaultSecurityGroup, "egress", absent(), nil}},
	}, {
		ID: "VPCE-POLICY", What: "endpoints let through the account's own principals, or named calls to named resources",
		Reason: "a stranger's credentials or bucket would be a way out of the VPC", Source: own,
		Types: []string{catalogue.VpcEndpoint}, UnknownPasses: true, Check: letsThrough,
	}, {
		ID: "SUBNET-PUBLIC", What: "subnets give no public addresses by themselves",
		Reason: "a machine would be on the internet because of where it stands", Source: "EC2.15",
		Settings: []Setting{{catalogue.Subnet, "mapPublicIpOnLaunch", off(), nil}},
	}, {
		ID: "SG-INGRESS", What: "no security group lets in the world",
		Reason: "an open port is found, and tried", Source: "EC2.18, EC2.19, EC2.53 (CIS v5.0 5.3), EC2.54 (CIS v5.0 5.4)",
		Types: []string{catalogue.SecurityGroupIngressRule, catalogue.SecurityGroupRule},
		Check: func(_ *platform, r *model.Resource) []string {
			if opening := openingOf(r); opening.ingress {
				return opening.worldwide()
			}
			return nil
		},
	}, {
		ID: "SG-PORTS", What: "a security group lets in one port, not many",
		Reason: "what listens by mistake would be reachable", Source: own,
		Types: []string{catalogue.SecurityGroupIngressRule, catalogue.SecurityGroupRule},
		Check: func(_ *platform, r *model.Resource) []string {
			if opening := openingOf(r); opening.ingress {
				return opening.manyPorts()
			}
			return nil
		},
	}, {
		ID: "SG-EGRESS", What: "whoever may reach the world may reach one port of it",
		Reason: "what is stolen leaves by any port that is open", Source: own,
		Types: []string{catalogue.SecurityGroupEgressRule, catalogue.SecurityGroupRule},
		Check: func(_ *platform, r *model.Resource) []string {
			if opening := openingOf(r); !opening.ingress && len(opening.worldwide()) > 0 {
				return opening.manyPorts()
			}
			return nil
		},
	}, {
		ID: "SG-INLINE", What: "rules of security groups are resources of their own",
		Reason: "a rule within a group is in no table of who may talk to whom", Source: own,
		Settings: []Setting{{catalogue.SecurityGroup, "ingress", absent(), nil}, {catalogue.SecurityGroup, "egress", absent(), nil}},
	},
}

// opening is what a rule of a security group lets through.
type opening struct {
	ingress  bool
	ranges   []any
	protocol any
	from, to any
}

// openingOf reads the rules of this program, and the older kind that pulumi-eks makes.
func openingOf(r *model.Resource) opening {
	if r.Type == catalogue.SecurityGroupRule {
		ranges := slices.Concat(r.All("cidrBlocks[*]"), r.All("ipv6CidrBlocks[*]"))
		return opening{r.Inputs["type"] != "egress", ranges, r.Inputs["protocol"], r.Inputs["fromPort"], r.Inputs["toPort"]}
	}
	ranges := []any{r.Inputs["cidrIpv4"], r.Inputs["cidrIpv6"]}
	return opening{r.Type == catalogue.SecurityGroupIngressRule, ranges, r.Inputs["ipProtocol"], r.Inputs["fromPort"], r.Inputs["toPort"]}
}

// worldwide are problems with the ranges; one that is not known may be everybody.
func (o opening) worldwide() []string {
	for _, one := range o.ranges {
		if text, _ := one.(string); text == model.Unknown || slices.Contains(world, text) {
			return []string{fmt.Sprintf("%s may use it", text)}
		}
	}
	return nil
}

func (o opening) manyPorts() []string {
	if o.protocol == "-1" || o.protocol == model.Unknown || o.from == nil || o.from != o.to || o.from == model.Unknown {
		return []string{fmt.Sprintf("protocol %v, ports %v to %v: name one port", o.protocol, o.from, o.to)}
	}
	return nil
}
