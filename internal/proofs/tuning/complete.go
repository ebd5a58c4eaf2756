package tuning

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"

	"legops/stacks"
)

// complete is a move with what else has to change so that the loader takes it, as a person would go about it: references to what was renamed
// or removed follow it, what was added twice gets a name of its own, and a name that was added is added to the list that it refers to. It is nil
// where that does not help.
func (b *bench) complete(m *Move, schema *node, random *rand.Rand) *Move {
	const rounds = 5
	edits := slices.Clone(m.Edits)
	first := m.Edits[0]
	was := get(b.doc.config(), first.path)
	name, _ := was.(string)
	if element, is := was.(map[string]any); is {
		name, _ = element["name"].(string)
	}
	for range rounds {
		config := apply(b.doc.config(), edits...)
		var problems stacks.Problems
		err := b.refused(config)
		if err == nil && len(edits) > len(m.Edits) {
			completed := *m
			completed.Edits = edits
			return &completed
		}
		if !errors.As(err, &problems) {
			return nil
		}
		changed := false
		for _, p := range slices.Backward(problems) { // of a list the last first, so that places stay
			path := pathOf(p.Key)
			there := get(config, path)
			at, _ := there.(string)
			list := listOfNames(p.Fix, schema)
			switch {
			case strings.HasPrefix(p.Rule, "no such ") && path[len(path)-1] == name && (m.Change == renamed || m.Change == removed): // the key is the name
				edits = append(edits, edit{path, absent{}})
				if to, is := first.value.(string); is {
					edits = append(edits, edit{inside(path[:len(path)-1], to), there})
				}
			case strings.HasPrefix(p.Rule, "no such ") && at != "" && at == name && m.Change == renamed:
				edits = append(edits, edit{path, first.value})
			case strings.HasPrefix(p.Rule, "no such ") && at != "" && at == name && m.Change == removed:
				if path[len(path)-1] == "name" { // of an element
					path = path[:len(path)-1]
				}
				edits = append(edits, edit{path, absent{}})
			case strings.HasPrefix(p.Rule, "no such ") && at != "" && m.Change == added && list != nil:
				names, _ := get(config, list).([]any)
				edits = append(edits, edit{list, append(slices.Clone(names), at)})
			case strings.HasPrefix(p.Rule, "is also ") && m.Change == added:
				edits = append(edits, edit{path, schema.at(path).example(random)})
			default:
				continue
			}
			changed = true
		}
		if !changed {
			return nil
		}
	}
	return nil
}

// listOfNames is the path of the list to which a person adds a name by a fix of the loader; nil where the fix is another, or where the elements
// of the list are more than names.
func listOfNames(fix string, schema *node) []string {
	list, adds := strings.CutPrefix(fix, "add it to ")
	if !adds {
		return nil
	}
	path := pathOf(list)
	if n := schema.at(path); n == nil || n.Items == nil || n.Items.Type != "string" {
		return nil
	}
	return path
}
