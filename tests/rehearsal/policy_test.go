package rehearsal

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
	"legops/internal/drawn"
	"legops/internal/registered"
	"legops/internal/settings"
)

// attempt is a request of the deployer other than a release.
type attempt struct {
	name string
	args []string // of kubectl
	// stdin is kubectl's input, if args ask for it.
	stdin []byte
	// rule is the variable of the policy that finds it; empty if several do.
	rule string
	// says is a part of the error: key, value and rule.
	says string
	// real attempts cannot run with --dry-run.
	real bool
	// otherwise is the API server's error without the policy; empty if it allows the request.
	otherwise string
}

// byPatch returns an attempt to patch the Deployment of matters, with kubectl's default type of patch.
func byPatch(name, spec, says string) attempt {
	return attempt{name: name, args: patching("deployment", "matters", "strategic", spec), rule: "wrongKeys", says: says}
}

func patching(kind, object, how, patch string) []string {
	return []string{"patch", kind, object, "--field-manager=legops-delivery", "--type=" + how, "--patch=" + patch}
}

// inPod returns a patch of the pods of a Deployment, inContainer of their container.
func inPod(fields string) string { return `{"spec":{"template":{"spec":{` + fields + `}}}}` }

func inContainer(fields string) string { return inPod(`"containers":[{"name":"app",` + fields + `}]`) }

const (
	must     = ", must stay "
	anImage  = "spec.template.spec.containers[app].image becomes "
	asItIs   = " becomes different" + must + "as it is"
	ownImage = ", must be 222222222222.dkr.ecr.us-east-1.amazonaws.com/legops-test/matters@sha256:<64 hex>"
)

// attempts follow two releases: serving and replaced are recorded.
func attempts() []attempt {
	all := []attempt{
		byPatch("a Secret as a volume", inPod(`"volumes":[{"name":"s","secret":{"secretName":"smtp"}}]`), "spec.template.spec.volumes"+asItIs),
		byPatch("the file system of the node", inPod(`"volumes":[{"name":"h","hostPath":{"path":"/"}}]`), "spec.template.spec.volumes"+asItIs),
		byPatch("a volume elsewhere", inContainer(`"volumeMounts":[{"name":"tmp","mountPath":"/app"}]`), "containers[app].volumeMounts"+asItIs),
		byPatch("a Secret as environment", inContainer(`"envFrom":[{"secretRef":{"name":"smtp"}}]`), "containers[app].envFrom becomes different"),
		byPatch("a key of a Secret", inContainer(`"env":[{"name":"K","valueFrom":{"secretKeyRef":{"name":"smtp","key":"k"}}}]`), "containers[app].env becomes different"),
		byPatch("command", inContainer(`"command":["sh"]`), "containers[app].command becomes different"+must+"unset"),
		byPatch("arguments", inContainer(`"args":["-c","id"]`), "containers[app].args becomes different"+must+"unset"),
		byPatch("a hook of the container", inContainer(`"lifecycle":{"postStart":{"exec":{"command":["id"]}}}`), "containers[app].lifecycle"+asItIs),
		byPatch("root, in the container", inContainer(`"securityContext":{"runAsUser":0}`), "containers[app].securityContext"+asItIs),
		byPatch("resources", inContainer(`"resources":{"requests":{"cpu":"1m"}}`), "containers[app].resources"+asItIs),
		byPatch("an image that is never pulled", inContainer(`"imagePullPolicy":"Never"`), "containers[app].imagePullPolicy becomes Never"+must+"IfNotPresent"),
		byPatch("another service account", inPod(`"serviceAccountName":"default"`), "spec.template.spec.serviceAccountName becomes default"+must+"matters"),
		byPatch("the token of the service account", inPod(`"automountServiceAccountToken":true`), "spec.template.spec.automountServiceAccountToken becomes true"+must+"false"),
		byPatch("the network of the node", inPod(`"hostNetwork":true`), "spec.template.spec.hostNetwork becomes true"+must+"unset"),
		byPatch("the processes of the node", inPod(`"hostPID":true`), "spec.template.spec.hostPID becomes true"+must+"unset"),
		byPatch("root, in the pod", inPod(`"securityContext":{"runAsNonRoot":false}`), "spec.template.spec.securityContext"+asItIs),
		byPatch("an init container", inPod(`"initContainers":[{"name":"first","image":"`+imageOf("matters", "v1")+`"}]`), "spec.template.spec.initContainers becomes different"+must+"unset"),
		byPatch("a chosen node", inPod(`"nodeName":"node-a"`), "spec.template.spec.nodeName becomes node-a"+must+"unset"),
		byPatch("less time to end", inPod(`"terminationGracePeriodSeconds":20`), "spec.template.spec.terminationGracePeriodSeconds becomes 20"+must+"60"),
		byPatch("annotations of the pods", `{"spec":{"template":{"metadata":{"annotations":{"a":"b"}}}}}`, "spec.template.metadata"+asItIs),
		byPatch("number of pods", `{"spec":{"replicas":9}}`, "spec.replicas becomes 9"+must+"2"),
		byPatch("a pause", `{"spec":{"paused":true}}`, "spec.paused becomes true"+must+"unset"),
		byPatch("no gradual rollout", `{"spec":{"strategy":{"rollingUpdate":{"maxUnavailable":"100%"}}}}`, "spec.strategy"+asItIs),
		byPatch("labels", `{"metadata":{"labels":{"a":"b"}}}`, "metadata.labels"+asItIs),
		byPatch("finalizers", `{"metadata":{"finalizers":["a.example/b"]}}`, "metadata.finalizers becomes different"+must+"unset"),
		byPatch("an owner", `{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"a","uid":"b"}]}}`, "metadata.ownerReferences becomes different"+must+"unset"),
		byPatch("another annotation", `{"metadata":{"annotations":{"a":"b"}}}`, "metadata.annotations.a becomes b"+must+"unset"),
		byPatch("an annotation of Pulumi", `{"metadata":{"annotations":{"pulumi.com/patchForce":"false"}}}`, "metadata.annotations.pulumi.com/patchForce becomes false"+must+"true"),
		byPatch("the declared paths of probes", `{"metadata":{"annotations":{"legops/probes":"/a /a"}}}`, "metadata.annotations.legops/probes becomes /a /a"+must+declared),
		byPatch("an annotation of a release, removed", `{"metadata":{"annotations":{"legops/serving":null}}}`,
			"metadata.annotations.legops/serving becomes unset"+must+imageOf("matters", "v2")),

		{name: "another reader of the secrets", args: append(patching("deployment", its, "strategic", inPod(`"initContainers":[{"name":"secrets","command":["id"]}]`)), "--namespace="+its),
			rule: "wrongKeys", says: "spec.template.spec.initContainers" + asItIs},
		{name: "a copy of the secrets", args: append(patching("deployment", its, "strategic", inPod(`"volumes":[{"name":"secrets","emptyDir":{"medium":""}}]`)), "--namespace="+its),
			rule: "wrongKeys", says: "spec.template.spec.volumes" + asItIs},
		{name: "another key of the ConfigMap", args: patching("configmap", "serving.delivery", "merge", `{"data":{"a":"b"}}`), rule: "wrongKeys", says: "data.a becomes b" + must + "unset"},
		{name: "the image of the ConfigMap, removed", args: patching("configmap", "serving.delivery", "merge", `{"data":{"image":null}}`), says: "data.image becomes unset" + must + imageOf("matters", "v2")},
		{name: "labels of the ConfigMap", args: patching("configmap", "serving.delivery", "merge", `{"metadata":{"labels":{"a":"b"}}}`), rule: "wrongKeys", says: "metadata.labels" + asItIs},
		{name: "an immutable ConfigMap", args: patching("configmap", "serving.delivery", "merge", `{"immutable":true}`), rule: "wrongKeys", says: "immutable becomes true" + must + "unset"},

		{name: "an additional container", rule: "wrongContainers", args: patching("deployment", "matters", "strategic", inPod(`"containers":[{"name":"more","image":"`+imageOf("matters", "v1")+`"}]`)),
			says: "spec.template.spec.containers becomes more, app" + must + "app"},
		{name: "another name of the container", args: patching("deployment", "matters", "json", `[{"op":"replace","path":"/spec/template/spec/containers/0/name","value":"other"}]`),
			says: "spec.template.spec.containers becomes other" + must + "app"},
		{name: "an image and another field", args: patching("deployment", "matters", "strategic", inContainer(`"image":"`+imageOf("matters", "v1")+`","command":["sh"]`)),
			rule: "wrongKeys", says: "containers[app].command becomes different" + must + "unset"},
		{name: "several fields at once", args: patching("deployment", "matters", "strategic", `{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":9,"template":{"spec":{"hostNetwork":true,"containers":[{"name":"app","image":"a:b"}]}}}}`),
			says: "metadata.labels" + asItIs + "; spec.replicas becomes 9" + must + "2; spec.template.spec.hostNetwork becomes true" + must + "unset; " + anImage + "a:b" + ownImage},

		{name: "fields without their managers", args: patching("deployment", "matters", "json", `[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]`),
			says: "metadata.managedFields loses what tests had, must keep it"},
		{name: "fields of another manager", args: patching("deployment", "matters", "json", `[{"op":"add","path":"/metadata/managedFields/0/fieldsV1/f:spec/f:paused","value":{}}]`),
			rule: "wrongManagers", says: "metadata.managedFields loses what tests had, must keep it"},
		{name: "a manager other than delivery's", args: []string{"annotate", "deployment", "matters", "--overwrite", "legops/release=d-9"}, rule: "wrongManagers",
			says: "metadata.managedFields gains kubectl-annotate by Update with f:legops/release, must gain no field manager but legops-delivery"},
	}
	own := imageOf("matters", "v3")
	repository, digest, _ := strings.Cut(own, "@sha256:")
	for _, image := range []struct{ name, image string }{
		{"an image of a public registry", "docker.io/library/busybox@sha256:" + strings.Repeat("0", 64)},
		{"an image by tag", repository + ":latest"},
		{"an image of another application", imageOf("portal", "v1")},
		{"an image of another account", strings.Replace(own, "222222222222", "333333333333", 1)},
		{"an image of another region", strings.Replace(own, "us-east-1", "eu-west-1", 1)},
		{"an image of a repository with a longer name", strings.Replace(own, "matters@", "matters-x@", 1)},
		{"a digest that is too short", own[:len(own)-1]},
		{"a digest that is too long", own + "0"},
		{"a digest in capitals", repository + "@sha256:" + strings.ToUpper(digest)},
	} {
		all = append(all, attempt{
			name: image.name, rule: "wrongImages", args: patching("deployment", "matters", "strategic", inContainer(`"image":"`+image.image+`"`)), says: anImage + image.image + ownImage,
		})
	}
	foreign := imageOf("portal", "v1")
	for _, key := range []string{"legops/serving", "legops/replaced"} {
		all = append(all, attempt{
			name: "an image of another application in " + key, rule: "wrongImages", args: patching("deployment", "matters", "merge", `{"metadata":{"annotations":{"`+key+`":"`+foreign+`"}}}`),
			says: "metadata.annotations." + key + " becomes " + foreign + ownImage,
		})
	}
	for _, image := range []string{foreign, own + " "} {
		all = append(all, attempt{
			name: "an image of another application in the ConfigMap: " + image, rule: "wrongImages", args: patching("configmap", "serving.delivery", "merge", `{"data":{"image":"`+image+`"}}`),
			says: "data.image becomes " + image + ownImage,
		})
	}
	return all
}

// besides returns attempts on the containers of portal, to which somebody has added a second one.
func besides() []attempt {
	const list = "/spec/template/spec/containers"
	all := []attempt{
		{name: "another container", args: patching("deployment", "portal", "strategic", inPod(`"containers":[{"name":"proxy","image":"`+imageOf("portal", "v1")+`"}]`)), says: "spec.template.spec.containers[proxy]" + asItIs},
		{name: "another container, removed", args: patching("deployment", "portal", "json", `[{"op":"test","path":"`+list+`/1/name","value":"proxy"},{"op":"remove","path":"`+list+`/1"}]`),
			says: "spec.template.spec.containers becomes app" + must + "app, proxy"},
		{name: "another order", args: patching("deployment", "portal", "json", `[{"op":"move","from":"`+list+`/1","path":"`+list+`/0"}]`), says: "spec.template.spec.containers becomes proxy, app" + must + "app, proxy"},
	}
	for i := range all {
		all[i].rule, all[i].args = "wrongContainers", append(all[i].args, "--namespace=portal")
	}
	return all
}

// beyond returns attempts that no role allows the deployer.
func beyond() []attempt {
	its := func(args ...string) []string { return args }
	all := []attempt{
		{name: "scale", args: its("scale", "deployment/matters", "--replicas=9"), says: "UPDATE of deployments/scale matters"},
		{name: "status", args: its("patch", "deployment", "matters", "--subresource=status", "--type=merge", `--patch={"status":{"replicas":9}}`), says: "UPDATE of deployments/status matters"},
		{name: "deleting the Deployment", args: its("delete", "deployment", "matters"), says: "DELETE of deployments matters"},
		{name: "an additional Deployment", args: its("create", "deployment", "more", "--image=a"), says: "CREATE of deployments more"},
		{name: "a Deployment of the platform", args: its("patch", "deployment", "nginx-ingress-controller", "--namespace=nginx-ingress", "--type=merge", `--patch={"spec":{"paused":true}}`), says: "UPDATE of deployments nginx-ingress-controller"},
		{name: "deleting the ConfigMap", args: its("delete", "configmap", "serving.delivery"), says: "DELETE of configmaps serving.delivery"},
		{name: "another ConfigMap", args: its("create", "configmap", "c"), says: "CREATE of configmaps c"},
		{name: "a Secret", args: its("create", "secret", "generic", "s"), says: "CREATE of secrets s"},
		{name: "a pod", args: its("annotate", "pod", "matters", "a=b"), says: "UPDATE of pods matters"},
		{name: "into a pod", args: its("exec", "matters", "--", "id"), says: "CONNECT of pods/exec matters", real: true, otherwise: "does not have a host assigned"},
		{name: "a token of the application", args: its("create", "token", "matters"), says: "CREATE of serviceaccounts/token matters", real: true},
		{name: "a role", args: its("create", "rolebinding", "r", "--clusterrole=admin", "--user=deployer"), says: "CREATE of rolebindings r"},
		{name: "a label of the namespace", args: its("label", "namespace", "matters", "a=b"), says: "UPDATE of namespaces matters"},
	}
	for i := range all {
		all[i].rule = "wrongRequest"
	}
	return all
}

// TestOnlyReleases sends the deployer's requests to a real API server with all objects of the program: it allows the requests of a
// release, and refuses everything else. Without the rule that finds it, or without the policy if several do, it allows each
// request.
func TestOnlyReleases(t *testing.T) {
	cfg := config(t)
	cfg.Applications[slices.IndexFunc(cfg.Applications, func(a settings.Application) bool { return a.Name == "matters" })].Probes =
		&settings.Probes{Live: "/matters/live", Ready: "/matters/ready"}
	objects, patches := objectsOf(t, cfg)
	d := newDeployer(t, objects, patches)
	d.inForce(t)

	t.Run("releases", d.releases)
	t.Run("the policy does not affect others", func(t *testing.T) {
		_, err := d.Admit(t.Context(), objects, patches, "--force-conflicts", "--dry-run=server")
		assert.NoError(t, err)
	})
	d.admin(t, "--namespace=portal", "patch", "deployment", "portal", "--type=json", `--patch=[{"op":"add","path":"/spec/template/spec/containers/-",
		"value":{"name":"proxy","image":"registry.example/proxy:1"}}]`)
	all := slices.Concat(attempts(), onProbes(), besides(), d.owning(t))
	before := d.stored(t)
	t.Run("refused", func(t *testing.T) { d.refuses(t, all) })
	t.Run("refused even with cluster-admin", func(t *testing.T) {
		d.admin(t, "create", "clusterrolebinding", "by-mistake", "--clusterrole=cluster-admin", "--group=legops:delivery")
		d.refuses(t, beyond())
	})
	all = append(all, beyond()...)
	assert.Equal(t, before, d.stored(t), "a refused request changed something")
	foundBy := func(rule string) []attempt {
		return slices.DeleteFunc(slices.Clone(all), func(a attempt) bool { return a.rule != rule })
	}
	for _, rule := range drawn.Of(t, 1, []string{"wrongRequest", "wrongKeys", "wrongContainers", "wrongImages", "wrongProbes", "wrongManagers"}) {
		t.Run("without the rule "+rule, func(t *testing.T) {
			// Changing another manager's field takes it from that manager.
			d.without(t, rule, "wrongManagers")
			d.lets(t, foundBy(rule))
		})
	}
	t.Run("without the policy", func(t *testing.T) {
		d.admin(t, "delete", "validatingadmissionpolicybinding", "legops-release")
		d.lets(t, foundBy(""))
	})
}

// deployer sends the deployer's requests to a real API server.
type deployer struct {
	*controlplane.Plane
	kubeconfig string
	policy     controlplane.Object
}

// newDeployer starts an API server with the program's objects.
func newDeployer(t *testing.T, objects, patches []controlplane.Object) *deployer {
	t.Helper()
	plane := registered.Plane(t, root, controlplane.Options{})
	created, err := plane.Admit(t.Context(), objects, patches)
	require.NoError(t, err)
	_, err = plane.Apply(t.Context(), controlplane.PodsOf(created))
	require.NoError(t, err)
	d := &deployer{Plane: plane}
	d.kubeconfig, err = plane.KubeconfigAs("deployer", "legops:delivery")
	require.NoError(t, err)
	d.policy = policyOf(t, objects, "legops-release")
	return d
}

// policyOf is a policy by its name.
func policyOf(t *testing.T, objects []controlplane.Object, name string) controlplane.Object {
	t.Helper()
	i := slices.IndexFunc(objects, func(o controlplane.Object) bool {
		return o["kind"] == "ValidatingAdmissionPolicy" && o.Get("metadata.name") == name
	})
	require.GreaterOrEqual(t, i, 0, "the program registers no policy %s", name)
	return objects[i]
}

// try sends a request about matters as the deployer.
func (d *deployer) try(ctx context.Context, stdin []byte, args ...string) (string, error) {
	// The last namespace counts.
	answer, err := d.Kubectl(ctx, stdin, append([]string{"--kubeconfig=" + d.kubeconfig, "--namespace=matters"}, args...)...)
	return string(answer), err
}

// admin sends a request with every right.
func (d *deployer) admin(t *testing.T, args ...string) string {
	t.Helper()
	answer, err := d.Kubectl(t.Context(), nil, args...)
	require.NoError(t, err)
	return string(answer)
}

// stored returns the stored objects.
func (d *deployer) stored(t *testing.T) string {
	t.Helper()
	return d.admin(t, "get", "deployments,configmaps,pods,secrets", "--all-namespaces", "--output=yaml", "--show-managed-fields")
}

// inForce waits until the policy takes effect, a moment after its creation.
func (d *deployer) inForce(t *testing.T) {
	t.Helper()
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		_, err := d.try(t.Context(), nil, append(patching("deployment", "matters", "merge", `{"spec":{"replicas":9}}`), "--dry-run=server")...)
		assert.ErrorContains(c, err, "ValidatingAdmissionPolicy 'legops-release'")
	}, 30*time.Second, 100*time.Millisecond)
}

// refuses requires that the policy refuses the attempts, with its message.
func (d *deployer) refuses(t *testing.T, all []attempt) {
	t.Helper()
	for _, a := range all {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			_, err := d.try(t.Context(), a.stdin, a.args...)
			assert.ErrorContains(t, err, "ValidatingAdmissionPolicy 'legops-release' with binding 'legops-release' denied request: ")
			assert.ErrorContains(t, err, a.says)
			assert.ErrorContains(t, err, ". legops:delivery may only release: ")
		})
	}
}

// without breaks the policy: these rules no longer find anything.
func (d *deployer) without(t *testing.T, rules ...string) {
	t.Helper()
	var variables []any
	broken := 0
	for _, v := range d.policy.List("spec.variables") {
		name, _ := v.(map[string]any)["name"].(string)
		if slices.Contains(rules, name) {
			v = map[string]any{"name": name, "expression": "[]"}
			broken++
		}
		variables = append(variables, v)
	}
	require.Positive(t, broken)
	spec := maps.Clone(d.policy["spec"].(map[string]any))
	spec["variables"] = variables
	policy := maps.Clone(d.policy)
	policy["spec"] = spec
	_, err := d.Apply(t.Context(), []controlplane.Object{policy})
	require.NoError(t, err)
}

// lets requires that the attempts soon succeed.
func (d *deployer) lets(t *testing.T, all []attempt) {
	t.Helper()
	require.NotEmpty(t, all)
	succeeds := func(t assert.TestingT, a attempt) {
		args := a.args
		if !a.real {
			args = append(slices.Clone(args), "--dry-run=server")
		}
		_, err := d.try(context.Background(), a.stdin, args...)
		if a.otherwise != "" {
			assert.ErrorContains(t, err, a.otherwise)
		} else {
			assert.NoError(t, err)
		}
	}
	// One of them waits until the API server has read the policy anew; then it takes the others, too.
	require.EventuallyWithT(t, func(c *assert.CollectT) { succeeds(c, all[0]) }, 2*time.Minute, time.Second)
	for _, a := range all[1:] {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			succeeds(t, a)
		})
	}
}

// releases returns the hooks' requests of two releases, of which the second is rolled back and repeated.
func (d *deployer) releases(t *testing.T) {
	may := func(args ...string) {
		t.Helper()
		_, err := d.try(t.Context(), nil, args...)
		require.NoError(t, err)
	}
	record := func(id, serving, probes string) {
		t.Helper()
		may("annotate", "deployment", "matters", "--overwrite", "--field-manager=legops-delivery", "legops/release="+id, "legops/serving="+serving,
			"legops/serving-probes="+probes)
	}
	set := func(image, probes, cause string) {
		t.Helper()
		live, ready, _ := strings.Cut(probes, " ")
		may(patching("deployment", "matters", "json", `[{"op":"test","path":"/spec/template/spec/containers/0/name","value":"app"},
			{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"`+image+`"},
			{"op":"replace","path":"/spec/template/spec/containers/0/startupProbe/httpGet/path","value":"`+live+`"},
			{"op":"replace","path":"/spec/template/spec/containers/0/livenessProbe/httpGet/path","value":"`+live+`"},
			{"op":"replace","path":"/spec/template/spec/containers/0/readinessProbe/httpGet/path","value":"`+ready+`"},
			{"op":"add","path":"/metadata/annotations/kubernetes.io~1change-cause","value":"`+cause+`"}]`)...)
	}
	good := func(image, probes, replaced, replacedProbes string) {
		t.Helper()
		may(patching("deployment", "matters", "json", `[{"op":"add","path":"/metadata/annotations/legops~1serving","value":"`+image+`"},
			{"op":"add","path":"/metadata/annotations/legops~1serving-probes","value":"`+probes+`"},
			{"op":"add","path":"/metadata/annotations/legops~1replaced","value":"`+replaced+`"},
			{"op":"add","path":"/metadata/annotations/legops~1replaced-probes","value":"`+replacedProbes+`"}]`)...)
		may(patching("configmap", "serving.delivery", "merge", `{"data":{"image":"`+image+`","probes":"`+probes+`"}}`)...)
	}
	const first, before = "/healthz /readyz", "/matters/live /matters/ready"
	v1, v2 := imageOf("matters", "v1"), imageOf("matters", "v2")
	record("d-1", placeholder, first)
	set(v1, before, "d-1: commit 1")
	set(placeholder, first, "restored by d-1")
	set(v1, before, "d-2: commit 1")
	good(v1, before, placeholder, first)
	d.admin(t, "--namespace=matters", "annotate", "deployment", "matters", "--overwrite", "--field-manager=another", "legops/probes="+declared)
	// An authorized person sets an image that is no release, with paths of its own. A release also rolls back to it.
	const byHand, itsPaths = "registry.example/by-hand:1", "/hand/live /hand/ready"
	d.admin(t, "--namespace=matters", "patch", "deployment", "matters", "--patch="+inContainer(`"image":"`+byHand+`",
		"startupProbe":{"httpGet":{"path":"/hand/live"}},"livenessProbe":{"httpGet":{"path":"/hand/live"}},"readinessProbe":{"httpGet":{"path":"/hand/ready"}}`))
	record("d-3", byHand, itsPaths)
	set(v2, declared, "d-3: commit 2")
	set(byHand, itsPaths, "restored by d-3")
	set(v2, declared, "d-4: commit 2")
	good(v2, declared, byHand, itsPaths)
	// A release sets removed fields again.
	d.admin(t, "--namespace=documents", "annotate", "deployment", "documents", "pulumi.com/patchForce-", "pulumi.com/skipAwait-")
	may("--namespace=documents", "annotate", "deployment", "documents", "--field-manager=legops-delivery", "legops/release=d-5")
	d.admin(t, append(patching("configmap", "serving.delivery", "merge", `{"data":null}`), "--namespace=matters", "--field-manager=tests")...)
	good(v2, declared, byHand, itsPaths)
	answer, err := d.try(t.Context(), nil, "auth", "can-i", "patch", "deployment/matters")
	require.NoError(t, err)
	assert.Equal(t, "yes", strings.TrimSpace(answer))
}
