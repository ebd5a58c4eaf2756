package cluster_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/drawn"
)

const (
	placeholder = "ghcr.io/stefanprodan/podinfo:6.7.1"
	// old and new are images of certifications: of before paths could be declared, and with its own.
	old   = "111111111111.dkr.ecr.us-east-1.amazonaws.com/legops-dev/certifications@sha256:0000000000000000000000000000000000000000000000000000000000000001"
	new   = "111111111111.dkr.ecr.us-east-1.amazonaws.com/legops-dev/certifications@sha256:0000000000000000000000000000000000000000000000000000000000000002"
	paths = "/certifications/live /certifications/ready"
)

// answers are the only paths that an image answers: a pod with other ones in its probes never becomes ready.
var answers = map[string][]string{placeholder: {"/healthz", "/readyz"}, old: {"/healthz", "/readyz"}, new: strings.Fields(paths)}

// declares are an application's own paths.
var declares = [][2]string{{"path: /certifications\n        port: 8080", "path: /certifications\n        port: 8080\n        probes:\n          live: /certifications/live\n          ready: /certifications/ready"}}

// TestPathsOfProbes takes a stack from the time when the patch of Pulumi owned the paths of the probes to the end of an application that declares
// its own: no update touches a pod on their account, none finds drift, and each image keeps its paths.
func TestPathsOfProbes(t *testing.T) {
	drawn.Turn(t, turns...)
	w := newWorld(t, "dev")
	w.applications = []string{"identity", "certifications"}
	w.edit(beforeProbes(t))
	w.up()
	w.rolledOut()
	w.release("certifications", old)
	w.rolledOut("certifications")
	w.asks("/healthz /healthz /readyz")
	pods := w.podNames()

	w.edit("", declares...)
	said := w.preview()
	for _, change := range []string{"create app-certifications-probes", "update app-certifications-workload", "create app-identity-probes", "update app-identity-workload"} {
		assert.Contains(t, said, change)
	}
	assert.NotContains(t, said, "update app-certifications-deployment")
	assert.NotContains(t, said, "update app-certifications-serving")
	w.up()
	w.asks("/healthz /healthz /readyz")
	assert.Equal(t, pods, w.podNames(), "pods were replaced")
	assert.Empty(t, w.preview("--refresh"))

	w.releases(new, paths)
	w.rolledOut("certifications")
	assert.Empty(t, w.preview("--refresh"))
	w.edit("", append(declares[:1:1], [2]string{`RENEWAL_NOTICE_DAYS: "60"`, `RENEWAL_NOTICE_DAYS: "61"`})...)
	w.up()
	w.rolledOut("certifications")
	w.asks("/certifications/live /certifications/live /certifications/ready")

	// What is declared changes: nothing happens until a release.
	pods = w.podNames()
	w.edit("", [2]string{`RENEWAL_NOTICE_DAYS: "60"`, `RENEWAL_NOTICE_DAYS: "61"`})
	assert.ElementsMatch(t, []string{"update app-certifications-workload"}, w.preview())
	w.up("--refresh")
	assert.Equal(t, pods, w.podNames(), "pods were replaced")
	assert.Empty(t, w.preview("--refresh"))

	w.kubectl("--namespace=certifications", "delete", "deployment", "certifications")
	assert.ElementsMatch(t, []string{"create app-certifications-deployment", "create app-certifications-probes", "create app-certifications-workload"}, w.preview("--refresh"))
	w.up("--refresh")
	w.rolledOut("certifications")
	assert.Equal(t, new, w.image("certifications"))
	w.asks("/certifications/live /certifications/live /certifications/ready")
	assert.Empty(t, w.preview("--refresh"))

	// Somebody takes the patch with the paths out of the state: the next update makes it again, and no pod notices.
	pods = w.podNames()
	w.forget("app-certifications-probes")
	w.up("--refresh")
	assert.Equal(t, pods, w.podNames(), "pods were replaced")
	w.asks("/certifications/live /certifications/live /certifications/ready")
	assert.Empty(t, w.preview("--refresh"))
}

// forget takes a resource out of the state, and what depends on it no longer does there.
func (w *world) forget(name string) {
	w.t.Helper()
	exported, err := w.pulumi("stack", "export")
	require.NoError(w.t, err)
	var state map[string]any
	require.NoError(w.t, json.Unmarshal([]byte(exported), &state))
	deployment, _ := state["deployment"].(map[string]any)
	resources, _ := deployment["resources"].([]any)
	is := func(urn any) bool { return strings.HasSuffix(urn.(string), "::"+name) }
	kept := slices.DeleteFunc(slices.Clone(resources), func(r any) bool { return is(r.(map[string]any)["urn"]) })
	require.Len(w.t, kept, len(resources)-1)
	for _, r := range kept {
		if on, has := r.(map[string]any)["dependencies"].([]any); has {
			r.(map[string]any)["dependencies"] = slices.DeleteFunc(on, is)
		}
	}
	deployment["resources"] = kept
	text, err := json.Marshal(state)
	require.NoError(w.t, err)
	file := filepath.Join(w.t.TempDir(), "state.json")
	require.NoError(w.t, os.WriteFile(file, text, 0o600))
	_, err = w.pulumi("stack", "import", "--file", file)
	require.NoError(w.t, err)
}

// releases sets an image with its paths, and records both, as the hooks of a release do.
func (w *world) releases(image, probes string) {
	w.t.Helper()
	live, ready, _ := strings.Cut(probes, " ")
	const container = `{"op":"replace","path":"/spec/template/spec/containers/0/`
	w.kubectl(append(asDeployer, "--namespace=certifications", "patch", "deployment", "certifications", "--type=json", "--patch=["+
		container+`image","value":"`+image+`"},`+container+`startupProbe/httpGet/path","value":"`+live+`"},`+
		container+`livenessProbe/httpGet/path","value":"`+live+`"},`+container+`readinessProbe/httpGet/path","value":"`+ready+`"}]`)...)
	w.kubectl(append(asDeployer, "--namespace=certifications", "patch", "configmap", "serving.delivery", "--type=merge",
		`--patch={"data":{"image":"`+image+`","probes":"`+probes+`"}}`)...)
}

// asks checks the paths of startup, liveness and readiness of certifications.
func (w *world) asks(paths string) {
	w.t.Helper()
	const container = ".spec.template.spec.containers[0]."
	var all []string
	for _, probe := range []string{"startupProbe", "livenessProbe", "readinessProbe"} {
		all = append(all, w.field("certifications", "deployment/certifications", container+probe+".httpGet.path"))
	}
	assert.Equal(w.t, paths, strings.Join(all, " "))
}

// podNames are the pods of all applications.
func (w *world) podNames() string {
	w.t.Helper()
	return w.kubectl("get", "pods", "--all-namespaces", "--selector=app.kubernetes.io/component=application", "--output=name")
}

// beforeProbes builds the program as it was when the patch owned the paths, and returns its path.
func beforeProbes(t *testing.T) string {
	t.Helper()
	copied := checkout.New(t, root)
	checkout.Write(t, copied, map[string]string{workloadFile: withoutProbes(t, copied)})
	checkout.Run(t, copied, `go build -ldflags '-s -w' -o bin/before .`)
	return filepath.Join(copied, "bin", "before")
}

const workloadFile = "components/apps/app_workload.go"

// withoutProbes is the source of workloads in a folder as it was when the patch owned the paths.
func withoutProbes(t *testing.T, folder string) string {
	t.Helper()
	text := checkout.Read(t, folder, workloadFile)
	for before, after := range map[string]string{
		`, "probes": pulumi.String(firstProbes)`:                   ``,
		`probes, err := b.probePaths(deployment, patching)`:        `probes, err := deployment, error(nil)`,
		"\tdeclared[probesAnnotation] = b.args.declaredProbes()\n": ``,
		`HTTPGetActionArgs{Port:`:                                  `HTTPGetActionArgs{Path: pulumi.String(map[int]string{2: "/healthz", 10: "/healthz", 5: "/readyz"}[seconds]), Port:`,
	} {
		text = checkout.Replace(t, workloadFile, text, before, after)
	}
	return text
}
