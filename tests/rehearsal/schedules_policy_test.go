package rehearsal

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
	"legops/internal/drawn"
	"legops/internal/settings"
	"legops/stacks"
)

// withSchedules gives an application schedules.
func withSchedules(t *testing.T, cfg *stacks.Config, name string, all ...settings.Schedule) {
	t.Helper()
	i := slices.IndexFunc(cfg.Applications, func(a settings.Application) bool { return a.Name == name })
	require.GreaterOrEqual(t, i, 0)
	cfg.Applications[i].Schedules = all
}

// letRun is the patch by which a hook sets a schedule.
func letRun(image, release string) []string {
	return patching("cronjob", "tidy", "json", `[{"op":"test","path":"/spec/jobTemplate/spec/template/spec/containers/0/name","value":"app"},
		{"op":"replace","path":"/spec/jobTemplate/spec/template/spec/containers/0/image","value":"`+image+`"},
		{"op":"replace","path":"/spec/suspend","value":false},{"op":"add","path":"/metadata/annotations/legops~1release","value":"`+release+`"}]`)
}

// runPod is a patch of the pods of a schedule, runContainer of their container.
func runPod(fields string) string { return `{"spec":{"jobTemplate":` + inPod(fields) + `}}` }

func runContainer(fields string) string {
	return runPod(`"containers":[{"name":"app",` + fields + `}]`)
}

const runSpec = "spec.jobTemplate.spec.template.spec."

// ofSchedules are attempts on the CronJob tidy of matters, after a release has set it.
func ofSchedules(t *testing.T, asItStands controlplane.Object) []attempt {
	t.Helper()
	by := func(name, rule, patch, says string) attempt {
		return attempt{name: "a schedule: " + name, rule: rule, args: patching("cronjob", "tidy", "strategic", patch), says: says}
	}
	managed := func(name, operation, says string) attempt {
		return attempt{name: "a schedule: " + name, rule: "wrongManagers", says: says, args: patching("cronjob", "tidy", "json", "["+operation+"]")}
	}
	foreign := imageOf("portal", "v1")
	const keys, images = "wrongKeys", "wrongImages"
	all := []attempt{
		by("its times", keys, `{"spec":{"schedule":"* * * * *"}}`, "spec.schedule becomes * * * * *"+must+"0 6 * * *"),
		by("its time zone", keys, `{"spec":{"timeZone":"Asia/Tokyo"}}`, "spec.timeZone becomes Asia/Tokyo"+must+"unset"),
		by("more than one run at once", keys, `{"spec":{"concurrencyPolicy":"Allow"}}`, "spec.concurrencyPolicy becomes Allow"+must+"Forbid"),
		by("no limit of its start", keys, `{"spec":{"startingDeadlineSeconds":null}}`, "spec.startingDeadlineSeconds becomes unset"+must+"600"),
		by("no time limit", keys, `{"spec":{"jobTemplate":{"spec":{"activeDeadlineSeconds":null}}}}`, "spec.jobTemplate.spec.activeDeadlineSeconds becomes unset"+must+"600"),
		by("more pods", keys, `{"spec":{"jobTemplate":{"spec":{"parallelism":9}}}}`, "spec.jobTemplate.spec.parallelism becomes 9"+must+"unset"),
		by("labels of its Jobs", keys, `{"spec":{"jobTemplate":{"metadata":{"labels":{"schedule":"other"}}}}}`, "spec.jobTemplate.metadata"+asItIs),
		by("labels of its pods", keys, `{"spec":{"jobTemplate":{"spec":{"template":{"metadata":{"labels":{"app.kubernetes.io/name":"matters"}}}}}}}`, "spec.jobTemplate.spec.template.metadata"+asItIs),
		by("its command", keys, runContainer(`"command":["sh"]`), runSpec+"containers[app].command"+asItIs),
		by("arguments", keys, runContainer(`"args":["-c"]`), runSpec+"containers[app].args becomes different"+must+"unset"),
		by("a Secret as environment", keys, runContainer(`"envFrom":[{"secretRef":{"name":"smtp"}}]`), runSpec+"containers[app].envFrom becomes different"+must+"unset"),
		by("root", keys, runContainer(`"securityContext":{"runAsUser":0}`), runSpec+"containers[app].securityContext"+asItIs),
		by("another service account", keys, runPod(`"serviceAccountName":"default"`), runSpec+"serviceAccountName becomes default"+must+"matters"),
		by("the file system of the node", keys, runPod(`"volumes":[{"name":"h","hostPath":{"path":"/"}}]`), runSpec+"volumes"+asItIs),
		by("labels", keys, `{"metadata":{"labels":{"schedule":null}}}`, "metadata.labels"+asItIs),
		by("an annotation of a Deployment", keys, `{"metadata":{"annotations":{"legops/serving":"`+imageOf("matters", "v1")+`"}}}`, "metadata.annotations.legops/serving becomes "+imageOf("matters", "v1")+must+"unset"),
		by("an image of another application", images, runContainer(`"image":"`+foreign+`"`), runSpec+"containers[app].image becomes "+foreign+ownImage),
		by("an image by tag", images, runContainer(`"image":"busybox:1"`), runSpec+"containers[app].image becomes busybox:1"+ownImage),
		by("another container", "wrongContainers", runPod(`"containers":[{"name":"more","image":"`+imageOf("matters", "v1")+`"}]`), runSpec+"containers becomes more, app"+must+"app"),
		by("a stop", "wrongSuspension", `{"spec":{"suspend":true}}`, "spec.suspend becomes true"+must+"false"),
		managed("owning its times", `{"op":"test","path":"/metadata/managedFields/2/manager","value":"legops-delivery"},{"op":"add","path":"/metadata/managedFields/2/fieldsV1/f:spec/f:schedule","value":{}}`,
			"metadata.managedFields gains legops-delivery by Update with f:schedule"),
		managed("owning its command", `{"op":"test","path":"/metadata/managedFields/2/manager","value":"legops-delivery"},
			{"op":"add","path":"/metadata/managedFields/2/fieldsV1/f:spec/f:jobTemplate/f:spec/f:template/f:spec/f:containers/k:{\"name\":\"app\"}/f:command","value":{}}`,
			"metadata.managedFields gains legops-delivery by Update with f:command"),
	}
	stdin, err := json.Marshal(asItStands)
	require.NoError(t, err)
	return append(all, attempt{
		name: "a schedule: as it is, applied", rule: "wrongManagers", stdin: stdin, args: []string{"apply", "--server-side", "--field-manager=legops-delivery", "--filename=-", "--force-conflicts"},
		says: "metadata.managedFields gains legops-delivery by Apply with ",
	})
}

// beyondSchedules are attempts that no role allows.
func beyondSchedules() []attempt {
	other := append(letRun(imageOf("matters", "v1"), "d-9"), "--namespace=matters")
	other[2] = "other"
	all := []attempt{
		{name: "a CronJob that is no schedule", args: other, says: "UPDATE of cronjobs other"},
		{name: "deleting a schedule", args: []string{"delete", "cronjob", "tidy"}, says: "DELETE of cronjobs tidy"},
		{name: "an additional CronJob", args: []string{"create", "cronjob", "more", "--image=a", "--schedule=@daily"}, says: "CREATE of cronjobs more"},
		{name: "the status of a schedule", args: []string{"patch", "cronjob", "tidy", "--subresource=status", "--type=merge", `--patch={"status":{"lastScheduleTime":null,"lastSuccessfulTime":"2026-01-01T00:00:00Z"}}`}, says: "UPDATE of cronjobs/status tidy"},
		{name: "the schedule of another application", args: append(letRun(imageOf("portal", "v1"), "d-9"), "--namespace=portal"), says: "UPDATE of cronjobs tidy"},
	}
	for i := range all {
		all[i].rule = "wrongRequest"
	}
	return all
}

// TestOnlyReleasesOfSchedules is TestOnlyReleases for the schedules and the workers of matters.
func TestOnlyReleasesOfSchedules(t *testing.T) {
	drawn.Turn(t, turns...)
	cfg := config(t)
	i := slices.IndexFunc(cfg.Applications, func(a settings.Application) bool { return a.Name == "matters" })
	cfg.Applications[i].Workers = []settings.Worker{{Name: "mail", Command: []settings.CommandWord{"mail"}}}
	withSchedules(t, cfg, "matters", settings.Schedule{Name: "tidy", Cron: "0 6 * * *", Command: []settings.CommandWord{"tidy"}, DeadlineSeconds: 600})
	objects, patches := objectsOf(t, cfg)
	d := newDeployer(t, objects, patches)
	d.inForce(t)
	// As an administrator may make one: in the namespace of the application, and with the name of a schedule in another.
	for _, at := range [][4]string{
		{"cronjob", "tidy", "matters", "other"}, {"cronjob", "tidy", "portal", "tidy"}, {"deployment", "mail", "matters", "other"}, {"deployment", "mail", "portal", "mail"},
	} {
		text := d.admin(t, "--namespace=matters", "get", at[0], at[1], "--output=json")
		var copied controlplane.Object
		require.NoError(t, json.Unmarshal([]byte(text), &copied))
		copied["metadata"] = map[string]any{"name": at[3], "namespace": at[2], "annotations": map[string]any{"a": "b"}}
		delete(copied, "status")
		_, err := d.Apply(t.Context(), []controlplane.Object{copied})
		require.NoError(t, err)
	}
	look := func() string {
		return d.admin(t, "--namespace=matters", "get", "cronjob", "tidy", "--output=jsonpath={.spec.suspend} {.spec.jobTemplate.spec.template.spec.containers[*].image} {.metadata.annotations.legops/release}")
	}
	require.Equal(t, "true "+placeholder, strings.TrimSpace(look()))
	v1, v2 := imageOf("matters", "v1"), imageOf("matters", "v2")
	for i, image := range []string{v1, v2, v2, v1} { // and back
		_, err := d.try(t.Context(), nil, letRun(image, "d-"+string('1'+rune(i)))...)
		require.NoError(t, err)
		require.Equal(t, "false "+image+" d-"+string('1'+rune(i)), look())
	}
	require.Equal(t, "0", d.admin(t, "--namespace=matters", "get", "deployment", "mail", "--output=jsonpath={.spec.replicas}"))
	d.releasesWorker(t)
	require.Equal(t, "1 "+v1+" "+v2, d.admin(t, "--namespace=matters", "get", "deployment", "mail",
		"--output=jsonpath={.spec.replicas} {.spec.template.spec.containers[*].image} {.metadata.annotations.legops/serving}"))
	t.Run("Pulumi's next change", func(t *testing.T) {
		_, err := d.Admit(t.Context(), objects, patches, "--force-conflicts", "--dry-run=server")
		assert.NoError(t, err)
	})

	var asItStands controlplane.Object
	require.NoError(t, json.Unmarshal([]byte(d.admin(t, "--namespace=matters", "get", "cronjob", "tidy", "--output=json")), &asItStands))
	for _, its := range []string{"creationTimestamp", "generation", "resourceVersion", "uid"} {
		delete(asItStands["metadata"].(map[string]any), its)
	}
	delete(asItStands, "status")
	all := append(ofSchedules(t, asItStands), onWorkers()...)
	beyond := append(beyondSchedules(), beyondWorkers()...)
	stored := func() string {
		return d.admin(t, "get", "cronjobs,deployments", "--all-namespaces", "--output=yaml", "--show-managed-fields")
	}
	before := stored()
	t.Run("refused", func(t *testing.T) { d.refuses(t, all) })
	t.Run("refused even with cluster-admin", func(t *testing.T) {
		d.admin(t, "create", "clusterrolebinding", "by-mistake", "--clusterrole=cluster-admin", "--group=legops:delivery")
		d.refuses(t, beyond)
	})
	assert.Equal(t, before, stored(), "a refused request changed something")
	all = append(all, beyond...)
	for _, rule := range drawn.Of(t, 1, []string{"wrongRequest", "wrongKeys", "wrongContainers", "wrongImages", "wrongSuspension", "wrongReplicas", "wrongManagers"}) {
		t.Run("without the rule "+rule, func(t *testing.T) {
			d.without(t, rule, "wrongManagers")
			d.lets(t, slices.DeleteFunc(slices.Clone(all), func(a attempt) bool { return a.rule != rule }))
		})
	}
}
