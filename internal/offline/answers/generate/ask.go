package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/catalogue"
	"legops/internal/offline/answers"
	"legops/internal/offline/schema"
)

// ask are the questions on each resource: itself, every input changed, taken out, in another order, and every input that it does not have.
func ask(resources []answers.Resource) ([]question, error) {
	table, err := schema.Load()
	if err != nil {
		return nil, err
	}
	others := map[string][]any{} // values of the same input elsewhere
	for _, r := range resources {
		for _, path := range paths(r.Inputs, "") {
			key := r.Type + " " + generic(path)
			if value := get(r.Inputs, path); !slices.ContainsFunc(others[key], func(v any) bool { return reflect.DeepEqual(v, value) }) {
				others[key] = append(others[key], value)
			}
		}
	}
	var all []question
	asked := map[string]bool{}
	for of, r := range resources {
		all = append(all, question{Name: r.Name, Type: r.Type, Old: r.Inputs, New: r.Inputs, of: of})
		put := func(kind, path string, value any) error {
			// The provider takes half a minute for each question on a web ACL, whose schema nests statements without end.
			if r.Type == catalogue.WebACL && !slices.Contains([]string{"name", "scope", "description"}, path) {
				return nil
			}
			key := r.Type + " " + generic(path) + " " + kind
			if isMore(r) {
				key += " of " + r.Name
			}
			if asked[key] {
				return nil
			}
			asked[key] = true
			changed, err := answers.Changed(r.Inputs, path, value)
			if err != nil {
				return fmt.Errorf("%s: %w", r.Name, err)
			}
			if !reflect.DeepEqual(changed, r.Inputs) {
				all = append(all, question{Name: r.Name, Type: r.Type, Old: r.Inputs, New: changed, of: of, path: path, value: value})
			}
			return nil
		}
		for _, path := range paths(r.Inputs, "") {
			if !strings.HasSuffix(path, "]") {
				if err := put("out", path, nil); err != nil {
					return nil, err
				}
			}
			for i, value := range changes(get(r.Inputs, path), others[r.Type+" "+generic(path)]) {
				if err := put(fmt.Sprint(i), path, value); err != nil {
					return nil, err
				}
			}
		}
		for _, name := range slices.Sorted(maps.Keys(table.Resources[r.Type].Inputs)) {
			if _, given := r.Inputs[name]; given {
				continue
			}
			if value := example(table, table.Resources[r.Type].Inputs[name], 0); value != nil {
				if err := put("new", name, value); err != nil {
					return nil, err
				}
			}
			if value := catalogue.Of(r.Type).Provider().Input(name).Default; value != nil {
				if err := put("default", name, value); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}

// changes are other values in the place of one: one that another resource has, another of the kind, another order, one element less.
func changes(value any, others []any) (all []any) {
	for _, other := range others {
		if !reflect.DeepEqual(other, value) && reflect.TypeOf(other) == reflect.TypeOf(value) {
			all = append(all, other)
			break
		}
	}
	switch v := value.(type) {
	case bool:
		all = append(all, !v)
	case float64:
		all = append(all, v+1, v*2)
	case string:
		all = append(all, v+"x")
		var document any
		if strings.HasPrefix(v, "{") && json.Unmarshal([]byte(v), &document) == nil {
			again, _ := json.MarshalIndent(document, "", "  ")
			all = append(all, string(again))
		}
		if strings.HasPrefix(v, "arn:") {
			all = append(all, v[:len(v)-1]+"0")
		}
	case []any:
		if len(v) > 1 {
			turned := slices.Clone(v)
			slices.Reverse(turned)
			all = append(all, turned, v[:len(v)-1])
		}
		if len(v) > 0 {
			all = append(all, []any{}, append(slices.Clone(v), another(v[len(v)-1])))
		}
	}
	return all
}

// another is a value like one, and not the same.
func another(value any) any {
	switch v := value.(type) {
	case bool:
		return !v
	case float64:
		return v + 1
	case string:
		return v + "y"
	case map[string]any:
		changed := map[string]any{}
		for name, inner := range v {
			changed[name] = another(inner)
		}
		return changed
	}
	return value
}

// example is a value of a kind, nil where there is none that makes sense.
func example(table *schema.Schema, property schema.Property, depth int) any {
	switch property.Kind {
	case schema.String:
		return "example"
	case schema.Integer, schema.Number:
		return 1.0
	case schema.Boolean:
		return true
	case schema.Map:
		return map[string]any{"example": "example"}
	case schema.Array:
		if inner := example(table, *property.Elem, depth); inner != nil {
			return []any{inner}
		}
	case schema.Object:
		if depth > 2 {
			return nil
		}
		object := map[string]any{}
		for name, inner := range table.Objects[property.Object] {
			if value := example(table, inner, depth+1); value != nil && (inner.Required || len(table.Objects[property.Object]) < 4) {
				object[name] = value
			}
		}
		return object
	case schema.Asset, schema.Any:
	}
	return nil
}

func get(inputs map[string]any, path string) any {
	steps, err := resource.ParsePropertyPath(path)
	if err != nil {
		return nil
	}
	value, is := steps.Get(resource.NewObjectProperty(resource.NewPropertyMapFromMap(inputs)))
	if !is {
		return nil
	}
	return value.Mappable()
}
