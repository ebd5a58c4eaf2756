package tuning

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// node is a part of the JSON Schema of a stack file: what values a key admits.
type node struct {
	Ref                  string           `json:"$ref"`
	Type                 string           `json:"type"`
	Description          string           `json:"description"`
	Properties           map[string]*node `json:"properties"`
	Required             []string         `json:"required"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
	Items                *node            `json:"items"`
	Enum                 []any            `json:"enum"`
	Examples             []any            `json:"examples"`
	Pattern              string           `json:"pattern"`
	Minimum              *int             `json:"minimum"`
	Maximum              *int             `json:"maximum"`
	MinItems             *int             `json:"minItems"`
	MaxItems             *int             `json:"maxItems"`
	MaxLength            *int             `json:"maxLength"`
	Default              *int             `json:"default"`

	// values is of a mapping with any keys.
	values *node
	// optional says that the key may be absent.
	optional bool
}

// readSchema reads the schema of the repository at root. References are resolved.
func readSchema(root string) (*node, error) {
	text, err := os.ReadFile(filepath.Join(root, "stacks", "stack.schema.json"))
	if err != nil {
		return nil, err
	}
	var file struct {
		node
		Definitions map[string]*node `json:"$defs"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("stack.schema.json: %w", err)
	}
	return file.Properties["config"].resolved(file.Definitions, false), nil
}

// resolved is the node with what it refers to.
func (n *node) resolved(definitions map[string]*node, optional bool) *node {
	resolved := *n
	if name, is := strings.CutPrefix(n.Ref, "#/$defs/"); is {
		description := n.Description
		resolved = *definitions[name]
		if description != "" {
			resolved.Description = description
		}
	}
	resolved.optional = optional
	if resolved.Items != nil {
		resolved.Items = resolved.Items.resolved(definitions, false)
	}
	var values node
	if text := resolved.AdditionalProperties; len(text) > 0 && text[0] == '{' && json.Unmarshal(text, &values) == nil {
		resolved.values = values.resolved(definitions, true)
	}
	properties := map[string]*node{}
	for key, property := range resolved.Properties {
		properties[key] = property.resolved(definitions, !slices.Contains(resolved.Required, key))
	}
	resolved.Properties = properties
	return &resolved
}

// keys calls back for every key below a node, with the node of its value. Elements of a list have a key of their own, such as
// legops:queues[], and so have mappings in one with any keys, such as legops:tuning.applications.*.
func (n *node) keys(path string, visit func(key string, of *node)) {
	for _, name := range slices.Sorted(maps.Keys(n.Properties)) {
		key := strings.TrimPrefix(path+"."+name, ".")
		visit(key, n.Properties[name])
		n.Properties[name].keys(key, visit)
	}
	if n.Items != nil {
		visit(path+"[]", n.Items)
		n.Items.keys(path+"[]", visit)
	}
	if n.values != nil && n.values.Type == "object" {
		visit(path+".*", n.values)
		n.values.keys(path+".*", visit)
	}
}

// key is the key of a path, as keys has it. A mapping with any keys and plain values has none of its own.
func (n *node) key(path []string) string {
	path = slices.Clone(path)
	for i := range path {
		switch above := n.at(path[:i]); {
		case above == nil || above.values == nil || above.Properties[path[i]] != nil:
		case above.values.Type != "object":
			return generic(path[:i])
		default:
			path[i] = "*"
		}
	}
	return generic(path)
}

// at is the node of a path; nil where the schema has none.
func (n *node) at(path []string) *node {
	for _, step := range path {
		switch {
		case n == nil:
			return nil
		case n.Properties[step] != nil:
			n = n.Properties[step]
		case n.Items != nil:
			n = n.Items
		default:
			n = n.values
		}
	}
	return n
}

// least is a value that the schema admits, of what it requires alone; most has also what is optional, with the highest values.
func (n *node) least(r *rand.Rand) any { return n.value(r, false) }
func (n *node) most(r *rand.Rand) any  { return n.value(r, true) }

func (n *node) value(r *rand.Rand, most bool) any {
	switch {
	case len(n.Enum) > 0:
		return n.Enum[r.IntN(len(n.Enum))]
	case n.Type == "boolean":
		return most
	case n.Type == "integer":
		if bound := map[bool]*int{false: n.Minimum, true: n.Maximum}[most]; bound != nil {
			return *bound
		}
		return 1
	case n.Type == "array":
		list := []any{}
		for n.MinItems != nil && len(list) < *n.MinItems {
			list = append(list, n.Items.value(r, most))
		}
		return list
	case n.Type == "object":
		object := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
			if property := n.Properties[key]; most || !property.optional {
				object[key] = property.value(r, most)
			}
		}
		return object
	}
	return n.example(r)
}

// example is a text that the schema admits.
func (n *node) example(r *rand.Rand) string {
	if n.Pattern == "" {
		return "other"
	}
	parsed, err := syntax.Parse(n.Pattern, syntax.Perl)
	if err != nil {
		panic(fmt.Sprintf("stack.schema.json: pattern %s: %v", n.Pattern, err))
	}
	var text strings.Builder
	write(&text, parsed.Simplify(), r)
	return text.String()
}

// admits says whether the schema admits a text.
func (n *node) admits(text string) bool {
	return n.Pattern == "" || regexp.MustCompile(n.Pattern).MatchString(text)
}

// write writes a text that matches an expression.
func write(text *strings.Builder, e *syntax.Regexp, r *rand.Rand) {
	const longest = 6 // where there is no bound
	switch e.Op {     //nolint:exhaustive // what matches a place, no text, writes none
	case syntax.OpLiteral:
		text.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		var printable []rune // of what YAML writes as it is
		for at := 0; at < len(e.Rune); at += 2 {
			for c := max(e.Rune[at], '!'); c <= min(e.Rune[at+1], 'z'); c++ {
				printable = append(printable, c)
			}
		}
		text.WriteRune(printable[r.IntN(len(printable))])
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		text.WriteByte('x')
	case syntax.OpCapture, syntax.OpConcat:
		for _, part := range e.Sub {
			write(text, part, r)
		}
	case syntax.OpAlternate:
		write(text, e.Sub[r.IntN(len(e.Sub))], r)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		low, high := 0, longest
		switch e.Op { //nolint:exhaustive // OpStar has the bounds of above
		case syntax.OpPlus:
			low = 1
		case syntax.OpQuest:
			high = 1
		case syntax.OpRepeat:
			low, high = e.Min, e.Max
		}
		for range low + r.IntN(high-low+1) {
			write(text, e.Sub[0], r)
		}
	}
}
