// Package rehearsal rehearses releases: the real hooks with the real kubectl against a real control plane, with simulated
// nodes and pods, and the applications as the program registers them. Processes of the reference application replace the
// programs of images. Everything is on loopback.
package rehearsal

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/components/apps"
	"legops/internal/checkout"
	"legops/internal/controlplane"
	"legops/internal/drawn"
	"legops/internal/registered"
	"legops/internal/settings"
	"legops/stacks"
)

const (
	root     = "../.."
	programs = "bin/kubernetes" // make control-plane
)

// stack is the stack of the rehearsed applications.
const stack = "test"

// within is a part of a hook's message when the pods of a release took too long.
var within = fmt.Sprintf(" within %d s; ", rolloutSeconds)

// placeholder is an application's image before its first release.
const placeholder = "ghcr.io/stefanprodan/podinfo:6.7.1"

// turns are the tests of which make test plays one.
var turns = []string{"TestOnlyMigrations", "TestOnlyReleasesOfSchedules", "TestSchedules"}

// always is how many of the first scenarios make test plays each time.
const always = 2

// scenarios are the courses of a release, each with its own applications. They run at the same time.
var scenarios = []struct {
	name         string
	applications []string
	run          func(...*application)
}{
	{"a good release, and the same again", []string{"matters"}, one(goodTwice)},
	{"a bad release: pods never ready", []string{"documents"}, one(neverReady)},
	{"a bad first release", []string{"portal"}, one(badFirst)},
	{"a bad release: ready, but it answers with errors", []string{"certifications"}, one(unhealthy, terminated)},
	{"killed before the rollout", []string{"identity"}, one(killed("BeforeInstall", 0), killed("AfterInstall", 0))},
	{"killed during the rollout", []string{"signatures"}, one(killed("ApplicationStart", 0), killed("ApplicationStart", time.Second), killed("ApplicationStart", 8*time.Second))},
	{"killed during the bake time", []string{"notifications"}, one(killed("ValidateService", 0), killed("ValidateService", 6*time.Second))},
	{"two at the same time, one good and one bad", []string{"search", "regulations"}, together},
	{"stopped by an alarm during the bake time", []string{"alarmed"}, firstAndLater(stopped("ValidateService", 2*time.Second))},
	{"stopped by an alarm during the rollout", []string{"early"}, firstAndLater(stopped("ApplicationStart", 3*time.Second))},
	{"ended by today's agent", []string{"ended"}, firstAndLater(timedOut(false))},
	{"ended by the agent in Ruby", []string{"unread"}, firstAndLater(timedOut(true))},
	{"the agent's worker dies in a good release", []string{"orphaned"}, firstAndLater(orphaned(2 * time.Second))},
	{"the agent's worker dies in a bad release", []string{"mute"}, firstAndLater(orphaned(time.Second, "FAULT_ERROR_RATE=1"))},
	{"limits of the hooks and of the Deployment", []string{"limited"}, one(stalled, outOfTime)},
	{"migrations: good, again, and going back", []string{"migrated"}, one(migratedOnce)},
	{"migrations: they fail", []string{"unmigrated"}, one(migrationFails)},
	{"migrations: one does not end", []string{"endless"}, one(migrationTooLong)},
	{"migrations: killed", []string{"migrating"}, one(migrationKilled)},
	{"migrations: left and stopped", []string{"left"}, one(migrationsInTurn, migrationStopped)},
	{"paths of probes", []string{"probed"}, one(pathsOfProbes)},
	{"workers", []string{"worked"}, one(workersRelease)},
}

// more are applications in addition to the stack's, for more scenarios at the same time.
var more = []string{"alarmed", "early", "ended", "unread", "orphaned", "mute", "limited", "migrated", "unmigrated", "migrating", "endless", "left", "probed", "worked"}

// migrations are those of them that have one.
var migrations = map[string]*settings.Migration{
	"migrated":   {Command: []settings.CommandWord{"/app/reference", "migrate"}, TimeoutSeconds: 60},
	"unmigrated": {Command: []settings.CommandWord{"/app/reference", "migrate"}, TimeoutSeconds: 60},
	"migrating":  {Command: []settings.CommandWord{"sh", "-c", "echo $(PORT) costs $$5"}, TimeoutSeconds: 60},
	"endless":    {Command: []settings.CommandWord{"/app/reference", "migrate"}, TimeoutSeconds: 60},
	"left":       {Command: []settings.CommandWord{"/app/reference", "migrate"}, TimeoutSeconds: 60},
}

// one runs the acts of one application, one after the other, after a first good release.
func one(acts ...func(*application)) func(...*application) {
	return func(all ...*application) {
		for _, act := range acts {
			act(all[0])
		}
	}
}

// firstAndLater runs one act with the first release of an application and with a later one.
func firstAndLater(act func(*application)) func(...*application) {
	return one(act, func(a *application) { a.release(a.build("good")) }, act)
}

// TestMain runs four scenarios for each CPU at once: they mostly wait, but a hook asks the API server again and again by a kubectl of its own,
// and all of them together leave two CPUs no time, so that the hooks reach their limits.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", strconv.Itoa(4*runtime.NumCPU())); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func TestRehearsal(t *testing.T) {
	cfg := config(t)
	objects, patches := objectsOf(t, cfg)
	c := startCluster(t, []string{
		imageOf("documents", "v2"), imageOf("portal", "bad"), imageOf("regulations", "v2"), imageOf("limited", "stalled"), imageOf("limited", "late"),
		imageOf("endless", "v1"),
	}, []string{imageOf("unmigrated", "failing")}, []string{imageOf("worked", "crashes first"), imageOf("worked", "crashes")}, answers)
	_, err := c.Admit(t.Context(), objects, patches)
	require.NoError(t, err)
	for _, application := range cfg.Applications {
		_, err := c.Kubectl(t.Context(), nil, "--namespace", application.Name, "rollout", "status", "deployment/"+application.Name, "--timeout=60s")
		require.NoError(t, err, "the applications do not start with their placeholder")
	}
	// Not parallel itself: the cluster ends when all of them have.
	t.Run("scenarios", func(t *testing.T) {
		t.Run("the platform's own Deployments", func(t *testing.T) {
			t.Parallel()
			c.platformRuns(t, cfg)
		})
		var names []string
		for _, s := range scenarios[always:] {
			names = append(names, s.name)
		}
		played := drawn.Of(t, 4, names)
		for i, s := range scenarios {
			if i >= always && !slices.Contains(played, s.name) {
				continue
			}
			t.Run(s.name, func(t *testing.T) {
				t.Parallel()
				var its []*application
				for _, name := range s.applications {
					its = append(its, c.rehearse(t, cfg, name))
				}
				s.run(its...)
			})
		}
	})
}

// platformRuns waits for the cluster autoscaler, and for the minimum of ingress controllers: their Deployment sets no replicas, and
// the real HorizontalPodAutoscaler sets its minimum, without any metrics.
func (c *cluster) platformRuns(t *testing.T, cfg *stacks.Config) {
	t.Helper()
	for _, want := range []struct {
		namespace, deployment string
		pods                  int
	}{
		{"kube-system", "cluster-autoscaler", 1},
		{apps.IngressNamespace, "nginx-ingress-controller", cfg.Ingress.MinReplicas},
	} {
		_, err := c.Kubectl(t.Context(), nil, "--namespace", want.namespace, "wait", "deployment/"+want.deployment,
			fmt.Sprintf("--for=jsonpath={.status.availableReplicas}=%d", want.pods), "--timeout=90s")
		assert.NoError(t, err)
	}
}

func goodTwice(a *application) {
	v1 := a.release(a.build("v1"))
	a.recorded(imageOf(a.name, "v1"), placeholder, v1)
	second := a.build("v2")
	var v2 *run
	a.neverFewer(func() { v2 = a.release(second) })
	a.serves(imageOf(a.name, "v2"))
	a.recorded(imageOf(a.name, "v2"), imageOf(a.name, "v1"), v2)
	remembered, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "get", "configmap", "serving.delivery", "--output=jsonpath={.data.image}")
	require.NoError(a, err)
	assert.Equal(a, imageOf(a.name, "v2"), string(remembered))

	before, pods := a.cluster.spec(a), a.pods()
	a.say("the same revision again")
	a.neverFewer(func() { a.release(second) })
	assert.JSONEq(a, before, a.cluster.spec(a), "the Deployment was changed")
	assert.Equal(a, pods, a.pods(), "pods were replaced")
	a.recorded(imageOf(a.name, "v2"), imageOf(a.name, "v1"), nil)
}

func neverReady(a *application) {
	a.release(a.build("v1"))
	bad := a.start(a.build("v2"))
	began := time.Now()
	a.neverFewer(func() {
		a.fails(bad, "not every pod of "+imageOf(a.name, "v2")+" was ready"+within+imageOf(a.name, "v1")+" serves again")
	})
	assert.Less(a, time.Since(began), 3*rolloutSeconds*time.Second)
	a.serves(imageOf(a.name, "v1"))
	a.recorded(imageOf(a.name, "v1"), placeholder, nil)
}

func badFirst(a *application) {
	a.neverFewer(func() {
		a.fails(a.start(a.build("bad")), "not every pod of "+imageOf(a.name, "bad")+" was ready"+within+placeholder+" serves again")
	})
	a.serves(placeholder)
	a.say("and then a good one")
	a.release(a.build("v1"))
	a.serves(imageOf(a.name, "v1"))
	a.recorded(imageOf(a.name, "v1"), placeholder, nil)
}

func unhealthy(a *application) {
	a.release(a.build("v1"))
	bad := a.start(a.build("v2", "FAULT_ERROR_RATE=1"))
	a.neverFewer(func() {
		a.fails(bad, imageOf(a.name, "v2")+" is not healthy: "+a.path+" answers 500; "+imageOf(a.name, "v1")+" serves again")
	})
	a.serves(imageOf(a.name, "v1"))
	a.recorded(imageOf(a.name, "v1"), placeholder, nil)
}

// killed kills a release at an event, some time after its hook began, and then repeats it.
func killed(event string, after time.Duration) func(*application) {
	return func(a *application) {
		last := a.current()
		version := event + after.String()
		revision := a.build(version)
		r := a.start(revision)
		r.during = kill(a, event, after, syscall.SIGKILL)
		a.neverFewer(func() {
			// The agent that dies with the hook reports nothing, so there is no rollback before the release is repeated.
			assert.ErrorContains(a, a.execute(a.Context(), r), event+": signal: killed")
			again := a.release(revision)
			a.recorded(imageOf(a.name, version), last, again)
		})
		a.serves(imageOf(a.name, version))
	}
}

// kill ends a hook, with its children, some time after its event began.
func kill(a *application, event string, after time.Duration, signal syscall.Signal) func(string, *hookRun) {
	return func(its string, h *hookRun) {
		if its != event {
			return
		}
		time.AfterFunc(after, func() {
			a.say("%s %s after %s", signal, event, after)
			_ = syscall.Kill(-h.pid, signal) // it may be done by then
		})
	}
}

// terminated is a SIGTERM to a hook, from a person or at a shutdown.
func terminated(a *application) {
	last := a.current()
	for _, event := range []string{"ApplicationStart", "ValidateService"} {
		r := a.start(a.build("slow-" + event))
		r.during = kill(a, event, 4*time.Second, syscall.SIGTERM)
		a.neverFewer(func() { a.fails(r, last+" is set again") })
		a.serves(last)
		assert.Equal(a, last, a.current())
	}
}

// together releases two applications at once, of which one is rolled back.
func together(all ...*application) {
	good, bad := all[0], all[1]
	goodFirst, badFirst := good.build("v1"), bad.build("v1")
	both(func() { good.release(goodFirst) }, func() { bad.release(badFirst) })
	before := bad.pods()
	next, broken := good.build("v2"), bad.start(bad.build("v2"))
	both(func() {
		good.neverFewer(func() { good.release(next) })
	}, func() {
		bad.neverFewer(func() { bad.fails(broken, imageOf(bad.name, "v1")+" serves again") })
	})
	good.serves(imageOf(good.name, "v2"))
	good.recorded(imageOf(good.name, "v2"), imageOf(good.name, "v1"), nil)
	bad.serves(imageOf(bad.name, "v1"))
	bad.recorded(imageOf(bad.name, "v1"), placeholder, nil)
	assert.Equal(bad, before, bad.pods(), "pods of the good version were replaced")
}

func both(first, second func()) {
	var wait sync.WaitGroup
	wait.Go(first)
	wait.Go(second)
	wait.Wait()
}

// current returns the last good image.
func (a *application) current() string {
	a.Helper()
	d, err := a.cluster.deployment(a.Context(), a.name)
	require.NoError(a, err)
	if serving := d.Metadata.Annotations["legops/serving"]; serving != "" {
		return serving
	}
	return d.Spec.Template.Spec.Containers[0].Image
}

func (a *application) pods() []pod {
	a.cluster.mutex.Lock()
	defer a.cluster.mutex.Unlock()
	return slices.Clone(a.cluster.pods[a.name])
}

func config(t *testing.T) *stacks.Config {
	t.Helper()
	cfg := checkout.Config(t, root, stack)
	for _, name := range more {
		a := settings.Application{
			Name: name, Path: "/" + name, Port: 8080, Migrate: migrations[name], Probes: probes[name], Workers: workers[name],
			Tunable: settings.Tunable{MinReplicas: 2, MaxReplicas: 6, CPU: "250m", Memory: "512Mi"},
		}
		if a.Migrate != nil {
			a.Secrets = []settings.SecretName{"smtp"}
			a.SecretFiles = a.Secrets
		}
		cfg.Applications = append(cfg.Applications, a)
	}
	return cfg
}

// objectsOf returns the cluster's objects, as the program registers them.
func objectsOf(t *testing.T, cfg *stacks.Config) (objects, patches []controlplane.Object) {
	t.Helper()
	return controlplane.Registered(registered.Stack(t, stack, cfg))
}

// reference is the reference application, built once.
func reference(t *testing.T) string {
	t.Helper()
	path, err := built()
	require.NoError(t, err)
	return path
}

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "reference-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "reference")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Dir = filepath.Join(root, "apps/reference")
	cmd.Stderr = os.Stderr
	return path, cmd.Run()
})
