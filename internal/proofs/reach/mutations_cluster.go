package reach

import (
	"slices"

	"legops/components/apps"
	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/cloud"
)

// rules changes each rule of a direction of the policies that have some.
func (w *world) rules(direction string, edit func(rule map[string]any) bool) []change {
	return w.edited(catalogue.NetworkPolicy, func(in, _ model.Values) bool {
		changed := false
		for _, rule := range objects(in.Get("spec." + direction)) {
			changed = edit(rule) || changed
		}
		return changed
	})
}

// namespaces are a change of all policies of each namespace at once.
func (w *world) namespaces(edit func(in model.Values) (keep bool)) (changes []change) {
	var done []string
	for _, e := range w.entries {
		namespace := model.Values(e.Inputs).Text("metadata.namespace")
		if e.Type != catalogue.NetworkPolicy || slices.Contains(done, namespace) {
			continue
		}
		done = append(done, namespace)
		changes = append(changes, change{namespace, func() (changed []cloud.Entry) {
			for _, other := range w.entries {
				if other.Type == catalogue.NetworkPolicy && model.Values(other.Inputs).Text("metadata.namespace") == namespace {
					in := copied(other.Inputs)
					if !edit(in) {
						continue
					}
					other.Inputs = in
				}
				changed = append(changed, other)
			}
			return changed
		}})
	}
	return changes
}

// mutationsOfCluster change what is on the cluster, who gets there, and what leads there.
var mutationsOfCluster = []mutation{
	{"a namespace has no policies", func(w *world) []change {
		return w.namespaces(func(model.Values) bool { return false })
	}},
	{"policies select other pods", func(w *world) []change {
		return w.namespaces(func(in model.Values) bool {
			return set(in, map[string]any{"matchLabels": map[string]any{"app.kubernetes.io/name": "other"}}, "spec", "podSelector")
		})
	}},
	{"policies close one direction only", func(w *world) []change {
		return slices.Concat(
			w.namespaces(func(in model.Values) bool { return set(in, []any{"Ingress"}, "spec", "policyTypes") }),
			w.namespaces(func(in model.Values) bool { return set(in, []any{"Egress"}, "spec", "policyTypes") }),
		)
	}},
	{"a policy that allows is gone", func(w *world) []change { return w.gone(catalogue.NetworkPolicy, "-allow") }},
	{"a policy lets pods of all namespaces in", func(w *world) []change {
		return w.rules("ingress", func(rule map[string]any) bool {
			rule["from"] = []any{map[string]any{"namespaceSelector": map[string]any{}}}
			return true
		})
	}},
	{"a policy lets pods of all namespaces be reached", func(w *world) []change {
		return w.rules("egress", func(rule map[string]any) bool {
			for _, peer := range objects(rule["to"]) {
				if peer["namespaceSelector"] != nil {
					peer["namespaceSelector"] = map[string]any{}
					delete(peer, "podSelector")
					return true
				}
			}
			return false
		})
	}},
	{"a policy lets pods in by an expression", func(w *world) []change {
		return w.rules("ingress", func(rule map[string]any) bool {
			rule["from"] = append(rule["from"].([]any), map[string]any{"namespaceSelector": map[string]any{
				"matchExpressions": []any{map[string]any{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": []any{"default"}}},
			}})
			return true
		})
	}},
	{"a policy lets everybody in", func(w *world) []change {
		return w.rules("ingress", func(rule map[string]any) bool { delete(rule, "from"); return true })
	}},
	{"a policy has no ports", func(w *world) []change {
		return slices.Concat(
			w.rules("ingress", func(rule map[string]any) bool { delete(rule, "ports"); return true }),
			w.rules("egress", func(rule map[string]any) bool { delete(rule, "ports"); return true }),
		)
	}},
	{"a policy has a span of ports", func(w *world) []change {
		return w.rules("egress", func(rule map[string]any) bool {
			ports := objects(rule["ports"])
			if number, is := ports[0]["port"].(float64); is {
				ports[0]["endPort"] = number + 10
				return true
			}
			return false
		})
	}},
	{"a policy has no exception", func(w *world) []change {
		return w.rules("egress", func(rule map[string]any) bool {
			for _, peer := range objects(rule["to"]) {
				if block, is := peer["ipBlock"].(map[string]any); is && block["except"] != nil {
					delete(block, "except")
					return true
				}
			}
			return false
		})
	}},
	{"a policy has the addresses of Services", func(w *world) (changes []change) {
		for _, ranges := range [][]any{{}, {apps.ServiceRanges[0].String()}, {apps.ServiceRanges[1].String()}} {
			changes = append(changes, w.rules("egress", func(rule map[string]any) bool {
				for _, peer := range objects(rule["to"]) {
					if block, is := peer["ipBlock"].(map[string]any); is && block["except"] != nil {
						block["except"] = append(slices.Clone(ranges), w.cfg.Network.CIDR.String())
						return true
					}
				}
				return false
			})...)
		}
		return changes
	}},
	{"a policy has a wider range", func(w *world) []change {
		wider := func(peers string) func(map[string]any) bool {
			return func(rule map[string]any) bool {
				for _, peer := range objects(rule[peers]) {
					if block, is := peer["ipBlock"].(map[string]any); is && block["cidr"] != "0.0.0.0/0" {
						block["cidr"] = w.cfg.Network.CIDR.String()
						return true
					}
				}
				return false
			}
		}
		return slices.Concat(w.rules("ingress", wider("from")), w.rules("egress", wider("to")))
	}},
	{"a policy lets metadata be reached", func(w *world) []change {
		return w.rules("egress", func(rule map[string]any) bool {
			for _, peer := range objects(rule["to"]) {
				if block, is := peer["ipBlock"].(map[string]any); is && block["cidr"] == apps.PodIdentityAgent.String() {
					block["cidr"] = "169.254.0.0/16"
					return true
				}
			}
			return false
		})
	}},
	{"a policy has a rule less", func(w *world) (changes []change) {
		for _, direction := range []string{"ingress", "egress"} {
			for place := range 12 {
				changes = append(changes, w.edited(catalogue.NetworkPolicy, func(in, _ model.Values) bool {
					rules := in.List("spec." + direction)
					return place < len(rules) && set(in, slices.Delete(slices.Clone(rules), place, place+1), "spec", direction)
				})...)
			}
		}
		return changes
	}},
	{"policies are not enforced", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.Addon, to(nil, "configurationValues"), "vpc-cni"),
			w.edited(catalogue.Addon, to(`{"enableNetworkPolicy":"false"}`, "configurationValues"), "vpc-cni"),
			w.edited(catalogue.Addon, to(`{"enableNetworkPolicy":"true","env":{"ENABLE_POD_ENI":"true"}}`, "configurationValues"), "vpc-cni"),
		)
	}},
	{"an add-on is gone", func(w *world) []change {
		return w.gone(catalogue.Addon, "vpc-cni", "coredns", "eks-pod-identity-agent")
	}},
	{"an add-on that nothing here knows", func(w *world) []change {
		return []change{w.added("another", catalogue.Addon, model.Values{"addonName": "aws-guardduty-agent", "clusterName": "legops-" + w.name})}
	}},
	{"pods are on the network of their node", func(w *world) []change {
		host := to(true, "spec", "template", "spec", "hostNetwork")
		return append(w.edited(catalogue.DeploymentPatch, host), w.edited(catalogue.Deployment, host, "ingress", "autoscaler")...)
	}},
	{"pods take a port of their node", func(w *world) []change {
		return w.edited(catalogue.DeploymentPatch, func(in, _ model.Values) bool {
			for _, container := range objects(in.Get("spec.template.spec.containers")) {
				for _, port := range objects(container["ports"]) {
					port["hostPort"] = 8080.0
					return true
				}
			}
			return false
		})
	}},
	{"pods of an add-on are changed", func(w *world) []change {
		return []change{w.added("coredns", catalogue.DeploymentPatch, model.Values{
			"metadata": map[string]any{"name": "coredns", "namespace": "kube-system"},
			"spec":     map[string]any{"template": map[string]any{"spec": map[string]any{"hostNetwork": true}}},
		})}
	}},
	{"a sidecar takes a port of its node", func(w *world) []change {
		sidecar := []any{map[string]any{"name": "sidecar", "restartPolicy": "Always", "ports": []any{map[string]any{"containerPort": 8080.0, "hostPort": 8080.0}}}}
		return w.edited(catalogue.DeploymentPatch, to(sidecar, "spec", "template", "spec", "initContainers"))
	}},
	{"pods name their port otherwise", func(w *world) []change {
		return w.edited(catalogue.DeploymentPatch, func(in, _ model.Values) bool {
			for _, container := range objects(in.Get("spec.template.spec.containers")) {
				for _, port := range objects(container["ports"]) {
					port["name"] = "web"
					return true
				}
			}
			return false
		})
	}},
	{"pods of nobody", func(w *world) []change {
		pods := func(namespace string) model.Values {
			return model.Values{
				"metadata": map[string]any{"name": "other", "namespace": namespace},
				"spec": map[string]any{"template": map[string]any{
					"metadata": map[string]any{"labels": map[string]any{"app": "other"}}, "spec": map[string]any{"containers": []any{map[string]any{"name": "other"}}},
				}},
			}
		}
		return []change{
			w.added("kube-system", catalogue.Deployment, pods("kube-system")), w.added("default", catalogue.Deployment, pods("default")),
			w.added("matters", catalogue.Deployment, pods("matters")),
		}
	}},
	{"jobs of nobody", func(w *world) []change {
		return []change{w.added("kube-system", catalogue.CronJob, model.Values{
			"metadata": map[string]any{"name": "other", "namespace": "kube-system"},
			"spec": map[string]any{"jobTemplate": map[string]any{"spec": map[string]any{"template": map[string]any{
				"metadata": map[string]any{"labels": map[string]any{"app": "other"}}, "spec": map[string]any{"containers": []any{map[string]any{"name": "other"}}},
			}}}},
		})}
	}},
	{"pods pass for others", func(w *world) []change {
		return w.edited(catalogue.Deployment, to("kube-dns", "spec", "template", "metadata", "labels", "k8s-app"), "autoscaler")
	}},
	{"another distribution", func(w *world) (changes []change) {
		for _, e := range w.entries {
			if e.Type == catalogue.Distribution {
				changes = append(changes, w.added("another", catalogue.Distribution, e.Inputs))
			}
		}
		return changes
	}},
	{"a namespace has another label", func(w *world) []change {
		return w.edited(catalogue.Namespace, to("other", "metadata", "labels", "app.kubernetes.io/component"), "app-")
	}},
	{"a Service opens a port of every node", func(w *world) []change {
		return w.edited(catalogue.Service, func(in, _ model.Values) bool {
			objects(in.Get("spec.ports"))[0]["nodePort"] = 30090.0
			return set(in, "NodePort", "spec", "type")
		})
	}},
	{"a Service has a load balancer", func(w *world) []change { return w.edited(catalogue.Service, to("LoadBalancer", "spec", "type")) }},
	{"a Service has addresses", func(w *world) []change {
		return w.edited(catalogue.Service, to([]any{"198.51.100.7"}, "spec", "externalIPs"))
	}},
	{"a Service leads to other pods", func(w *world) []change {
		return w.edited(catalogue.Service, to(map[string]any{"app.kubernetes.io/name": "other"}, "spec", "selector"))
	}},
	{"a Service leads to another port", func(w *world) []change {
		return w.edited(catalogue.Service, func(in, _ model.Values) bool {
			objects(in.Get("spec.ports"))[0]["targetPort"] = 9999.0
			return true
		})
	}},
	{"a Service is gone", func(w *world) []change { return w.gone(catalogue.Service) }},
	{"the API is open to the internet", func(w *world) []change {
		opened := func(public ...any) func(in, out model.Values) bool {
			return func(in, _ model.Values) bool {
				return set(in, true, "vpcConfig", "endpointPublicAccess") && set(in, public, "vpcConfig", "publicAccessCidrs")
			}
		}
		return slices.Concat(
			w.edited(catalogue.Cluster, opened("0.0.0.0/0")), w.edited(catalogue.Cluster, opened()), w.edited(catalogue.Cluster, opened("203.0.113.0/24", somebody)),
		)
	}},
	{"administrators are elsewhere", func(w *world) []change {
		return w.edited(catalogue.Cluster, func(in, _ model.Values) bool {
			return in.Flag("vpcConfig.endpointPublicAccess") && set(in, []any{"203.0.113.0/28"}, "vpcConfig", "publicAccessCidrs")
		})
	}},
	{"the cluster is of another kind", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.Cluster, to(map[string]any{"enabled": true}, "computeConfig")),
			w.edited(catalogue.Cluster, to(map[string]any{"ipFamily": "ipv6"}, "kubernetesNetworkConfig")),
		)
	}},
	{"the API has no private address", func(w *world) []change {
		return w.edited(catalogue.Cluster, to(false, "vpcConfig", "endpointPrivateAccess"))
	}},
	{"the control plane has another group", func(w *world) []change {
		return w.edited(catalogue.Cluster, to([]any{w.group("rds")}, "vpcConfig", "securityGroupIds"))
	}},
	{"a request needs no secret", func(w *world) []change {
		header := func(edit func(header map[string]any)) func(in, out model.Values) bool {
			return func(in, _ model.Values) bool {
				for _, condition := range objects(in["conditions"]) {
					if own, is := condition["httpHeader"].(map[string]any); is {
						edit(own)
						return true
					}
				}
				return false
			}
		}
		return slices.Concat(
			w.edited(catalogue.ListenerRule, to(nil, "conditions")),
			w.edited(catalogue.ListenerRule, to([]any{map[string]any{"pathPattern": map[string]any{"values": []any{"/*"}}}}, "conditions")),
			w.edited(catalogue.ListenerRule, header(func(h map[string]any) { h["values"] = append(h["values"].([]any), "*") })),
			w.edited(catalogue.ListenerRule, header(func(h map[string]any) { h["httpHeaderName"] = "User-Agent" })),
		)
	}},
	{"a listener passes everything on", func(w *world) []change {
		target := w.id(catalogue.TargetGroup, "loadbalancer")
		return w.edited(catalogue.Listener, to([]any{map[string]any{"type": "forward", "targetGroupArn": target}}, "defaultActions"))
	}},
	{"our distribution sends no secret", func(w *world) []change {
		return w.edited(catalogue.Distribution, func(in, _ model.Values) bool {
			for _, origin := range objects(in["origins"]) {
				delete(origin, "customHeaders")
			}
			return true
		})
	}},
	{"our distribution sends requests elsewhere", func(w *world) []change {
		return slices.Concat(
			w.edited(catalogue.Distribution, func(in, _ model.Values) bool {
				objects(in["origins"])[0]["domainName"] = "origin.example.net"
				return true
			}),
			w.gone(catalogue.DNSRecord, "loadbalancer"),
		)
	}},
	{"a policy closes the names", func(w *world) []change {
		return []change{w.added("kube-system", catalogue.NetworkPolicy, model.Values{
			"metadata": map[string]any{"name": "other", "namespace": "kube-system"}, "spec": map[string]any{"podSelector": map[string]any{}},
		})}
	}},
	{"a listener is gone", func(w *world) []change { return w.gone(catalogue.Listener, "https") }},
	{"a rule of the listener is gone", func(w *world) []change { return w.gone(catalogue.ListenerRule) }},
	{"nodes are no targets", func(w *world) []change { return w.gone(catalogue.AutoScalingAttachment) }},
	{"the targets are at another port", func(w *world) []change { return w.edited(catalogue.TargetGroup, to(30081.0, "port")) }},
}
