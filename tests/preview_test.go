package tests

import (
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline"
	provider "legops/internal/offline/answers"
	"legops/internal/offline/schema"
)

// previews are what the engine would make of each stack from nothing: previewed once for all tests that only read it.
var previews = func() map[string]func(*testing.T) *model.Graph {
	all := map[string]func(*testing.T) *model.Graph{}
	for _, stack := range stackNames {
		var once sync.Once
		var graph *model.Graph
		all[stack] = func(t *testing.T) *model.Graph {
			t.Helper()
			once.Do(func() {
				session := open(t, t.TempDir(), nil)
				defer finish(t, session)
				graph = previewed(t, session, stack).Head()
			})
			require.NotNil(t, graph, "the preview failed before")
			return graph
		}
	}
	return all
}()

// previewed is what the engine would do with a stack.
func previewed(t *testing.T, session *offline.Session, stack string) *model.Plan {
	t.Helper()
	preview, err := model.ReadPreview([]byte(run(t, session, "preview", "--json", "--stack", stack)))
	require.NoError(t, err)
	return preview
}

// Whatever takes tags has those of the stack file, what pulumi-eks makes among it. TAGS of the standards asks this of the environment alone: it
// knows no stack file.
func TestTagsAreThoseOfTheStackFile(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	for _, stack := range stackNames {
		tagged, want := 0, tagsOf(config(t, stack))
		for _, r := range previews[stack](t).Resources {
			if _, takes := table.Resources[r.Type].Inputs["tags"]; !takes || !strings.HasPrefix(r.Type, "aws:") {
				continue
			}
			tagged++
			for tag, value := range want {
				assert.Equal(t, value, r.Tags()[tag], "%s: %s: tag %s", stack, r.URN, tag)
			}
		}
		assert.Greater(t, tagged, 100, stack)
	}
}

// The real provider was asked about every input that the program gives to a resource of AWS. What it was not asked about, the simulated
// cloud answers by its tables alone.
func TestInputsWereAskedAbout(t *testing.T) {
	all, err := provider.Load()
	require.NoError(t, err)
	asked := map[string]map[string]any{}
	for _, r := range all.Resources {
		if asked[r.Type] == nil {
			asked[r.Type] = map[string]any{}
		}
		maps.Copy(asked[r.Type], r.Inputs)
	}
	inputs := 0
	for _, stack := range stackNames {
		for _, r := range previews[stack](t).Resources {
			if !strings.HasPrefix(r.Type, "aws:") {
				continue
			}
			for input := range r.Inputs {
				if input == "__defaults" || input == catalogue.Of(r.Type).AutoName() {
					continue // what the provider fills in
				}
				inputs++
				assert.Contains(t, asked[r.Type], input, "%s: %s: run make provider", stack, r.URN)
			}
		}
	}
	assert.Greater(t, inputs, 5_000)
}

// Nothing secret is in what a preview prints: pull requests show it.
func TestPreviewsShowNoSecret(t *testing.T) {
	const stack = "dev"
	dir, _ := stood(t, stack)
	session := open(t, dir, nil)
	defer finish(t, session)
	secret := ""
	for _, e := range session.Record().Entries("") {
		if e.Type == "random:index/randomPassword:RandomPassword" {
			secret, _ = e.Outputs["result"].(string)
		}
	}
	require.GreaterOrEqual(t, len(secret), 40, "the secret between CloudFront and the load balancer")
	for _, command := range [][]string{
		{"preview", "--diff"}, {"preview", "--json"}, {"stack", "export"}, {"stack", "output"}, {"stack", "output", "--json"},
	} {
		assert.NotContains(t, run(t, session, append(command, "--stack", stack)...), secret, command)
	}
}
