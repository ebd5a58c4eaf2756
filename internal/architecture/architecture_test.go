package architecture

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/catalogue"
	"legops/internal/offline/schema"
)

var stacks = []string{"dev", "test", "prod"}

// graph reads the golden preview of a stack.
func graph(t *testing.T, stack string) *Graph {
	t.Helper()
	preview, err := os.Open(filepath.Join("..", "..", "tests", "golden", stack+".yaml"))
	require.NoError(t, err)
	defer func() { assert.NoError(t, preview.Close()) }()
	g, err := Read(preview)
	require.NoError(t, err)
	return g
}

func TestRead(t *testing.T) {
	g, err := Read(strings.NewReader(`
legops:components:Network network: {parent: legops-x}
aws:ec2/subnet:Subnet network:
  parent: network
  provider: aws
  inputs: {vpc: "<from network-vpc, other>", list: [{size: 3}], enabled: true}
pulumi:providers:aws aws:
  parent: legops-x
  inputs: {region: moon-1}
`))
	require.NoError(t, err)
	require.Len(t, g.all(catalogue.Subnet, "Network"), 1)
	assert.Empty(t, g.all(catalogue.Subnet, "Eks"))
	found := g.named(catalogue.Subnet, "network")
	assert.Equal(t, "moon-1", g.region(found.Provider))
	assert.Equal(t, "3", found.text("list.0.size"))
	assert.Empty(t, found.text("list.1.size"))
	assert.Empty(t, found.text("list.size"))
	assert.True(t, found.yes("enabled"))
	assert.True(t, found.comesFrom("vpc", "network-vpc"))
	assert.False(t, found.comesFrom("vpc", "network"))

	_, err = Read(strings.NewReader("- a"))
	assert.ErrorContains(t, err, "the preview is not one YAML mapping of resources")
}

// drawnTypes are those that a part is made of.
func drawnTypes() map[string]bool {
	types := map[string]bool{}
	for _, part := range parts {
		for _, made := range part.made {
			types[made.token] = true
		}
	}
	return types
}

// places are the ids of parts and zones.
func places() map[string]bool {
	ids := map[string]bool{}
	for _, part := range parts {
		ids[part.id] = true
	}
	for _, plan := range zonePlans {
		ids[plan.id] = true
	}
	return ids
}

func TestEveryTypeIsDrawnOrADetail(t *testing.T) {
	drawn := drawnTypes()
	known := map[string]bool{"eks:index:Cluster": true, "pulumi:pulumi:Stack": true}
	for _, token := range schema.ResourceTypes {
		known[token] = true
	}
	for _, stack := range stacks {
		for _, r := range graph(t, stack).resources {
			if !strings.HasPrefix(r.Type, componentPrefix) {
				known[r.Type] = true
			}
		}
	}
	for _, token := range slices.Sorted(maps.Keys(known)) {
		box := cmp.Or(details[kind{token: token}], catalogue.Of(token).Box)
		assert.True(t, (box != "") != machinery[token], "%s has to have a box in the catalogue, or be machinery", token)
		assert.True(t, box == "" || places()[box], "%s is shown by %s, which is neither part nor zone", token, box)
		isOf := func(p part) bool {
			return p.id == box && slices.ContainsFunc(p.made, func(k kind) bool { return k.token == token })
		}
		assert.Equal(t, drawn[token], slices.ContainsFunc(parts, isOf), "%s is drawn, but not in the box %s of the catalogue", token, box)
	}
	for what, of := range details {
		assert.True(t, known[what.token], "%s is a detail, and no type of the platform", what.token)
		assert.True(t, places()[of], "%s is a detail of %s, which is neither part nor zone", what.token, of)
	}
}

// A type that is drawn means different things in different components: each of its resources has to be in a box.
func TestEveryResourceOfADrawnTypeIsInABox(t *testing.T) {
	drawn := drawnTypes()
	for _, stack := range stacks {
		for _, r := range graph(t, stack).resources {
			if !drawn[r.Type] {
				continue
			}
			inBox := slices.ContainsFunc(parts, func(p part) bool {
				return slices.ContainsFunc(p.made, func(k kind) bool { return k.matches(r) }) && (p.when == nil || p.when(r))
			})
			_, isDetail := details[kind{r.Type, r.Component}]
			assert.True(t, inBox != isDetail, "%s: %s %s has to be in a box, or a detail of its component",
				stack, r.Type, r.Name)
		}
	}
}

func TestEveryComponentIsShown(t *testing.T) {
	for _, stack := range stacks {
		for _, r := range graph(t, stack).resources {
			if kind, ok := strings.CutPrefix(r.Type, componentPrefix); ok {
				assert.NotEmpty(t, components[kind], "the component %s of %s is shown nowhere", kind, stack)
			}
		}
	}
	for kind, of := range components {
		assert.True(t, places()[of], "%s is shown by %s, which is neither part nor zone", kind, of)
	}
}
