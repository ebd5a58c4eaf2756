package stacks

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// limit is a keyword of a schema that bounds a value: of a number, of how many elements a list has, of how many characters a text has.
type limit struct {
	keyword string
	at      int
	// path leads to a value that it bounds: the first of a list, that of portal where any key may be.
	path []string
}

// beyond is a value just beyond the limit, one just within it, and what Load says of the first. A list has its first element again and again.
func (l limit) beyond(now any) (refused, accepted any, rule string) {
	list := func(length int) any {
		first := any("x")
		if list, _ := now.([]any); len(list) > 0 {
			first = list[0]
		}
		return slices.Repeat([]any{first}, length)
	}
	text := func(length int) any { return strings.Repeat("x", length) }
	switch l.keyword {
	case "minimum":
		return l.at - 1, l.at, fmt.Sprintf("below the minimum of %d", l.at)
	case "maximum":
		return l.at + 1, l.at, fmt.Sprintf("above the maximum of %d", l.at)
	case "minItems":
		return list(l.at - 1), list(l.at), fmt.Sprintf("has %d elements, must have at least %d", l.at-1, l.at)
	case "maxItems":
		return list(l.at + 1), list(l.at), fmt.Sprintf("has %d elements, must have at most %d", l.at+1, l.at)
	case "minLength":
		return text(l.at - 1), text(l.at), fmt.Sprintf("shorter than %d characters", l.at)
	default:
		return text(l.at + 1), text(l.at), fmt.Sprintf("longer than %d characters", l.at)
	}
}

// limits are those of a part of the stack file's schema and of what it refers to, each with its place in the text.
func limits(root, part map[string]any, place string, path []string, visit func(place string, l limit)) {
	inner := func(part any, place string, path ...string) {
		if node, is := part.(map[string]any); is {
			limits(root, node, place, path, visit)
		}
	}
	for keyword, value := range part {
		switch keyword {
		case "$ref":
			name := strings.TrimPrefix(value.(string), "#/$defs/")
			inner(root["$defs"].(map[string]any)[name], "/$defs/"+name, path...)
		case "properties":
			for name, property := range value.(map[string]any) {
				inner(property, place+"/properties/"+name, append(slices.Clone(path), name)...)
			}
		case "items":
			inner(value, place+"/items", append(slices.Clone(path), "0")...)
		case "additionalProperties":
			inner(value, place+"/additionalProperties", append(slices.Clone(path), "portal")...)
		case "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength":
			visit(place+"/"+keyword, limit{keyword, int(value.(float64)), path})
		}
	}
}

// limitsOf are the places of all limits in a schema, wherever they are.
func limitsOf(part any, place string) (places []string) {
	switch part := part.(type) {
	case map[string]any:
		for key, value := range part {
			_, number := value.(float64)
			if number && (strings.HasPrefix(key, "min") || strings.HasPrefix(key, "max") || strings.HasPrefix(key, "exclusive") || key == "multipleOf") {
				places = append(places, place+"/"+key)
			}
			places = append(places, limitsOf(value, place+"/"+key)...)
		}
	case []any:
		for i := range part {
			places = append(places, limitsOf(part[i], fmt.Sprintf("%s/%d", place, i))...)
		}
	}
	return places
}

// put replaces the value at a path, and makes what is missing on the way there.
func put(in any, path []string, value any) any {
	if len(path) == 0 {
		return value
	}
	if i, err := strconv.Atoi(path[0]); err == nil {
		list, _ := in.([]any)
		for len(list) <= i {
			list = append(list, nil)
		}
		list[i] = put(list[i], path[1:], value)
		return list
	}
	members, _ := in.(map[string]any)
	if members == nil {
		members = map[string]any{}
	}
	members[path[0]] = put(members[path[0]], path[1:], value)
	return members
}

// Load refuses the value just beyond each limit of the two schemas, by its key, and not the one within it for that. What the limits are, no
// test says again: the schema of a changed one shows in its difference.
func TestLimitsAreKept(t *testing.T) {
	text, err := os.ReadFile("project.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root, project map[string]any
	for text, into := range map[string]*map[string]any{schemaText: &root, string(text): &project} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatal(err)
		}
	}
	base := stackValues(t, "prod")
	// says returns whether Load says of a value at a path that it breaks a rule.
	says := func(path []string, value any, rule string) (bool, []string) {
		values, section := maps.Clone(base), any(nil)
		_ = json.Unmarshal([]byte(values[path[0]]), &section) // there is none of what the stack file lacks
		edited, err := json.Marshal(put(section, path[1:], value))
		if err != nil {
			t.Fatal(err)
		}
		values[path[0]] = string(edited)
		said := lines(t, values)
		want := fmt.Sprintf("%s: %s: %s: ", showPath(path), show(value), rule)
		return slices.ContainsFunc(said, func(line string) bool { return strings.HasPrefix(line, want) }), said
	}

	reached := map[string]bool{}
	limits(root, root["properties"].(map[string]any)["config"].(map[string]any), "/properties/config", nil, func(place string, l limit) {
		reached[place] = true
		var now any
		_ = json.Unmarshal([]byte(base[l.path[0]]), &now)
		refused, accepted, rule := l.beyond(lookup(now, l.path[1:]))
		if is, said := says(l.path, refused, rule); !is {
			t.Errorf("%s: %s %s: not refused since it is %s, only:\n%s", place, showPath(l.path), show(refused), rule, strings.Join(said, "\n"))
		}
		if is, _ := says(l.path, accepted, rule); is {
			t.Errorf("%s: %s %s: refused, though it is within the limit", place, showPath(l.path), show(accepted))
		}
	})
	for _, place := range append(limitsOf(root, ""), limitsOf(project, "project.schema.json")...) {
		if !reached[place] {
			t.Errorf("%s: no stack file reaches this limit, or this test does not know it", place)
		}
	}
}
