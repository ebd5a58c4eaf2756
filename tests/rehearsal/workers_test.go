package rehearsal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/settings"
)

// workers are those of the rehearsed applications. The cluster decides which images crash with a command.
var workers = map[string][]settings.Worker{"worked": {
	{Name: "audit", Command: []settings.CommandWord{"/app/reference", "audit"}},
	{Name: "mail", Command: []settings.CommandWord{"/app/reference", "mail"}, WorkerSize: settings.WorkerSize{MinReplicas: 2, MaxReplicas: 3}},
}}

// workersRelease takes an application with workers through releases: each has the image of the application, or none of them has.
func workersRelease(a *application) {
	of := func(version string) string { return imageOf(a.name, version) }
	a.have(placeholder, 0, 0)
	a.neverFewer(func() {
		a.fails(a.start(a.build("crashes first")), "not every pod of the worker audit with "+of("crashes first")+" was ready"+within+placeholder+" serves again")
	})
	a.serves(placeholder)
	a.have(placeholder, 0, 0)

	a.neverFewer(func() { a.release(a.build("v1")) })
	a.serves(of("v1"))
	a.have(of("v1"), 1, 2)

	a.say("a later release whose workers crash")
	a.neverFewer(func() {
		a.fails(a.start(a.build("crashes")), "not every pod of the worker audit with "+of("crashes")+" was ready"+within+of("v1")+" serves again")
	})
	a.serves(of("v1"))
	a.have(of("v1"), 1, 2)

	a.say("one whose worker crashes while it is watched")
	watched := a.start(a.build("crashes later"))
	watched.during = func(event string, _ *hookRun) {
		if event == "ValidateService" {
			go a.restartsMail(watched, of("crashes later"))
		}
	}
	a.fails(watched, of("crashes later")+" is not healthy: containers of workers restarted 3 times; "+of("v1")+" serves again")
	a.serves(of("v1"))
	a.have(of("v1"), 1, 2)

	a.say("one that is told to end")
	told := a.start(a.build("told to end"))
	told.during = kill(a, "ApplicationStart", 4*time.Second, syscall.SIGTERM)
	assert.Error(a, a.execute(a.Context(), told)) // and nothing is redeployed, which would set the workers, too
	assert.Contains(a, told.last(), of("v1")+" is set again")
	a.serves(of("v1"))
	a.have(of("v1"), 1, 2)

	a.say("one that is killed, and repeated")
	revision := a.build("v2")
	killed := a.start(revision)
	killed.during = kill(a, "ApplicationStart", 2*time.Second, syscall.SIGKILL)
	assert.ErrorContains(a, a.execute(a.Context(), killed), "ApplicationStart: signal: killed")
	a.neverFewer(func() { a.release(revision) })
	a.serves(of("v2"))
	a.have(of("v2"), 1, 2)

	a.say("the same again, and back to the release before")
	before := a.pods()
	a.neverFewer(func() { a.release(revision) })
	assert.Equal(a, before, a.pods(), "pods were replaced")
	a.neverFewer(func() { a.release(a.build("v1")) })
	a.serves(of("v1"))
	a.have(of("v1"), 1, 2)

	a.say("the same again, after a worker was not recorded as good: the next release does so at its beginning")
	_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "annotate", "deployment", "mail", "--overwrite", "legops/serving="+placeholder)
	require.NoError(a, err)
	kubectl := a.kubectl
	a.refuses(a.T, "patch deployment mail *legops~1serving") // what its end would do
	a.release(a.build("v1"))
	a.kubectl = kubectl
	d, err := a.cluster.deploymentIn(a.Context(), a.name, "mail")
	require.NoError(a, err)
	assert.Equal(a, of("v1"), d.Metadata.Annotations["legops/serving"])
	a.serves(of("v1"))
	a.have(of("v1"), 1, 2)
}

// have requires that soon the workers have an image, and so many pods of audit and of mail, and no others, are ready.
func (a *application) have(image string, audit, mail int) {
	a.Helper()
	assert.EventuallyWithT(a, func(c *assert.CollectT) {
		for name, want := range map[string]int{"audit": audit, "mail": mail} {
			d, err := a.cluster.deploymentIn(a.Context(), a.name, name)
			assert.NoError(c, err)
			assert.Equal(c, want, d.Spec.Replicas, name)
			assert.Equal(c, image, d.Spec.Template.Spec.Containers[0].Image, name)
			var images []string
			for _, p := range a.pods() {
				if strings.HasPrefix(p.name, name+"-") && assert.True(c, p.ready, p.name) {
					images = append(images, p.image)
				}
			}
			assert.Equal(c, strings.Repeat(image+" ", want), strings.Join(append(images, ""), " "), name)
		}
	}, 60*time.Second, 200*time.Millisecond)
}

// restartsMail tells the cluster that the container of a pod of the worker mail was restarted, three times, once a hook of the release has looked
// at the workers: what it finds at its first look is no fault of the release.
func (a *application) restartsMail(r *run, image string) {
	assert.Eventually(a, func() bool {
		looks, err := filepath.Glob(filepath.Join(a.folder, r.id, "deployment-archive", ".hook-*", "at-work"))
		return err == nil && slices.ContainsFunc(looks, func(look string) bool {
			file, err := os.Stat(look)
			return err == nil && file.Size() > 0
		})
	}, time.Minute, 50*time.Millisecond, "a look at the workers")
	for _, p := range a.pods() {
		if !strings.HasPrefix(p.name, "mail-") || p.image != image {
			continue
		}
		a.say("the container of %s restarts", p.name)
		_, err := a.cluster.Kubectl(a.Context(), nil, "--namespace", a.name, "patch", "pod", p.name, "--subresource=status", "--type=json",
			`--patch=[{"op":"replace","path":"/status/containerStatuses/0/restartCount","value":3}]`)
		assert.NoError(a, err)
		return
	}
	assert.Fail(a, "no pod of the worker runs the image")
}

// onWorkers are attempts on the worker mail of matters, after a release has set it.
func onWorkers() []attempt {
	by := func(name, rule, patch, says string) attempt {
		return attempt{name: "a worker: " + name, rule: rule, args: patching("deployment", "mail", "strategic", patch), says: says}
	}
	foreign := imageOf("portal", "v1")
	const keys, container = "wrongKeys", "spec.template.spec.containers[app]."
	const replicas = ", must stay 1, or become 1 from 0, or 0 with the image " + placeholder
	return []attempt{
		by("its command", keys, inContainer(`"command":["sh"]`), container+"command"+asItIs),
		by("a probe that runs something", keys, inContainer(`"livenessProbe":{"exec":{"command":["id"]}}`), container+"livenessProbe becomes different"+must+"unset"),
		by("a Secret as environment", keys, inContainer(`"envFrom":[{"secretRef":{"name":"smtp"}}]`), container+"envFrom becomes different"+must+"unset"),
		by("another service account", keys, inPod(`"serviceAccountName":"default"`), "spec.template.spec.serviceAccountName becomes default"+must+"matters"),
		by("the file system of the node", keys, inPod(`"volumes":[{"name":"h","hostPath":{"path":"/"}}]`), "spec.template.spec.volumes"+asItIs),
		by("labels of its pods", keys, `{"spec":{"template":{"metadata":{"labels":{"a":"b"}}}}}`, "spec.template.metadata"+asItIs),
		by("a pause", keys, `{"spec":{"paused":true}}`, "spec.paused becomes true"+must+"unset"),
		by("labels", keys, `{"metadata":{"labels":{"worker":null}}}`, "metadata.labels"+asItIs),
		by("an annotation of the pods that serve", keys, `{"metadata":{"annotations":{"legops/replaced":"`+imageOf("matters", "v1")+`"}}}`, "metadata.annotations.legops/replaced becomes "+imageOf("matters", "v1")+must+"unset"),
		by("an image of another application", "wrongImages", inContainer(`"image":"`+foreign+`"`), anImage+foreign+ownImage),
		by("remembering one", "wrongImages", `{"metadata":{"annotations":{"legops/serving":"busybox:1"}}}`, "metadata.annotations.legops/serving becomes busybox:1"+ownImage),
		by("another container", "wrongContainers", inPod(`"containers":[{"name":"more","image":"`+imageOf("matters", "v1")+`"}]`), "spec.template.spec.containers becomes more, app"+must+"app"),
		by("more pods", "wrongReplicas", `{"spec":{"replicas":9}}`, "spec.replicas becomes 9"+replicas),
		by("no pods", "wrongReplicas", `{"spec":{"replicas":0}}`, "spec.replicas becomes 0"+replicas),
		{
			name: "a worker: owning its selector", rule: "wrongManagers", says: "metadata.managedFields gains legops-delivery by Update with f:selector",
			args: patching("deployment", "mail", "json", `[{"op":"test","path":"/metadata/managedFields/2/manager","value":"legops-delivery"},
				{"op":"add","path":"/metadata/managedFields/2/fieldsV1/f:spec/f:selector","value":{}}]`),
		},
	}
}

// beyondWorkers are attempts that no role allows.
func beyondWorkers() []attempt {
	all := []attempt{
		{name: "scaling a worker", args: []string{"scale", "deployment/mail", "--replicas=9"}, says: "UPDATE of deployments/scale mail"},
		{name: "deleting a worker", args: []string{"delete", "deployment", "mail"}, says: "DELETE of deployments mail"},
		{name: "a Deployment that is no worker", args: append(setWorker("other", imageOf("matters", "v1"), "d-9"), "--namespace=matters"), says: "UPDATE of deployments other"},
		{name: "the worker of another application", args: append(setWorker("mail", imageOf("portal", "v1"), "d-9"), "--namespace=portal"), says: "UPDATE of deployments mail"},
	}
	for i := range all {
		all[i].rule = "wrongRequest"
	}
	return all
}

// setWorker is the patch by which a hook sets a worker.
func setWorker(name, image, release string, more ...string) []string {
	return patching("deployment", name, "json", `[{"op":"test","path":"/spec/template/spec/containers/0/name","value":"app"},
		{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"`+image+`"},
		{"op":"add","path":"/metadata/annotations/kubernetes.io~1change-cause","value":"`+release+`"}`+strings.Join(more, "")+`]`)
}

// releasesWorker sends the requests of hooks about the worker mail of matters: a release that fails, and two good ones.
func (d *deployer) releasesWorker(t *testing.T) {
	t.Helper()
	may := func(args ...string) {
		t.Helper()
		_, err := d.try(t.Context(), nil, args...)
		require.NoError(t, err)
	}
	const start = `,{"op":"test","path":"/spec/replicas","value":0},{"op":"replace","path":"/spec/replicas","value":1}`
	remember := func(image string) string {
		return `,{"op":"add","path":"/metadata/annotations/legops~1serving","value":"` + image + `"}`
	}
	v1, v2 := imageOf("matters", "v1"), imageOf("matters", "v2")
	may("annotate", "deployment", "mail", "--overwrite", "--field-manager=legops-delivery", "legops/release=d-1")
	may(setWorker("mail", v1, "d-1", start, remember(placeholder))...)
	may(setWorker("mail", placeholder, "restored by d-1", `,{"op":"replace","path":"/spec/replicas","value":0}`)...)
	may(setWorker("mail", v1, "d-2", start, remember(placeholder), remember(v1))...)
	may("annotate", "deployment", "mail", "--overwrite", "--field-manager=legops-delivery", "legops/release=d-3", "legops/serving="+v1)
	may(setWorker("mail", v2, "d-3", remember(v2))...)
	may(setWorker("mail", v1, "restored by d-4")...)
}
