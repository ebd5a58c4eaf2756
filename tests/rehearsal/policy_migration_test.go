package rehearsal

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
	"legops/internal/drawn"
)

// its is the application whose migration is tried.
const its = "migrated"

// jobOf returns the Job of a migration as the hook creates it, with one edit of it.
func (d *deployer) jobOf(t *testing.T, edit func(job, spec, pod, container map[string]any)) []byte {
	t.Helper()
	var template struct {
		Spec struct{ JobTemplate map[string]any }
	}
	require.NoError(t, json.Unmarshal([]byte(d.admin(t, "--namespace="+its, "get", "cronjob", "migrate", "--output=json")), &template))
	job := template.Spec.JobTemplate
	metadata, spec := job["metadata"].(map[string]any), job["spec"].(map[string]any)
	pod := spec["template"].(map[string]any)["spec"].(map[string]any)
	container := pod["containers"].([]any)[0].(map[string]any)
	container["image"] = imageOf(its, "v1")
	metadata["name"] = "migrate-d-1abc"
	job["apiVersion"], job["kind"] = "batch/v1", "Job"
	edit(job, spec, pod, container)
	text, err := json.Marshal(job)
	require.NoError(t, err)
	return text
}

// migrationAttempts are Jobs other than the one of the template.
func (d *deployer) migrationAttempts(t *testing.T) (all []attempt) {
	t.Helper()
	const (
		spec      = "spec."
		pod       = "spec.template.spec."
		container = "spec.template.spec.containers[app]."
		different = " becomes different"
		unset     = different + must + "unset"
	)
	add := func(name, rule, says string, edit func(job, spec, pod, container map[string]any)) {
		all = append(all, attempt{name: name, rule: rule, says: says, args: []string{"create", "--filename=-", "--namespace=" + its}, stdin: d.jobOf(t, edit)})
	}
	inJob := func(name, key string, value any, says string) {
		add(name, "wrongKeys", spec+key+says, func(_, spec, _, _ map[string]any) { spec[key] = value })
	}
	inPod := func(name, key string, value any, says string) {
		add(name, "wrongKeys", pod+key+says, func(_, _, pod, _ map[string]any) { pod[key] = value })
	}
	inContainer := func(name, key string, value any, says string) {
		add(name, "wrongKeys", container+key+says, func(_, _, _, container map[string]any) { container[key] = value })
	}
	list := func(values ...any) []any { return values }
	type object = map[string]any

	inContainer("another command", "command", list("sh", "-c", "id"), asItIs)
	inContainer("arguments", "args", list("--all"), unset)
	inContainer("a variable", "env", list(object{"name": "LD_PRELOAD", "value": "/tmp/a.so"}), asItIs)
	inContainer("a Secret as environment", "envFrom", list(object{"secretRef": object{"name": "smtp"}}), unset)
	inContainer("root, in the container", "securityContext", object{"runAsUser": 0}, asItIs)
	inContainer("a mount elsewhere", "volumeMounts", list(object{"name": "tmp", "mountPath": "/app"}), asItIs)
	inContainer("resources", "resources", object{}, asItIs)
	inContainer("another policy of pulling", "imagePullPolicy", "Never", " becomes Never"+must+"IfNotPresent")
	inContainer("a port", "ports", list(object{"containerPort": 8080, "name": "http"}), unset)
	inContainer("a hook of the container", "lifecycle", object{"postStart": object{"exec": object{"command": list("id")}}}, unset)
	inContainer("another name of the container", "name", "other", " becomes other"+must+"app")
	inContainer("no way for its last words", "terminationMessagePolicy", "File", " becomes File"+must+"FallbackToLogsOnError")
	inContainer("another working directory", "workingDir", "/tmp", " becomes /tmp"+must+"unset")

	inPod("another service account", "serviceAccountName", "default", " becomes default"+must+its)
	inPod("the token of the service account", "automountServiceAccountToken", true, " becomes true"+must+"false")
	inPod("the network of the node", "hostNetwork", true, " becomes true"+must+"unset")
	inPod("a chosen node", "nodeName", "node-a", " becomes node-a"+must+"unset")
	inPod("root, in the pod", "securityContext", object{"runAsNonRoot": false}, asItIs)
	secrets := object{"name": "secrets", "emptyDir": object{"medium": "Memory", "sizeLimit": "1Mi"}}
	inPod("a Secret as a volume", "volumes", list(object{"name": "tmp", "secret": object{"secretName": "smtp"}}, secrets), asItIs)
	inPod("the file system of the node", "volumes", list(object{"name": "tmp", "hostPath": object{"path": "/"}}, secrets), asItIs)
	inPod("its secrets on the node", "volumes", list(object{"name": "tmp", "emptyDir": object{"sizeLimit": "512Mi"}}, object{"name": "secrets", "hostPath": object{"path": "/tmp"}}), asItIs)
	inPod("another init container", "initContainers", list(object{"name": "first", "image": imageOf(its, "v1")}), asItIs)
	inPod("a pod that is restarted", "restartPolicy", "OnFailure", " becomes OnFailure"+must+"Never")
	inPod("a priority", "priorityClassName", "system-node-critical", " becomes system-node-critical"+must+"unset")

	inJob("more than once", "completions", 2, " becomes 2"+must+"1")
	inJob("two at the same time", "parallelism", 2, " becomes 2"+must+"1")
	inJob("another attempt", "backoffLimit", 1, " becomes 1"+must+"0")
	inJob("more time", "activeDeadlineSeconds", 99999, " becomes 99999"+must+"300")
	inJob("kept for another time", "ttlSecondsAfterFinished", 1, " becomes 1"+must+"604800")
	inJob("suspended", "suspend", true, " becomes true"+must+"false")
	inJob("indexed", "completionMode", "Indexed", " becomes Indexed"+must+"NonIndexed")
	inJob("another controller", "managedBy", "example.com/other", " becomes example.com/other"+must+"unset")
	inJob("a policy of failures", "podFailurePolicy", object{"rules": list(object{"action": "Ignore", "onPodConditions": list(object{"type": "DisruptionTarget"})})}, unset)
	add("no limit of time", "wrongKeys", "spec.activeDeadlineSeconds becomes unset"+must+"300", func(_, spec, _, _ object) { delete(spec, "activeDeadlineSeconds") })
	add("a selector of its own", "wrongKeys", "spec.manualSelector becomes true"+must+"false", func(_, spec, _, _ object) {
		spec["manualSelector"], spec["selector"] = true, object{"matchLabels": object{"app.kubernetes.io/name": its + "-migrate"}}
	})

	labels := func(spec object) object {
		return spec["template"].(object)["metadata"].(object)["labels"].(object)
	}
	add("a pod behind the Service", "wrongKeys", "spec.template.metadata.labels.app.kubernetes.io/name becomes "+its+must+its+"-migrate",
		func(_, spec, _, _ object) { labels(spec)["app.kubernetes.io/name"] = its })
	add("another label of the pod", "wrongKeys", "spec.template.metadata.labels.a becomes b"+must+"unset", func(_, spec, _, _ object) { labels(spec)["a"] = "b" })
	add("an annotation of the pod", "wrongKeys", "spec.template.metadata.annotations"+asItIs, func(_, spec, _, _ object) {
		spec["template"].(object)["metadata"].(object)["annotations"].(object)["a"] = "b"
	})
	ofJob := func(name, key string, value any, says string) {
		add(name, "wrongKeys", "metadata."+key+says, func(job, _, _, _ object) { job["metadata"].(object)[key] = value })
	}
	ofJob("labels", "labels", object{"a": "b"}, asItIs)
	ofJob("annotations", "annotations", object{"a": "b"}, unset)
	ofJob("finalizers", "finalizers", list("a.example/b"), unset)
	ofJob("an owner", "ownerReferences", list(object{"apiVersion": "batch/v1", "kind": "CronJob", "name": "migrate", "uid": "a"}), unset)
	add("a name that the server chooses", "wrongKeys", "metadata.generateName becomes migrate-d-"+must+"unset", func(job, _, _, _ object) {
		delete(job["metadata"].(object), "name")
		job["metadata"].(object)["generateName"] = "migrate-d-"
	})
	add("another name", "wrongName", "metadata.name becomes report-1, must be migrate-<the deployment of CodeDeploy>", func(job, _, _, _ object) {
		job["metadata"].(object)["name"] = "report-1"
	})

	add("a second container", "wrongContainers", "spec.template.spec.containers becomes app, more"+must+"app", func(_, _, pod, _ object) {
		pod["containers"] = append(pod["containers"].([]any), object{"name": "more", "image": imageOf(its, "v1")})
	})
	own := imageOf(its, "v1")
	repository, digest, _ := strings.Cut(own, "@sha256:")
	for _, image := range []struct{ name, image string }{
		{"an image of a public registry", "docker.io/library/busybox@sha256:" + strings.Repeat("0", 64)},
		{"an image by tag", repository + ":latest"},
		{"an image of another application", imageOf("portal", "v1")},
		{"an image of another account", strings.Replace(own, "222222222222", "333333333333", 1)},
		{"an image of a repository with a longer name", strings.Replace(own, its+"@", its+"-x@", 1)},
		{"a digest that is too long", own + "0"},
		{"a digest in capitals", repository + "@sha256:" + strings.ToUpper(digest)},
		{"the placeholder", placeholder},
	} {
		add(image.name, "wrongImage", container+"image becomes "+image.image+", must be "+repository+"@sha256:<64 hex>", func(_, _, _, container object) {
			container["image"] = image.image
		})
	}
	return all
}

// TestOnlyMigrations sends Jobs of the deployer to a real API server with all objects of the program: it takes the one of the template, and no
// other. Without the rule that finds it, it takes each of the others.
func TestOnlyMigrations(t *testing.T) {
	drawn.Turn(t, turns...)
	objects, patches := objectsOf(t, config(t))
	d := newDeployer(t, objects, patches)
	d.inForce(t)
	policy := policyOf(t, objects, "legops-migration")
	all := d.migrationAttempts(t)
	good := attempt{args: []string{"create", "--filename=-", "--namespace=" + its}, stdin: d.jobOf(t, func(_, _, _, _ map[string]any) {})}
	// It takes effect a moment after its creation.
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, err := d.try(t.Context(), all[0].stdin, append(all[0].args, "--dry-run=server")...)
		assert.ErrorContains(c, err, "ValidatingAdmissionPolicy 'legops-migration'")
	}, 30*time.Second, 100*time.Millisecond)

	t.Run("refused", func(t *testing.T) {
		for _, a := range all {
			t.Run(a.name, func(t *testing.T) {
				t.Parallel()
				_, err := d.try(t.Context(), a.stdin, a.args...)
				assert.ErrorContains(t, err, "ValidatingAdmissionPolicy 'legops-migration' with binding 'legops-migration' denied request: ")
				assert.ErrorContains(t, err, a.says)
				assert.ErrorContains(t, err, ". legops:delivery may only run the migration of an application: ")
			})
		}
	})
	t.Run("the one of the template", func(t *testing.T) {
		_, err := d.try(t.Context(), good.stdin, good.args...)
		require.NoError(t, err)
		_, err = d.try(t.Context(), good.stdin, good.args...)
		assert.ErrorContains(t, err, `jobs.batch "migrate-d-1abc" already exists`)
		assert.Equal(t, "job.batch/migrate-d-1abc", strings.TrimSpace(d.admin(t, "get", "jobs", "--all-namespaces", "--output=name")), "nothing else was created")
	})
	t.Run("nothing of it elsewhere, and nothing else of jobs", func(t *testing.T) {
		d.migrationsElsewhere(t, good)
	})
	d.admin(t, "--namespace="+its, "delete", "job", "migrate-d-1abc")
	for _, rule := range drawn.Of(t, 1, []string{"wrongName", "wrongKeys", "wrongContainers", "wrongImage"}) {
		t.Run("without the rule "+rule, func(t *testing.T) {
			d.withoutOf(t, policy, rule)
			d.lets(t, slices.DeleteFunc(slices.Clone(all), func(a attempt) bool { return a.rule != rule }))
		})
	}
}

// migrationsElsewhere tries jobs where there is no migration, and what else can be done with jobs; first with the rights of the roles, and
// then with those of cluster-admin.
func (d *deployer) migrationsElsewhere(t *testing.T, good attempt) {
	t.Helper()
	create := []string{"create", "--filename=-"}
	others := []struct {
		args  []string
		stdin []byte
		says  string
	}{
		{append(create, "--namespace=matters"), good.stdin, "it is the CREATE of jobs "},
		{append(create, "--namespace=kube-system"), good.stdin, "it is the CREATE of jobs "},
		{[]string{"--namespace=" + its, "patch", "job", "migrate-d-1abc", "--type=merge", `--patch={"spec":{"suspend":true}}`}, nil, "it is the UPDATE of jobs migrate-d-1abc"},
		{[]string{"--namespace=" + its, "patch", "job", "migrate-d-1abc", "--subresource=status", "--type=merge", `--patch={"status":{"succeeded":1}}`}, nil, "it is the UPDATE of jobs/status migrate-d-1abc"},
		{[]string{"--namespace=" + its, "delete", "job", "migrate-d-1abc"}, nil, "it is the DELETE of jobs migrate-d-1abc"},
		{[]string{"--namespace=" + its, "patch", "cronjob", "migrate", "--type=merge", `--patch={"spec":{"suspend":false}}`}, nil, "it is the UPDATE of cronjobs migrate"},
		{[]string{"--namespace=" + its, "delete", "cronjob", "migrate"}, nil, "it is the DELETE of cronjobs migrate"},
		{[]string{"--namespace=matters", "create", "cronjob", "migrate", "--image=a", "--schedule=* * * * *"}, nil, "it is the CREATE of cronjobs migrate"},
	}
	for _, o := range others {
		_, err := d.try(t.Context(), o.stdin, o.args...)
		require.Error(t, err, o.args)
		assert.Regexp(t, `\(Forbidden\)|is forbidden`, err.Error(), o.args)
		assert.NotContains(t, err.Error(), "ValidatingAdmissionPolicy", "a role allows it: %s", o.args)
	}
	d.admin(t, "create", "clusterrolebinding", "by-mistake", "--clusterrole=cluster-admin", "--group=legops:delivery")
	for _, o := range others {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			_, err := d.try(t.Context(), o.stdin, o.args...)
			assert.ErrorContains(c, err, o.says, o.args)
		}, 20*time.Second, 200*time.Millisecond)
	}
	d.admin(t, "delete", "clusterrolebinding", "by-mistake")
}

// withoutOf breaks a policy: this rule of it no longer finds anything.
func (d *deployer) withoutOf(t *testing.T, policy controlplane.Object, rule string) {
	t.Helper()
	broken := &deployer{Plane: d.Plane, kubeconfig: d.kubeconfig, policy: maps.Clone(policy)}
	broken.without(t, rule)
}
