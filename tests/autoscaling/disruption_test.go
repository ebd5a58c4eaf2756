package autoscaling

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// replaced is how long it may take until a pod in place of a preempted one is ready: the autoscaler's next node starts first.
const replaced = 15 * time.Second

// floors are the fewest ready pods that the disruption budgets of the applications leave, with as many as a bound: all but one.
func (p *play) floors(bound int) map[string]int {
	floors := map[string]int{}
	for _, a := range p.cfg.Applications {
		floors[a.Name] = [2]int{a.MinReplicas, a.MaxReplicas}[bound] - 1
	}
	return floors
}

// undisturbed runs do, during which nothing may have fewer ready pods than its floor: that is what its disruption budget guards against
// evictions. The scheduler does not keep to budgets where a critical pod, such as the ingress or the
// DNS server of a drained node, finds room nowhere else (kubernetes v1.35.4, pkg/scheduler/framework/preemption/preemption.go:
// a node whose victims violate budgets ranks last, but is taken); until they are replaced, an application may lack its preempted
// pods, too.
func (p *play) undisturbed(floors map[string]int, do func()) {
	p.Helper()
	ctx, stop := context.WithCancel(p.Context())
	looks, fewest := 0, map[string]int{}
	var lacks []lack
	var watching sync.WaitGroup
	watching.Go(func() {
		for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
			s, err := look(ctx, p.plane)
			if err != nil {
				continue // the next look follows soon, and do fails if it persists
			}
			looks++
			for name, floor := range floors {
				ready := len(slices.DeleteFunc(s.of(name), func(p *pod) bool { return !p.ready }))
				if before, seen := fewest[name]; !seen || ready < before {
					fewest[name] = ready
				}
				if ready < floor {
					lacks = append(lacks, lack{name, time.Now(), floor - ready})
				}
			}
		}
	})
	do()
	stop()
	watching.Wait()
	p.Logf("       the fewest ready pods in %d looks: %v", looks, fewest)
	violations := unexplained(lacks, p.preempted())
	for end := time.Now().Add(patience); len(violations) > 0 && time.Now().Before(end); violations = unexplained(lacks, p.preempted()) {
		time.Sleep(200 * time.Millisecond) // the scheduler writes its events a moment later
	}
	assert.Empty(p, violations, "disruption budgets were violated")
}

// lack is a moment in which an application lacks more than one pod: so many more.
type lack struct {
	application string
	at          time.Time
	pods        int
}

// unexplained returns the moments in which an application lacked more pods than had just been preempted.
func unexplained(lacks []lack, preempted map[string][]time.Time) []string {
	var all []string
	for _, l := range lacks {
		recent := slices.DeleteFunc(slices.Clone(preempted[l.application]), func(t time.Time) bool {
			return t.After(l.at) || t.Before(l.at.Add(-replaced))
		})
		if len(recent) < l.pods {
			all = append(all, fmt.Sprintf("%s lacked %d pods more than one at %s, of which %d were preempted",
				l.application, l.pods, l.at.Format(time.TimeOnly), len(recent)))
		}
	}
	return all
}

// A preemption explains what is missing right after it, and no more.
func TestPreemptionsExplainWhatIsMissing(t *testing.T) {
	at := time.Now()
	preempted := map[string][]time.Time{"portal": {at.Add(-time.Second)}, "search": {at.Add(-time.Minute), at.Add(time.Second)}}
	assert.Empty(t, unexplained([]lack{{"portal", at, 1}}, preempted))
	assert.Len(t, unexplained([]lack{{"portal", at, 2}, {"search", at, 1}, {"matters", at, 1}}, preempted), 3)
}

// preempted returns when the scheduler preempted pods of each application so far.
func (p *play) preempted() map[string][]time.Time {
	p.Helper()
	var events struct {
		Items []struct {
			Reason         string
			EventTime      time.Time
			InvolvedObject struct{ Namespace string }
		}
	}
	require.NoError(p, p.plane.Get(p.Context(), "/api/v1/events", &events))
	times := map[string][]time.Time{}
	for _, e := range events.Items {
		if e.Reason == "Preempted" {
			times[e.InvolvedObject.Namespace] = append(times[e.InvolvedObject.Namespace], e.EventTime)
		}
	}
	return times
}
