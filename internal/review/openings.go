package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"legops/internal/model"
)

// openers say, by type, which ways in a resource opens.
var openers = map[string]func(r *model.Resource, names map[string]string) []string{
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("%s is reached from %s, %s", named(r, "securityGroupId", names), peer(r, names), ports(r, "ipProtocol"))}
	},
	"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("%s reaches %s, %s", named(r, "securityGroupId", names), peer(r, names), ports(r, "ipProtocol"))}
	},
	"aws:ec2/securityGroupRule:SecurityGroupRule": func(r *model.Resource, names map[string]string) []string {
		verb := map[any]string{"ingress": "is reached from", "egress": "reaches"}[r.Inputs["type"]]
		return []string{fmt.Sprintf("%s %s %s, %s", named(r, "securityGroupId", names), verb, peer(r, names), ports(r, "protocol"))}
	},
	"aws:ec2/securityGroup:SecurityGroup": func(r *model.Resource, _ map[string]string) (all []string) {
		for _, rules := range []string{"ingress", "egress"} {
			for _, rule := range items(r.Inputs[rules]) {
				all = append(all, fmt.Sprintf("%s has a rule of its own, %s %s", r.Name(), rules, compact(rule)))
			}
		}
		return all
	},
	"aws:eks/cluster:Cluster": func(r *model.Resource, _ map[string]string) (all []string) {
		if at(r.Inputs, "vpcConfig.endpointPublicAccess") != true {
			return nil
		}
		for _, cidr := range items(at(r.Inputs, "vpcConfig.publicAccessCidrs")) {
			all = append(all, "the Kubernetes API is reached from "+world(fmt.Sprint(cidr)))
		}
		return all
	},
	"aws:eks/accessEntry:AccessEntry": func(r *model.Resource, names map[string]string) (all []string) {
		who := named(r, "principalArn", names)
		all = append(all, who+" may enter the cluster")
		for _, group := range items(r.Inputs["kubernetesGroups"]) {
			all = append(all, fmt.Sprintf("%s is in the group %v of the cluster", who, group))
		}
		return all
	},
	"aws:eks/podIdentityAssociation:PodIdentityAssociation": func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("pods of service account %v in %s act as %s", r.Inputs["serviceAccount"], named(r, "namespace", names), named(r, "roleArn", names))}
	},
	"aws:lb/listener:Listener": func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("%s listens on %v", named(r, "loadBalancerArn", names), r.Inputs["port"])}
	},
	"aws:cloudfront/distribution:Distribution": func(r *model.Resource, _ map[string]string) (all []string) {
		for _, alias := range items(r.Inputs["aliases"]) {
			all = append(all, fmt.Sprintf("the distribution answers for %v", alias))
		}
		for _, origin := range items(r.Inputs["origins"]) {
			if object, is := origin.(map[string]any); is {
				all = append(all, fmt.Sprintf("the distribution passes requests on to %v", object["originId"]))
			}
		}
		return all
	},
	"aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": func(r *model.Resource, _ map[string]string) (all []string) {
		policy := directives(r)
		for _, directive := range append([]string{"base-uri", "form-action", "frame-ancestors"}, fetches...) {
			sources, said := policy[directive]
			if !said && slices.Contains(fetches, directive) {
				sources, said = policy["default-src"]
			}
			if !said {
				sources = []string{"anything"}
			}
			for _, source := range sources {
				if source != "'none'" {
					all = append(all, fmt.Sprintf("Content-Security-Policy: %s accepts %s", directive, source))
				}
			}
		}
		return all
	},
	"aws:route53/record:Record": func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("the name %s (%v) is in DNS", named(r, "name", names), r.Inputs["type"])}
	},
	"aws:lambda/functionUrl:FunctionUrl": func(r *model.Resource, _ map[string]string) []string {
		return []string{fmt.Sprintf("%s has a public address, authorization %v", r.Name(), r.Inputs["authorizationType"])}
	},
	"aws:wafv2/ipSet:IpSet": func(r *model.Resource, _ map[string]string) (all []string) {
		for _, address := range items(r.Inputs["addresses"]) {
			all = append(all, fmt.Sprintf("%s has %s", r.Name(), world(fmt.Sprint(address))))
		}
		return all
	},
	"kubernetes:networking.k8s.io/v1:Ingress": func(r *model.Resource, _ map[string]string) (all []string) {
		for _, rule := range items(at(r.Inputs, "spec.rules")) {
			object, _ := rule.(map[string]any)
			for _, path := range items(at(object, "http.paths")) {
				p, _ := path.(map[string]any)
				all = append(all, fmt.Sprintf("visitors of %v reach %v", object["host"], p["path"]))
			}
		}
		return all
	},
	"kubernetes:networking.k8s.io/v1:NetworkPolicy":              networkPolicy,
	"kubernetes:rbac.authorization.k8s.io/v1:Role":               kubernetesRole,
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRole":        kubernetesRole,
	"kubernetes:rbac.authorization.k8s.io/v1:RoleBinding":        kubernetesBinding,
	"kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": kubernetesBinding,
}

// filterers say, by type, what a resource keeps out.
var filterers = map[string]func(r *model.Resource) []string{
	"aws:wafv2/webAcl:WebAcl": func(r *model.Resource) (all []string) {
		for _, rule := range items(r.Inputs["rules"]) {
			object, _ := rule.(map[string]any)
			if at(object, "overrideAction.count") == nil && at(object, "action.count") == nil && at(object, "action.allow") == nil {
				all = append(all, fmt.Sprintf("the firewall blocks by %v", object["name"]))
			}
			for _, override := range items(at(object, "statement.managedRuleGroupStatement.ruleActionOverrides")) {
				o, _ := override.(map[string]any)
				if at(o, "actionToUse.block") != nil {
					all = append(all, fmt.Sprintf("the firewall blocks by %v of %v", o["name"], object["name"]))
				}
			}
		}
		return all
	},
}

// fetches are the directives that default-src stands in for.
var fetches = []string{
	"script-src", "style-src", "img-src", "connect-src", "font-src", "frame-src", "media-src", "object-src", "worker-src", "manifest-src",
}

// directives are those of the content security policy, with their sources.
func directives(r *model.Resource) map[string][]string {
	policy, _ := at(r.Inputs, "securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy").(string)
	all := map[string][]string{}
	for directive := range strings.SplitSeq(policy, ";") {
		if words := strings.Fields(directive); len(words) > 0 {
			all[words[0]] = words[1:]
		}
	}
	return all
}

// peer is the other end of a rule of a security group.
func peer(r *model.Resource, names map[string]string) string {
	for _, input := range []string{"referencedSecurityGroupId", "sourceSecurityGroupId", "prefixListId"} {
		if r.Inputs[input] != nil {
			return named(r, input, names)
		}
	}
	var ranges []string
	for _, input := range []string{"cidrIpv4", "cidrIpv6", "cidrBlocks", "ipv6CidrBlocks"} {
		if text, is := r.Inputs[input].(string); is {
			ranges = append(ranges, world(text))
		}
		for _, cidr := range items(r.Inputs[input]) {
			ranges = append(ranges, world(fmt.Sprint(cidr)))
		}
	}
	if len(ranges) == 0 {
		return "itself"
	}
	return strings.Join(ranges, ", ")
}

func ports(r *model.Resource, protocol string) string {
	from, to := r.Inputs["fromPort"], r.Inputs["toPort"]
	switch {
	case r.Inputs[protocol] == "-1":
		return "everything"
	case from == to:
		return fmt.Sprintf("%v %v", r.Inputs[protocol], from)
	}
	return fmt.Sprintf("%v %v to %v", r.Inputs[protocol], from, to)
}

// at is the value at a path such as vpcConfig.publicAccessCidrs; nil if there is none.
func at(object map[string]any, path string) any {
	var value any = object
	for step := range strings.SplitSeq(path, ".") {
		object, is := value.(map[string]any)
		if !is {
			return nil
		}
		value = object[step]
	}
	return value
}

func items(value any) []any {
	list, _ := value.([]any)
	return list
}

// compact is a value as one line of JSON, with keys in order.
func compact(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return strings.ReplaceAll(string(text), model.Unknown, "<known after deployment>")
}
