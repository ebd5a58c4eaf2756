package autoscaling

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"legops/internal/capacity"
	"legops/internal/controlplane"
)

const zoneLabel = "topology.kubernetes.io/zone"

// node is a node as the scheduler sees it.
type node struct {
	name, zone string
	cordoned   bool
	has, left  capacity.Room
}

// pod is a pod as the scheduler sees it.
type pod struct {
	name, namespace, owner string // owner is its Deployment or DaemonSet
	labels                 map[string]string
	asks                   capacity.Room
	spread                 []constraint
	node                   string // empty while unscheduled
	ofNode                 bool   // of a DaemonSet
	waits                  bool   // the scheduler found no node
	why                    string // the scheduler's reason
	ready, leaving         bool
}

// constraint is a strict spread of pods over zones.
type constraint struct {
	maxSkew  int
	selector map[string]string
	// honors is set if cordoned nodes and their pods do not count.
	honors bool
}

func (c constraint) selects(p *pod, namespace string) bool {
	if p.namespace != namespace || p.leaving {
		return false
	}
	for key, value := range c.selector {
		if p.labels[key] != value {
			return false
		}
	}
	return true
}

// snapshot is the state of the cluster at one moment.
type snapshot struct {
	nodes []*node
	pods  []*pod
}

// look takes a snapshot.
func look(ctx context.Context, plane *controlplane.Plane) (*snapshot, error) {
	var nodes struct {
		Items []struct {
			Metadata struct {
				Name   string
				Labels map[string]string
			}
			Spec   struct{ Unschedulable bool }
			Status struct{ Allocatable map[string]string }
		}
	}
	if err := plane.Get(ctx, "/api/v1/nodes", &nodes); err != nil {
		return nil, err
	}
	s := &snapshot{}
	for _, item := range nodes.Items {
		has := room(item.Status.Allocatable)
		has.Pods = capacity.MilliCPU(item.Status.Allocatable["pods"]) / 1000
		s.nodes = append(s.nodes, &node{
			name: item.Metadata.Name, zone: item.Metadata.Labels[zoneLabel], cordoned: item.Spec.Unschedulable, has: has, left: has,
		})
	}
	slices.SortFunc(s.nodes, func(a, b *node) int { return cmp.Compare(a.name, b.name) })
	return s, s.readPods(ctx, plane)
}

func room(quantities map[string]string) capacity.Room {
	return capacity.Room{MilliCPU: capacity.MilliCPU(quantities["cpu"]), MemoryMiB: capacity.MebiBytes(quantities["memory"]), Pods: 1}
}

func (s *snapshot) readPods(ctx context.Context, plane *controlplane.Plane) error {
	var pods struct {
		Items []struct {
			Metadata struct {
				Name, Namespace   string
				Labels            map[string]string
				DeletionTimestamp *string
				OwnerReferences   []struct{ Kind, Name string }
			}
			Spec struct {
				NodeName   string
				Containers []struct {
					Resources struct{ Requests map[string]string }
				}
				TopologySpreadConstraints []struct {
					MaxSkew                                          int
					TopologyKey, WhenUnsatisfiable, NodeTaintsPolicy string
					MatchLabelKeys                                   []string
					LabelSelector                                    struct{ MatchLabels map[string]string }
				}
			}
			Status struct {
				Phase      string
				Conditions []struct{ Type, Status, Reason, Message string }
			}
		}
	}
	if err := plane.Get(ctx, "/api/v1/pods", &pods); err != nil {
		return err
	}
	for _, item := range pods.Items {
		if item.Status.Phase == "Succeeded" || item.Status.Phase == "Failed" {
			continue // of a job that has run: it takes no room, and is never ready again
		}
		p := &pod{
			name: item.Metadata.Name, namespace: item.Metadata.Namespace, labels: item.Metadata.Labels, node: item.Spec.NodeName,
			leaving: item.Metadata.DeletionTimestamp != nil,
			asks:    capacity.Room{Pods: 1},
		}
		for _, owner := range item.Metadata.OwnerReferences {
			p.ofNode = p.ofNode || owner.Kind == "DaemonSet"
			p.owner = strings.TrimSuffix(owner.Name, "-"+p.labels["pod-template-hash"]) // a ReplicaSet's name starts with its Deployment's
		}
		for _, container := range item.Spec.Containers {
			asks := room(container.Resources.Requests)
			p.asks.MilliCPU, p.asks.MemoryMiB = p.asks.MilliCPU+asks.MilliCPU, p.asks.MemoryMiB+asks.MemoryMiB
		}
		for _, spread := range item.Spec.TopologySpreadConstraints {
			if spread.TopologyKey != zoneLabel || spread.WhenUnsatisfiable != "DoNotSchedule" {
				continue
			}
			selector := maps.Clone(spread.LabelSelector.MatchLabels)
			for _, key := range spread.MatchLabelKeys {
				selector[key] = p.labels[key]
			}
			p.spread = append(p.spread, constraint{spread.MaxSkew, selector, spread.NodeTaintsPolicy == "Honor"})
		}
		for _, condition := range item.Status.Conditions {
			p.ready = p.ready || condition.Type == "Ready" && condition.Status == "True" && !p.leaving
			if condition.Type == "PodScheduled" {
				p.why = condition.Message
			}
			p.waits = p.waits || condition.Type == "PodScheduled" && condition.Reason == "Unschedulable" && !p.leaving
		}
		s.pods = append(s.pods, p)
		if n := s.node(p.node); n != nil {
			n.left = minus(n.left, p.asks)
		}
	}
	return nil
}

func minus(r, asks capacity.Room) capacity.Room {
	return capacity.Room{MilliCPU: r.MilliCPU - asks.MilliCPU, MemoryMiB: r.MemoryMiB - asks.MemoryMiB, Pods: r.Pods - asks.Pods}
}

func (s *snapshot) node(name string) *node {
	for _, n := range s.nodes {
		if n.name == name {
			return n
		}
	}
	return nil
}

// fork returns a copy for a trial.
func (s *snapshot) fork() *snapshot {
	copied := &snapshot{}
	for _, n := range s.nodes {
		other := *n
		copied.nodes = append(copied.nodes, &other)
	}
	for _, p := range s.pods {
		other := *p
		copied.pods = append(copied.pods, &other)
	}
	return copied
}

// fits reports whether the scheduler may place a pod on a node.
func (s *snapshot) fits(p *pod, n *node) bool {
	left := minus(n.left, p.asks)
	if n.cordoned || left.MilliCPU < 0 || left.MemoryMiB < 0 || left.Pods < 0 {
		return false
	}
	for _, c := range p.spread {
		// Only the zones of nodes that count, each with its number of pods.
		zones := map[string]int{}
		for _, other := range s.nodes {
			if !c.honors || !other.cordoned {
				zones[other.zone] += 0
			}
		}
		for _, other := range s.pods {
			on := s.node(other.node)
			if other.name != p.name && on != nil && c.selects(other, p.namespace) && (!c.honors || !on.cordoned) {
				zones[on.zone]++
			}
		}
		if zones[n.zone]+1-slices.Min(slices.Collect(maps.Values(zones))) > c.maxSkew {
			return false
		}
	}
	return true
}

// put places a pod of the snapshot on a node.
func (s *snapshot) put(p *pod, n *node) {
	for _, mine := range s.pods {
		if mine.name == p.name && mine.namespace == p.namespace {
			mine.node, mine.waits = n.name, false
			n.left = minus(n.left, p.asks)
		}
	}
}

// place places a pod on the first of the nodes on which it fits.
func (s *snapshot) place(p *pod, nodes []*node) bool {
	for _, n := range nodes {
		if s.fits(p, n) {
			s.put(p, n)
			return true
		}
	}
	return false
}

// bySize orders pods as the Cluster Autoscaler does: the largest share of a node first.
func bySize(pods []*pod, of capacity.Room) []*pod {
	share := func(p *pod) float64 {
		return float64(p.asks.MilliCPU)/float64(of.MilliCPU) + float64(p.asks.MemoryMiB)/float64(of.MemoryMiB)
	}
	pods = slices.Clone(pods)
	slices.SortStableFunc(pods, func(a, b *pod) int { return cmp.Or(cmp.Compare(share(b), share(a)), cmp.Compare(a.name, b.name)) })
	return pods
}

// some returns the pods for which is returns true.
func (s *snapshot) some(is func(*pod) bool) []*pod {
	return slices.DeleteFunc(slices.Clone(s.pods), func(p *pod) bool { return !is(p) })
}

func waits(p *pod) bool { return p.waits }
