package architecture

import (
	"cmp"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"

	"legops/internal/catalogue"
	"legops/internal/model"
	"legops/internal/offline/schema"
	"legops/internal/registered"
)

var stackNames = []string{"dev", "test", "prod"}

// graphOf is what the program registers for a stack, for tests that only read it.
func graphOf(t *testing.T, stack string) *model.Graph {
	t.Helper()
	return registered.Real(t, "../..", stack).Graph()
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
	for _, stack := range stackNames {
		for _, r := range graphOf(t, stack).Resources {
			if r.Kind() == "" {
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
	for _, stack := range stackNames {
		g := graphOf(t, stack)
		for _, r := range g.Resources {
			if !drawn[r.Type] {
				continue
			}
			inBox := slices.ContainsFunc(parts, func(p part) bool { return p.standsFor(r, g.Kind(r)) })
			_, isDetail := details[kind{r.Type, g.Kind(r)}]
			assert.True(t, inBox != isDetail, "%s: %s %s has to be in a box, or a detail of its component",
				stack, r.Type, r.Name())
		}
	}
}

func TestEveryComponentIsShown(t *testing.T) {
	for _, stack := range stackNames {
		for _, r := range graphOf(t, stack).Resources {
			if kind := r.Kind(); kind != "" {
				assert.True(t, places()[boxOf(kind)], "the component %s of %s is shown nowhere", kind, stack)
			}
		}
	}
	for kind, of := range components {
		assert.True(t, places()[of], "%s is shown by %s, which is neither part nor zone", kind, of)
	}
}
