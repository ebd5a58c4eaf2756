package tuning

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"strconv"
)

// Move is one change of a stack file: a value is moved to another, a key or element comes or goes.
type Move struct {
	// Stack is the stack file, Key what is moved in it, such as legops:queues[0].name, and Of that key without the places of elements.
	Stack, Key, Of string
	// Kind is how it is moved, such as maximum, Change what that is to a reader of the key, such as up.
	Kind, Change string
	// From and To are the values as text.
	From, To string

	Edits []edit
	// Parts are the moves that this one joins.
	Parts []*Move `json:",omitempty"`
}

// mayLose says whether something happens to data by a move, or one that it joins, that is known to.
func (m *Move) mayLose(known map[string][]string, what string) bool {
	return slices.Contains(known[m.Of+" "+m.Change], what) ||
		slices.ContainsFunc(m.Parts, func(part *Move) bool { return part.mayLose(known, what) })
}

// join is several moves as one.
func join(moves ...*Move) *Move {
	m := *moves[0]
	m.Parts = moves
	for _, other := range moves[1:] {
		m.Key, m.Of, m.Kind = m.Key+", "+other.Key, m.Of+", "+other.Of, m.Kind+", "+other.Kind
		m.From, m.To, m.Edits = m.From+", "+other.From, m.To+", "+other.To, slices.Concat(m.Edits, other.Edits)
	}
	return &m
}

// String says where, what and to what.
func (m *Move) String() string {
	return fmt.Sprintf("%s: %s: %s: %s → %s", m.Stack, m.Key, m.Kind, m.From, m.To)
}

// What a move is to who reads the key.
const (
	up, down       = "up", "down"
	on, off        = "on", "off"
	other          = "another value"
	added, removed = "added", "removed"
	ordered        = "another order"
	renamed        = "another name"
	invalid        = "a value that the schema refuses"
)

// generator makes the moves of one stack file.
type generator struct {
	doc    *document
	schema *node
	random *rand.Rand
	moves  []*Move
	// seen are the values of each key anywhere in the file.
	seen map[string][]any
	// left are how many enumerators are left to another seed.
	left int
}

// generate makes every move of a stack file, in the order of its keys, and counts the enumerators that it leaves to another seed.
func generate(doc *document, schema *node, random *rand.Rand) (moves []*Move, left int) {
	g := &generator{doc: doc, schema: schema, random: random, seen: map[string][]any{}}
	g.collect(nil, doc.config())
	g.value(nil, doc.config(), schema)
	return g.moves, g.left
}

func (g *generator) collect(path []string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			g.collect(inside(path, key), inner)
		}
	case []any:
		for i, inner := range v {
			g.collect(inside(path, strconv.Itoa(i)), inner)
		}
	}
	key := generic(path)
	if !slices.ContainsFunc(g.seen[key], func(seen any) bool { return reflect.DeepEqual(seen, value) }) {
		g.seen[key] = append(g.seen[key], value)
	}
}

func inside(path []string, step string) []string { return append(slices.Clone(path), step) }

// to adds the move of a path to a value, and returns it unless it is known.
func (g *generator) to(path []string, kind, change string, value any) *Move {
	was := get(g.doc.config(), path)
	if reflect.DeepEqual(was, value) {
		return nil
	}
	for _, m := range g.moves {
		if len(m.Edits) == 1 && slices.Equal(m.Edits[0].path, path) && reflect.DeepEqual(m.Edits[0].value, value) {
			return nil
		}
	}
	m := &Move{g.doc.stack, keyOf(path), g.schema.key(path), kind, change, show(was), show(value), []edit{{path, value}}, nil}
	g.moves = append(g.moves, m)
	return m
}

// value makes the moves of a value and of all in it.
func (g *generator) value(path []string, value any, n *node) {
	if len(path) > 0 {
		g.to(path, "removed", removed, absent{})
	}
	switch v := value.(type) {
	case map[string]any:
		g.mapping(path, v, n)
	case []any:
		g.list(path, v, n)
	case bool:
		g.to(path, "flipped", map[bool]string{true: off, false: on}[v], !v)
	case int:
		g.number(path, v, n)
	case string:
		g.text(path, v, n)
	}
}

func (g *generator) mapping(path []string, value map[string]any, n *node) {
	for _, key := range slices.Sorted(maps.Keys(value)) {
		if inner := n.at([]string{key}); inner != nil {
			g.value(inside(path, key), value[key], inner)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		if _, has := value[key]; !has {
			g.absent(inside(path, key), n.Properties[key])
		}
	}
	if n.values == nil {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(value)) {
		other := maps.Clone(value)
		delete(other, key)
		other[key+"_X"] = value[key]
		g.to(path, "key "+key+" renamed", renamed, other)
	}
	more := maps.Clone(value)
	more["ADDED"] = n.values.least(g.random)
	g.to(path, "key added", added, more)
}

// absent makes the moves of what is not there: it comes, with what the schema admits or with what it has elsewhere in the file; of a mapping,
// and of a list of mappings, also with each of its keys as that may be.
func (g *generator) absent(path []string, n *node) {
	for _, c := range g.candidates(path, n) {
		g.to(path, c.kind, c.change, c.value)
	}
	g.members(path, path, n, func(mapping any) any { return mapping })
	if n.Items != nil && n.Items.Type == "string" { // its elements have a key of their own
		first, element := inside(path, "0"), n.Items.example(g.random)
		if m := g.to(path, "with one", added, []any{element}); m != nil {
			m.Key, m.Of, m.To = keyOf(first), g.schema.key(first), show(element)
		}
	}
	const name = "added"
	for _, in := range []struct {
		of    *node
		at    string
		whole func(element any) any
	}{
		{n.Items, "0", func(element any) any { return []any{element} }},
		{n.values, name, func(element any) any { return map[string]any{name: element} }},
	} {
		if in.of == nil || len(in.of.Properties) == 0 {
			continue
		}
		first, element := inside(path, in.at), in.of.least(g.random)
		if m := g.to(path, "with one", added, in.whole(element)); m != nil {
			m.Key, m.Of, m.To = keyOf(first), g.schema.key(first), show(element)
		}
		g.members(path, first, in.of, in.whole)
	}
}

// members makes the moves of a mapping that comes with each of its keys as that may be. It is at a place in what comes as a whole.
func (g *generator) members(path, at []string, n *node, whole func(mapping any) any) {
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		least, _ := n.least(g.random).(map[string]any)
		comes := func(kind, change string, value any, as []string, shown any) {
			with := maps.Clone(least)
			with[key] = value
			if m := g.to(path, kind, change, whole(with)); m != nil {
				m.Key, m.Of, m.To = keyOf(as), g.schema.key(as), show(shown)
			}
		}
		for _, c := range g.candidates(inside(at, key), n.Properties[key]) {
			comes(c.kind, c.change, c.value, inside(at, key), c.value)
		}
		if items := n.Properties[key].Items; items != nil && items.Type == "string" { // its elements have a key of their own
			element := items.example(g.random)
			comes("with one", added, []any{element}, inside(inside(at, key), "0"), element)
		}
	}
}

// candidate is a value for what is not there.
type candidate struct {
	kind, change string
	value        any
}

func (g *generator) candidates(path []string, n *node) (all []candidate) {
	for _, seen := range g.seen[generic(path)] {
		all = append(all, candidate{"as elsewhere in the file", added, seen})
	}
	all = append(all, candidate{"least", added, n.least(g.random)}, candidate{"most", added, n.most(g.random)})
	if n.Default != nil {
		for _, value := range []int{*n.Default, *n.Default - 1, *n.Default + 1} {
			all = append(all, candidate{"around the default", added, value})
		}
	}
	for _, value := range outside(n) {
		all = append(all, candidate{"out of bounds", invalid, value})
	}
	return append(all, candidate{"of another type", invalid, otherType(n)})
}

func (g *generator) number(path []string, value int, n *node) {
	change := func(to int) string {
		if to < value {
			return down
		}
		return up
	}
	for _, to := range []int{value - 1, value + 1} {
		g.to(path, "neighbour", change(to), to)
	}
	if n.Minimum != nil {
		g.to(path, "minimum", down, *n.Minimum)
	}
	if n.Maximum != nil {
		g.to(path, "maximum", up, *n.Maximum)
	}
	for _, enumerator := range n.Enum {
		to := int(enumerator.(float64))
		g.to(path, "other enumerator", change(to), to)
	}
	if least, most := n.Minimum, n.Maximum; least != nil && most != nil {
		to := *least + g.random.IntN(*most-*least+1)
		g.to(path, "between", change(to), to)
		g.to(path, "half", down, max(*least, value/2))
		g.to(path, "double", up, min(*most, value*2))
	}
	for _, to := range outside(n) {
		g.to(path, "out of bounds", invalid, to)
	}
	g.to(path, "of another type", invalid, otherType(n))
}

// outside are the nearest values beyond the bounds.
func outside(n *node) (values []any) {
	if n.Minimum != nil {
		values = append(values, *n.Minimum-1)
	}
	if n.Maximum != nil {
		values = append(values, *n.Maximum+1)
	}
	return values
}

// otherType is a value of another type.
func otherType(n *node) any {
	if n.Type == "array" || n.Type == "object" {
		return "text"
	}
	return map[string]any{"key": "value"}
}

// some are the enumerators that are tried: all of a few, and of many the two beside the value, the ends, and some that the seed chooses.
func (g *generator) some(all []any, value any) []any {
	if len(all) <= few {
		return all
	}
	at := slices.Index(all, value)
	chosen := []any{all[0], all[len(all)-1], all[max(at-1, 0)], all[min(at+1, len(all)-1)]}
	for len(chosen) < few {
		chosen = append(chosen, all[g.random.IntN(len(all))])
	}
	g.left += len(all) - few
	return chosen
}

// few are how many enumerators of a value are tried.
const few = 25

var digits = regexp.MustCompile(`[0-9]+`)

func (g *generator) text(path []string, value string, n *node) {
	for _, enumerator := range g.some(slices.Concat(n.Enum, n.Examples), value) {
		g.to(path, "other enumerator", other, enumerator)
	}
	for _, seen := range g.seen[generic(path)] {
		g.to(path, "as elsewhere in the file", other, seen)
	}
	g.to(path, "empty", invalid, "")
	g.to(path, "of another type", invalid, otherType(n))
	if len(n.Enum) > 0 {
		g.to(path, "unknown", invalid, value+"x")
		return
	}
	for _, at := range digits.FindAllStringIndex(value, -1) { // each number in it, up and down by one
		number, err := strconv.Atoi(value[at[0]:at[1]])
		if err != nil {
			continue
		}
		for _, to := range []int{number - 1, number + 1} {
			text := fmt.Sprintf("%s%0*d%s", value[:at[0]], at[1]-at[0], to, value[at[1]:])
			if to >= 0 && n.admits(text) {
				g.to(path, "neighbour", other, text)
			}
		}
	}
	change := other
	if path[len(path)-1] == "name" {
		change = renamed
	}
	for range 2 {
		g.to(path, "of the pattern", change, n.example(g.random))
	}
	if longer := value + "-x"; n.admits(longer) {
		g.to(path, "longer", change, longer)
	}
	if n.Pattern != "" {
		g.to(path, "malformed", invalid, value+" ?")
	}
}

func (g *generator) list(path []string, list []any, n *node) {
	for i, element := range list {
		g.value(inside(path, strconv.Itoa(i)), element, n.Items)
	}
	if len(list) > 1 {
		reversed := slices.Clone(list)
		slices.Reverse(reversed)
		g.to(path, "reversed", ordered, reversed)
		g.to(path, "first two exchanged", ordered, append([]any{list[1], list[0]}, list[2:]...))
	}
	g.to(path, "emptied", removed, []any{})
	more := func(element any) []any { return append(slices.Clone(list), element) }
	if len(list) > 0 {
		g.to(path, "last one twice", added, more(list[len(list)-1]))
	}
	for _, enumerator := range g.some(n.Items.Enum, nil) {
		if !slices.Contains(list, enumerator) {
			g.to(path, "one added", added, more(enumerator))
		}
	}
	if len(n.Items.Enum) == 0 {
		g.to(path, "one added", added, more(n.Items.least(g.random)))
		g.to(path, "one added with all", added, more(n.Items.most(g.random)))
	}
	if n.MaxItems != nil && n.Items.Type == "string" && len(n.Items.Enum) == 0 {
		full := slices.Clone(list)
		for len(full) <= *n.MaxItems {
			full = append(full, n.Items.example(g.random))
		}
		g.to(path, "one too many", invalid, full)
	}
	g.to(path, "of another type", invalid, otherType(n))
}
