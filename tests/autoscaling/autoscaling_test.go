// Package autoscaling scales a stack's cluster from its fewest nodes to its most and back: a real control plane with a real
// scheduler and real disruption budgets, simulated nodes of the stack file's size, and the pods that the program registers.
package autoscaling

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/internal/capacity"
	"legops/internal/controlplane"
	"legops/internal/drawn"
	"legops/internal/registered"
	"legops/stacks"
)

// patience is how long pods may be pending while the autoscaler does nothing. The scheduler retries every second.
const patience = 5 * time.Second

// TestMain runs all plays at once, however few CPUs there are: they mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "3"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// play is a stack on a cluster whose nodes come and go.
type play struct {
	*testing.T
	*autoscaler
	cfg   *stacks.Config
	began time.Time
}

// start starts a cluster with the groups' minimums of nodes, and all workloads at their minReplicas.
func start(t *testing.T, stack string, groups ...*group) *play {
	t.Helper()
	cfg := config(t, stack)
	types := make([]string, len(cfg.Eks.Nodes.InstanceTypes))
	for i, name := range cfg.Eks.Nodes.InstanceTypes {
		types[i] = string(name)
	}
	has, known := capacity.Allocatable(types)
	require.True(t, known)
	a := &autoscaler{groups: groups, has: has}
	var nodes []controlplane.Node
	for _, g := range groups {
		for range g.min {
			nodes = append(nodes, a.instance(g))
		}
	}
	objects, patches := controlplane.Registered(registered.Stack(t, stack, cfg))
	objects = append(objects, standIns()...)
	a.plane = registered.Plane(t, root, controlplane.Options{Nodes: nodes})
	p := &play{T: t, autoscaler: a, cfg: cfg, began: time.Now()}
	_, err := a.plane.Admit(t.Context(), objects, patches)
	require.NoError(t, err)
	return p
}

// perZone returns the groups of a stack as the program creates them.
func perZone(cfg *stacks.Config) []*group {
	var groups []*group
	for _, zone := range cfg.Network.AvailabilityZones {
		groups = append(groups, &group{
			name: "nodes-" + zone, zones: []string{zone}, min: cfg.Eks.Nodes.MinSizePerZone, max: cfg.Eks.Nodes.MaxSizePerZone,
		})
	}
	return groups
}

func (p *play) look() *snapshot {
	p.Helper()
	s, err := look(p.Context(), p.plane)
	require.NoError(p, err)
	return s
}

// settle lets the autoscaler add nodes until every pod is ready, or until pods have been pending for too long.
func (p *play) settle(what string) *snapshot {
	p.Helper()
	began := time.Now()
	for last := began; ; time.Sleep(200 * time.Millisecond) {
		s := p.look()
		unready := s.some(func(p *pod) bool { return !p.ready })
		if len(unready) == 0 && p.complete(s) {
			p.say(what, s)
			return s
		}
		did, err := p.scaleUp(p.Context(), s)
		require.NoError(p, err)
		if did != "" {
			p.Logf("%6.1fs %s", time.Since(p.began).Seconds(), did)
		}
		if did != "" || len(s.some(waits)) == 0 {
			last = time.Now()
		}
		if time.Since(last) > patience {
			p.say(what+", and no more nodes come", s)
			return s
		}
		require.Less(p, time.Since(began), 4*time.Minute, "still not ready: %v", names(unready))
	}
}

// complete reports whether every Deployment has all its pods.
func (p *play) complete(s *snapshot) bool {
	var list struct {
		Items []struct {
			Metadata struct {
				Name       string
				Generation int
			}
			Spec   struct{ Replicas int }
			Status struct{ ObservedGeneration, Replicas, UpdatedReplicas int }
		}
	}
	require.NoError(p, p.plane.Get(p.Context(), "/apis/apps/v1/deployments", &list))
	for _, d := range list.Items {
		if d.Status.ObservedGeneration != d.Metadata.Generation || d.Status.Replicas != d.Spec.Replicas ||
			d.Status.UpdatedReplicas != d.Spec.Replicas || len(s.of(d.Metadata.Name)) != d.Spec.Replicas {
			return false
		}
	}
	return true
}

// of returns the pods of an application or a service.
func (s *snapshot) of(owner string) []*pod {
	return s.some(func(p *pod) bool { return p.owner == owner })
}

// shrink lets the autoscaler remove idle nodes until there is none.
func (p *play) shrink(what string) *snapshot {
	p.Helper()
	for {
		s := p.settle(what)
		name, err := p.scaleDown(p.Context(), s)
		require.NoError(p, err)
		if name == "" {
			return s
		}
		p.Logf("%6.1fs %s was idle, is drained and removed", time.Since(p.began).Seconds(), name)
	}
}

// say logs the cluster's numbers.
func (p *play) say(what string, s *snapshot) {
	p.Helper()
	var nodes []string
	for _, g := range p.groups {
		for _, zone := range g.zones {
			nodes = append(nodes, fmt.Sprintf("%s: %d of %d", zone, g.in(zone), g.max))
		}
	}
	var asked, had capacity.Room
	for _, n := range s.nodes {
		asked, had = minus(asked, minus(n.left, n.has)), minus(had, minus(capacity.Room{}, n.has))
	}
	pods := s.some(func(p *pod) bool { return !p.ofNode })
	p.Logf("%6.1fs %s: nodes in %s; %d pods, %d pending; %d of %dm CPU and %d of %d MiB requested", time.Since(p.began).Seconds(), what,
		strings.Join(nodes, ", "), len(pods), len(s.some(waits)), asked.MilliCPU, had.MilliCPU, asked.MemoryMiB, had.MemoryMiB)
}

// served returns the Deployments that serve visitors: the path of each in the API, and its bounds.
func (p *play) served() map[string][2]int {
	const path = "/apis/apps/v1/namespaces/%s/deployments/%s"
	all := map[string][2]int{
		fmt.Sprintf(path, apps.IngressNamespace, capacity.Ingress): {p.cfg.Ingress.MinReplicas, p.cfg.Ingress.MaxReplicas},
	}
	for _, a := range p.cfg.Applications {
		all[fmt.Sprintf(path, a.Name, a.Name)] = [2]int{a.MinReplicas, a.MaxReplicas}
	}
	return all
}

// scale scales every application, and the ingress, to its minReplicas or maxReplicas.
func (p *play) scale(bound int) {
	p.Helper()
	for path, bounds := range p.served() {
		require.NoError(p, p.plane.Patch(p.Context(), path+"/scale", controlplane.Object{"spec": map[string]any{"replicas": bounds[bound]}}))
	}
}

const least, most = 0, 1 // bounds

// fits asserts that every pod has a node and that groups are within their bounds.
func (p *play) fits(s *snapshot) {
	p.Helper()
	assert.Empty(p, names(s.some(waits)), "pending")
	for _, g := range p.groups {
		assert.LessOrEqual(p, len(g.nodes), g.max, g.name)
		assert.GreaterOrEqual(p, len(g.nodes), g.min, g.name)
	}
}

// spread asserts that everything fits, and that each zone has its half of every application.
func (p *play) spread(s *snapshot) {
	p.Helper()
	p.fits(s)
	for _, a := range p.cfg.Applications {
		in := map[string]int{}
		for _, zone := range p.cfg.Network.AvailabilityZones {
			in[zone] = 0
		}
		for _, pod := range s.of(a.Name) {
			if n := s.node(pod.node); n != nil {
				in[n.zone]++
			}
		}
		counts := slices.Collect(maps.Values(in))
		assert.LessOrEqual(p, slices.Max(counts)-slices.Min(counts), 1, "%s: %v", a.Name, in)
	}
}

// names returns the names of pods, with the scheduler's reason for each.
func names(pods []*pod) []string {
	var all []string
	for _, p := range pods {
		all = append(all, fmt.Sprintf("%s/%s (%s)", p.namespace, p.name, p.why))
	}
	return all
}

// turns are the tests of which make test plays one.
var turns = []string{"TestPodsFindNodes", "TestPodsAtTheirMost", "TestOneGroupOverTwoZones", "TestNodesAreReplaced"}

// TestPodsFindNodes is a day of development: from two nodes to all applications at their maxReplicas, a release of all at
// once, back again at night, one zone lost, and then the other.
func TestPodsFindNodes(t *testing.T) {
	drawn.Turn(t, turns...)
	t.Parallel()
	p := start(t, "dev", perZone(config(t, "dev"))...)
	p.spread(p.settle("two nodes, everything at its minimum"))

	p.scale(most)
	p.spread(p.settle("everything at its maximum"))
	p.release()
	p.spread(p.settle("all released at once"))

	// Kubernetes does not scale down by zone: both remaining pods may be in one.
	p.scale(least)
	p.fits(p.settle("everything at its minimum again"))
	p.undisturbed(p.floors(least), func() { p.fits(p.shrink("idle nodes are removed")) })

	// When the second zone is lost, all pods of an application are in it.
	for _, lost := range p.groups {
		zone := lost.zones[0]
		p.undisturbed(p.floors(least), func() { p.lose(lost) })
		s := p.settle("without " + zone)
		assert.Empty(t, names(s.some(waits)), "pending although the other zone is left")
		assert.Empty(t, names(s.some(func(p *pod) bool { return !p.ofNode && s.node(p.node).zone == zone })), "are on nodes of "+zone)
		p.restore(lost)
	}
	p.release()
	p.spread(p.settle("both zones are back, and a release spreads the pods"))
}

// TestPodsAtTheirMost is production under load: every application at its maxReplicas.
func TestPodsAtTheirMost(t *testing.T) {
	drawn.Turn(t, turns...)
	t.Parallel()
	p := start(t, "prod", perZone(config(t, "prod"))...)
	p.scale(most)
	p.spread(p.settle("everything at its maximum"))
}

// TestOneGroupOverTwoZones shows why each zone has a group. Of three nodes in one group over both zones Auto Scaling starts two in
// the first zone and one in the second, which is too small for its half. The autoscaler expects the next node in the first zone,
// where those pods may not go: they stay pending, although the group may have as many nodes again.
func TestOneGroupOverTwoZones(t *testing.T) {
	drawn.Turn(t, turns...)
	t.Parallel()
	cfg := config(t, "dev")
	g := &group{name: "nodes", zones: cfg.Network.AvailabilityZones, min: 3, max: 2 * cfg.Eks.Nodes.MaxSizePerZone}
	p := start(t, "dev", g)
	s := p.settle("three nodes, everything at its minimum")
	assert.NotEmpty(t, names(s.some(waits)), "no pod is pending: one group over two zones would do")
	assert.Equal(t, []int{2, 1}, []int{g.in(g.zones[0]), g.in(g.zones[1])}, "of %d nodes that the group may have", g.max)
}

// lose drains every node of a zone, for which AWS then has no instances, and lets the autoscaler add nodes elsewhere.
func (p *play) lose(g *group) {
	p.Helper()
	g.out = true
	for _, n := range g.nodes {
		require.NoError(p, cordon(p.Context(), p.plane, n.Name, true))
	}
	var draining sync.WaitGroup
	for _, n := range g.nodes {
		draining.Go(func() { assert.NoError(p, drain(p.Context(), p.plane, n.Name)) })
	}
	done := make(chan struct{})
	go func() { draining.Wait(); close(done) }()
	for {
		select {
		case <-done:
			return
		case <-time.After(200 * time.Millisecond):
			did, err := p.scaleUp(p.Context(), p.look())
			require.NoError(p, err)
			if did != "" {
				p.Logf("%6.1fs %s", time.Since(p.began).Seconds(), did)
			}
		}
	}
}

func (p *play) restore(g *group) {
	p.Helper()
	g.out = false
	for _, n := range g.nodes {
		require.NoError(p, cordon(p.Context(), p.plane, n.Name, false))
	}
}

// release replaces all pods of every application and of the ingress, with the surge of one pod.
func (p *play) release() {
	p.Helper()
	for path := range p.served() {
		require.NoError(p, p.plane.Patch(p.Context(), path, controlplane.Object{"spec": map[string]any{
			"minReadySeconds": 0, // to save waiting time
			"template":        map[string]any{"metadata": map[string]any{"annotations": map[string]any{"released": time.Now().String()}}},
		}}))
	}
}
