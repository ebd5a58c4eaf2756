package tests

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"legops/internal/offline"
)

// TestGoldenPreviews previews every stack from nothing on the real engine and compares what would be made with
// the reviewed text under golden. A change to the infrastructure shows there, in the same commit: make golden.
func TestGoldenPreviews(t *testing.T) {
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			got := goldenText(t, previews[stack](t))
			path := filepath.Join("golden", stack+".yaml")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.MkdirAll("golden", 0o750))
				require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
				return
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err)
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
				t.Errorf("%s is not what the program makes (-golden +program); if that is meant, run make golden:\n%s", path, diff)
			}
		})
	}
}

// planned is what a preview says of a resource, without what is noise to a reviewer.
type planned struct {
	Type           string         `json:"type" yaml:"-"`
	Parent         string         `json:"parent" yaml:"parent,omitempty"`
	Provider       string         `json:"provider" yaml:"provider,omitempty"`
	Protect        bool           `json:"protect" yaml:"protect,omitempty"`
	RetainOnDelete bool           `json:"retainOnDelete" yaml:"retainOnDelete,omitempty"`
	DeletedWith    string         `json:"deletedWith" yaml:"deletedWith,omitempty"`
	IgnoreChanges  []string       `json:"ignoreChanges" yaml:"ignoreChanges,omitempty"`
	Inputs         map[string]any `json:"inputs" yaml:"inputs,omitempty"`

	URN                  string              `json:"urn" yaml:"-"`
	PropertyDependencies map[string][]string `json:"propertyDependencies" yaml:"-"`
}

// plannedSteps previews a stack and decodes what the engine would do.
func plannedSteps(t *testing.T, session *offline.Session, stack string, into any) {
	t.Helper()
	out := run(t, session, "preview", "--json", "--stack", stack)
	// What the CLI says beside the JSON goes before it.
	_, rest, found := strings.Cut(out, "{")
	require.True(t, found, out)
	require.NoError(t, json.Unmarshal([]byte("{"+rest), into))
}

// goldenText renders a preview as one YAML mapping, from type and name to what is planned, ordered by URN. The
// tags that the provider puts on everything are shown once, on the provider.
func goldenText(t *testing.T, steps []planned) string {
	t.Helper()
	steps = slices.SortedFunc(slices.Values(steps), func(a, b planned) int { return strings.Compare(a.URN, b.URN) })
	document := &yaml.Node{Kind: yaml.MappingNode}
	for _, r := range steps {
		r.Inputs = maps.Clone(r.Inputs)
		delete(r.Inputs, "__internal")
		for property, value := range r.Inputs {
			r.Inputs[property] = readable(value, sources(r.PropertyDependencies[property]))
		}
		if tags, ok := r.Inputs["tags"].(map[string]any); ok {
			maps.DeleteFunc(tags, func(key string, _ any) bool { return slices.Contains(defaultTags, key) })
		}
		// A provider is referred to by URN and id.
		provider := r.Provider[:max(0, strings.LastIndex(r.Provider, "::"))]
		r.Parent, r.DeletedWith, r.Provider = name(r.Parent), name(r.DeletedWith), name(provider)
		var value yaml.Node
		require.NoError(t, value.Encode(r))
		document.Content = append(document.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: r.Type + " " + name(r.URN)}, &value)
	}
	var text bytes.Buffer
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	require.NoError(t, encoder.Encode(document))
	return text.String()
}

// defaultTags are the tags that the provider puts on everything.
var defaultTags = []string{"Project", "Environment", "Owner", "CostCenter"}

// name is the last part of a URN, "" of none.
func name(urn string) string {
	if urn == "" {
		return ""
	}
	return resource.URN(urn).Name()
}

// sources names what an unknown value comes from.
func sources(urns []string) string {
	var names []string
	for _, urn := range urns {
		names = append(names, name(urn))
	}
	slices.Sort(names)
	return "<from " + strings.Join(names, ", ") + ">"
}

// The engine's own marks for a value that is not known yet and for a secret.
const (
	unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	secretMark  = "4dabf18193072939515e22adb298388d"
)

// readable replaces the engine's marks and unfolds JSON documents such as policies.
func readable(value any, from string) any {
	switch value := value.(type) {
	case string:
		if value == unknownMark {
			return from
		}
		var document any
		if strings.HasPrefix(value, "{") && json.Unmarshal([]byte(value), &document) == nil {
			return map[string]any{"JSON": readable(document, from)}
		}
		return strings.ReplaceAll(value, unknownMark, from)
	case []any:
		elements := make([]any, len(value))
		for i := range value {
			elements[i] = readable(value[i], from)
		}
		return elements
	case map[string]any:
		if value[secretMark] != nil {
			return "<secret>"
		}
		properties := map[string]any{}
		for key := range value {
			properties[key] = readable(value[key], from)
		}
		return properties
	}
	return value
}
