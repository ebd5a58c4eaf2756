package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/model"
)

// networkPolicy tells each pair of peer and port, so that a rule that gets one more is not new as a whole.
func networkPolicy(r *model.Resource, _ map[string]string) (all []string) {
	pods := fmt.Sprintf("network policy %v in %v: its pods", r.Get("metadata.name"), r.Get("metadata.namespace"))
	for _, direction := range []struct{ rules, peers, verb string }{{"ingress", "from", "are reached from"}, {"egress", "to", "reach"}} {
		for _, rule := range r.Objects("spec." + direction.rules) {
			for _, peer := range texts(rule.Objects(direction.peers), "anything", networkPeer) {
				for _, port := range texts(rule.Objects("ports"), "every port", networkPort) {
					all = append(all, fmt.Sprintf("%s %s %s, %s", pods, direction.verb, peer, port))
				}
			}
		}
	}
	return all
}

// texts are the elements of a list in words; of none there is what none means.
func texts(list []model.Values, none string, text func(model.Values) string) (all []string) {
	for _, element := range list {
		all = append(all, text(element))
	}
	if len(all) == 0 {
		return []string{none}
	}
	return all
}

// networkPeer is such as "pods with k8s-app=kube-dns in namespace kube-system".
func networkPeer(peer model.Values) string {
	if cidr := peer.Text("ipBlock.cidr"); cidr != "" {
		text := world(cidr)
		for _, except := range peer.Texts("ipBlock.except") {
			text += " but " + except
		}
		return text
	}
	var parts []string
	if pods := peer.Values("podSelector"); pods != nil {
		parts = append(parts, selected("pods", pods))
	}
	if namespaces := peer.Values("namespaceSelector"); namespaces != nil {
		parts = append(parts, selected("namespaces", namespaces))
	}
	return strings.Join(parts, " in ")
}

// selected is what a selector of labels selects.
func selected(what string, selector model.Values) string {
	labels := selector.Values("matchLabels")
	var conditions []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		if label == "kubernetes.io/metadata.name" && len(selector) == 1 && len(labels) == 1 {
			return fmt.Sprintf("namespace %v", labels[label])
		}
		conditions = append(conditions, fmt.Sprintf("%s=%v", label, labels[label]))
	}
	if expressions := selector.List("matchExpressions"); len(expressions) > 0 {
		conditions = append(conditions, compact(expressions))
	}
	if len(conditions) == 0 {
		return "all " + what
	}
	return what + " with " + strings.Join(conditions, ", ")
}

func networkPort(port model.Values) string {
	text := cmp.Or(port.Text("protocol"), "TCP") // what Kubernetes takes where none is said
	switch {
	case port["port"] == nil:
		return text + ", every port"
	case port["endPort"] != nil:
		return fmt.Sprintf("%s %v to %v", text, port["port"], port["endPort"])
	}
	return fmt.Sprintf("%s %v", text, port["port"])
}

func kubernetesRole(r *model.Resource, _ map[string]string) (all []string) {
	for _, rule := range r.Objects("rules") {
		for _, verb := range rule.Texts("verbs") {
			for _, what := range rule.Texts("resources") {
				all = append(all, fmt.Sprintf("%s %v: may %s %s", typeName(r.Type), r.Get("metadata.name"), verb, what))
			}
		}
	}
	return all
}

func kubernetesBinding(r *model.Resource, _ map[string]string) (all []string) {
	for _, subject := range r.Objects("subjects") {
		all = append(all, fmt.Sprintf("%v %v has the role %v in %v", subject["kind"], subject["name"], r.Get("roleRef.name"), r.Get("metadata.namespace")))
	}
	return all
}
