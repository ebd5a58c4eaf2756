package rehearsal

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
)

// owning returns attempts to own fields that a release does not set, or to change their owners: nothing else in the object
// changes. They follow releases of matters. Portal has had none, so its creator still owns the image.
func (d *deployer) owning(t *testing.T) []attempt {
	t.Helper()
	const (
		gains  = "metadata.managedFields gains legops-delivery by "
		only   = ", must gain no field manager but legops-delivery by Update, with no field that a release does not set"
		fields = `{"op":"add","path":"/metadata/managedFields/`
	)
	var all []attempt
	apply := func(name string, object controlplane.Object, says string, args ...string) {
		stdin, err := json.Marshal(object)
		require.NoError(t, err)
		args = append([]string{"apply", "--server-side", "--field-manager=legops-delivery", "--filename=-"}, args...)
		all = append(all, attempt{name: name, args: args, stdin: stdin, says: says})
	}
	patch := func(name, namespace, entry, manager, says string, operations ...string) {
		operations = append([]string{`{"op":"test","path":"/metadata/managedFields/` + entry + `/manager","value":"` + manager + `"}`}, operations...)
		all = append(all, attempt{name: name, says: says, args: append(patching("deployment", namespace, "json", "["+strings.Join(operations, ",")+"]"), "--namespace="+namespace)})
	}
	deployment, configMap := d.asItIs(t, "deployment", "matters"), d.asItIs(t, "configmap", "serving.delivery")
	apply("the Deployment as it is, applied", deployment, gains+"Apply with ")
	apply("the Deployment as it is, applied with force", deployment, gains+"Apply with ", "--force-conflicts")
	apply("the ConfigMap as it is, applied", configMap, gains+"Apply with ")
	apply("the ConfigMap as it is, applied with force", configMap, gains+"Apply with ", "--force-conflicts")
	apply("a variable as it is, applied", controlplane.Object{
		"apiVersion": "apps/v1", "kind": "Deployment", "metadata": map[string]any{"name": "matters", "namespace": "matters"},
		"spec": map[string]any{"template": map[string]any{"spec": map[string]any{"containers": []any{map[string]any{
			"name": "app", "env": []any{map[string]any{"name": "PORT", "value": "8080"}},
		}}}}},
	}, gains+"Apply with ")
	apply("a release's fields as they are, applied", controlplane.Object{
		"apiVersion": "apps/v1", "kind": "Deployment",
		"metadata": map[string]any{"name": "matters", "namespace": "matters", "annotations": map[string]any{"legops/serving": imageOf("matters", "v2")}},
	}, gains+"Apply with f:legops/serving"+only)

	const container = `4/fieldsV1/f:spec/f:template/f:spec/f:containers/k:{"name":"app"}`
	in := strings.ReplaceAll(container, `"`, `\"`)
	for _, more := range []struct{ name, path, value, with string }{
		{"the number of pods", "4/fieldsV1/f:spec/f:replicas", `{}`, "f:replicas"},
		{"the selector", "4/fieldsV1/f:spec/f:selector", `{}`, "f:selector"},
		{"an annotation of Pulumi", "4/fieldsV1/f:metadata/f:annotations/f:pulumi.com~1patchForce", `{}`, "f:pulumi.com/patchForce"},
		{"labels", "4/fieldsV1/f:metadata/f:labels", `{"f:app.kubernetes.io~1name":{}}`, "f:labels"},
		{"the volumes", "4/fieldsV1/f:spec/f:template/f:spec/f:volumes", `{"k:{\"name\":\"tmp\"}":{".":{}}}`, "f:volumes"},
		{"a variable", in + "/f:env", `{"k:{\"name\":\"PORT\"}":{".":{},"f:value":{}}}`, "f:env"},
		{"the container itself", in + "/.", `{}`, "."},
		{"the container and nothing in it", in, `{}`, `k:{"name":"app"}`},
		{"the port of a probe", in + "/f:livenessProbe/f:httpGet/f:port", `{}`, "f:port"},
		{"a probe and nothing in it", in + "/f:livenessProbe", `{}`, "f:livenessProbe"},
		{"something in the path of a probe", in + "/f:livenessProbe/f:httpGet/f:path", `{"f:a":{}}`, "f:path"},
		{"something in the image", in + "/f:image", `{"f:a":{}}`, "f:image"},
		{"the annotations and none of them", "4/fieldsV1/f:metadata/f:annotations", `{}`, "f:annotations"},
	} {
		patch("owning "+more.name, "matters", "4", "legops-delivery", gains+"Update with "+more.with, fields+more.path+`","value":`+more.value+`}`)
	}
	own := `"manager":"legops-delivery","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{"f:legops/release":{}}}}`
	patch("owning by Apply", "matters", "4", "legops-delivery", gains+"Apply with f:", `{"op":"replace","path":"/metadata/managedFields/4/operation","value":"Apply"}`)
	patch("owning by Apply, too", "matters", "4", "legops-delivery", gains+"Apply with f:legops/release"+only, fields+`-","value":{"operation":"Apply",`+own+`}}`)
	patch("owning by a subresource", "matters", "4", "legops-delivery", gains+"Update with f:legops/release"+only, fields+`-","value":{"operation":"Update","subresource":"status",`+own+`}}`)

	patch("less for the owner of the image", "portal", "0", "tests", "metadata.managedFields loses what tests had, must keep it",
		`{"op":"remove","path":"/metadata/managedFields/0/fieldsV1/f:spec/f:replicas"}`)
	patch("more for the owner of the image", "portal", "0", "tests", "metadata.managedFields gains tests by Apply with ", fields+`0/fieldsV1/f:spec/f:strategy","value":{"f:type":{}}}`)
	patch("another version for the owner of the rest", "matters", "0", "tests", "metadata.managedFields loses what tests had, must keep it",
		`{"op":"replace","path":"/metadata/managedFields/0/apiVersion","value":"apps/v9"}`)
	patch("a release's fields for the owner of the rest", "matters", "0", "tests", "metadata.managedFields gains tests by Apply with ",
		fields+`0/fieldsV1/f:metadata/f:annotations/f:legops~1serving","value":{}}`)
	for i := range all {
		all[i].rule = "wrongManagers"
	}
	return all
}

// asItIs returns an object of matters, as a client would apply it unchanged.
func (d *deployer) asItIs(t *testing.T, kind, name string) controlplane.Object {
	t.Helper()
	var object controlplane.Object
	require.NoError(t, json.Unmarshal([]byte(d.admin(t, "--namespace=matters", "get", kind, name, "--output=json")), &object))
	metadata := object["metadata"].(map[string]any)
	for _, its := range []string{"creationTimestamp", "generation", "resourceVersion", "uid"} {
		delete(metadata, its)
	}
	delete(object, "status")
	return object
}
