// Program cyclonus writes random policies and connections, and what Cyclonus says of them, to ../policies.json. Cyclonus is a program that
// tests network plugins, with an evaluator of its own.
//
//	cd internal/proofs/reach/testdata/cyclonus && GOFLAGS=-mod=mod go run .
package main

import (
	"encoding/json"
	"math/rand/v2"
	"os"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type end struct {
	Namespace string            `json:"namespace,omitempty"`
	Labels    map[string]string `json:"labels,omitempty"`
	IP        string            `json:"ip"`
}

type question struct {
	Policies []*networkingv1.NetworkPolicy `json:"policies"`
	From     end                           `json:"from"`
	To       end                           `json:"to"`
	Protocol string                        `json:"protocol"`
	Port     int                           `json:"port"`
	PortName string                        `json:"portName"`
	Allowed  bool                          `json:"allowed"`
}

var (
	random     = rand.New(rand.NewPCG(1, 2))
	namespaces = map[string]map[string]string{
		"a": {"kubernetes.io/metadata.name": "a", "tier": "front"}, "b": {"kubernetes.io/metadata.name": "b", "tier": "back"},
		"c": {"kubernetes.io/metadata.name": "c"},
	}
	ports = map[int]string{80: "http", 443: "https", 5432: "db", 9000: ""}
)

func one[T any](of ...T) T { return of[random.IntN(len(of))] }

func selector() *metav1.LabelSelector {
	return one(
		&metav1.LabelSelector{},
		&metav1.LabelSelector{MatchLabels: map[string]string{"app": one("x", "y")}},
		&metav1.LabelSelector{MatchLabels: map[string]string{"app": "x", "role": "r"}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "app", Operator: one(metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn), Values: []string{"x", "z"}}}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "role", Operator: one(metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)}}},
	)
}

func namespaceSelector() *metav1.LabelSelector {
	return one(
		&metav1.LabelSelector{},
		&metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": one("a", "b")}},
		&metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "tier", Operator: one(metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist)}}},
	)
}

func peers() (all []networkingv1.NetworkPolicyPeer) {
	for range random.IntN(3) {
		all = append(all, one(
			networkingv1.NetworkPolicyPeer{PodSelector: selector()},
			networkingv1.NetworkPolicyPeer{NamespaceSelector: namespaceSelector()},
			networkingv1.NetworkPolicyPeer{PodSelector: selector(), NamespaceSelector: namespaceSelector()},
			networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: one("0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24")}},
			networkingv1.NetworkPolicyPeer{IPBlock: &networkingv1.IPBlock{CIDR: "0.0.0.0/0", Except: []string{one("10.0.0.0/8", "10.0.1.0/24", "10.0.1.4/32")}}},
		))
	}
	return all
}

func policyPorts() (all []networkingv1.NetworkPolicyPort) {
	protocol := func() *v1.Protocol { return one(nil, new(v1.ProtocolTCP), new(v1.ProtocolUDP)) }
	for range random.IntN(3) {
		number := one(intstr.FromInt32(80), intstr.FromInt32(443), intstr.FromInt32(79))
		name := intstr.FromString(one("http", "db"))
		all = append(all, one(
			networkingv1.NetworkPolicyPort{Protocol: protocol()},
			networkingv1.NetworkPolicyPort{Protocol: protocol(), Port: &number},
			networkingv1.NetworkPolicyPort{Protocol: protocol(), Port: &name},
			networkingv1.NetworkPolicyPort{Protocol: protocol(), Port: &number, EndPort: new(int32(500))},
		))
	}
	return all
}

func policy(name string) *networkingv1.NetworkPolicy {
	p := &networkingv1.NetworkPolicy{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: one("a", "b")}}
	p.Spec.PodSelector = *selector()
	p.Spec.PolicyTypes = one(
		[]networkingv1.PolicyType{"Ingress"}, []networkingv1.PolicyType{"Egress"}, []networkingv1.PolicyType{"Ingress", "Egress"},
	)
	for range random.IntN(3) {
		p.Spec.Ingress = append(p.Spec.Ingress, networkingv1.NetworkPolicyIngressRule{From: peers(), Ports: policyPorts()})
		p.Spec.Egress = append(p.Spec.Egress, networkingv1.NetworkPolicyEgressRule{To: peers(), Ports: policyPorts()})
	}
	return p
}

func anEnd(ip string) end {
	if random.IntN(5) == 0 {
		return end{IP: one("203.0.113.9", "10.9.9.9")}
	}
	return end{one("a", "b", "c"), one(map[string]string{"app": "x"}, map[string]string{"app": "y", "role": "r"}, map[string]string{"app": "x", "role": "r"}), ip}
}

func (e end) peer() *matcher.TrafficPeer {
	p := &matcher.TrafficPeer{IP: e.IP}
	if e.Namespace != "" {
		p.Internal = &matcher.InternalPeer{Namespace: e.Namespace, NamespaceLabels: namespaces[e.Namespace], PodLabels: e.Labels}
	}
	return p
}

func main() {
	var questions []question
	for len(questions) < 200 {
		q := question{From: anEnd("10.0.1.4"), To: anEnd("10.0.2.5"), Protocol: one("TCP", "TCP", "UDP"), Port: one(80, 443, 5432, 9000)}
		if q.From.Namespace == "" && q.To.Namespace == "" {
			continue
		}
		q.PortName = ports[q.Port]
		for i := range 1 + random.IntN(3) {
			q.Policies = append(q.Policies, policy(string(rune('p'+i))))
		}
		answer := matcher.BuildNetworkPolicies(true, q.Policies).IsTrafficAllowed(&matcher.Traffic{
			Source: q.From.peer(), Destination: q.To.peer(), ResolvedPort: q.Port, ResolvedPortName: q.PortName, Protocol: v1.Protocol(q.Protocol),
		})
		q.Allowed = answer.IsAllowed()
		questions = append(questions, q)
	}
	file, err := os.Create("../policies.json")
	if err != nil {
		panic(err)
	}
	e := json.NewEncoder(file)
	for _, q := range questions {
		if err := e.Encode(q); err != nil {
			panic(err)
		}
	}
	if err := file.Close(); err != nil {
		panic(err)
	}
}
