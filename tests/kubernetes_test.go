package tests

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/checkout"
	"legops/internal/controlplane"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/settings"
	"legops/stacks"
)

// TestKubernetesAcceptsEveryObject gives what the program registers to a real API server, stack by stack, and asks it what the
// platform's own pods may then do there.
func TestKubernetesAcceptsEveryObject(t *testing.T) {
	each(t, func(t *testing.T, _ *stacks.Config, r *recorder.Recorder) {
		objects, patches := controlplane.Registered(r)
		deployments := slices.DeleteFunc(slices.Clone(objects), func(o object) bool { return o["kind"] != "Deployment" })
		require.NotEmpty(t, deployments, "the stack registers no Deployment")
		assert.True(t, slices.ContainsFunc(deployments, func(o object) bool { return restricted(objects, o) }),
			"no Deployment is in a namespace that enforces pod security")
		plane := registered.Plane(t, root, controlplane.Options{})
		if assert.NoError(t, admit(t, plane, objects, patches)) {
			checkRights(t, plane)
		}
	})
}

// TestKubernetesAcceptsSecretFiles gives it an application whose pods read secrets into files: those that serve, of a worker, of a migration and of a
// schedule.
func TestKubernetesAcceptsSecretFiles(t *testing.T) {
	cfg := config(t, "dev")
	a := &cfg.Applications[1]
	a.SecretFiles = a.Secrets
	a.Migrate = &settings.Migration{Command: []settings.CommandWord{"migrate"}, TimeoutSeconds: 60}
	a.Schedules = []settings.Schedule{{Name: "tidy", Cron: "@daily", Command: []settings.CommandWord{"tidy"}, DeadlineSeconds: 60}}
	a.Workers = []settings.Worker{{Name: "mail", Command: []settings.CommandWord{"mail"}}}
	objects, patches := controlplane.Registered(registered.Stack(t, "dev", cfg))
	reads := 0
	for _, o := range append(slices.Clone(objects), patches...) {
		if o.Text("metadata.namespace") == a.Name {
			reads += len(o.Objects("spec.template.spec.initContainers")) + len(o.Objects("spec.jobTemplate.spec.template.spec.initContainers"))
		}
	}
	assert.Equal(t, 4, reads)
	assert.NoError(t, admit(t, registered.Plane(t, root, controlplane.Options{}), objects, patches))
}

// refused are objects with one mistake, each an edit of testdata/kubernetes.yaml: the kind that is edited, the path
// and the new value (nil: removed), and what the API server says of it, or of a pod made from it.
var refused = []struct {
	name, kind, path string
	value            any
	want             string
}{
	{"unknown field", "Service", "spec.port", 80, "spec.port: field not declared in schema"},
	{"unknown field of a pod", "Deployment", container + ".readOnly", true, "readOnly: field not declared in schema"},
	{"misspelt kind", "ConfigMap", "kind", "Configmap", `no matches for kind "Configmap" in version "v1"`},
	{"removed version", "HorizontalPodAutoscaler", "apiVersion", "autoscaling/v2beta2", `no matches for kind "HorizontalPodAutoscaler" in version "autoscaling/v2beta2"`},
	{"missing field", "Ingress", "spec.rules[0].http.paths[0].pathType", nil, "pathType: Required value"},
	{"no name", "ConfigMap", "metadata.name", nil, "resource name may not be empty"},
	{"namespace that is not there", "ConfigMap", "metadata.namespace", "other", `namespaces "other" not found`},
	{"text for a number", "Deployment", "spec.replicas", "two", "replicas: expected numeric (int or float), got string"},
	{"number for text", "ConfigMap", "data.LOG_LEVEL", 3, "LOG_LEVEL: expected string, got"},
	{"environment variable twice", "Deployment", container + ".env[1].name", "LANG", `duplicate entries for key [name="LANG"]`},
	{"port out of range", "Deployment", container + ".ports[0].containerPort", 70000, "must be between 1 and 65535, inclusive"},
	{"limit below the request", "Deployment", container + ".resources.limits.memory", "64Mi", "must be less than or equal to memory limit"},
	{"selector of other pods", "Deployment", "spec.selector.matchLabels.app", "other", "`selector` does not match template `labels`"},
	{"service account that is not there", "Deployment", podSpec + ".serviceAccountName", "other", `serviceaccount "other" not found`},
	{"service name", "Service", "metadata.name", "1_sample", "a DNS-1035 label must consist of lower case alphanumeric characters"},
	{"minimum above maximum", "HorizontalPodAutoscaler", "spec.minReplicas", 9, "must be greater than or equal to `minReplicas`"},
	{"malformed range", "NetworkPolicy", "spec.egress[0].to[0].ipBlock.cidr", "10.0.0.0/33", "must be a valid CIDR value"},
	{"warning", "Deployment", container + ".resources.requests.memory", "0.5", `Warning: spec.template.spec.containers[0].resources.requests[memory]: fractional byte value "500m" is invalid`},
	{"two budgets", "PodDisruptionBudget", "spec.minAvailable", 1, "minAvailable and maxUnavailable cannot be both set"},

	{"may be root", "Deployment", podSecurity + ".runAsNonRoot", false, violates + "runAsNonRoot != true"},
	{"is root", "Deployment", podSecurity + ".runAsUser", 0, violates + "runAsUser=0"},
	{"no seccomp profile", "Deployment", podSecurity + ".seccompProfile", nil, violates + "seccompProfile"},
	{"privilege escalation", "Deployment", containerSecurity + ".allowPrivilegeEscalation", true, violates + "allowPrivilegeEscalation != false"},
	{"privileged", "Deployment", containerSecurity, map[string]any{"privileged": true}, violates + "privileged"},
	{"keeps capabilities", "Deployment", containerSecurity + ".capabilities.drop", nil, violates + "unrestricted capabilities"},
	{"added capability", "Deployment", containerSecurity + ".capabilities.add", []any{"NET_ADMIN"}, violates + "unrestricted capabilities"},
	{"folder of the node", "Deployment", podSpec + ".volumes[0]", map[string]any{"name": "scratch", "hostPath": map[string]any{"path": "/"}}, violates + "restricted volume types"},
	{"network of the node", "Deployment", podSpec + ".hostNetwork", true, violates + "host namespaces"},
}

const (
	podSpec           = "spec.template.spec"
	podSecurity       = podSpec + ".securityContext"
	container         = podSpec + ".containers[0]"
	containerSecurity = container + ".securityContext"
	violates          = `violates PodSecurity "restricted:latest": `
)

// TestKubernetesRefusesMistakes proves that the test above would see one.
func TestKubernetesRefusesMistakes(t *testing.T) {
	plane := registered.Plane(t, root, controlplane.Options{})
	// What is good is there; the rest is only tried, so that each mistake meets the same cluster.
	_, err := plane.Apply(t.Context(), sample(t))
	require.NoError(t, err)
	const try = "--dry-run=server"
	require.NoError(t, admit(t, plane, sample(t), nil, try))
	for _, bad := range refused {
		t.Run(bad.name, func(t *testing.T) {
			edited := edit(t, sample(t), bad.kind, bad.path, bad.value)
			assert.ErrorContains(t, admit(t, plane, []object{edited}, nil, try), bad.want)
		})
	}
	patch := func(field string, value any, annotations map[string]any) []object {
		spec := map[string]any{"template": map[string]any{"spec": map[string]any{field: value}}}
		metadata := map[string]any{"name": "sample", "namespace": "sample", "annotations": annotations}
		return []object{{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}}
	}
	t.Run("patches", func(t *testing.T) {
		force := map[string]any{"pulumi.com/patchForce": "true"}
		require.NoError(t, admit(t, plane, nil, patch("priority", 0, nil), try))
		assert.ErrorContains(t, admit(t, plane, nil, patch("priorty", 0, nil), try), "priorty: field not declared in schema")
		assert.ErrorContains(t, admit(t, plane, nil, patch("hostNetwork", true, nil), try), violates+"host namespaces")
		assert.ErrorContains(t, admit(t, plane, nil, patch("serviceAccountName", "other", nil), try), `conflict with "tests"`)
		assert.ErrorContains(t, admit(t, plane, nil, patch("serviceAccountName", "other", force), try), `serviceaccount "other" not found`)
	})
}

// TestObjectsAreWhatWasRegistered proves that none is lost or changed on the way from the program to the API server.
func TestObjectsAreWhatWasRegistered(t *testing.T) {
	r := &recorder.Recorder{}
	require.NoError(t, r.Run(func(ctx *pulumi.Context) error {
		for typ, inputs := range map[string]pulumi.Map{
			"kubernetes:apps/v1:DeploymentPatch": {"spec": pulumi.Map{"paused": pulumi.Bool(false)}},
			"kubernetes:apps/v1:Deployment":      {"spec": pulumi.Map{"replicas": pulumi.Int(2)}},
			"kubernetes:core/v1:Secret":          {"stringData": pulumi.ToSecret(pulumi.StringMap{"key": pulumi.String("value")})},
			"kubernetes:core/v1:Service":         {"apiVersion": pulumi.String("v0"), "kind": pulumi.String("Other")},
			"aws:sqs/queue:Queue":                {"name": pulumi.String("queue")},
		} {
			if err := ctx.RegisterResource(typ, "one", inputs, &pulumi.CustomResourceState{}); err != nil {
				return err
			}
		}
		return nil
	}))
	objects, patches := controlplane.Registered(r)
	assert.Equal(t, []object{
		{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"replicas": 2.0}},
		{"apiVersion": "v1", "kind": "Secret", "stringData": map[string]any{"key": "value"}},
		{"apiVersion": "v0", "kind": "Other"},
	}, objects)
	assert.Equal(t, []object{
		{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"paused": false}},
	}, patches)
}

// restricted is whether the namespace of an object enforces the strictest pod-security level.
func restricted(objects []object, of object) bool {
	return slices.ContainsFunc(objects, func(o object) bool {
		return o["kind"] == "Namespace" && o.Get("metadata.name") == of.Get("metadata.namespace") &&
			o.Get(`metadata.labels["pod-security.kubernetes.io/enforce"]`) == "restricted"
	})
}

type object = controlplane.Object

// admit hands over objects, then patches, then the pods that come of them. It is pods that a namespace refuses, not
// the Deployments that make them.
func admit(t *testing.T, plane *controlplane.Plane, objects, patches []object, options ...string) error {
	t.Helper()
	made, err := plane.Admit(t.Context(), objects, patches, options...)
	if len(made) < len(objects) {
		return err
	}
	_, podErr := plane.Apply(t.Context(), controlplane.PodsOf(made), options...)
	return errors.Join(err, podErr)
}

// sample are the objects of testdata/kubernetes.yaml.
func sample(t *testing.T) []object {
	t.Helper()
	var objects []object
	for decoder := yaml.NewDecoder(strings.NewReader(checkout.Read(t, "testdata/kubernetes.yaml"))); ; {
		var o map[string]any
		err := decoder.Decode(&o)
		if errors.Is(err, io.EOF) {
			return objects
		}
		require.NoError(t, err)
		objects = append(objects, o)
	}
}

// edit is the object of a kind with one value changed.
func edit(t *testing.T, objects []object, kind, path string, value any) object {
	t.Helper()
	i := slices.IndexFunc(objects, func(o object) bool { return o["kind"] == kind })
	require.GreaterOrEqual(t, i, 0, "there is no %s", kind)
	parsed, err := resource.ParsePropertyPath(path)
	require.NoError(t, err)
	edited := resource.NewProperty(resource.NewPropertyMapFromMap(objects[i]))
	done := false
	if value == nil {
		done = parsed.Delete(edited)
	} else {
		done = parsed.Set(edited, resource.NewPropertyValue(value))
	}
	require.True(t, done, "%s has no %s", kind, path)
	return edited.ObjectValue().Mappable()
}
