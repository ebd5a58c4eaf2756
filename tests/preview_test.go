package tests

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/model"
	"legops/internal/offline"
	"legops/internal/offline/schema"
	"legops/stacks"
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

// Whoever reads a bill or finds something in the console has to see whose it is. Default tags come from the provider, so
// this is asked of the engine's preview, which has also what pulumi-eks makes.
func TestEverythingThatTakesTagsHasThem(t *testing.T) {
	table, err := schema.Load()
	require.NoError(t, err)
	for _, stack := range stackNames {
		t.Run(stack, func(t *testing.T) {
			cfg := config(t, stack)
			tagged := 0
			for _, r := range previews[stack](t).Resources {
				property, takes := table.Resources[r.Type].Inputs["tags"]
				if !takes || !strings.HasPrefix(r.Type, "aws:") {
					continue
				}
				tagged++
				tags := r.Tags()
				for key, value := range wantedTags(cfg) {
					assert.Equal(t, value, tags[key], "%s: tag %s (%s)", r.URN, key, property.Kind)
				}
			}
			assert.Greater(t, tagged, 100)
		})
	}
}

func wantedTags(cfg *stacks.Config) map[string]any {
	return map[string]any{
		"Project": project, "Environment": string(cfg.Environment), "Owner": cfg.Tags.Owner, "CostCenter": cfg.Tags.CostCenter,
	}
}

// Nothing secret is in what a preview prints: pull requests show it.
func TestPreviewsShowNoSecret(t *testing.T) {
	const stack = "dev"
	session := open(t, t.TempDir(), nil)
	defer finish(t, session)
	run(t, session, "up", "--yes", "--skip-preview", "--stack", stack)
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
