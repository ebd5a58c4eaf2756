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

	"legops/internal/offline"
)

// TestFirstUpdate deploys each stack for the first time: every pod gets ready, the second update and a refresh find nothing
// to do, and what the simulated cloud keeps of Kubernetes is what arrived at the API server.
func TestFirstUpdate(t *testing.T) {
	for _, stack := range []string{"dev", "test", "prod"} {
		t.Run(stack, func(t *testing.T) {
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

// agree compares the stack with one on the simulated cloud alone.
func agree(t *testing.T, w *world) {
	t.Helper()
	simulated, err := offline.Open(offline.Options{Root: root, Dir: t.TempDir()})
	require.NoError(t, err)
	defer func() { require.NoError(t, simulated.Close()) }()
	_, err = simulated.Run(t.Context(), "up", "--yes", "--skip-preview", "--stack", w.stack)
	require.NoError(t, err)

	real, kept := w.state(w.session), w.state(simulated)
	assert.Equal(t, slices.Sorted(maps.Keys(kept)), slices.Sorted(maps.Keys(real)))
	for urn, r := range kept {
		// What the provider sent is what it was given: it dropped and added nothing.
		if difference := cmp.Diff(settled(r.Inputs), settled(real[urn].Inputs)); difference != "" {
			t.Errorf("%s: the simulated provider keeps (-), the real one sends (+):\n%s", urn, difference)
		}
	}

	live := map[string]map[string]any{}
	var objects struct{ Items []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(w.kubectl("get", kinds, "--all-namespaces", "--output=json")), &objects))
	for _, object := range objects.Items {
		live[identity(object)] = object
	}
	compared := 0
	for _, e := range simulated.Record().Entries("") {
		typ, isKubernetes := strings.CutPrefix(e.Type, "kubernetes:")
		if !isKubernetes {
			continue
		}
		inputs := maps.Clone(e.Inputs)
		version, kind, _ := strings.Cut(typ, ":")
		inputs["apiVersion"] = strings.TrimPrefix(version, "core/")
		inputs["kind"] = strings.TrimSuffix(kind, "Patch")
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
}

// kinds are the kinds of objects that the stacks make.
const kinds = "namespaces,serviceaccounts,configmaps,services,deployments,ingresses,ingressclasses,networkpolicies," +
	"horizontalpodautoscalers,poddisruptionbudgets,roles,rolebindings,clusterroles,clusterrolebindings"

// identity names an object.
func identity(object map[string]any) string {
	metadata, _ := object["metadata"].(map[string]any)
	namespace, _ := metadata["namespace"].(string)
	if object["kind"] == "Namespace" {
		namespace = ""
	}
	return fmt.Sprintf("%v %v %s/%v", object["apiVersion"], object["kind"], namespace, metadata["name"])
}

// settled is a value with the one form that JSON has for it.
func settled(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var read any
	_ = json.Unmarshal(text, &read) // it was just written
	return read
}

// missing says what of a value is not in another. The other may have more: defaults, status, what others set.
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
