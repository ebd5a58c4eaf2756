package autoscaling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"legops/internal/capacity"
	"legops/internal/controlplane"
)

// group is a node group: Auto Scaling adds a node in the zone with the fewest.
type group struct {
	name     string
	zones    []string
	min, max int
	nodes    []controlplane.Node // in the order of their start
	// out is set if AWS has no instance for it.
	out bool
}

// autoscaler decides as the Cluster Autoscaler, which is no Go module, with the program's flags. Its decisions follow
// kubernetes/autoscaler, cluster-autoscaler: core/static_autoscaler.go, core/scaleup/orchestrator,
// estimator/binpacking_estimator.go, processors/nodegroupset, core/scaledown, FAQ.md. It leaves out the waits (ten seconds
// between scans, ten minutes before it removes an idle node).
type autoscaler struct {
	plane  *controlplane.Plane
	groups []*group
	has    capacity.Room // of every node
	serial int
}

// idle is the utilization below which a node may be removed (scale-down-utilization-threshold).
const idle = 0.5

// option is a possible scale-up of a group for pending pods.
type option struct {
	group  *group
	nodes  int
	pods   []*pod
	wasted float64 // the share of the new nodes that stays free
}

// template is the node that the autoscaler expects of a group: in the group's first zone, whatever other zones it has
// (cloudprovider/aws/aws_manager.go and, if the group has nodes, processors/nodeinfosprovider/mixed_nodeinfos_processor.go),
// with the agents of every node.
func (a *autoscaler) template(g *group, n int) *node {
	left := a.has
	for _, agent := range capacity.Agents {
		left = minus(left, agent.Pod)
	}
	return &node{name: fmt.Sprintf("template-%s-%d", g.name, n), zone: g.zones[0], has: a.has, left: left}
}

// scaleUp adds nodes for pending pods, if a group can help, and reports them.
func (a *autoscaler) scaleUp(ctx context.Context, s *snapshot) (string, error) {
	s = s.fork()
	var helpless []*pod
	for _, p := range bySize(s.some(waits), a.has) {
		if !p.ofNode && !s.place(p, s.nodes) { // the scheduler has not yet seen the room
			helpless = append(helpless, p)
		}
	}
	var best *option
	for _, g := range a.groups {
		if o := a.expand(s, g, helpless); o != nil && (best == nil || o.wasted < best.wasted) { // least-waste
			best = o
		}
	}
	if best == nil {
		return "", nil
	}
	return a.grow(ctx, a.alike(s, best), best)
}

// expand packs pods onto new nodes of a group; nil if no pod fits.
func (a *autoscaler) expand(s *snapshot, g *group, pods []*pod) *option {
	if g.out || len(g.nodes) >= g.max {
		return nil
	}
	s = s.fork()
	o := &option{group: g}
	var added []*node
	for _, p := range bySize(pods, a.has) {
		if s.place(p, added) {
			o.pods = append(o.pods, p)
			continue
		}
		if len(g.nodes)+len(added) >= g.max || len(added) > 0 && added[len(added)-1].left == a.template(g, 0).left {
			continue // no further node, or another would stay as empty as the last
		}
		fresh := a.template(g, len(added))
		added, s.nodes = append(added, fresh), append(s.nodes, fresh)
		if s.place(p, added) {
			o.pods = append(o.pods, p)
		}
	}
	var free, all float64
	for _, n := range added {
		if n.left != a.template(g, 0).left {
			o.nodes++
			free += float64(n.left.MilliCPU)/float64(n.has.MilliCPU) + float64(n.left.MemoryMiB)/float64(n.has.MemoryMiB)
			all += 2
		}
	}
	if o.nodes == 0 {
		return nil
	}
	o.wasted = free / all
	return o
}

// alike returns the groups that could take the same pods, including the chosen one; new nodes are balanced over them.
func (a *autoscaler) alike(s *snapshot, o *option) []*group {
	groups := []*group{o.group}
	for _, g := range a.groups {
		if g == o.group || g.out || len(g.nodes) >= g.max {
			continue
		}
		with := s.fork()
		fresh := a.template(g, 0)
		with.nodes = append(with.nodes, fresh)
		if !slices.ContainsFunc(o.pods, func(p *pod) bool { return !with.fits(p, fresh) }) {
			groups = append(groups, g)
		}
	}
	return groups
}

// grow adds nodes to the smallest of the groups, one by one.
func (a *autoscaler) grow(ctx context.Context, groups []*group, o *option) (string, error) {
	var added []controlplane.Node
	for range o.nodes {
		var least *group
		for _, g := range groups {
			if len(g.nodes) < g.max && (least == nil || len(g.nodes) < len(least.nodes)) {
				least = g
			}
		}
		if least == nil {
			break
		}
		added = append(added, a.instance(least))
	}
	names := make([]string, len(added))
	for i, n := range added {
		names[i] = n.Name + " in " + n.Zone
	}
	return fmt.Sprintf("for %d pods: %s", len(o.pods), strings.Join(names, ", ")), a.plane.AddNodes(ctx, added...)
}

// instance returns a new node of a group.
func (a *autoscaler) instance(g *group) controlplane.Node {
	zone := g.zones[0]
	for _, other := range g.zones {
		if g.in(other) < g.in(zone) {
			zone = other
		}
	}
	a.serial++
	n := controlplane.Node{Name: fmt.Sprintf("%s-%d", g.name, a.serial), Zone: zone, Allocatable: map[string]string{
		"cpu": fmt.Sprintf("%dm", a.has.MilliCPU), "memory": fmt.Sprintf("%dMi", a.has.MemoryMiB), "pods": fmt.Sprint(a.has.Pods),
	}}
	g.nodes = append(g.nodes, n)
	return n
}

// in returns the number of a group's nodes in a zone.
func (g *group) in(zone string) int {
	return len(slices.DeleteFunc(slices.Clone(g.nodes), func(n controlplane.Node) bool { return n.Zone != zone }))
}

// scaleDown removes one idle node whose pods fit elsewhere, if there is one, and reports it.
func (a *autoscaler) scaleDown(ctx context.Context, s *snapshot) (string, error) {
	budgets, err := budgets(ctx, a.plane)
	if err != nil {
		return "", err
	}
	for _, g := range a.groups {
		if len(g.nodes) <= g.min {
			continue
		}
		for _, own := range g.nodes {
			if n := s.node(own.Name); n != nil && a.removable(s, n, budgets) {
				return own.Name, a.remove(ctx, g, n)
			}
		}
	}
	return "", nil
}

func (a *autoscaler) removable(s *snapshot, n *node, budgets []budget) bool {
	used := minus(n.has, n.left)
	if max(float64(used.MilliCPU)/float64(n.has.MilliCPU), float64(used.MemoryMiB)/float64(n.has.MemoryMiB)) >= idle {
		return false
	}
	s = s.fork()
	others := slices.DeleteFunc(slices.Clone(s.nodes), func(other *node) bool { return other.name == n.name })
	moving := s.some(func(p *pod) bool { return p.node == n.name && !p.ofNode })
	for _, p := range moving {
		if slices.ContainsFunc(budgets, func(b budget) bool { return b.covers(p) && b.allowed < 1 }) {
			return false
		}
		p.node = ""
	}
	s.nodes = others
	for _, p := range bySize(moving, a.has) {
		if !s.place(p, others) {
			return false
		}
	}
	return true
}

// remove drains a node and terminates it.
func (a *autoscaler) remove(ctx context.Context, g *group, n *node) error {
	if err := drain(ctx, a.plane, n.name); err != nil {
		return err
	}
	g.nodes = slices.DeleteFunc(g.nodes, func(own controlplane.Node) bool { return own.Name == n.name })
	return a.plane.RemoveNode(ctx, n.name)
}

// drain cordons a node and evicts its pods through the API that respects disruption budgets, until none is left.
func drain(ctx context.Context, plane *controlplane.Plane, name string) error {
	if err := cordon(ctx, plane, name, true); err != nil {
		return err
	}
	for {
		s, err := look(ctx, plane)
		if err != nil {
			return err
		}
		left := s.some(func(p *pod) bool { return p.node == name && !p.ofNode })
		if len(left) == 0 {
			return nil
		}
		for _, p := range left {
			err := plane.Post(ctx, fmt.Sprintf("/api/v1/namespaces/%s/pods/%s/eviction", p.namespace, p.name), controlplane.Object{
				"apiVersion": "policy/v1", "kind": "Eviction", "metadata": map[string]any{"name": p.name, "namespace": p.namespace},
			})
			// As kubectl drain: what a budget forbids is tried again, and a pod that is gone is evicted.
			if err != nil && !errors.Is(err, controlplane.ErrTooManyRequests) && !errors.Is(err, controlplane.ErrNotFound) {
				return err
			}
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

func cordon(ctx context.Context, plane *controlplane.Plane, name string, is bool) error {
	return plane.Patch(ctx, "/api/v1/nodes/"+name, controlplane.Object{"spec": map[string]any{"unschedulable": is}})
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// budget is a disruption budget.
type budget struct {
	namespace string
	selector  map[string]string
	allowed   int
}

func (b budget) covers(p *pod) bool {
	return constraint{selector: b.selector}.selects(p, b.namespace)
}

func budgets(ctx context.Context, plane *controlplane.Plane) ([]budget, error) {
	var list struct {
		Items []struct {
			Metadata struct{ Namespace string }
			Spec     struct {
				Selector struct{ MatchLabels map[string]string }
			}
			Status struct{ DisruptionsAllowed int }
		}
	}
	if err := plane.Get(ctx, "/apis/policy/v1/poddisruptionbudgets", &list); err != nil {
		return nil, err
	}
	var all []budget
	for _, item := range list.Items {
		all = append(all, budget{item.Metadata.Namespace, item.Spec.Selector.MatchLabels, item.Status.DisruptionsAllowed})
	}
	return all, nil
}
