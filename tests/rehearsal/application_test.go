package rehearsal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/delivery"
	"legops/internal/checkout"
	"legops/internal/settings"
	"legops/stacks"
)

// Times of the rehearsal, in seconds. The platform's are longer; a pod still has to be ready for the minReadySeconds
// of its Deployment before the next one starts.
const (
	bakeSeconds    = 5
	rolloutSeconds = 60 // a good rollout takes 25
)

// imageOf is the image of a version of an application, in the only form that a release may use.
func imageOf(application, version string) string {
	sum := sha256.Sum256([]byte(application + version))
	return fmt.Sprintf("222222222222.dkr.ecr.us-east-1.amazonaws.com/legops-test/%s@sha256:%s", application, hex.EncodeToString(sum[:]))
}

// digestOf is the digest in the name of an image.
func digestOf(image string) string {
	_, digest, _ := strings.Cut(image, "@")
	return digest
}

// application is one application of the stack in a rehearsal: its pods on the cluster, its processes, its deployments.
type application struct {
	*testing.T
	*codeDeploy
	name, path string
	cluster    *cluster
	door       *httptest.Server
	domain     string

	mutex    sync.Mutex
	timeline []string
	backends map[string]*httputil.ReverseProxy // by image
	fewest   int                               // the fewest ready pods since the last reset
}

// rehearse starts the test of one application; if it fails, it prints the events in order.
func (c *cluster) rehearse(t *testing.T, cfg *stacks.Config, name string) *application {
	t.Helper()
	i := slices.IndexFunc(cfg.Applications, func(a settings.Application) bool { return a.Name == name })
	require.GreaterOrEqual(t, i, 0, "the stack has no application %s", name)
	a := &application{
		T: t, name: name, path: cfg.Applications[i].Path, cluster: c, domain: cfg.Domain.Name,
		backends: map[string]*httputil.ReverseProxy{},
	}
	a.codeDeploy = newCodeDeploy(t, "legops-test-"+name, c.deliverer, a.say)
	t.Cleanup(func() {
		a.running.Wait()
		left, err := os.ReadDir(a.scratch)
		assert.NoError(t, err)
		assert.Empty(t, left, "hooks leave files behind")
		if t.Failed() {
			a.mutex.Lock()
			defer a.mutex.Unlock()
			t.Logf("events of %s, in order:\n%s", name, strings.Join(a.timeline, "\n"))
		}
	})
	a.door = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.door.Close)
	c.watch(name, a.saw)
	return a
}

func (a *application) say(format string, values ...any) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.timeline = append(a.timeline, fmt.Sprintf("%6.1f  ", time.Since(a.cluster.began).Seconds())+fmt.Sprintf(format, values...))
}

// saw records the pods, and the fewest ready ones.
func (a *application) saw(pods []pod) {
	ready := 0
	text := make([]string, 0, len(pods))
	for _, p := range pods {
		state := "not ready"
		if p.ready {
			state = "ready"
			if strings.HasPrefix(p.name, a.name+"-") { // and no worker
				ready++
			}
		}
		text = append(text, fmt.Sprintf("%s %s", short(p.image), state))
	}
	a.say("pods: %s", strings.Join(text, ", "))
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.fewest = min(a.fewest, ready)
}

func short(image string) string { return image[max(0, len(image)-6):] }

// serve routes from a node's port to a pod, like the NGINX ingress. A pod is the process of its image.
func (a *application) serve(w http.ResponseWriter, r *http.Request) {
	if r.Host != a.domain || r.Header.Get("X-Forwarded-Proto") != "https" {
		http.NotFound(w, r)
		return
	}
	images, err := a.cluster.endpoints(r.Context(), a.name)
	if err != nil || len(images) == 0 {
		http.Error(w, fmt.Sprint("no endpoint: ", err), http.StatusBadGateway)
		return
	}
	a.mutex.Lock()
	backend := a.backends[images[time.Now().UnixNano()%int64(len(images))]]
	a.mutex.Unlock()
	if backend == nil { // the placeholder, which lacks this path
		http.NotFound(w, r)
		return
	}
	backend.ServeHTTP(w, r)
}

// build builds a revision of a version, like the build stage, with a process of the reference application in place of
// the image's program.
func (a *application) build(version string, environment ...string) string {
	a.Helper()
	image := imageOf(a.name, version)
	a.runs(image, environment)
	checkout.Write(a, a.states, map[string]string{digestOf(image): a.name + version})
	_, port, err := net.SplitHostPort(a.door.Listener.Addr().String())
	require.NoError(a, err)
	sum := sha256.Sum256([]byte(version))
	release := map[string]string{"release.env": strings.Join([]string{
		"APPLICATION=" + a.name, "IMAGE=" + image, "COMMIT=" + hex.EncodeToString(sum[:20]), "HEALTH_HOST=" + a.domain, "HEALTH_PATH=" + a.path,
		"NODE_PORT=" + port, "BAKE_SECONDS=" + strconv.Itoa(bakeSeconds), "ROLLOUT_SECONDS=" + strconv.Itoa(rolloutSeconds), "",
	}, "\n")}
	files, err := delivery.Files()
	require.NoError(a, err)
	for path, text := range files {
		if name, ok := strings.CutPrefix(path, "release/"); ok {
			release[name] = text
		}
	}
	revision := a.TempDir()
	checkout.Write(a, revision, release)
	return revision
}

// runs starts a process of the reference application.
func (a *application) runs(image string, environment []string) {
	a.Helper()
	port := freePort(a.T)
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, reference(a.T))
	cmd.Dir = filepath.Join(root, "apps/reference") // the folder of its configuration
	cmd.Env = append([]string{"ENVIRONMENT=test", "PORT=" + port, "BASE_PATH=" + a.path}, environment...)
	require.NoError(a, cmd.Start())
	a.Cleanup(func() {
		stop()
		_ = cmd.Wait() // killed
	})
	address := &url.URL{Scheme: "http", Host: net.JoinHostPort("127.0.0.1", port)}
	require.EventuallyWithT(a, func(c *assert.CollectT) {
		response, err := http.Get(address.String() + "/healthz")
		if assert.NoError(c, err) {
			response.Body.Close()
		}
	}, 20*time.Second, 50*time.Millisecond, "the reference application does not start")
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.backends[image] = httputil.NewSingleHostReverseProxy(address)
}

// given are the assigned ports: one without a listener yet looks free.
var given sync.Map

func freePort(t *testing.T) string {
	t.Helper()
	for {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		_, port, err := net.SplitHostPort(listener.Addr().String())
		require.NoError(t, err)
		require.NoError(t, listener.Close())
		if _, taken := given.LoadOrStore(port, true); !taken {
			return port
		}
	}
}

// release deploys a revision, and requires that it succeeds.
func (a *application) release(revision string) *run {
	a.Helper()
	r := a.start(revision)
	assert.NoError(a, a.deploy(a.Context(), r))
	return r
}

// edit replaces a text that occurs once in a file of a revision.
type edit struct{ file, before, after string }

// of is the file in a folder, edited.
func (e edit) of(t testing.TB, folder string) string {
	t.Helper()
	return checkout.Replace(t, e.file, checkout.Read(t, folder, e.file), e.before, e.after)
}

// with edits a revision.
func (a *application) with(revision string, e edit) string {
	a.Helper()
	checkout.Write(a, revision, map[string]string{e.file: e.of(a, revision)})
	return revision
}

// TestEditsApply holds the edits of scenarios against the hooks as they are, also where make test draws none of these scenarios.
func TestEditsApply(t *testing.T) {
	for _, e := range []edit{afterASchedule, shortTimeout, shortLimit} {
		e.of(t, filepath.Join(root, "delivery", "release"))
	}
}

// fails deploys a revision, and requires that it fails for a reason.
func (a *application) fails(r *run, reason string) {
	a.Helper()
	assert.Error(a, a.deploy(a.Context(), r))
	assert.Contains(a, r.last(), reason)
}

// serves requires that soon all pods of a version, and no others, are ready and behind the Service.
func (a *application) serves(image string) {
	a.Helper()
	d, err := a.cluster.deployment(a.Context(), a.name)
	require.NoError(a, err)
	assert.EventuallyWithT(a, func(c *assert.CollectT) {
		images, err := a.cluster.endpoints(a.Context(), a.name)
		assert.NoError(c, err)
		assert.Equal(c, slices.Repeat([]string{image}, d.Spec.Replicas), images)
	}, 60*time.Second, 200*time.Millisecond)
	assert.Equal(a, image, d.Spec.Template.Spec.Containers[0].Image)
}

// recorded requires the Deployment's record of its releases.
func (a *application) recorded(serving, replaced string, by *run) {
	a.Helper()
	d, err := a.cluster.deployment(a.Context(), a.name)
	require.NoError(a, err)
	assert.Equal(a, serving, d.Metadata.Annotations["legops/serving"])
	assert.Equal(a, replaced, d.Metadata.Annotations["legops/replaced"])
	if by != nil {
		assert.Equal(a, by.id, d.Metadata.Annotations["legops/release"])
	}
}

// neverFewer requires at least the Deployment's number of ready pods throughout.
func (a *application) neverFewer(during func()) {
	a.Helper()
	d, err := a.cluster.deployment(a.Context(), a.name)
	assert.NoError(a, err)
	a.mutex.Lock()
	a.fewest = d.Spec.Replicas
	a.mutex.Unlock()
	during()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	assert.GreaterOrEqual(a, a.fewest, d.Spec.Replicas, "fewer pods were ready than spec.replicas")
}
