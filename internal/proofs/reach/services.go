package reach

import (
	"net/netip"
	"slices"

	"legops/components/apps"
	"legops/infra"
	"legops/internal/model"
)

// service is a Service of Kubernetes.
type service struct {
	r          *model.Resource
	namespace  string
	selector   map[string]string
	ports      []servicePort
	nodePorts  Ports
	everywhere bool // it has a load balancer or addresses of its own
}

// servicePort is a port of a Service, the one of every node that leads there, if there is one, and the port of the pods.
type servicePort struct {
	at, node Ports
	target   policyPort
}

func (n *Network) readService(r *model.Resource) {
	s := &service{r: r, namespace: r.Text("metadata.namespace"), selector: map[string]string{}}
	for label, value := range r.Values("spec.selector") {
		s.selector[label], _ = value.(string)
	}
	typ := r.Text("spec.type")
	s.everywhere = typ == "LoadBalancer" || len(r.List("spec.externalIPs")) > 0
	for _, of := range r.Objects("spec.ports") {
		protocol, number := orTCP(of.Text("protocol")), int(of.Number("port", 0))
		port := servicePort{
			at: portsOf(protocol, number, number), target: readPort(map[string]any{"protocol": protocol, "port": orElse(of["targetPort"], of["port"])}),
		}
		if typ == "NodePort" || typ == "LoadBalancer" {
			node := int(of.Number("nodePort", 0))
			if node == 0 {
				n.cannotRead(r, "Kubernetes chooses a port of every node for it, nodePort is not said")
			}
			port.node = portsOf(protocol, node, node)
		}
		s.ports, s.nodePorts = append(s.ports, port), s.nodePorts.union(port.node)
	}
	n.services = append(n.services, s)
}

func orElse(value, otherwise any) any {
	if value == nil {
		return otherwise
	}
	return value
}

func orTCP(protocol string) string {
	if protocol == "" {
		return "TCP" // as k8s.io/api has it of Services and policies
	}
	return protocol
}

// leads says whether the pods of an end are among those that it leads to.
func (s *service) leads(e *End) bool {
	return e.pod != nil && len(s.selector) > 0 && e.pod.namespace == s.namespace && contains(e.pod.labels, s.selector)
}

// selects are the ends whose pods it leads to.
func (s *service) selects(n *Network) (found []*End) {
	for _, e := range n.ends {
		if s.leads(e) {
			found = append(found, e)
		}
	}
	return found
}

// leadsTo says whether a Service leads to pods of a party, on a port where they listen.
func (s *service) leadsTo(n *Network, party string) bool {
	return slices.ContainsFunc(s.selects(n), func(e *End) bool {
		return e.is(party) && slices.ContainsFunc(s.ports, func(port servicePort) bool {
			ports := port.target.of(e.pod)
			return len(ports) > 0 && len(ports.without(e.listens)) == 0
		})
	})
}

// serviceRanges are where Services may have their addresses: EKS takes none that the VPC has.
func (n *Network) serviceRanges() (ranges []netip.Prefix) {
	for _, r := range apps.ServiceRanges {
		if !r.Overlaps(n.vpc) {
			ranges = append(ranges, r)
		}
	}
	return ranges
}

// reachesServices says whether a range has addresses of Services, beside that of the Kubernetes API, which is the control plane's.
func (peer policyPeer) reachesServices(n *Network) bool {
	return !slices.Contains(apps.APIService(), peer.cidr) &&
		slices.ContainsFunc(n.serviceRanges(), func(r netip.Prefix) bool { return peer.has(n, r, false) })
}

// byService are the ports of pods to which a pod may connect by the address of a Service. A policy sees that address, and not the pod's:
// the VPC CNI looks at what leaves the pod, before kube-proxy translates it (getMatchingServiceClusterIPs in
// aws/amazon-network-policy-controller-k8s at ecc7e6a, pkg/resolvers/endpoints.go). For a peer by labels the controller opens only ports that
// lead where the policy names, which paths to pods tell already; so ranges are left. Of the Services of add-ons nothing is in the record: any
// port may lead to any of theirs.
func (n *Network) byService(from, to *End) (ports Ports) {
	if from.pod == nil || to.pod == nil {
		return nil
	}
	opened := n.openedServices(from)
	if len(opened) == 0 {
		return nil
	}
	if to.pod.ofAddon {
		ports = all
	}
	for _, s := range n.services {
		if !s.leads(to) {
			continue
		}
		for _, port := range s.ports {
			if len(opened.intersect(port.at)) > 0 {
				ports = ports.union(port.target.of(to.pod))
			}
		}
	}
	return ports.intersect(n.groupsBetween(from, to, false)).intersect(n.policiesLet(to, true, from, false))
}

// byNode are the ports of pods to which an end may connect by a port of the nodes that a Service opens. The connection then comes from the node:
// kube-proxy writes the node's address on it (externalTrafficPolicy Cluster: Kubernetes v1.35.4, pkg/proxy/iptables/proxier.go, "masquerade
// traffic for ... external destinations"). So neither the groups nor the policies of the pods can tell who asked, and an end needs the way to
// any node only.
func (n *Network) byNode(from, to *End, sure bool) (ports Ports) {
	if isNode(from) || to.pod == nil { // what leads on from a node is its own path
		return nil
	}
	for _, s := range n.services {
		if len(s.nodePorts) == 0 || !s.leads(to) {
			continue
		}
		for _, node := range n.ends {
			if !isNode(node) {
				continue
			}
			let := n.possible(from, node, sure)
			for _, port := range s.ports {
				if len(port.node) > 0 && len(let.intersect(port.node)) > 0 {
					ports = ports.union(port.target.of(to.pod).intersect(n.possible(node, to, sure)))
				}
			}
		}
	}
	return ports
}

func isNode(e *End) bool { return isOwnNode(e) || e.pod == nil && e.is(infra.Node) }

// ledOn are lines of the pods that a line leads to, by way of a port of the nodes.
func (n *Network) ledOn(lines []line) (led []line) {
	for _, l := range lines {
		if l.leads == "" {
			continue
		}
		on := line{name: l.name + ", and on to " + l.leads, from: l.from, to: l.leads, led: true}
		for _, s := range n.services {
			for _, e := range s.selects(n) {
				for _, port := range s.ports {
					if e.is(l.leads) && len(port.node) > 0 && len(port.node.without(l.ports)) == 0 {
						on.ports = on.ports.union(port.target.of(e.pod))
					}
				}
			}
		}
		led = append(led, on)
	}
	return led
}

// openedServices are the ports on which the policies of pods open addresses of Services.
func (n *Network) openedServices(from *End) (opened Ports) {
	for _, p := range n.policies {
		if p.namespace != from.pod.namespace || !p.pods.matches(from.pod.labels) {
			continue
		}
		for _, rule := range p.egress {
			if slices.ContainsFunc(rule.peers, func(peer policyPeer) bool { return peer.reachesServices(n) }) {
				opened = opened.union(rule.at(nil))
			}
		}
	}
	return opened
}
