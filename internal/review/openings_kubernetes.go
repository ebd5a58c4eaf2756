package review

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"legops/internal/model"
)

// networkPolicy tells each pair of peer and port, so that a rule that gets one more is not new as a whole.
func networkPolicy(r *model.Resource, _ map[string]string) (all []string) {
	pods := fmt.Sprintf("network policy %v in %v: its pods", at(r.Inputs, "metadata.name"), at(r.Inputs, "metadata.namespace"))
	for _, direction := range []struct{ rules, peers, verb string }{{"ingress", "from", "are reached from"}, {"egress", "to", "reach"}} {
		for _, item := range items(at(r.Inputs, "spec."+direction.rules)) {
			rule, _ := item.(map[string]any)
			for _, peer := range texts(rule[direction.peers], "anything", networkPeer) {
				for _, port := range texts(rule["ports"], "every port", networkPort) {
					all = append(all, fmt.Sprintf("%s %s %s, %s", pods, direction.verb, peer, port))
				}
			}
		}
	}
	return all
}

// texts are the elements of a list in words; of none there is what none means.
func texts(list any, none string, text func(map[string]any) string) (all []string) {
	for _, item := range items(list) {
		object, _ := item.(map[string]any)
		all = append(all, text(object))
	}
	if len(all) == 0 {
		return []string{none}
	}
	return all
}

// networkPeer is such as "pods with k8s-app=kube-dns in namespace kube-system".
func networkPeer(peer map[string]any) string {
	if cidr := at(peer, "ipBlock.cidr"); cidr != nil {
		text := world(fmt.Sprint(cidr))
		for _, except := range items(at(peer, "ipBlock.except")) {
			text += fmt.Sprintf(" but %v", except)
		}
		return text
	}
	var parts []string
	if pods, is := peer["podSelector"].(map[string]any); is {
		parts = append(parts, selected("pods", pods))
	}
	if namespaces, is := peer["namespaceSelector"].(map[string]any); is {
		parts = append(parts, selected("namespaces", namespaces))
	}
	return strings.Join(parts, " in ")
}

// selected is what a selector of labels selects.
func selected(what string, selector map[string]any) string {
	labels, _ := selector["matchLabels"].(map[string]any)
	var conditions []string
	for _, label := range slices.Sorted(maps.Keys(labels)) {
		if label == "kubernetes.io/metadata.name" && len(selector) == 1 && len(labels) == 1 {
			return fmt.Sprintf("namespace %v", labels[label])
		}
		conditions = append(conditions, fmt.Sprintf("%s=%v", label, labels[label]))
	}
	if expressions := items(selector["matchExpressions"]); len(expressions) > 0 {
		conditions = append(conditions, compact(expressions))
	}
	if len(conditions) == 0 {
		return "all " + what
	}
	return what + " with " + strings.Join(conditions, ", ")
}

func networkPort(port map[string]any) string {
	text := "TCP" // what Kubernetes takes where none is said
	if protocol, is := port["protocol"].(string); is {
		text = protocol
	}
	switch {
	case port["port"] == nil:
		return text + ", every port"
	case port["endPort"] != nil:
		return fmt.Sprintf("%s %v to %v", text, port["port"], port["endPort"])
	}
	return fmt.Sprintf("%s %v", text, port["port"])
}

func kubernetesRole(r *model.Resource, _ map[string]string) (all []string) {
	for _, rule := range items(r.Inputs["rules"]) {
		object, _ := rule.(map[string]any)
		for _, verb := range items(object["verbs"]) {
			for _, what := range items(object["resources"]) {
				all = append(all, fmt.Sprintf("%s %v: may %v %v", typeName(r.Type), at(r.Inputs, "metadata.name"), verb, what))
			}
		}
	}
	return all
}

func kubernetesBinding(r *model.Resource, _ map[string]string) (all []string) {
	for _, subject := range items(r.Inputs["subjects"]) {
		object, _ := subject.(map[string]any)
		all = append(all, fmt.Sprintf("%v %v has the role %v in %v", object["kind"], object["name"],
			at(r.Inputs, "roleRef.name"), at(r.Inputs, "metadata.namespace")))
	}
	return all
}
