// Package cluster_test deploys the stacks with Pulumi's real Kubernetes provider to real control planes; AWS is simulated.
package cluster_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/model"
	"legops/internal/offline"
)

// neverReady is the image of a release whose pods start and never become ready.
const neverReady = "111111111111.dkr.ecr.us-east-1.amazonaws.com/legops-dev/identity@sha256:0000000000000000000000000000000000000000000000000000000000000000"

// limit bounds every command; each takes less than a quarter of it.
const limit = 10 * time.Minute

var root = func() string {
	path, err := filepath.Abs("../..")
	if err != nil {
		panic(err)
	}
	return path
}()

// world is a stack on a simulated cloud with a real cluster.
type world struct {
	t       *testing.T
	dir     string
	stack   string
	program string // empty for the repository's
	files   string // folder of the stack files; empty for the repository's
	// applications are those of nine that the stack keeps once it is edited; all if empty. With fewer every command takes less.
	applications []string

	clusters *offline.Clusters
	session  *offline.Session
}

// newWorld starts an empty one. It ends with the test.
func newWorld(t *testing.T, stack string) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), stack: stack}
	var err error
	w.clusters, err = offline.OpenClusters(t.Context(), offline.ClusterOptions{Root: root, Dir: filepath.Join(w.dir, "clusters"), NeverReady: []string{neverReady}, Answers: answers})
	require.NoError(t, err)
	w.open()
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.try("get", "pods,deployments", "--all-namespaces"))
			for _, namespace := range w.unfinished() {
				t.Log(w.try("--namespace", namespace, "get", "deployments,replicasets", "--output=yaml", "--show-managed-fields"))
				t.Log(w.try("--namespace", namespace, "get", "events"))
			}
		}
		w.close()
		w.clusters.Close()
	})
	return w
}

// unfinished are the namespaces of Deployments that lack pods.
func (w *world) unfinished() (namespaces []string) {
	for line := range strings.Lines(w.try("get", "deployments", "--all-namespaces", "--no-headers", "--output=custom-columns=:metadata.namespace,:spec.replicas,:status.readyReplicas")) {
		if columns := strings.Fields(line); len(columns) == 3 && columns[1] != columns[2] {
			namespaces = append(namespaces, columns[0])
		}
	}
	return namespaces
}

// open opens a session.
func (w *world) open() {
	w.t.Helper()
	session, err := offline.Open(offline.Options{
		Root: root, Dir: w.dir, StackFiles: w.files, Program: w.program, Clusters: w.clusters,
	})
	require.NoError(w.t, err)
	w.session = session
}

func (w *world) close() {
	w.t.Helper()
	assert.Empty(w.t, w.session.Refused(), "addresses outside this machine that something tried to reach")
	require.NoError(w.t, w.session.Close())
}

// edit switches to an edited stack file and the program at a path; an empty path is the repository's.
func (w *world) edit(program string, edits ...[2]string) {
	w.t.Helper()
	files, err := os.MkdirTemp(w.dir, "files") // it outlives the case
	require.NoError(w.t, err)
	edited := checkout.Edit(w.t, root, w.stack, edits...)
	if len(w.applications) > 0 {
		edited = checkout.Few(w.t, edited, w.applications...)
	}
	checkout.Write(w.t, files, edited)
	w.files, w.program = files, program
	w.close()
	w.open()
}

// pulumi runs a command of the CLI and returns its output and error.
func (w *world) pulumi(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return w.session.Run(ctx, append(args, "--stack", w.stack)...)
}

// up deploys, and returns the changes of Kubernetes resources, as type::name=operation, in order of their names.
func (w *world) up(options ...string) string {
	w.t.Helper()
	out, err := w.pulumi(append([]string{"up", "--yes", "--skip-preview"}, options...)...)
	require.NoError(w.t, err)
	return out
}

// preview returns what an update would change: operation and name of every changed Kubernetes resource.
func (w *world) preview(options ...string) []string {
	w.t.Helper()
	out, err := w.pulumi(append([]string{"preview", "--json"}, options...)...)
	require.NoError(w.t, err)
	preview, err := model.ReadPreview([]byte(out))
	require.NoError(w.t, err)
	return changes(preview)
}

func changes(preview *model.Plan) []string {
	var all []string
	for _, step := range preview.Steps {
		if r := step.Resource(); strings.HasPrefix(r.Type, "kubernetes:") && step.Op != "same" && step.Op != "refresh" {
			all = append(all, strings.TrimSpace(step.Op+" "+r.Name()+" "+strings.Join(step.ReplaceReasons, ",")))
		}
	}
	slices.Sort(all)
	return all
}

// try runs kubectl and returns its output.
func (w *world) try(args ...string) string {
	plane := w.clusters.Plane("legops-" + w.stack)
	if plane == nil {
		return "no cluster"
	}
	out, err := exec.Command(filepath.Join(root, "bin/kubernetes/kubectl"), append([]string{"--kubeconfig", plane.Kubeconfig()}, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Sprintf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// kubectl runs kubectl, and fails the test if it fails.
func (w *world) kubectl(args ...string) string {
	w.t.Helper()
	out := w.try(args...)
	require.False(w.t, strings.HasPrefix(out, "kubectl "), out)
	return strings.TrimSpace(out)
}

// field returns a field of an object, by kubectl's JSONPath.
func (w *world) field(namespace, object, path string) string {
	w.t.Helper()
	return w.kubectl("--namespace", namespace, "get", object, "--output", "jsonpath={"+path+"}")
}

// rolledOut waits until the rollouts of the named applications, or of all, have succeeded.
func (w *world) rolledOut(namespaces ...string) {
	w.t.Helper()
	if len(namespaces) == 0 {
		namespaces = strings.Fields(w.kubectl("get", "namespaces", "--selector=app.kubernetes.io/part-of=legops", "--output=jsonpath={.items[*].metadata.name}"))
		applications := len(w.applications)
		if applications == 0 {
			applications = 9
		}
		require.Len(w.t, namespaces, applications+3, "applications, the ingress, and the jobs for roles in the database and in the search domain")
	}
	for _, namespace := range namespaces {
		for _, deployment := range strings.Fields(w.kubectl("--namespace", namespace, "get", "deployments", "--output=name")) {
			w.kubectl("--namespace", namespace, "rollout", "status", deployment, "--timeout=240s")
		}
	}
}

// eventually checks until the condition holds.
func (w *world) eventually(what string, yes func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); !yes(); time.Sleep(100 * time.Millisecond) {
		require.True(w.t, time.Now().Before(deadline), "not within a minute: "+what)
	}
}
