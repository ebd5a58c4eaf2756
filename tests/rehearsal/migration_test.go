package rehearsal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Migrations. A Job of the cluster here takes five seconds, and so does every pod of one; what its image does is a matter of the cluster.

// migrationJob is a Job of a migration.
type migrationJob struct {
	Metadata struct {
		Name              string
		CreationTimestamp time.Time
	}
	Spec struct {
		Template struct {
			Spec struct{ Containers []struct{ Image string } }
		}
	}
	Status struct {
		CompletionTime *time.Time
		Conditions     []struct{ Type, Status string }
	}
}

// ended is how it ended, by the type of its condition.
func (j migrationJob) ended() string {
	for _, condition := range j.Status.Conditions {
		if condition.Status == "True" && (condition.Type == "Complete" || condition.Type == "Failed") {
			return condition.Type
		}
	}
	return ""
}

// jobs are the migrations of the application with an image, in the order in which they were made.
func (a *application) jobs(image string) (all []migrationJob) {
	a.Helper()
	var list struct{ Items []migrationJob }
	require.NoError(a, a.cluster.Get(a.Context(), fmt.Sprintf("/apis/batch/v1/namespaces/%s/jobs", a.name), &list))
	for _, j := range list.Items {
		if j.Spec.Template.Spec.Containers[0].Image == image {
			all = append(all, j)
		}
	}
	slices.SortFunc(all, func(x, y migrationJob) int { return x.Metadata.CreationTimestamp.Compare(y.Metadata.CreationTimestamp) })
	return all
}

// migratedTimes requires how often the migration of a version has run, and that the last one succeeded.
func (a *application) migratedTimes(version string, times int) {
	a.Helper()
	all := a.jobs(imageOf(a.name, version))
	if assert.Len(a, all, times, "migrations of %s", version) && times > 0 {
		assert.Equal(a, "Complete", all[times-1].ended(), version)
	}
}

// only is the only migration of a version.
func (a *application) only(version string) migrationJob {
	a.Helper()
	all := a.jobs(imageOf(a.name, version))
	require.Len(a, all, 1, "migrations of %s", version)
	return all[0]
}

// migratedAt is when the only migration of a version had succeeded.
func (a *application) migratedAt(version string) time.Time {
	a.Helper()
	job := a.only(version)
	require.NotNil(a, job.Status.CompletionTime, "the migration of %s has not succeeded", version)
	return *job.Status.CompletionTime
}

// firstPod is when the first pod of an image was made that is no migration's.
func (a *application) firstPod(image string) (first time.Time) {
	a.Helper()
	var list struct {
		Items []struct {
			Metadata struct{ CreationTimestamp time.Time }
			Spec     struct{ Containers []struct{ Image string } }
		}
	}
	require.NoError(a, a.cluster.Get(a.Context(), fmt.Sprintf("/api/v1/namespaces/%s/pods?labelSelector=app.kubernetes.io/name=%s", a.name, a.name), &list))
	for _, p := range list.Items {
		if made := p.Metadata.CreationTimestamp; p.Spec.Containers[0].Image == image && (first.IsZero() || made.Before(first)) {
			first = made
		}
	}
	return first
}

// migratedOnce is a first release, another one that is killed and repeated, the same again, a bad one that goes back, and the one before the
// last.
func migratedOnce(a *application) {
	before := func(version string) {
		a.serves(imageOf(a.name, version))
		a.migratedTimes(version, 1)
		assert.False(a, a.firstPod(imageOf(a.name, version)).Before(a.migratedAt(version)), "a pod of %s was there before its migration had ended", version)
	}
	a.release(a.build("v1"))
	before("v1")

	v2 := a.build("v2")
	r := a.start(v2)
	r.during = kill(a, "ApplicationStart", 0, syscall.SIGKILL)
	assert.ErrorContains(a, a.execute(a.Context(), r), "ApplicationStart: signal: killed")
	a.neverFewer(func() { a.release(v2) })
	before("v2")
	a.say("the same again")
	a.release(v2)
	a.migratedTimes("v2", 1)

	a.say("a bad release with a good migration, which CodeDeploy follows by the last good revision")
	a.fails(a.start(a.build("v3", "FAULT_ERROR_RATE=1")), imageOf(a.name, "v3")+" is not healthy: "+a.path+" answers 500; "+imageOf(a.name, "v2")+" serves again")
	a.serves(imageOf(a.name, "v2"))
	a.migratedTimes("v3", 1)
	a.migratedTimes("v2", 1)
	a.say("back to the release before")
	_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "delete", "jobs", "--all")
	require.NoError(a, err, "a week later the jobs are gone")
	a.release(a.build("v1"))
	a.serves(imageOf(a.name, "v1"))
	a.migratedTimes("v1", 0)
	a.migratedTimes("v2", 0)
}

// migrationFails is a migration that fails, twice, and a good one after it.
func migrationFails(a *application) {
	a.release(a.build("v1"))
	before, pods := a.cluster.spec(a), a.serving()
	failing := a.build("failing")
	for _, deploy := range []func(context.Context, *run) error{a.execute, a.deploy} { // the second with CodeDeploy's own way back
		r := a.start(failing)
		a.neverFewer(func() { assert.ErrorContains(a, deploy(a.Context(), r), "AfterInstall: exit status 1") })
		assert.Contains(a, r.last(), "FAILED: the migration migrate-"+r.id+" failed: BackoffLimitExceeded: Job has reached the specified backoff limit; nothing was changed, and "+
			imageOf(a.name, "v1")+" goes on")
		assert.Contains(a, r.output(), "exit code 3 Error\ncannot do it\nfor this reason\n")
		assert.JSONEq(a, before, a.cluster.spec(a), "the Deployment was changed")
		assert.Equal(a, pods, a.serving(), "pods were replaced")
	}
	assert.Len(a, a.jobs(imageOf(a.name, "failing")), 2, "once for each release")
	a.migratedTimes("v1", 1)
	a.recorded(imageOf(a.name, "v1"), placeholder, nil)
	a.release(a.build("v2"))
	a.migratedTimes("v2", 1)
}

// migrationTooLong is a migration that does not end by itself.
func migrationTooLong(a *application) {
	before := a.current()
	_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "patch", "cronjob", "migrate", "--type=merge", "--patch",
		`{"spec": {"jobTemplate": {"spec": {"activeDeadlineSeconds": 12}}}}`)
	require.NoError(a, err)
	r := a.start(a.build("v1"))
	a.neverFewer(func() {
		a.fails(r, "failed: DeadlineExceeded: Job was active longer than specified deadline; nothing was changed, and "+before+" goes on")
	})
	a.serves(before)
}

// inMigration calls back when the hook of the migration has begun, which is the second of its event, or once it has begun the Job of a version.
func (a *application) inMigration(version string, do func(*hookRun)) func(string, *hookRun) {
	hooks := 0
	return func(event string, h *hookRun) {
		if event != "AfterInstall" {
			return
		}
		if hooks++; hooks != 2 {
			return
		}
		go func() {
			for deadline := time.Now().Add(time.Minute); version != "" && !a.begun(version) && time.Now().Before(deadline); {
				time.Sleep(100 * time.Millisecond)
			}
			do(h)
		}()
	}
}

// begun says whether there is a Job of a version, as far as the cluster answers.
func (a *application) begun(version string) bool {
	var list struct{ Items []migrationJob }
	_ = a.cluster.Get(a.Context(), fmt.Sprintf("/apis/batch/v1/namespaces/%s/jobs", a.name), &list)
	return slices.ContainsFunc(list.Items, func(j migrationJob) bool { return j.Spec.Template.Spec.Containers[0].Image == imageOf(a.name, version) })
}

// migrationKilled kills the hook of a migration before it began and in its middle. The job goes on, and the release that is repeated, as
// another deployment or as the same one, waits for it.
func migrationKilled(a *application) {
	for i := range 3 {
		version, begun, last := fmt.Sprintf("killed-%d", i), "", a.current()
		if i > 0 {
			begun = version
		}
		revision := a.build(version)
		r := a.start(revision)
		r.during = a.inMigration(begun, func(h *hookRun) {
			a.say("kill, begun: %t", begun != "")
			_ = syscall.Kill(-h.pid, syscall.SIGKILL)
		})
		assert.ErrorContains(a, a.execute(a.Context(), r), "AfterInstall: signal: killed")
		if begun != "" {
			if all := a.jobs(imageOf(a.name, version)); assert.Len(a, all, 1) {
				assert.Empty(a, all[0].ended(), "the job has to go on when its hook is killed")
			}
		}
		a.serves(last)
		again := a.start(revision)
		if i == 2 {
			require.NoError(a, os.RemoveAll(filepath.Join(a.folder, r.id)))
			again = &run{id: r.id, revision: revision, stopped: make(chan struct{}), during: func(string, *hookRun) {}}
		}
		assert.NoError(a, a.deploy(a.Context(), again))
		a.migratedTimes(version, 1)
		a.serves(imageOf(a.name, version))
	}
}

// migrationsInTurn is a release whose agent's worker dies in its migration, and another one at once: the job of the first runs to its end
// before that of the second begins.
func migrationsInTurn(a *application) {
	last := a.current()
	left, next := a.start(a.build("left")), a.start(a.build("next"))
	left.during = a.inMigration("left", func(h *hookRun) { close(h.dies) })
	assert.ErrorContains(a, a.execute(a.Context(), left), "after an agent restart")
	assert.NoError(a, a.deploy(a.Context(), next))
	a.running.Wait()
	a.migratedTimes("left", 1)
	a.migratedTimes("next", 1)
	began := a.only("next").Metadata.CreationTimestamp
	assert.False(a, began.Before(a.migratedAt("left")), "two migrations ran at the same time")
	a.serves(imageOf(a.name, "next"))
	a.recorded(imageOf(a.name, "next"), last, next)
}

// migrationStopped is an alarm that goes off during a migration: the job runs to its end, and nothing follows it.
func migrationStopped(a *application) {
	last := a.current()
	r := a.start(a.build("stopped"))
	r.during = a.inMigration("stopped", func(*hookRun) { close(r.stopped) })
	a.neverFewer(func() { require.ErrorIs(a, a.deploy(a.Context(), r), errStopped) })
	a.stays(last, r)
	a.running.Wait()
	assert.Regexp(a, "CodeDeploy has ended "+r.id+": Stopped; nothing was changed, and a migration that runs goes on|is in charge of "+a.name+" now", r.last())
	require.EventuallyWithT(a, func(c *assert.CollectT) {
		if all := a.jobs(imageOf(a.name, "stopped")); assert.Len(c, all, 1) {
			assert.Equal(c, "Complete", all[0].ended())
		}
	}, 30*time.Second, 500*time.Millisecond)
}

// serving are the pods that are no migration's.
func (a *application) serving() []pod {
	return slices.DeleteFunc(a.pods(), func(p pod) bool { return strings.HasPrefix(p.name, "migrate-") })
}

// output is what CodeDeploy keeps of a hook's output.
func (r *run) output() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return strings.Join(r.said, "\n") + "\n"
}
