package autoscaling

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/capacity"
	"legops/internal/controlplane"
	"legops/internal/drawn"
)

// What EKS and EC2 allow: a quarter of an hour until the pods of a node have left it, or the update fails; two minutes from the notice until a Spot node
// is gone (EKS User Guide, managed-node-update-behavior; EC2 User Guide, spot-instance-termination-notices).
const (
	drainLimit = 15 * time.Minute
	notice     = 2 * time.Minute
)

// replacement replaces nodes of groups as EKS does.
type replacement struct {
	*play
	mu sync.Mutex // of the groups
}

// started starts nodes of a group, and returns when they and their agents are there: without that of the network, no node is Ready.
func (r *replacement) started(ctx context.Context, g *group, count int) error {
	r.mu.Lock()
	var nodes []controlplane.Node
	for range count {
		nodes = append(nodes, r.instance(g))
	}
	r.mu.Unlock()
	if err := r.plane.AddNodes(ctx, nodes...); err != nil {
		return err
	}
	for {
		s, err := look(ctx, r.plane)
		if err != nil {
			return err
		}
		agents := s.some(func(p *pod) bool {
			return p.ofNode && slices.ContainsFunc(nodes, func(n controlplane.Node) bool { return n.Name == p.node })
		})
		if len(agents) == len(nodes)*len(capacity.Agents) {
			return nil
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// ended drains a node, as long as that may take, and ends it with the pods that are left on it, whose names it returns.
func (r *replacement) ended(ctx context.Context, g *group, name string, limit time.Duration) (left []string, err error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := drain(limited, r.plane, name); err != nil && limited.Err() == nil {
		return nil, err
	}
	s, err := look(ctx, r.plane)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	g.nodes = slices.DeleteFunc(g.nodes, func(own controlplane.Node) bool { return own.Name == name })
	r.mu.Unlock()
	return names(s.some(func(p *pod) bool { return p.node == name && !p.ofNode })), r.plane.RemoveNode(ctx, name)
}

// update replaces the nodes of a group, a third at a time, as updateConfig says: new nodes first, as many as may be away and at least two a zone; the old
// ones take no pods any more; one batch after the other is drained and ended, and new nodes take its place. between runs after the first batch.
func (r *replacement) update(ctx context.Context, g *group, between func()) error {
	r.mu.Lock()
	old := slices.Clone(g.nodes)
	r.mu.Unlock()
	away := max(1, len(old)*33/100)
	begun := min(len(old), max(2*len(g.zones), away))
	missing := len(old) - begun
	if err := r.started(ctx, g, begun); err != nil {
		return err
	}
	for _, n := range old {
		if err := cordon(ctx, r.plane, n.Name, true); err != nil {
			return err
		}
	}
	for batch := range slices.Chunk(old, away) {
		var ending sync.WaitGroup
		failed := make([]error, len(batch))
		for i, n := range batch {
			ending.Go(func() {
				left, err := r.ended(ctx, g, n.Name, drainLimit)
				failed[i] = err
				assert.Empty(r, left, "%s: PodEvictionFailure", n.Name)
			})
		}
		ending.Wait()
		for _, err := range failed {
			if err != nil {
				return err
			}
		}
		if between != nil {
			between()
			between = nil
		}
		again := min(missing, len(batch))
		missing -= again
		if err := r.started(ctx, g, again); err != nil {
			return err
		}
	}
	return nil
}

// interrupt takes a Spot node back: EC2 says so two minutes before, EKS starts another and drains it meanwhile.
func (r *replacement) interrupt(ctx context.Context, g *group, name string) error {
	told := time.Now()
	if err := r.started(ctx, g, 1); err != nil {
		return err
	}
	left, err := r.ended(ctx, g, name, notice-time.Since(told))
	r.Logf("%6.1fs %s was taken back, %.1fs after the notice, with %d pods", time.Since(r.began).Seconds(), name, time.Since(told).Seconds(), len(left))
	assert.Empty(r, left, "they end with the node")
	return err
}

// TestNodesAreReplaced is docs/runbooks/node-upgrade.md with the pods: production at its maximum, more than a hundred pods, gets new nodes in both zones at
// once, as one update of Pulumi does, and EC2 takes back one of the new ones in the middle. Nothing is below its disruption budget at any moment.
func TestNodesAreReplaced(t *testing.T) {
	drawn.Turn(t, turns...)
	t.Parallel()
	cfg := config(t, "prod")
	groups := perZone(cfg)
	for _, g := range groups {
		g.min = g.max - 1 // all pods fit, and the autoscaler has nothing to do
	}
	r := &replacement{play: start(t, "prod", groups...)}
	r.scale(most)
	s := r.settle("everything at its maximum")
	r.spread(s)
	require.Greater(t, len(s.some(func(p *pod) bool { return !p.ofNode })), 100)
	before := map[string]bool{}
	for _, n := range s.nodes {
		before[n.name] = true
	}
	floors := r.floors(most)
	floors[capacity.Ingress] = cfg.Ingress.MaxReplicas - 1
	r.undisturbed(floors, func() {
		var updating, interruption sync.WaitGroup
		for i, g := range groups {
			var between func()
			if i == 0 {
				between = func() {
					r.mu.Lock()
					victim := g.nodes[len(g.nodes)-1].Name
					r.mu.Unlock()
					assert.False(t, before[victim], "the interruption has to hit a new node")
					interruption.Go(func() { assert.NoError(t, r.interrupt(t.Context(), g, victim)) })
				}
			}
			updating.Go(func() { assert.NoError(t, r.update(t.Context(), g, between)) })
		}
		updating.Wait()
		interruption.Wait()
	})
	assert.Empty(t, r.preempted(), "critical pods had to push others out")
	s = r.settle("new nodes")
	r.spread(s)
	for _, n := range s.nodes {
		assert.False(t, before[n.name], "%s is an old node", n.name)
	}
}
