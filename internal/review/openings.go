package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"legops/internal/catalogue"
	"legops/internal/model"
)

// openers say, by type, which ways in a resource opens.
var openers = map[string]func(r *model.Resource, names map[string]string) []string{
	catalogue.SecurityGroupIngressRule: func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("%s is reached from %s, %s", named(r, "securityGroupId", names), peer(r, names), ports(r, "ipProtocol"))}
	},
	catalogue.SecurityGroupEgressRule: func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("%s reaches %s, %s", named(r, "securityGroupId", names), peer(r, names), ports(r, "ipProtocol"))}
	},
	catalogue.SecurityGroupRule: func(r *model.Resource, names map[string]string) []string {
		verb := map[any]string{"ingress": "is reached from", "egress": "reaches"}[r.Inputs["type"]]
		return []string{fmt.Sprintf("%s %s %s, %s", named(r, "securityGroupId", names), verb, peer(r, names), ports(r, "protocol"))}
	},
	catalogue.SecurityGroup: func(r *model.Resource, _ map[string]string) (all []string) {
		for _, rules := range []string{"ingress", "egress"} {
			for _, rule := range r.List(rules) {
				all = append(all, fmt.Sprintf("%s has a rule of its own, %s %s", r.Name(), rules, compact(rule)))
			}
		}
		return all
	},
	catalogue.Cluster: func(r *model.Resource, _ map[string]string) (all []string) {
		if !r.Flag("vpcConfig.endpointPublicAccess") {
			return nil
		}
		for _, cidr := range r.Texts("vpcConfig.publicAccessCidrs") {
			all = append(all, "the Kubernetes API is reached from "+world(cidr))
		}
		return all
	},
	catalogue.AccessEntry: func(r *model.Resource, names map[string]string) (all []string) {
		who := named(r, "principalArn", names)
		all = append(all, who+" may enter the cluster")
		for _, group := range r.Texts("kubernetesGroups") {
			all = append(all, fmt.Sprintf("%s is in the group %s of the cluster", who, group))
		}
		return all
	},
	catalogue.PodIdentityAssociation: func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("pods of service account %v in %s act as %s", r.Inputs["serviceAccount"], named(r, "namespace", names), named(r, "roleArn", names))}
	},
	catalogue.Listener: func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("%s listens on %v", named(r, "loadBalancerArn", names), r.Inputs["port"])}
	},
	catalogue.Distribution: func(r *model.Resource, _ map[string]string) (all []string) {
		for _, alias := range r.Texts("aliases") {
			all = append(all, "the distribution answers for "+alias)
		}
		for _, origin := range r.Objects("origins") {
			all = append(all, fmt.Sprintf("the distribution passes requests on to %v", origin["originId"]))
		}
		return all
	},
	catalogue.ResponseHeadersPolicy: func(r *model.Resource, _ map[string]string) (all []string) {
		policy := directives(r)
		if r.Get("securityHeadersConfig.contentSecurityPolicy.override") == false {
			all = append(all, fmt.Sprintf("Content-Security-Policy: answers by %s may have what the application sends", r.Name()))
		}
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
	catalogue.DNSRecord: func(r *model.Resource, names map[string]string) []string {
		return []string{fmt.Sprintf("the name %s (%v) is in DNS", named(r, "name", names), r.Inputs["type"])}
	},
	"aws:lambda/functionUrl:FunctionUrl": func(r *model.Resource, _ map[string]string) []string {
		return []string{fmt.Sprintf("%s has a public address, authorization %v", r.Name(), r.Inputs["authorizationType"])}
	},
	catalogue.IPSet: func(r *model.Resource, _ map[string]string) (all []string) {
		for _, address := range r.Texts("addresses") {
			all = append(all, fmt.Sprintf("%s has %s", r.Name(), world(address)))
		}
		return all
	},
	catalogue.WebACL: func(r *model.Resource, _ map[string]string) (all []string) {
		for _, rule := range r.Objects("rules") {
			for _, paths := range rule.Texts("statement.andStatement.statements[*].notStatement.statements[*].regexMatchStatement.regexString") {
				all = append(all, fmt.Sprintf("the firewall does not block by %v at %s", rule["name"], paths))
			}
		}
		return all
	},
	catalogue.Ingress: func(r *model.Resource, _ map[string]string) (all []string) {
		for _, rule := range r.Objects("spec.rules") {
			for _, path := range rule.Objects("http.paths") {
				all = append(all, fmt.Sprintf("visitors of %v reach %v", rule["host"], path["path"]))
			}
		}
		return all
	},
	catalogue.NetworkPolicy:         networkPolicy,
	catalogue.KubernetesRole:        kubernetesRole,
	catalogue.ClusterRole:           kubernetesRole,
	catalogue.KubernetesRoleBinding: kubernetesBinding,
	catalogue.ClusterRoleBinding:    kubernetesBinding,
}

// filterers say, by type, what a resource keeps out.
var filterers = map[string]func(r *model.Resource) []string{
	catalogue.WebACL: func(r *model.Resource) (all []string) {
		for _, rule := range r.Objects("rules") {
			if !rule.Has("overrideAction.count") && !rule.Has("action.count") && !rule.Has("action.allow") {
				all = append(all, fmt.Sprintf("the firewall blocks by %v", rule["name"]))
			}
			for _, override := range rule.Objects("statement.managedRuleGroupStatement.ruleActionOverrides") {
				if override.Has("actionToUse.block") {
					all = append(all, fmt.Sprintf("the firewall blocks by %v of %v", override["name"], rule["name"]))
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
	policy := r.Text("securityHeadersConfig.contentSecurityPolicy.contentSecurityPolicy")
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
		for _, cidr := range r.Texts(input) {
			ranges = append(ranges, world(cidr))
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

// compact is a value as one line of JSON, with keys in order.
func compact(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
