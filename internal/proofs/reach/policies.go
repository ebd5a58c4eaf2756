package reach

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"legops/components/apps"
	"legops/internal/model"
)

// policy is a NetworkPolicy. The meaning of each field is that of the comments in k8s.io/api v0.35, networking/v1; where the VPC CNI does
// otherwise it is said (aws/amazon-network-policy-controller-k8s at ecc7e6a, pkg/resolvers/endpoints.go, makes addresses of peers;
// aws/aws-network-policy-agent v1.4.1, pkg/fwruleprocessor, makes of those what the kernel looks up).
type policy struct {
	name, namespace string
	pods            selector
	in, out         bool // which directions it closes
	ingress, egress []policyRule
}

// policyRule opens ports for peers; without a peer for everybody, without a port every one.
type policyRule struct {
	peers []policyPeer
	ports []policyPort
}

// policyPeer is a range, or pods by labels of themselves and of their namespace.
type policyPeer struct {
	cidr             netip.Prefix
	except           []netip.Prefix
	pods, namespaces *selector
}

// policyPort is a port by number or by the name that pods give it; without either all of the protocol.
type policyPort struct {
	protocol    string
	name        string
	first, last int
}

// readCni reads how the VPC CNI is set. Unless it is told to, it enforces no policy. With ENABLE_POD_ENI pods could have security groups
// of their own, which this proof does not read.
func (n *Network) readCni(r *model.Resource) {
	var set struct {
		EnableNetworkPolicy string         `json:"enableNetworkPolicy"`
		Env                 map[string]any `json:"env"`
	}
	if text := r.Text("configurationValues"); text != "" {
		d := json.NewDecoder(strings.NewReader(text))
		d.DisallowUnknownFields()
		if err := d.Decode(&set); err != nil {
			n.cannotRead(r, "configurationValues: %v", err)
		}
	}
	n.enforced = set.EnableNetworkPolicy == "true"
	if len(set.Env) > 0 {
		n.cannotRead(r, "its configurationValues set variables, which may change who gets which security group or policy: %v", set.Env)
	}
}

func (n *Network) readPolicy(r *model.Resource) {
	p := &policy{name: r.Text("metadata.name"), namespace: r.Text("metadata.namespace"), pods: readSelector(r.Values("spec.podSelector"))}
	types := r.Texts("spec.policyTypes")
	// "If this field is not specified, it will default based on the existence of ingress or egress rules", ingress always being there.
	p.in = len(types) == 0 || slices.Contains(types, "Ingress")
	p.out = slices.Contains(types, "Egress") || len(types) == 0 && len(r.List("spec.egress")) > 0
	read := func(rules []model.Values, peers string) (all []policyRule) {
		for _, rule := range rules {
			one := policyRule{}
			for _, peer := range rule.Objects(peers) {
				one.peers = append(one.peers, n.readPeer(r, peer))
			}
			for _, port := range rule.Objects("ports") {
				one.ports = append(one.ports, readPort(port))
			}
			all = append(all, one)
		}
		return all
	}
	p.ingress, p.egress = read(r.Objects("spec.ingress"), "from"), read(r.Objects("spec.egress"), "to")
	n.policies = append(n.policies, p)
}

func (n *Network) readPeer(r *model.Resource, of model.Values) (peer policyPeer) {
	parse := func(text string) netip.Prefix {
		cidr, err := netip.ParsePrefix(text)
		if err != nil {
			n.cannotRead(r, "ipBlock: %v", err)
		}
		return cidr
	}
	if block := of.Values("ipBlock"); block != nil {
		peer.cidr = parse(block.Text("cidr"))
		for _, text := range block.Texts("except") {
			peer.except = append(peer.except, parse(text))
		}
	}
	if of.Has("podSelector") {
		s := readSelector(of.Values("podSelector"))
		peer.pods = &s
	}
	if of.Has("namespaceSelector") {
		s := readSelector(of.Values("namespaceSelector"))
		peer.namespaces = &s
	}
	return peer
}

func readPort(of model.Values) policyPort {
	p := policyPort{protocol: orTCP(of.Text("protocol")), first: -1}
	switch port := of.Get("port").(type) {
	case string:
		p.name = port
	case float64:
		p.first = int(port)
		p.last = int(of.Number("endPort", port))
	}
	return p
}

// of are the ports that a port stands for, at pods that give theirs names; nil where those are not known.
func (p policyPort) of(pod *pod) Ports {
	if p.name == "" {
		return portsOf(p.protocol, p.first, p.last)
	}
	if pod == nil {
		return nil
	}
	return pod.ports[p.name].intersect(portsOf(p.protocol, -1, -1))
}

func (rule policyRule) at(pod *pod) (ports Ports) {
	if len(rule.ports) == 0 {
		return all
	}
	for _, p := range rule.ports {
		ports = ports.union(p.of(pod))
	}
	return ports
}

// selector selects by labels; an empty one everything.
type selector struct {
	labels      map[string]string
	expressions []model.Values
}

func readSelector(of model.Values) selector {
	s := selector{labels: map[string]string{}, expressions: of.Objects("matchExpressions")}
	for label, value := range of.Values("matchLabels") {
		s.labels[label], _ = value.(string)
	}
	return s
}

// matches is LabelSelectorAsSelector of k8s.io/apimachinery, pkg/apis/meta/v1/helpers.go: all requirements hold.
func (s selector) matches(labels map[string]string) bool {
	if !contains(labels, s.labels) {
		return false
	}
	for _, e := range s.expressions {
		value, there := labels[e.Text("key")]
		in := there && slices.Contains(e.Texts("values"), value)
		holds := map[string]bool{"In": in, "NotIn": !in, "Exists": there, "DoesNotExist": !there}
		if !holds[e.Text("operator")] {
			return false
		}
	}
	return true
}

// namespaceLabels are the labels of a namespace: what it was made with, and its name, which the API server adds.
func (n *Network) namespaceLabels(name string) map[string]string {
	labels := map[string]string{"kubernetes.io/metadata.name": name}
	for _, r := range n.things {
		if r.Type == "kubernetes:core/v1:Namespace" && r.Text("metadata.name") == name {
			for label, value := range r.Values("metadata.labels") {
				labels[label], _ = value.(string)
			}
		}
	}
	return labels
}

// selects says whether a peer is pods, and these are among them.
func (peer policyPeer) selects(n *Network, namespace string, p *pod) bool {
	switch {
	case p == nil || peer.pods == nil && peer.namespaces == nil:
		return false
	case peer.pods != nil && !peer.pods.matches(p.labels):
		return false
	case peer.namespaces == nil: // "the pods matching podSelector in the policy's own namespace"
		return p.namespace == namespace
	}
	return peer.namespaces.matches(n.namespaceLabels(p.namespace))
}

// inCluster are ranges that no packet to the internet is for: the VPC, link-local addresses, and those of Services.
func (n *Network) inCluster(r netip.Prefix) bool {
	return slices.ContainsFunc(append(apps.ServiceRanges[:2:2], n.vpc, netip.MustParsePrefix("169.254.0.0/16")),
		func(inside netip.Prefix) bool { return covers(inside, r) })
}

// covers says whether one range has all of another.
func covers(outer, inner netip.Prefix) bool {
	return outer.IsValid() && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

// has says whether a peer is a range that has some of an address range; with sure, that has all of it. Of 0.0.0.0/0 the question is
// whether it has any of the internet beside the destinations, which are asked about themselves; with sure, all, which exceptions inside the cluster do not lessen.
func (peer policyPeer) has(n *Network, a netip.Prefix, sure bool) bool {
	excepted := func(whole bool) bool {
		return slices.ContainsFunc(peer.except, func(x netip.Prefix) bool {
			if a.Bits() == 0 {
				return !n.inCluster(x) && sure
			}
			return whole && covers(x, a) || !whole && x.Overlaps(a)
		})
	}
	switch {
	case !peer.cidr.IsValid():
		return false
	case sure:
		return covers(peer.cidr, a) && !excepted(false)
	case a.Bits() == 0:
		return !n.inCluster(peer.cidr) && !slices.ContainsFunc(n.destinations, func(d netip.Prefix) bool { return covers(d, peer.cidr) })
	}
	return peer.cidr.Overlaps(a) && !excepted(true)
}

// policiesLet are the ports to which policies let pods connect, or with ingress let others connect to them: every one, unless a policy
// closes the direction. Named ports are those of the pods that are connected to.
func (n *Network) policiesLet(e *End, ingress bool, other *End, sure bool) Ports {
	if !n.enforced || e.pod == nil {
		return all
	}
	listener := other.pod
	if ingress {
		listener = e.pod
	}
	var rules []policyRule
	closed := false
	for _, p := range n.policies {
		if p.namespace != e.pod.namespace || !p.pods.matches(e.pod.labels) {
			continue
		}
		if ingress && p.in {
			closed, rules = true, append(rules, p.ingress...)
		}
		if !ingress && p.out {
			closed, rules = true, append(rules, p.egress...)
		}
	}
	if !closed {
		return all
	}
	var let Ports
	for i, address := range other.addresses(!ingress && !sure) {
		var here Ports
		for _, rule := range rules {
			if rule.reaches(n, e.pod.namespace, other.pod, address, sure) {
				here = here.union(rule.at(listener))
			}
		}
		if sure && i > 0 {
			let = let.intersect(here)
		} else {
			let = let.union(here)
		}
	}
	return let
}

func (rule policyRule) reaches(n *Network, namespace string, pods *pod, address netip.Prefix, sure bool) bool {
	return len(rule.peers) == 0 || slices.ContainsFunc(rule.peers, func(peer policyPeer) bool {
		return peer.selects(n, namespace, pods) || peer.has(n, address, sure)
	})
}
