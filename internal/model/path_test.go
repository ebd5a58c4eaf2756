package model

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

var inputs = Values{
	"name": "a",
	"on":   "true",
	"rules": []any{
		map[string]any{"id": "first", "ports": []any{80.0, 443.0}},
		map[string]any{"id": "second", "tags": map[string]any{"a.b": "dotted"}},
		Unknown,
	},
	"empty": []any{},
	"later": Unknown,
}

func TestAll(t *testing.T) {
	for path, want := range map[string][]any{
		"":                        {inputs},
		"name":                    {"a"},
		"nothing":                 {nil},
		"nothing.below":           {nil},
		"name.below":              {nil},
		"rules[1].id":             {"second"},
		"rules[7].id":             {nil},
		"rules[*].id":             {"first", "second", Unknown},
		"rules[0].ports[*]":       {80.0, 443.0},
		`rules[1].tags["a.b"]`:    {"dotted"},
		"empty[*].id":             {nil},
		"later.anything[*].below": {Unknown},
	} {
		assert.Equal(t, want, All(inputs, path), path)
	}
	assert.Equal(t, "dotted", inputs.Text(`rules[*].tags["a.b"]`), "the first that is there")
	assert.Panics(t, func() { ParsePath("rules[") })
	assert.Equal(t, "dotted", GetPath(inputs, PathOf(`rules[1].tags["a.b"]`)))
	assert.Equal(t, Path{"rules["}, PathOf("rules["), "a provider may name anything")
}

func TestValues(t *testing.T) {
	assert.True(t, inputs.Flag("on"))
	assert.False(t, inputs.Flag("nothing"))
	assert.Equal(t, 80.0, inputs.Number("rules[0].ports[0]", 1))
	assert.Equal(t, 1.0, inputs.Number("name", 1))
	assert.Len(t, inputs.Objects("rules"), 2, "what is unknown has no values")
	assert.Len(t, inputs.Objects("rules[0]"), 1)
	assert.Equal(t, []string{"a"}, inputs.Texts("name"))
	assert.Equal(t, []string{"first", "second", Unknown}, inputs.Texts("rules[*].id"))
	assert.Equal(t, []string{"80", "true", "a", ""}, []string{
		inputs.Sprint("rules[0].ports[0]"), inputs.Sprint("on"), inputs.Sprint("name"), inputs.Sprint("nothing"),
	})
	assert.Equal(t, "1234567", Values{"n": 1234567.0}.Sprint("n"))
	assert.Equal(t, "first", inputs.Values("rules[0]").Text("id"))
}

func TestWalk(t *testing.T) {
	var found []string
	Walk(inputs, func(path Path, _ any) { found = append(found, path.String()) })
	slices.Sort(found)
	assert.Equal(t, []string{
		"later", "name", "on", "rules[0].id", "rules[0].ports[0]", "rules[0].ports[1]", "rules[1].id", `rules[1].tags["a.b"]`, "rules[2]",
	}, found)
}
