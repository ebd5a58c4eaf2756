package model

import (
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Path leads to values within a resource. Its text is Pulumi's own syntax for property paths: scalingConfig.minSize,
// rules[0].id, tags["a.b"], and rules[*].id for each element of a list.
type Path = resource.PropertyPath

// each is what a path has for every element of a list.
const each = "*"

// paths are those that were parsed, by their text: the program has a few hundred.
var paths sync.Map

// ParsePath reads a path. It panics at a text that is none: all are literals in Go.
func ParsePath(text string) Path {
	if known, is := paths.Load(text); is {
		return known.(Path)
	}
	path, err := resource.ParsePropertyPathStrict(text)
	if err != nil {
		panic("the property path " + text + ": " + err.Error())
	}
	paths.Store(text, path)
	return path
}

// PathOf reads a path that a provider names. A text that is none is the name of a property.
func PathOf(text string) Path {
	path, err := resource.ParsePropertyPath(text)
	if err != nil {
		return Path{text}
	}
	return path
}

// Get is what a path leads to; nil where it leads nowhere. Of several elements it is the first that is there.
func Get(from any, path string) any {
	if path == "" {
		return from
	}
	return GetPath(from, ParsePath(path))
}

// GetPath is Get with a path that was parsed.
func GetPath(from any, path Path) any {
	for _, value := range all(nil, from, path) {
		if value != nil {
			return value
		}
	}
	return nil
}

// All are the values that a path leads to, one for every element that it passes: nil where it leads nowhere or a list is
// empty, Unknown where something on the way is not known.
func All(from any, path string) []any {
	if path == "" {
		return []any{from}
	}
	return all(nil, from, ParsePath(path))
}

func all(found []any, from any, path Path) []any {
	if len(path) == 0 || from == any(Unknown) {
		return append(found, from)
	}
	var next any
	switch key := path[0].(type) {
	case int:
		if list, is := from.([]any); is && key >= 0 && key < len(list) {
			next = list[key]
		}
	case string:
		switch from := from.(type) {
		case []any:
			if key == each && len(from) > 0 {
				for _, element := range from {
					found = all(found, element, path[1:])
				}
				return found
			}
		case Values:
			next = from[key]
		case map[string]any:
			next = from[key]
		}
	}
	return all(found, next, path[1:])
}

// Walk visits every value that is no list and no map, with the path that leads to it. The path is of the visit: a caller that
// keeps it clones it.
func Walk(from any, visit func(path Path, value any)) { walk(nil, from, visit) }

func walk(path Path, from any, visit func(path Path, value any)) {
	switch from := from.(type) {
	case []any:
		for i, element := range from {
			walk(append(path, i), element, visit)
		}
	case Values:
		walk(path, map[string]any(from), visit)
	case map[string]any:
		for key, inner := range from {
			walk(append(path, key), inner, visit)
		}
	default:
		visit(path, from)
	}
}
