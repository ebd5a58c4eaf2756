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

	"legops/internal/model"
)

// TestGoldenPreviews previews every stack from nothing on the real engine and compares what would be made with
// the reviewed text under golden. A change to the infrastructure shows there, in the same commit: make golden.
func TestGoldenPreviews(t *testing.T) {
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			got := goldenText(t, previews[stack](t).Resources)
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

// planned is what a golden preview shows of a resource, without what is noise to a reviewer.
type planned struct {
	Parent         string         `yaml:"parent,omitempty"`
	Provider       string         `yaml:"provider,omitempty"`
	Protect        bool           `yaml:"protect,omitempty"`
	RetainOnDelete bool           `yaml:"retainOnDelete,omitempty"`
	DeletedWith    string         `yaml:"deletedWith,omitempty"`
	IgnoreChanges  []string       `yaml:"ignoreChanges,omitempty"`
	Inputs         map[string]any `yaml:"inputs,omitempty"`
}

// goldenText renders a preview as one YAML mapping, from type and name to what is planned, ordered by URN. The
// tags that the provider puts on everything are shown once, on the provider.
func goldenText(t *testing.T, resources []*model.Resource) string {
	t.Helper()
	resources = slices.SortedFunc(slices.Values(resources), func(a, b *model.Resource) int { return strings.Compare(string(a.URN), string(b.URN)) })
	document := &yaml.Node{Kind: yaml.MappingNode}
	for _, r := range resources {
		inputs := map[string]any{}
		for property, value := range r.Inputs {
			inputs[property] = readable(value, sources(r.PropertyDependencies[property]))
		}
		if tags, ok := inputs["tags"].(map[string]any); ok {
			maps.DeleteFunc(tags, func(key string, _ any) bool { return slices.Contains(defaultTags, key) })
		}
		var value yaml.Node
		require.NoError(t, value.Encode(planned{
			name(r.Parent), r.ProviderName(), r.Protect, r.RetainOnDelete, name(r.DeletedWith), r.IgnoreChanges, inputs,
		}))
		document.Content = append(document.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: r.Type + " " + r.Name()}, &value)
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
func name[T ~string](urn T) string {
	if urn == "" {
		return ""
	}
	return resource.URN(urn).Name()
}

// sources names what an unknown value comes from.
func sources(urns []resource.URN) string {
	var names []string
	for _, urn := range urns {
		names = append(names, name(urn))
	}
	slices.Sort(names)
	return "<from " + strings.Join(names, ", ") + ">"
}

// readable replaces the engine's marks and unfolds JSON documents such as policies.
func readable(value any, from string) any {
	switch value := value.(type) {
	case string:
		if value == model.Unknown {
			return from
		}
		var document any
		if strings.HasPrefix(value, "{") && json.Unmarshal([]byte(value), &document) == nil {
			return map[string]any{"JSON": readable(document, from)}
		}
		return strings.ReplaceAll(value, model.Unknown, from)
	case []any:
		elements := make([]any, len(value))
		for i := range value {
			elements[i] = readable(value[i], from)
		}
		return elements
	case map[string]any:
		if value[resource.SigKey] != nil {
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
