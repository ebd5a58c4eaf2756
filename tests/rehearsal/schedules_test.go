package rehearsal

import (
	"bufio"
	"context"
	"encoding/json"
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

	"legops/components/compute"
	"legops/internal/controlplane"
	"legops/internal/drawn"
	"legops/internal/registered"
	"legops/internal/settings"
)

// auditPolicy is what EKS logs of Jobs: the last but one rule of the policy that it names, "default level for known APIs", of which batch is
// one (cluster/gce/gci/configure-helper.sh of Kubernetes v1.35.4). No rule before it is about Jobs, but for requests that only read.
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- level: Request
  verbs: [get, list, watch]
  resources: [{group: batch}]
  omitStages: [RequestReceived]
- level: RequestResponse
  resources: [{group: batch}]
  omitStages: [RequestReceived]
- level: Metadata
  omitStages: [RequestReceived]
`

// The schedules of the rehearsal. That of each minute may take longer than a minute, which a stack file may not say: so that its runs meet.
var rehearsed = []settings.Schedule{
	{Name: "anew", Cron: "* * * * *", Command: []settings.CommandWord{"/app/reference", "refresh"}, DeadlineSeconds: 600, Concurrency: "replace"},
	{Name: "each", Cron: "* * * * *", Command: []settings.CommandWord{"/app/reference", "tidy"}, DeadlineSeconds: 600},
	{Name: "short", Cron: "0 0 1 1 *", Command: []settings.CommandWord{"/app/reference", "tidy"}, DeadlineSeconds: 10},
	{Name: "yearly", Cron: "0 0 1 1 *", Command: []settings.CommandWord{"/app/reference", "tidy"}, DeadlineSeconds: 600},
}

// TestSchedules takes the schedules of one application through releases and runs on a real control plane.
func TestSchedules(t *testing.T) {
	drawn.Turn(t, turns...)
	cfg := config(t)
	withSchedules(t, cfg, "matters", rehearsed...)
	objects, patches := objectsOf(t, cfg)
	c := &cluster{began: time.Now(), pods: map[string][]pod{}, watchers: map[string]func([]pod){}}
	c.Plane = registered.Plane(t, root, controlplane.Options{
		AuditPolicy: auditPolicy, NeverReady: []string{imageOf("matters", "bad"), imageOf("matters", "endless")}, Failing: []string{imageOf("matters", "failing")},
		Nodes: []controlplane.Node{{Name: "node-a", Zone: "us-east-1a"}, {Name: "node-b", Zone: "us-east-1b"}},
	})
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	var err error
	c.deliverer, err = c.KubeconfigAs("deployer", "legops:delivery")
	require.NoError(t, err)
	go c.follow(ctx)
	_, err = c.Admit(t.Context(), objects, patches)
	require.NoError(t, err)
	_, err = c.Kubectl(t.Context(), nil, "--namespace=matters", "rollout", "status", "deployment/matters", "--timeout=60s")
	require.NoError(t, err)

	a := c.rehearse(t, cfg, "matters")
	s := &planned{application: a, jobs: map[string]job{}, together: map[string]int{}}
	go s.follow(ctx)
	for _, act := range []struct {
		name string
		run  func(*planned)
	}{
		{"before the first release nothing runs", (*planned).beforeAnyRelease},
		{"a bad release runs nothing", (*planned).afterABadRelease},
		{"a good release", (*planned).afterAGoodRelease},
		{"one run at once, and one in place of another", (*planned).meet},
		{"a run fails", (*planned).fails},
		{"a run takes too long", (*planned).takesTooLong},
		{"a run whose pod is lost", (*planned).losesItsPod},
		{"a hook is killed after the first schedule", (*planned).interrupted},
		{"the audit log tells how runs end", (*planned).counted},
	} {
		s.say("act: %s", act.name)
		act.run(s)
		require.False(t, t.Failed(), act.name)
	}
}

// planned is an application with schedules.
type planned struct {
	*application

	lock sync.Mutex
	jobs map[string]job // the last that was seen of each
	// together is the most Jobs of a schedule that were active at once.
	together map[string]int
}

// job is what the tests need of a Job.
type job struct {
	name, schedule, image, ended, reason string
	created                              time.Time
	active                               int
	deleted                              bool
}

// follow looks at the Jobs four times a second.
func (s *planned) follow(ctx context.Context) {
	for ; ctx.Err() == nil; time.Sleep(250 * time.Millisecond) {
		var list struct {
			Items []struct {
				Metadata struct {
					Name              string
					Labels            map[string]string
					CreationTimestamp time.Time
					DeletionTimestamp *time.Time
				}
				Spec struct {
					Template struct {
						Spec struct{ Containers []struct{ Image string } }
					}
				}
				Status struct {
					Active     int
					Conditions []struct{ Type, Status, Reason string }
				}
			}
		}
		if s.cluster.Get(ctx, "/apis/batch/v1/namespaces/matters/jobs", &list) != nil {
			continue
		}
		active := map[string]int{}
		s.lock.Lock()
		for _, item := range list.Items {
			j := job{
				name: item.Metadata.Name, schedule: item.Metadata.Labels["schedule"], image: item.Spec.Template.Spec.Containers[0].Image,
				created: item.Metadata.CreationTimestamp, active: item.Status.Active, deleted: item.Metadata.DeletionTimestamp != nil,
			}
			for _, condition := range item.Status.Conditions {
				if condition.Status == "True" && (condition.Type == "Complete" || condition.Type == "Failed") {
					j.ended, j.reason = condition.Type, condition.Reason
				}
			}
			if j.ended == "" && !j.deleted {
				active[j.schedule]++
			}
			if before := s.jobs[j.name]; before != j {
				s.say("job %s of %s: %s active=%d ended=%s %s", j.name, j.schedule, short(j.image), j.active, j.ended, j.reason)
			}
			s.jobs[j.name] = j
		}
		for schedule, count := range active {
			s.together[schedule] = max(s.together[schedule], count)
		}
		s.lock.Unlock()
	}
}

// of are the Jobs of a schedule that were seen, in the order of their creation.
func (s *planned) of(schedule string) []job {
	s.lock.Lock()
	defer s.lock.Unlock()
	all := slices.DeleteFunc(slices.Collect(maps.Values(s.jobs)), func(j job) bool { return j.schedule != schedule })
	slices.SortFunc(all, func(a, b job) int { return a.created.Compare(b.created) })
	return all
}

func (s *planned) eventually(what string, limit time.Duration, is func() bool) {
	s.Helper()
	if !assert.Eventually(s, is, limit, 250*time.Millisecond, what) {
		s.Log(s.kubectl("get", "cronjobs,jobs,pods", "--output=wide"), "\n", s.kubectl("get", "events"))
		s.FailNow()
	}
}

// kubectl runs as an administrator.
func (s *planned) kubectl(args ...string) string {
	s.Helper()
	answer, err := s.cluster.Kubectl(s.Context(), nil, append([]string{"--namespace=matters"}, args...)...)
	require.NoError(s, err)
	return strings.TrimSpace(string(answer))
}

// set are the schedules as they are set: name, suspended, version of the image, by which release.
func (s *planned) set() []string {
	s.Helper()
	return strings.Split(s.kubectl("get", "cronjobs", `--output=jsonpath={range .items[*]}{.metadata.name} {.spec.suspend} {.spec.jobTemplate.spec.template.spec.containers[0].image} {.metadata.annotations.legops/release}{"\n"}{end}`), "\n")
}

// all requires that all schedules are set the same.
func (s *planned) all(suspended bool, image string, by *run) {
	s.Helper()
	id := ""
	if by != nil {
		id = by.id
	}
	var want []string
	for _, schedule := range rehearsed {
		want = append(want, strings.TrimSpace(fmt.Sprintf("%s %t %s %s", schedule.Name, suspended, image, id)))
	}
	var got []string
	for _, line := range s.set() {
		got = append(got, strings.TrimSpace(line))
	}
	assert.Equal(s, want, got)
}

// start starts a run now, as its time would.
func (s *planned) run(schedule, name string) {
	s.Helper()
	s.kubectl("create", "job", "--from=cronjob/"+schedule, name)
}

// end waits until a Job has ended.
func (s *planned) end(name string) job {
	s.Helper()
	var j job
	s.eventually("the end of "+name, 120*time.Second, func() bool {
		s.lock.Lock()
		defer s.lock.Unlock()
		j = s.jobs[name]
		return j.ended != ""
	})
	return j
}

func (s *planned) beforeAnyRelease() {
	s.all(true, placeholder, nil)
	time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(62 * time.Second))) // a minute begins
	assert.Empty(s, s.of("each"))
	assert.Empty(s, s.of("anew"))
}

func (s *planned) afterABadRelease() {
	bad := s.start(s.build("bad"))
	s.application.fails(bad, "not every pod of "+imageOf(s.name, "bad")+" was ready")
	s.all(true, placeholder, nil)
	assert.Empty(s, s.of("each"))
}

func (s *planned) afterAGoodRelease() {
	revision := s.build("v1")
	r := s.release(revision)
	s.all(false, imageOf(s.name, "v1"), r)
	assert.Empty(s, s.of("yearly"), "what it should have done before it was let run")
	s.eventually("a run of each minute", 150*time.Second, func() bool {
		runs := s.of("each")
		return len(runs) > 0 && runs[0].ended == "Complete" && runs[0].image == imageOf(s.name, "v1")
	})
	s.serves(imageOf(s.name, "v1")) // the pods of runs are not behind the Service
	again := s.release(revision)
	s.all(false, imageOf(s.name, "v1"), again)
}

// meet lets runs take longer than a minute.
func (s *planned) meet() {
	endless := imageOf(s.name, "endless")
	for _, schedule := range []string{"anew", "each"} {
		s.kubectl("set", "image", "cronjob/"+schedule, "app="+endless)
	}
	runs := func(schedule string) []job {
		return slices.DeleteFunc(s.of(schedule), func(j job) bool { return j.image != endless })
	}
	s.eventually("a run in place of another", 190*time.Second, func() bool { return len(runs("anew")) >= 2 })
	time.Sleep(5 * time.Second) // what each would do at the same minute
	assert.Len(s, runs("each"), 1, "runs that may not meet")
	assert.Equal(s, 1, runs("each")[0].active)
	assert.Equal(s, 1, s.together["each"])
	assert.Equal(s, 1, s.together["anew"])
	s.eventually("the first is gone", 60*time.Second, func() bool {
		return !strings.Contains(s.kubectl("get", "jobs", "--output=name"), runs("anew")[0].name)
	})
	for _, schedule := range []string{"anew", "each"} {
		s.kubectl("set", "image", "cronjob/"+schedule, "app="+imageOf(s.name, "v1"))
		for _, j := range runs(schedule) {
			s.kubectl("delete", "job", j.name, "--ignore-not-found")
		}
	}
}

// fails releases an image of which the pods that serve work, and the commands do not.
func (s *planned) fails() {
	r := s.release(s.build("failing"))
	s.all(false, imageOf(s.name, "failing"), r)
	s.run("yearly", "by-hand-failing")
	j := s.end("by-hand-failing")
	assert.Equal(s, "Failed BackoffLimitExceeded", j.ended+" "+j.reason)
	assert.Equal(s, "1", s.kubectl("get", "job", j.name, "--output=jsonpath={.status.failed}"), "it does not try again by itself")
	s.eventually("a run of each minute that fails", 150*time.Second, func() bool {
		return slices.ContainsFunc(s.of("each"), func(j job) bool { return j.ended == "Failed" })
	})
	good := s.release(s.build("v2"))
	s.all(false, imageOf(s.name, "v2"), good)
}

func (s *planned) takesTooLong() {
	s.kubectl("set", "image", "cronjob/short", "app="+imageOf(s.name, "endless"))
	began := time.Now()
	s.run("short", "by-hand-long")
	j := s.end("by-hand-long")
	assert.Equal(s, "Failed DeadlineExceeded", j.ended+" "+j.reason)
	assert.Less(s, time.Since(began), 30*time.Second)
}

// losesItsPod ends the pods of two runs: one by a person, and one by what moves it off its node.
func (s *planned) losesItsPod() {
	s.kubectl("set", "image", "cronjob/yearly", "app="+imageOf(s.name, "endless"))
	pods := func(job string) []string {
		return strings.Fields(s.kubectl("get", "pods", "--selector=batch.kubernetes.io/job-name="+job, "--field-selector=status.phase=Running", "--output=jsonpath={.items[*].metadata.name}"))
	}
	// lose ends the pod as its kubelet does, which the simulated one does not do with pods that are deleted.
	lose := func(job, conditions string) {
		s.run("yearly", job)
		s.eventually("a pod of "+job, 60*time.Second, func() bool { return len(pods(job)) == 1 })
		s.kubectl("patch", "pod", pods(job)[0], "--subresource=status", "--type=strategic", `--patch={"status":{"phase":"Failed","conditions":[`+conditions+`]}}`)
	}
	lose("by-hand-killed", "")
	j := s.end("by-hand-killed")
	assert.Equal(s, "Failed BackoffLimitExceeded", j.ended+" "+j.reason)

	lose("by-hand-moved", `{"type":"DisruptionTarget","status":"True","reason":"EvictionByEvictionAPI"}`)
	s.eventually("another pod", 90*time.Second, func() bool { return len(pods("by-hand-moved")) == 1 })
	assert.Empty(s, s.jobs["by-hand-moved"].ended)
	s.kubectl("delete", "job", "by-hand-moved")
}

// afterASchedule kills a hook when it has set one of the schedules.
var afterASchedule = edit{"schedules.sh", "</dev/null || {\n", "</dev/null && kill -9 0 || {\n"}

// interrupted is a hook that is killed when it has set one of the schedules. The image is recorded as good by then.
func (s *planned) interrupted() {
	before := s.set()
	revision := s.with(s.build("v3"), afterASchedule)
	r := s.start(revision)
	assert.ErrorContains(s, s.execute(s.Context(), r), "ValidateService: signal: killed")
	s.running.Wait()
	v3 := imageOf(s.name, "v3")
	assert.Equal(s, v3, s.current())
	assert.Equal(s, append([]string{"anew false " + v3 + " " + r.id}, before[1:]...), s.set(), "the first is set, the others are as before")
	again := s.release(s.build("v3"))
	s.all(false, v3, again)
	// CodeDeploy itself repeats the last good revision instead, which sets all of them back.
	last := s.start(s.with(s.build("v4"), afterASchedule))
	assert.Error(s, s.deploy(s.Context(), last))
	s.serves(v3)
	for _, line := range s.set() {
		assert.Contains(s, line, " false "+v3+" ", "the image of the revision that CodeDeploy repeats")
	}
}

// counted holds the filters of the platform against every event of the audit log.
func (s *planned) counted() {
	s.kubectl("patch", "cronjobs", "each", "--patch", `{"spec":{"suspend":true}}`)
	s.kubectl("patch", "cronjobs", "anew", "--patch", `{"spec":{"suspend":true}}`)
	s.eventually("no run goes on", 120*time.Second, func() bool {
		return s.kubectl("get", "jobs", "--output=jsonpath={.items[?(@.status.active>0)].metadata.name}") == ""
	})
	time.Sleep(2 * time.Second)
	ended := map[string][]string{}
	s.lock.Lock()
	for _, j := range s.jobs {
		if j.ended != "" {
			ended[j.ended] = append(ended[j.ended], "matters/"+j.schedule+"/"+j.name)
		}
	}
	s.lock.Unlock()
	require.NotEmpty(s, ended["Complete"])
	require.Greater(s, len(ended["Failed"]), 3)
	for condition, want := range ended {
		slices.Sort(want)
		got := s.logged(compute.RunPattern(condition))
		assert.Equal(s, want, got, "Jobs that end with %s, each told once", condition)
	}
	assert.Empty(s, s.logged(compute.RunPattern("Suspended")))
}

// logged are the Jobs of the events that a filter matches, with what its dimensions are.
func (s *planned) logged(pattern string) []string {
	s.Helper()
	file, err := os.Open(s.cluster.AuditLog())
	require.NoError(s, err)
	defer file.Close()
	var all []string
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		if !matchesFilter(s.T, pattern, lines.Text()) {
			continue
		}
		var event struct {
			ObjectRef     struct{ Namespace, Name string }
			RequestObject struct {
				Metadata struct{ Labels map[string]string }
			}
		}
		require.NoError(s, json.Unmarshal(lines.Bytes(), &event))
		all = append(all, event.ObjectRef.Namespace+"/"+event.RequestObject.Metadata.Labels["schedule"]+"/"+event.ObjectRef.Name)
	}
	require.NoError(s, lines.Err())
	slices.Sort(all)
	return all
}
