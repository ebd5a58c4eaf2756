package rehearsal

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Failures of a release besides a bad image. Each is an act of a first release, which CodeDeploy cannot roll back, and of a
// later one, after which it redeploys the last good revision.

// version returns a new version of the application, by its number.
func (a *application) version(what string) string {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return fmt.Sprintf("%s-%d", what, a.count+1)
}

// stays requires that a release changed nothing: the previous image serves, and is recorded.
func (a *application) stays(before string, r *run) {
	a.Helper()
	a.running.Wait()
	a.serves(before)
	assert.Equal(a, before, a.current(), "the image recorded as good")
	d, err := a.cluster.deployment(a.Context(), a.name)
	require.NoError(a, err)
	a.Logf("status in CodeDeploy %s; serves %s; legops/serving %s, legops/replaced %s, legops/release %s; last line: %s", a.state(r),
		short(d.Spec.Template.Spec.Containers[0].Image), short(d.Metadata.Annotations["legops/serving"]),
		short(d.Metadata.Annotations["legops/replaced"]), d.Metadata.Annotations["legops/release"], r.last())
}

// stopped is an alarm that goes off some time after an event of a release began: its hook runs on, as on an instance, and no further
// event follows.
func stopped(event string, after time.Duration) func(*application) {
	return func(a *application) {
		before := a.current()
		r := a.start(a.build(a.version("alarming")))
		r.during = func(its string, _ *hookRun) {
			if its == event {
				time.AfterFunc(after, func() {
					a.say("an alarm goes off: the deployment is stopped")
					close(r.stopped)
				})
			}
		}
		a.neverFewer(func() { require.ErrorIs(a, a.deploy(a.Context(), r), errStopped) })
		a.stays(before, r)
		// If CodeDeploy redeploys, either may be first, by seconds.
		assert.Regexp(a, "CodeDeploy has ended "+r.id+": Stopped; .* serves again|is in charge of "+a.name+" now", r.last())
		assert.Equal(a, "Stopped", a.state(r))
	}
}

// shortTimeout is CodeDeploy's for a hook, and shortLimit that of the hooks themselves.
var (
	shortTimeout = edit{"appspec.yml", "validate.sh\n      timeout: 3420", "validate.sh\n      timeout: 9"}
	shortLimit   = edit{"common.sh", "readonly limit=3240", "readonly limit=15"}
)

// timedOut is a hook that exceeds its timeout in appspec.yml, with calls to the cluster as slow as on an instance.
func timedOut(ruby bool) func(*application) {
	return func(a *application) {
		before := a.current()
		fast := a.kubectl
		a.slow(a.T)
		a.ruby = ruby
		revision := a.with(a.build(a.version("long")), shortTimeout)
		a.with(revision, edit{"release.env", fmt.Sprintf("BAKE_SECONDS=%d", bakeSeconds), "BAKE_SECONDS=60"})
		r := a.start(revision)
		err := a.deploy(a.Context(), r)
		a.kubectl, a.ruby = fast, false
		assert.ErrorContains(a, err, "ValidateService: failed to complete in 9 seconds")
		a.stays(before, r)
		if !ruby { // which has stopped reading
			assert.Contains(a, r.last(), before+" is set again")
		}
	}
}

// orphaned is a release whose agent's worker dies some time after the hook began to watch, which lives on unread: CodeDeploy records a
// failure, and a bad release is rolled back all the same.
func orphaned(after time.Duration, environment ...string) func(*application) {
	return func(a *application) {
		before := a.current()
		r := a.start(a.build(a.version("orphan"), environment...))
		r.during = func(event string, h *hookRun) {
			if event == "ValidateService" {
				time.AfterFunc(after, func() { close(h.dies) })
			}
		}
		assert.ErrorContains(a, a.deploy(a.Context(), r), "after an agent restart")
		a.stays(before, r)
		assert.Equal(a, "Failed", a.state(r))
	}
}

// stalled is a release of which no pod becomes ready: its Deployment makes no progress, and the hook does not wait for the limit
// of a rollout.
func stalled(a *application) {
	a.release(a.build("good"))
	before := a.current()
	_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "patch", "deployment", a.name, "--patch",
		`{"spec": {"progressDeadlineSeconds": 20}}`)
	require.NoError(a, err)
	revision := a.with(a.build("stalled"), edit{"release.env", fmt.Sprintf("ROLLOUT_SECONDS=%d", rolloutSeconds), "ROLLOUT_SECONDS=900"})
	r, began := a.start(revision), time.Now()
	a.fails(r, "no pod of "+imageOf(a.name, "stalled")+" more became ready in time; "+before+" serves again")
	assert.Less(a, time.Since(began), 90*time.Second)
	a.stays(before, r)
}

// outOfTime is a hook that reaches its own limit, rollback included.
func outOfTime(a *application) {
	before := a.current()
	_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "patch", "deployment", a.name, "--patch",
		`{"spec": {"progressDeadlineSeconds": 600}}`)
	require.NoError(a, err)
	revision := a.with(a.build("late"), shortLimit)
	r := a.start(revision)
	began := time.Time{}
	r.during = func(event string, _ *hookRun) {
		if event == "ApplicationStart" {
			began = time.Now()
		}
	}
	assert.ErrorContains(a, a.execute(a.Context(), r), "ApplicationStart: exit status 1")
	assert.Less(a, time.Since(began), 30*time.Second)
	assert.Regexp(a, "was ready within 1[0-5] s; "+before+" (serves|is set) again", r.last())
	a.stays(before, r)
}
