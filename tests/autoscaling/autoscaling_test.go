// Package autoscaling plays the cluster of a stack from its fewest nodes to its most and back: a real control plane with a real
// scheduler and real disruption budgets, simulated nodes of the size of the stack file's, and the pods that the program
// registers.
package autoscaling

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components"
	"legops/internal/capacity"
	"legops/internal/controlplane"
	"legops/internal/registered"
	"legops/stacks"
)

// patience is how long pods may wait while the autoscaler does nothing. The scheduler tries again every second.
const patience = 5 * time.Second

// TestMain lets all plays run at once, however few processors there are: they mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "3"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// play is a stack whose nodes come and go.
type play struct {
	*testing.T
	*autoscaler
	cfg   *stacks.Config
	began time.Time
}

// start starts a cluster with the fewest nodes that some groups may have, and everything that runs on it at its least.
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
	plane, err := controlplane.Start(t.Context(), controlplane.Options{
		Bin: filepath.Join(root, "bin/kubernetes"), Dir: t.TempDir(), Nodes: nodes,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		plane.Close()
		if t.Failed() {
			t.Log(plane.Logs())
		}
	})
	a.plane = plane
	p := &play{T: t, autoscaler: a, cfg: cfg, began: time.Now()}
	_, err = plane.Admit(t.Context(), objects, patches)
	require.NoError(t, err)
	return p
}

// perZone are the groups of a stack as the program makes them.
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

// settle lets the autoscaler add nodes until every pod is ready, or until pods have waited for too long in vain.
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

// complete is whether there are as many pods as their Deployments want.
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

// of are the pods of an application or a service.
func (s *snapshot) of(owner string) []*pod {
	return s.some(func(p *pod) bool { return p.owner == owner })
}

// shrink lets the autoscaler take idle nodes away until there is none.
func (p *play) shrink(what string) *snapshot {
	p.Helper()
	for {
		s := p.settle(what)
		name, err := p.scaleDown(p.Context(), s)
		require.NoError(p, err)
		if name == "" {
			return s
		}
		p.Logf("%6.1fs %s is idle, drained and gone", time.Since(p.began).Seconds(), name)
	}
}

// say prints the cluster in numbers.
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
	p.Logf("%6.1fs %s: nodes in %s; %d pods, %d wait; %d of %dm CPU and %d of %d MiB are asked for", time.Since(p.began).Seconds(), what,
		strings.Join(nodes, ", "), len(pods), len(s.some(waits)), asked.MilliCPU, had.MilliCPU, asked.MemoryMiB, had.MemoryMiB)
}

// served are the Deployments that visitors reach: the path of each in the API, and its bounds.
func (p *play) served() map[string][2]int {
	const path = "/apis/apps/v1/namespaces/%s/deployments/%s"
	all := map[string][2]int{
		fmt.Sprintf(path, components.IngressNamespace, capacity.Ingress): {p.cfg.Ingress.MinReplicas, p.cfg.Ingress.MaxReplicas},
	}
	for _, a := range p.cfg.Applications {
		all[fmt.Sprintf(path, a.Name, a.Name)] = [2]int{a.MinReplicas, a.MaxReplicas}
	}
	return all
}

// scale gives every application, and the ingress, a number of pods: their least or their most.
func (p *play) scale(bound int) {
	p.Helper()
	for path, bounds := range p.served() {
		require.NoError(p, p.plane.Patch(p.Context(), path+"/scale", controlplane.Object{"spec": map[string]any{"replicas": bounds[bound]}}))
	}
}

const least, most = 0, 1 // bounds

// fits asserts that every pod has a node and that groups keep to their bounds.
func (p *play) fits(s *snapshot) {
	p.Helper()
	assert.Empty(p, names(s.some(waits)), "wait for a node")
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

// names are those of pods, with what the scheduler says of each.
func names(pods []*pod) []string {
	var all []string
	for _, p := range pods {
		all = append(all, fmt.Sprintf("%s/%s (%s)", p.namespace, p.name, p.why))
	}
	return all
}

// undisturbed does something meanwhile no application may miss more than one pod of its least.
func (p *play) undisturbed(do func()) {
	p.Helper()
	ctx, stop := context.WithCancel(p.Context())
	fewest, looks := map[string]int{}, 0
	var watching sync.WaitGroup
	watching.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
			s, err := look(ctx, p.plane)
			if err != nil {
				continue // the next look is soon, and do fails if it goes on
			}
			looks++
			for _, a := range p.cfg.Applications {
				ready := len(slices.DeleteFunc(s.of(a.Name), func(p *pod) bool { return !p.ready }))
				if before, seen := fewest[a.Name]; !seen || ready < before {
					fewest[a.Name] = ready
				}
			}
		}
	})
	do()
	stop()
	watching.Wait()
	p.Logf("       the fewest ready pods in %d looks: %v", looks, fewest)
	for _, a := range p.cfg.Applications {
		assert.GreaterOrEqual(p, fewest[a.Name], a.MinReplicas-1, "%s: the disruption budget was broken", a.Name)
	}
}

// TestPodsFindNodes is a day of development: from two nodes to all applications at their most, a release of all at once, back
// again at night, one zone lost, and then the other.
func TestPodsFindNodes(t *testing.T) {
	t.Parallel()
	p := start(t, "dev", perZone(config(t, "dev"))...)
	p.spread(p.settle("two nodes, everything at its least"))

	p.scale(most)
	p.spread(p.settle("everything at its most"))
	p.release()
	p.spread(p.settle("all released at once"))

	// Which pods go is not a matter of zones to Kubernetes: both that stay may be in one.
	p.scale(least)
	p.fits(p.settle("everything at its least again"))
	p.undisturbed(func() { p.fits(p.shrink("idle nodes go")) })

	// When the second zone goes, all pods of an application are in it.
	for _, lost := range p.groups {
		zone := lost.zones[0]
		p.undisturbed(func() { p.lose(lost) })
		s := p.settle("without " + zone)
		assert.Empty(t, names(s.some(waits)), "wait for a node although the other zone is left")
		assert.Empty(t, names(s.some(func(p *pod) bool { return !p.ofNode && s.node(p.node).zone == zone })), "are on nodes of "+zone)
		p.restore(lost)
	}
	p.release()
	p.spread(p.settle("both zones are back, and a release spreads the pods"))
}

// TestPodsAtTheirMost is production under load: every application at its most.
func TestPodsAtTheirMost(t *testing.T) {
	t.Parallel()
	p := start(t, "prod", perZone(config(t, "prod"))...)
	p.scale(most)
	p.spread(p.settle("everything at its most"))
}

// TestOneGroupOverTwoZones is why each zone has a group. Of three nodes in one group over both zones Auto Scaling puts two into the
// first zone and one into the second, which is too small for its half. The autoscaler takes the next node for one of the first
// zone, where those pods are not due: they wait for ever, although the group may have as many nodes again.
func TestOneGroupOverTwoZones(t *testing.T) {
	t.Parallel()
	cfg := config(t, "dev")
	g := &group{name: "nodes", zones: cfg.Network.AvailabilityZones, min: 3, max: 2 * cfg.Eks.Nodes.MaxSizePerZone}
	p := start(t, "dev", g)
	s := p.settle("three nodes, everything at its least")
	assert.NotEmpty(t, names(s.some(waits)), "no pod waits: one group over two zones would do")
	assert.Equal(t, []int{2, 1}, []int{g.in(g.zones[0]), g.in(g.zones[1])}, "of %d nodes that the group may have", g.max)
}

// lose drains every node of a zone for which AWS has no more instances, and lets the autoscaler add nodes elsewhere.
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

// release replaces all pods of every application and of the ingress, one more at a time.
func (p *play) release() {
	p.Helper()
	for path := range p.served() {
		require.NoError(p, p.plane.Patch(p.Context(), path, controlplane.Object{"spec": map[string]any{
			"minReadySeconds": 0, // or nothing happens for most of the time
			"template":        map[string]any{"metadata": map[string]any{"annotations": map[string]any{"released": time.Now().String()}}},
		}}))
	}
}
