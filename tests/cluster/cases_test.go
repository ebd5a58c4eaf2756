package cluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/drawn"
)

// released is the image of a release, in delivery's form.
const released = "111111111111.dkr.ecr.us-east-1.amazonaws.com/legops-dev/identity@sha256:0000000000000000000000000000000000000000000000000000000000000001"

// asDeployer limits kubectl to the rights of the deployer.
var asDeployer = []string{"--as=deployer", "--as-group=legops:delivery", "--field-manager=legops-delivery"}

// release sets the image of an application as the hooks of a release do.
func (w *world) release(application, image string) {
	w.t.Helper()
	w.kubectl(append(asDeployer, "--namespace", application, "patch", "deployment", application, "--type=json",
		`--patch=[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"`+image+`"}]`)...)
}

func (w *world) image(application string) string {
	w.t.Helper()
	return w.field(application, "deployment/"+application, ".spec.template.spec.containers[0].image")
}

// turns are the tests of which make test plays one.
var turns = []string{"TestChangesOnARealCluster", "TestEndsOnARealCluster", "TestPathsOfProbes"}

// change is an event in the life of a stack.
type change struct {
	name string
	run  func(*world)
}

// TestChangesOnARealCluster takes one stack through changes by people, releases and updates.
func TestChangesOnARealCluster(t *testing.T) {
	drawn.Turn(t, turns...)
	live(t, []change{
		{"fields of delivery and the autoscaler stay", setByOthers},
		{"a label on every object, then a port", labelThenPort},
		{"a setting", setting},
		{"a rollout that never becomes ready", neverRollsOut},
		{"changes by hand", byHand},
		{"a Deployment deleted by hand", deletedByHand},
	})
}

// TestEndsOnARealCluster takes one stack through commands that come and go, updates that fail, and the end of an application and of all.
func TestEndsOnARealCluster(t *testing.T) {
	drawn.Turn(t, turns...)
	live(t, []change{
		{"a release", isReleased},
		{"a migration, a schedule and a worker", runsCommands},
		{"a killed update", killed},
		{"a refused token", refusedToken},
		{"an application removed", removed},
		{"everything removed", destroyed},
	})
}

// TestEditsApply holds the edits of sources and stack files against them as they are, also where make test draws none of the tests that need them.
func TestEditsApply(t *testing.T) {
	relabelled(t, root)
	withoutProbes(t, root)
	for _, all := range [][][2]string{edits["dev"], commands("60", "0 6 * * *", "/app/one"), withoutRegulations(t), declares} {
		checkout.Edit(t, root, "dev", all...)
	}
}

// live takes a stack through changes. Each continues where the previous one ended.
func live(t *testing.T, changes []change) {
	t.Helper()
	w := newWorld(t, "dev")
	w.applications = []string{"portal", "identity", "certifications", "regulations"}
	w.edit("")
	w.up()
	w.rolledOut()
	for _, c := range changes {
		require.True(t, t.Run(c.name, func(t *testing.T) {
			w.t = t
			c.run(w)
		}))
	}
	w.t = t
}

// tell prints a row of the table that the note quotes: Pulumi's report, and the live state afterwards.
func (w *world) tell(said, live string) { w.t.Logf("Pulumi said: %s; live: %s", said, live) }

func setByOthers(w *world) {
	w.kubectl("--namespace=identity", "scale", "deployment/identity", "--replicas=3")
	w.rolledOut("identity")
	served := w.watchEndpoints("identity")
	w.release("identity", released)
	w.rolledOut("identity")
	said := append(w.preview(), w.preview("--refresh")...)
	assert.Empty(w.t, said)
	w.up("--expect-no-changes")
	assert.GreaterOrEqual(w.t, served(), 3, "pods behind the Service at any time")
	stays(w)
	w.tell(fmt.Sprint(len(said), " changes"), "3 pods of the release, never fewer behind the Service")
}

// stays checks that identity runs the release in three pods.
func stays(w *world) {
	w.t.Helper()
	assert.Equal(w.t, released, w.image("identity"))
	assert.Equal(w.t, "3 3", w.field("identity", "deployment/identity", ".spec.replicas")+" "+w.field("identity", "deployment/identity", ".status.readyReplicas"))
}

const labelFile = "components/internal/kit/kubernetes.go"

// relabelled is the source of labels in a folder with another value of part-of, which every object carries.
func relabelled(t *testing.T, folder string) string {
	t.Helper()
	return checkout.Replace(t, labelFile, checkout.Read(t, folder, labelFile), "\nconst platform = \"legops\"\n", "\nconst platform = \"other\"\n")
}

func labelThenPort(w *world) {
	copied := checkout.New(w.t, root)
	checkout.Write(w.t, copied, map[string]string{labelFile: relabelled(w.t, copied)})
	checkout.Run(w.t, copied, `go build -ldflags '-s -w' -o bin/relabelled .`)
	program := filepath.Join(copied, "bin", "relabelled")
	w.edit(program)
	said := w.preview()
	assert.Contains(w.t, said, "update app-identity-workload")
	assert.NotContains(w.t, said, "update app-identity-deployment")
	w.up()
	w.rolledOut("identity")
	assert.Equal(w.t, "other", w.field("identity", "deployment/identity", `.metadata.labels.app\.kubernetes\.io/part-of`))
	stays(w)

	w.edit(program, [2]string{"path: /identity\n        port: 8080", "path: /identity\n        port: 8081"})
	said = w.preview()
	assert.ElementsMatch(w.t, []string{"update app-identity-workload"}, said)
	served := w.watchEndpoints("identity")
	w.up()
	w.rolledOut("identity")
	fewest := served()
	stays(w)
	assert.GreaterOrEqual(w.t, fewest, 3, "pods behind the Service at any time")
	assert.Equal(w.t, "8081", w.field("identity", "deployment/identity", ".spec.template.spec.containers[0].ports[*].containerPort"))
	assert.Equal(w.t, "8081", w.variable("PORT"))
	w.tell(strings.Join(said, ", "), fmt.Sprintf("port 8081, never fewer than %d pods behind the Service", fewest))
}

// watchEndpoints watches until a call of the returned function, which returns the fewest ready addresses seen. It asks the API server itself: a
// kubectl for each look would take a core.
func (w *world) watchEndpoints(application string) (stop func() int) {
	path := fmt.Sprintf("/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices?labelSelector=kubernetes.io/service-name=%[1]s", application)
	plane, ctx, began := w.clusters.Plane("legops-"+w.stack), w.t.Context(), time.Now()
	require.NotNil(w.t, plane)
	fewest, looks, over := 1000, 0, make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			var found struct {
				Items []struct {
					Endpoints []struct{ Conditions struct{ Ready bool } }
				}
			}
			if plane.Get(ctx, path, &found) == nil {
				ready := 0
				for _, slice := range found.Items {
					for _, endpoint := range slice.Endpoints {
						if endpoint.Conditions.Ready {
							ready++
						}
					}
				}
				fewest = min(fewest, ready)
				looks++
			}
			select {
			case <-over:
				return
			case <-ctx.Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	})
	return func() int {
		close(over)
		done.Wait()
		require.Greater(w.t, looks, int(time.Since(began).Seconds()), "successful looks")
		return fewest
	}
}

func setting(w *world) {
	w.edit("", [2]string{`TOKEN_MINUTES: "15"`, `TOKEN_MINUTES: "20"`})
	said := w.preview() // also every label back
	assert.Contains(w.t, said, "update app-identity-workload")
	w.up()
	w.rolledOut("identity")
	assert.Equal(w.t, "20", w.variable("TOKEN_MINUTES"))
	stays(w)
	w.tell("update app-identity-workload", "the Deployment with the new value, new pods of the release")
}

// variable returns an environment variable in identity's Deployment.
func (w *world) variable(name string) string {
	return w.field("identity", "deployment/identity", fmt.Sprintf(`.spec.template.spec.containers[0].env[?(@.name=="%s")].value`, name))
}

// A release that does not become ready holds up nothing else, and is no drift.
func neverRollsOut(w *world) {
	w.release("identity", neverReady)
	w.eventually("the bad release has a pod", func() bool {
		return strings.Contains(w.kubectl("--namespace=identity", "get", "pods", "--output=jsonpath={.items[*].spec.containers[0].image}"), neverReady)
	})
	assert.Empty(w.t, w.preview("--refresh"), "drift during a release")
	w.edit("", [2]string{`TOKEN_MINUTES: "15"`, `TOKEN_MINUTES: "25"`}, [2]string{`RENEWAL_NOTICE_DAYS: "60"`, `RENEWAL_NOTICE_DAYS: "61"`})
	started := time.Now()
	w.up()
	took := time.Since(started)
	assert.Less(w.t, took, time.Minute)
	w.rolledOut("certifications")
	assert.Equal(w.t, "3", w.field("identity", "deployment/identity", ".status.readyReplicas"), "the old pods keep serving")
	w.losesPod("identity")
	w.up("--expect-no-changes")
	out, code := w.rollouts(5)
	require.NotZero(w.t, code)
	assert.Contains(w.t, out, "::error::rollouts.sh: identity/identity has not rolled out")
	assert.Equal(w.t, 1, strings.Count(out, "::error::"))
	w.release("identity", released)
	w.rolledOut("identity")
	stays(w)
	out, code = w.rollouts(60)
	require.Zero(w.t, code, out)
	w.tell(fmt.Sprintf("updated in %d s, both applications", int(took.Seconds())), "3 old pods, and the other application changed")
}

// losesPod deletes an old pod while a rollout is stuck: its replacement has the old settings, too.
func (w *world) losesPod(application string) {
	w.t.Helper()
	before := func() (names []string) {
		for line := range strings.Lines(w.kubectl("--namespace", application, "get", "pods", "--output",
			`jsonpath={range .items[*]}{.metadata.name} {.spec.containers[0].image} {.spec.containers[0].env[?(@.name=="TOKEN_MINUTES")].value} `+
				`{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}`)) {
			if pod := strings.Fields(line); pod[1] != neverReady && pod[3] == "True" {
				assert.Equal(w.t, "20", pod[2], pod[0])
				names = append(names, pod[0])
			}
		}
		return names
	}
	pods := before()
	require.Len(w.t, pods, 3)
	w.kubectl("--namespace", application, "delete", "pod", pods[0])
	w.eventually("another old pod is ready", func() bool { return len(before()) == 3 })
	assert.NotEqual(w.t, pods, before())
}

// rollouts checks all rollouts as the workflow does.
func (w *world) rollouts(seconds int) (out string, code int) {
	w.t.Helper()
	bin := w.t.TempDir()
	checkout.Write(w.t, bin, map[string]string{
		"aws": "#!/bin/sh\nfor last; do :; done\ncp '" + w.clusters.Kubeconfigs()["legops-dev"] + "' \"$last\"\n", "known": "",
	})
	require.NoError(w.t, os.Symlink(filepath.Join(root, "bin/kubernetes/kubectl"), filepath.Join(bin, "kubectl")))
	cmd := exec.Command(filepath.Join(root, ".github/scripts/rollouts.sh"), "after", w.stack, filepath.Join(bin, "known"), strconv.Itoa(seconds))
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	return checkout.Output(w.t, cmd)
}

func byHand(w *world) {
	w.kubectl("--namespace=identity", "set", "env", "deployment/identity", "BY_HAND=1")
	w.kubectl("--namespace=identity", "patch", "deployment", "identity", "--patch", `{"spec":{"minReadySeconds":99}}`)
	assert.Empty(w.t, w.preview(), "a preview without --refresh does not read the cluster")
	assert.Equal(w.t, []string{"update app-identity-workload"}, w.preview("--refresh"))
	w.up("--refresh")
	assert.Equal(w.t, "10", w.field("identity", "deployment/identity", ".spec.minReadySeconds"))
	assert.Equal(w.t, "1", w.variable("BY_HAND"), "its creator owns it")
	assert.Empty(w.t, w.preview("--refresh"))
	w.kubectl("--namespace=identity", "set", "env", "deployment/identity", "BY_HAND-")
	w.rolledOut("identity")
	stays(w)
	w.tell("update of minReadySeconds, with --refresh only; nothing of the added variable", "minReadySeconds as before, the variable stays")
}

func deletedByHand(w *world) {
	w.records()
	assert.Empty(w.t, w.preview("--refresh"))
	w.kubectl("--namespace=identity", "delete", "deployment", "identity")
	said := w.preview("--refresh")
	assert.ElementsMatch(w.t, []string{"create app-identity-deployment", "create app-identity-probes", "create app-identity-workload"}, said)
	w.up("--refresh")
	w.rolledOut("identity")
	assert.Equal(w.t, released, w.image("identity"))
	assert.Empty(w.t, w.preview("--refresh"))
	w.tell(strings.Join(said, ", "), "pods of the serving release, not of the placeholder")
}

// isReleased leaves what every stack has that is in use: three pods of a release that is recorded as good.
func isReleased(w *world) {
	w.kubectl("--namespace=identity", "scale", "deployment/identity", "--replicas=3")
	w.release("identity", released)
	w.records()
	w.up("--refresh", "--expect-no-changes")
	w.rolledOut("identity")
	stays(w)
}

// records records the release as good, as the hook of one does.
func (w *world) records() {
	w.t.Helper()
	w.kubectl(append(asDeployer, "--namespace=identity", "patch", "configmap", "serving.delivery", "--type=merge", `--patch={"data":{"image":"`+released+`"}}`)...)
}

// An update is killed after it has begun to change objects. The next one converges.
func killed(w *world) {
	w.edit("")
	for _, application := range []string{"regulations", "certifications"} {
		w.kubectl("delete", "namespace", application)
	}
	command, err := w.session.Command(w.t.Context(), "up", "--yes", "--skip-preview", "--refresh", "--stack", w.stack)
	require.NoError(w.t, err)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(w.t, command.Start())
	w.eventually("the update has created the Deployment, and perhaps not its patches, which the state still has from before", func() bool {
		return !strings.Contains(w.try("--namespace=regulations", "get", "deployment", "regulations"), "NotFound")
	})
	require.NoError(w.t, syscall.Kill(-command.Process.Pid, syscall.SIGKILL))
	require.Error(w.t, command.Wait())
	out, err := w.pulumi("up", "--yes", "--skip-preview")
	require.Error(w.t, err, "the lock of the killed update")
	assert.Contains(w.t, out, "pulumi cancel")
	_, err = w.pulumi("cancel", "--yes")
	require.NoError(w.t, err)
	w.up("--refresh")
	w.rolledOut("regulations", "certifications")
	w.up("--expect-no-changes")
	assert.Empty(w.t, w.preview("--refresh"))
	stays(w)
	w.tell("locked; after cancel and up --refresh: no changes", "every object once, every pod ready")
}

func refusedToken(w *world) {
	token := filepath.Join(w.dir, "clusters", "legops-dev", "token")
	right := checkout.Read(w.t, token)
	require.NoError(w.t, os.WriteFile(token, []byte("expired"), 0o600))
	w.edit("", [2]string{`TOKEN_MINUTES: "15"`, `TOKEN_MINUTES: "35"`})
	assert.Equal(w.t, []string{"update app-identity-workload"}, w.preview())
	out, err := w.pulumi("up", "--yes", "--skip-preview")
	require.Error(w.t, err)
	assert.Contains(w.t, out, "unreachable")
	assert.Equal(w.t, "15", w.variable("TOKEN_MINUTES"))
	require.NoError(w.t, os.WriteFile(token, []byte(right), 0o600))
	w.up()
	assert.Equal(w.t, "35", w.variable("TOKEN_MINUTES"))
	w.tell("preview as with a good token; up: unreachable, nothing changed", "as before; the next up with a good token converged")
}

// The pods of a removed application end before its network policies do: a pod that ends slowly shows it.
func removed(w *world) {
	pod := strings.Fields(w.kubectl("--namespace=regulations", "get", "pods", "--output=name"))[0]
	w.kubectl("--namespace=regulations", "patch", pod, "--type=merge", `--patch={"metadata":{"finalizers":["legops.example/draining"]}}`)
	w.edit("", append(withoutRegulations(w.t), [2]string{`TOKEN_MINUTES: "15"`, `TOKEN_MINUTES: "35"`})...)

	over := make(chan error, 1)
	var out string
	go func() {
		var err error
		out, err = w.pulumi("up", "--yes", "--skip-preview")
		over <- err
	}()
	w.eventually("the namespace is being deleted", func() bool {
		return strings.Contains(w.try("get", "namespace", "regulations", "--output=jsonpath={.status.phase}"), "Terminating")
	})
	time.Sleep(3 * time.Second)
	assert.Equal(w.t, "allow deny", w.field("regulations", "networkpolicies", ".items[*].metadata.name"), "policies while a pod drains")
	assert.Contains(w.t, strings.Join(existing(w), "\n"), "role/legops-dev-app-regulations", "the role while a pod drains")
	select {
	case err := <-over:
		require.Fail(w.t, "the update did not wait for the pod", "%v\n%s", err, out)
	default:
	}
	w.kubectl("--namespace=regulations", "patch", pod, "--type=merge", `--patch={"metadata":{"finalizers":null}}`)
	require.NoError(w.t, <-over)
	assert.Contains(w.t, w.try("get", "namespace", "regulations"), "NotFound")
	assert.Empty(w.t, w.preview("--refresh"))
	w.tell(regexp.MustCompile(`\d+ deleted`).FindString(out[strings.LastIndex(out, "Resources:"):]), "nothing left; its policies and its role stayed until the last pod had ended")
}

// withoutRegulations removes an application, and another one's call to it.
func withoutRegulations(t *testing.T) [][2]string {
	t.Helper()
	text := checkout.Read(t, root, "Pulumi.yaml")
	start := strings.Index(text, "      # Regulations that companies follow.\n")
	end := strings.Index(text, "      # Notifies people of events")
	require.True(t, start > 0 && end > start)
	return [][2]string{{text[start:end], ""}, {"          - regulations\n", ""}}
}

// existing returns the ARNs of the roles in the simulated cloud.
func existing(w *world) []string {
	var arns []string
	for _, e := range w.session.Record().Entries("") {
		if e.Type == "aws:iam/role:Role" {
			arns = append(arns, fmt.Sprint(e.Outputs["arn"]))
		}
	}
	return arns
}

func destroyed(w *world) {
	w.edit("", [2]string{`TOKEN_MINUTES: "15"`, `TOKEN_MINUTES: "35"`})
	started := time.Now()
	_, err := w.pulumi("destroy", "--yes", "--skip-preview")
	require.NoError(w.t, err)
	assert.Empty(w.t, w.clusters.Kubeconfigs())
	assert.Empty(w.t, w.session.Record().Entries(""))
	w.tell("destroyed in "+strconv.Itoa(int(time.Since(started).Seconds()))+" s", "nothing")
}
