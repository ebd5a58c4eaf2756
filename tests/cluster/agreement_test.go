package cluster_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/infra"
	"legops/internal/drawn"
	"legops/internal/model"
	"legops/internal/offline/engine"
)

// TestFirstUpdate deploys each stack for the first time: every pod becomes ready, the second update and a refresh change
// nothing, and the simulated cloud records the same Kubernetes objects that the API server has.
func TestFirstUpdate(t *testing.T) {
	for _, stack := range drawn.Of(t, 1, []string{"dev", "test", "prod"}) {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, stack)
			started := time.Now()
			w.up()
			t.Logf("first up: %s", time.Since(started).Round(time.Second))
			w.rolledOut()
			t.Logf("every pod ready after %s", time.Since(started).Round(time.Second))
			w.up("--expect-no-changes")
			assert.Empty(t, w.preview("--refresh", "--expect-no-changes"))
			agree(t, w)
		})
	}
}

// edits change objects of every kind that depends on the stack file.
var edits = map[string][][2]string{
	"dev": {
		{"name: dev.legops.example", "name: other.legops.example"},
		{"path: /identity\n        port: 8080", "path: /identity\n        port: 8081"},
		{`TOKEN_MINUTES: "15"`, `TOKEN_MINUTES: "20"`},
		{"path: /matters\n", "path: /cases\n"},
		{"matters:\n        cpu: 200m", "matters:\n        cpu: 200m\n        minReplicas: 3\n        maxReplicas: 4"},
		{"legops:ingress:\n    minReplicas: 2", "legops:ingress:\n    minReplicas: 3"},
		{"memory: 1Gi", "memory: 768Mi"},
		{"- notifications\n          - search", "- notifications"},
	},
}

// agree compares the stack with one on the simulated cloud alone: the objects, and a preview of edits.
func agree(t *testing.T, w *world) {
	t.Helper()
	e, err := engine.Open(t.Context(), root)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	simulated, err := e.Stack(w.stack, nil)
	require.NoError(t, err)
	source := engine.Source{Dir: root, Program: engine.Function(infra.ProgramWith)}
	require.NoError(t, simulated.Up(t.Context(), source))

	exported, err := w.pulumi("stack", "export")
	require.NoError(t, err)
	text, err := simulated.State(t.Context())
	require.NoError(t, err)
	real, kept := objectsIn(t, []byte(exported)), objectsIn(t, text)
	require.Equal(t, slices.Sorted(maps.Keys(kept)), slices.Sorted(maps.Keys(real)))
	for urn, r := range kept {
		// The provider sent its inputs: it dropped and added nothing.
		if difference := cmp.Diff(settled(r.Inputs), settled(real[urn].Inputs)); difference != "" {
			t.Errorf("%s: the simulated provider records (-), the real one sends (+):\n%s", urn, difference)
		}
	}

	live := map[string]map[string]any{}
	var objects struct{ Items []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(w.kubectl("get", kinds, "--all-namespaces", "--output=json")), &objects))
	for _, object := range objects.Items {
		live[identity(object)] = object
	}
	var objectsKept, patches []map[string]any
	for _, e := range simulated.Record().Entries("") {
		typ, isKubernetes := strings.CutPrefix(e.Type, "kubernetes:")
		if !isKubernetes {
			continue
		}
		inputs := maps.Clone(e.Inputs)
		version, kind, _ := strings.Cut(typ, ":")
		kind, isPatch := strings.CutSuffix(kind, "Patch")
		inputs["apiVersion"], inputs["kind"] = strings.TrimPrefix(version, "core/"), kind
		objectsKept = append(objectsKept, inputs)
		if isPatch {
			patches = append(patches, inputs)
		}
	}
	compared := 0
	for _, inputs := range objectsKept {
		for _, patch := range patches {
			if identity(patch) == identity(inputs) {
				inputs, _ = patched(inputs, patch).(map[string]any)
			}
		}
		object := live[identity(inputs)]
		if !assert.NotNil(t, object, "%s is not in the cluster", identity(inputs)) {
			continue
		}
		for _, difference := range missing("", inputs, object) {
			t.Errorf("%s: %s", identity(inputs), difference)
		}
		compared++
	}
	assert.Greater(t, compared, 100)

	if edits[w.stack] == nil {
		return
	}
	w.edit("", edits[w.stack]...)
	source.StackFiles = w.files
	preview, err := simulated.Preview(t.Context(), source)
	require.NoError(t, err)
	said := w.preview()
	assert.Greater(t, len(said), 8)
	assert.ElementsMatch(t, said, changes(preview), "the changes of the real provider, and of the simulated one")
}

// objectsIn returns every Kubernetes resource in an exported state, by URN.
func objectsIn(t *testing.T, exported []byte) map[string]*model.Resource {
	t.Helper()
	state, err := model.ReadState(exported)
	require.NoError(t, err)
	known := map[string]*model.Resource{}
	for _, r := range state.Resources {
		if strings.HasPrefix(r.Type, "kubernetes:") {
			known[string(r.URN)] = r
		}
	}
	return known
}

// kinds are the kinds of objects in the stacks.
const kinds = "namespaces,serviceaccounts,configmaps,services,deployments,cronjobs,ingresses,ingressclasses,networkpolicies," +
	"horizontalpodautoscalers,poddisruptionbudgets,roles,rolebindings,clusterroles,clusterrolebindings," +
	"validatingadmissionpolicies,validatingadmissionpolicybindings"

// identity returns a unique name of an object.
func identity(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	if object["kind"] == "Namespace" {
		namespace = ""
	}
	return fmt.Sprintf("%v %v %s/%v", object["apiVersion"], object["kind"], namespace, metadata["name"])
}

// settled returns a value in its canonical JSON form.
func settled(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var read any
	_ = json.Unmarshal(text, &read) // it was just written
	return read
}

// patched returns a value with the fields of a patch replaced by the patch's.
func patched(value, patch any) any {
	switch value := value.(type) {
	case map[string]any:
		from, _ := patch.(map[string]any)
		result := map[string]any{}
		for key, inner := range value {
			result[key] = patched(inner, from[key])
		}
		return result
	case []any:
		from, _ := patch.([]any)
		result := slices.Clone(value)
		for i := range min(len(result), len(from)) {
			result[i] = patched(result[i], from[i])
		}
		return result
	}
	if patch != nil {
		return patch
	}
	return value
}

// missing returns the parts of a value that another lacks. The other may have more: defaults, status, fields of others.
func missing(path string, want, in any) []string {
	switch want := want.(type) {
	case map[string]any:
		has, ok := in.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is %v, not %v", path, in, want)}
		}
		var all []string
		for _, key := range slices.Sorted(maps.Keys(want)) {
			all = append(all, missing(path+"."+key, want[key], has[key])...)
		}
		return all
	case []any:
		has, ok := in.([]any)
		if !ok || len(has) != len(want) {
			return []string{fmt.Sprintf("%s is %v, not %v", path, in, want)}
		}
		var all []string
		for i := range want {
			all = append(all, missing(fmt.Sprintf("%s[%d]", path, i), want[i], has[i])...)
		}
		return all
	}
	if !reflect.DeepEqual(want, in) {
		return []string{fmt.Sprintf("%s is %v, not %v", path, in, want)}
	}
	return nil
}
