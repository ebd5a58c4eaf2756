package stacks

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

//go:embed stack.schema.json
var schemaText string

// node is the part of a JSON Schema from which problems suggest a fix.
type node struct {
	Ref                  string           `json:"$ref"`
	Definitions          map[string]*node `json:"$defs"`
	Type                 string           `json:"type"`
	Title                string           `json:"title"`
	Properties           map[string]*node `json:"properties"`
	Required             []string         `json:"required"`
	AdditionalProperties subschema        `json:"additionalProperties"`
	Default              *int             `json:"default"`
	Items                *node            `json:"items"`
	Enum                 []any            `json:"enum"`
	Minimum              *int             `json:"minimum"`
	Maximum              *int             `json:"maximum"`
	MinItems             *int             `json:"minItems"`
	MaxItems             *int             `json:"maxItems"`
	PatternErrorMessage  string           `json:"patternErrorMessage"`
}

// subschema is a schema, or nil where JSON Schema has true or false.
type subschema struct{ *node }

func (s *subschema) UnmarshalJSON(text []byte) error {
	if text[0] != '{' {
		return nil
	}
	s.node = new(node)
	return json.Unmarshal(text, s.node)
}

// stackSchema is the schema in two forms: compiled to check a document, and as nodes to explain a violation.
type stackSchema struct {
	compiled    *jsonschema.Schema
	config      *node
	definitions map[string]*node
}

// schema is compiled once. Its text is part of the program, so a failure to compile is a programming error that
// any test finds.
var schema = sync.OnceValue(func() *stackSchema {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(schemaText))
	if err != nil {
		panic(fmt.Sprintf("stack.schema.json: %v", err))
	}
	const name = "stack.schema.json"
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(name, document); err != nil {
		panic(fmt.Sprintf("stack.schema.json: %v", err))
	}
	var root node
	if err := json.Unmarshal([]byte(schemaText), &root); err != nil {
		panic(fmt.Sprintf("stack.schema.json: %v", err))
	}
	return &stackSchema{
		compiled:    compiler.MustCompile(name + "#/properties/config"),
		config:      root.Properties["config"],
		definitions: root.Definitions,
	}
})

// nodeAt returns the node that describes the value at the path, or an empty one.
func (s *stackSchema) nodeAt(path []string) *node {
	current := s.config
	for _, step := range path {
		current = s.resolve(current)
		switch {
		case current.Properties[step] != nil:
			current = current.Properties[step]
		case current.AdditionalProperties.node != nil:
			current = current.AdditionalProperties.node
		case current.Items != nil:
			current = current.Items
		default:
			return &node{}
		}
	}
	return s.resolve(current)
}

func (s *stackSchema) resolve(n *node) *node {
	if name, ok := strings.CutPrefix(n.Ref, "#/$defs/"); ok && s.definitions[name] != nil {
		return s.definitions[name]
	}
	return n
}

// defaults returns the default values of a definition's optional properties.
func (s *stackSchema) defaults(definition string) map[string]any {
	values := map[string]any{}
	for name, property := range s.definitions[definition].Properties {
		if property.Default != nil {
			values[name] = *property.Default
		}
	}
	return values
}

// known returns the keys that an object may have.
func (n *node) known() []string {
	return slices.Sorted(maps.Keys(n.Properties))
}

func texts(values []any) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = fmt.Sprint(value)
	}
	return all
}

// shownChoices is the largest number of names that a line lists; of more, it suggests the nearest. Numbers have no limit.
const shownChoices = 8

// expectation describes the allowed values, as the object of "write" or "add".
func (n *node) expectation() string {
	switch {
	case len(n.Enum) > shownChoices && n.Type != "integer":
		return article(n.what()) + " that AWS has"
	case len(n.Enum) > 0:
		return "one of " + strings.Join(texts(n.Enum), ", ")
	case n.PatternErrorMessage != "":
		return n.PatternErrorMessage
	}
	switch n.Type {
	case "integer":
		return "a whole number" + between(n.Minimum, n.Maximum)
	case "boolean":
		return "true or false"
	case "array":
		return "a list" + between(n.MinItems, n.MaxItems)
	case "object":
		if len(n.Required) > 0 {
			return "a mapping with " + strings.Join(n.Required, ", ")
		}
		return "a mapping"
	default:
		return "text"
	}
}

// what names the value by its title.
func (n *node) what() string {
	if n.Title == "" {
		return "value"
	}
	return n.Title
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

func between(low, high *int) string {
	switch {
	case low != nil && high != nil && *low == *high:
		return fmt.Sprintf(" of exactly %d", *low)
	case low != nil && high != nil:
		return fmt.Sprintf(" of %d to %d", *low, *high)
	case low != nil:
		return fmt.Sprintf(" of at least %d", *low)
	case high != nil:
		return fmt.Sprintf(" of at most %d", *high)
	default:
		return ""
	}
}

// typeOf names the JSON type of a value as the author of a YAML file would.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "empty"
	case bool:
		return "true or false"
	case float64:
		if v == math.Trunc(v) {
			return "a whole number"
		}
		return "a number"
	case string:
		return "text"
	case []any:
		return "a list"
	default:
		return "a mapping"
	}
}

// typeNames are those names by the schema's type.
var typeNames = map[string]string{
	"integer": "a whole number",
	"boolean": "true or false",
	"string":  "text",
	"array":   "a list",
	"object":  "a mapping",
}

// lookup returns the value at the path, or nil.
func lookup(value any, path []string) any {
	for _, step := range path {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}
