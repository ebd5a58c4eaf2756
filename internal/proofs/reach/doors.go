package reach

import (
	"slices"
	"strings"

	"legops/infra"
	"legops/internal/catalogue"
)

// nodePorts looks at Services that open a port of every node, or more. Kubernetes leads on from there to pods, whose policies cannot tell:
// the connection then comes from the node (kube-proxy, externalTrafficPolicy Cluster).
func (v *verdict) nodePorts(n *Network, lines []line) {
	for _, s := range n.services {
		if s.everywhere {
			v.find("opening without a line: the Service %s in %s has a load balancer or addresses of its own", s.r.Text("metadata.name"), s.namespace)
		}
		if len(s.nodePorts) == 0 {
			continue
		}
		v.doors++
		leads := s.selects(n)
		for _, e := range leads {
			var said Ports
			for _, l := range lines {
				if l.leads != "" && e.is(l.leads) {
					said = said.union(l.ports)
				}
			}
			if wide := s.nodePorts.without(said); len(wide) > 0 {
				v.find("opening without a line: the Service %s in %s leads %s of every node to %s", s.r.Text("metadata.name"), s.namespace, wide, e.Name)
			}
		}
	}
	for _, l := range lines {
		if l.leads == "" || len(n.named(l.from)) == 0 {
			continue
		}
		if !slices.ContainsFunc(n.services, func(s *service) bool {
			return len(l.ports.without(s.nodePorts)) == 0 && s.leadsTo(n, l.leads)
		}) {
			v.find("line without a path: %q: no Service leads from there to %s", l.name, l.leads)
		}
	}
}

// forwards looks at what load balancers pass on, and whether what they have to is passed.
func (v *verdict) forwards(n *Network, lines []line) {
	for _, f := range n.forwards {
		v.doors++
		if f.free != "" {
			v.find("path without a line: everybody's distribution of CloudFront can send requests to the nodes: %s", f.free)
		}
		group := n.find(catalogue.TargetGroup, f.target)
		if group == nil || group.Text("targetType") != "instance" {
			v.find("not read: the listener %s passes requests on to %s, which is no target group of instances", f.listener.Name(), f.target)
		}
	}
	for _, l := range lines {
		if l.from == infra.LoadBalancer && !n.passes(l.ports) {
			v.find("line without a path: %q: no request that our distribution sends is passed on to all nodes", l.name)
		}
		if l.to == infra.LoadBalancer && !slices.ContainsFunc(n.forwards, func(f forward) bool {
			return f.free == "" && len(l.ports.without(tcp(int(f.listener.Number("port", 0))))) == 0
		}) {
			v.find("line without a path: %q: nothing that comes there is passed on", l.name)
		}
	}
}

// passes says whether requests of our distribution are passed on to a port of all nodes.
func (n *Network) passes(ports Ports) bool {
	return slices.ContainsFunc(n.forwards, func(f forward) bool {
		group := n.find(catalogue.TargetGroup, f.target)
		if f.free != "" || group == nil || len(ports.without(tcp(int(group.Number("port", 0))))) > 0 {
			return false
		}
		for _, r := range n.things {
			if r.Type != catalogue.NodeGroup {
				continue
			}
			scaling := r.Outputs.Text("resources[0].autoscalingGroups[0].name")
			if !slices.ContainsFunc(n.things, func(a *thing) bool {
				return a.Type == catalogue.AutoScalingAttachment && a.Text("autoscalingGroupName") == scaling && a.Text("lbTargetGroupArn") == f.target
			}) {
				return false
			}
		}
		return true
	})
}

// origins finds where our distribution sends requests, and with them the secret, that is neither our load balancer, by a record of DNS,
// nor a bucket of ours.
func (v *verdict) origins(n *Network) {
	balancers, buckets := map[string]bool{}, map[string]bool{}
	for _, r := range n.things {
		switch r.Type {
		case catalogue.LoadBalancer:
			balancers[r.Outputs.Text("dnsName")] = true
		case catalogue.Bucket:
			buckets[r.ID] = true
		}
	}
	reached := false
	for _, r := range n.things {
		if r.Type != catalogue.Distribution {
			continue
		}
		if kind(r) != "Cdn" { // the firewall is in front of that one
			v.find("opening without a line: %s is a distribution of nobody's", r.Name())
		}
		for _, origin := range r.Objects("origins") {
			name := origin.Text("domainName")
			v.doors++
			toBalancer := slices.ContainsFunc(n.things, func(record *thing) bool {
				return record.Type == catalogue.DNSRecord && record.Text("name") == name && balancers[record.Text("aliases[0].name")]
			})
			bucket, _, isBucket := strings.Cut(name, ".s3.")
			reached = reached || toBalancer
			if !toBalancer && (!isBucket || !buckets[bucket]) {
				v.find("opening without a line: the distribution %s sends requests to %s", r.Name(), name)
			}
		}
	}
	if !reached {
		v.find("line without a path: no distribution sends requests to the load balancer")
	}
}
