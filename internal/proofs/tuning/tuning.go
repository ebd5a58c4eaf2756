// Package tuning proves that no value of a stack file loses data or stops what serves without being told: it moves every value to others, and
// holds what the review says of each move against what the simulated cloud records of its deployment.
package tuning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/proofs"
)

// Proof is that of safe tuning.
var Proof = proofs.Proof{
	Name: name,
	Claim: "Whatever value of a stack file is changed: it is refused before anything changes, or the review tells of all data at risk and of everything " +
		"that serves and is interrupted, and the change can be taken back unless the review says that it cannot be undone.",
	Run: run,
}

const (
	name = "tuning"
	// together are how many moves of different resources are deployed at once.
	together = 12
	// alike are how many accepted moves of one key in one direction are run in each stack.
	alike = 1
	// pairs are how many random pairs are deployed in each stack.
	pairs = 12
	// apiece is how many batches of moves a process tries: the engine keeps some 100 MB of each.
	apiece = 12
)

// search is the proof on its way through a stack.
type search struct {
	*proofs.Search
	*bench
	schema *node
	random *rand.Rand
	// results are by key and change.
	results *results
}

// portion is a part of the search of a stack: what is to be tried. One with nothing to try finds that out.
type portion struct {
	Stack   string
	Keys    []string  `json:",omitempty"`
	Batches [][]moved `json:",omitempty"`
	Pairs   []*Move   `json:",omitempty"`
}

func run(ctx context.Context, s *proofs.Search) error {
	// Bytes: each operation leaves some MB that nothing can release. As many processes run at once as there are processors.
	const limit = 3 << 30
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(limit))
	all := newResults()
	if s.Sample < 1 { // a sample is of one stack, of which the results say what each change may do
		last, err := Read(s.Root)
		if err != nil {
			return err
		}
		return onStack(ctx, s, last.Searched[s.Seed%uint64(len(last.Searched))].Stack, all, func(t *search) error {
			all, err := t.portions()
			for i := 0; i < len(all) && err == nil; i++ {
				err = t.tries(ctx, all[i])
			}
			return err
		})
	}
	var searched []Searched
	for _, stack := range s.Stacks {
		one, found := s.Alone(), newResults()
		isPart, err := onParts(ctx, one, stack, found)
		if isPart || err != nil {
			return err
		}
		all.mergeAll(found.sorted())
		searched = append(searched, Searched{stack, s.Seed, one.Figures()})
		s.Add(one.Figures(), one.Found())
	}
	return all.write(s.Root, searched, s.Keys)
}

// onParts searches a stack in processes of their own.
func onParts(ctx context.Context, s *proofs.Search, stack string, all *results) (isPart bool, err error) {
	return proofs.Apart(ctx, s, name, []string{portion{Stack: stack, Keys: s.Keys}.text()}, func(s *proofs.Search, part string) ([]*Result, []string, error) {
		var p portion
		if err := json.Unmarshal([]byte(part), &p); err != nil {
			return nil, nil, err
		}
		found, more := newResults(), []string(nil)
		err := onStack(ctx, s, p.Stack, found, func(t *search) error {
			if p.Batches != nil || p.Pairs != nil {
				return t.tries(ctx, p)
			}
			t.Keys = p.Keys
			all, err := t.portions()
			for _, p := range all {
				more = append(more, p.text())
			}
			return err
		})
		return found.sorted(), more, err
	}, all.mergeAll)
}

func (p portion) text() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // its values came as YAML
	}
	return string(text)
}

// onStack deploys a stack and searches there.
func onStack(ctx context.Context, s *proofs.Search, stack string, results *results, do func(*search) error) error {
	schema, err := readSchema(s.Root)
	if err != nil {
		return err
	}
	doc, err := read(s.Root, stack)
	if err != nil {
		return err
	}
	dir, remove, err := tempDir()
	if err != nil {
		return err
	}
	defer remove()
	b, err := newBench(ctx, s.Engine, s.Root, dir, doc)
	if err != nil {
		return err
	}
	if last, err := Read(s.Root); err == nil { // the first whole search has none
		b.known = last.data()
	}
	return do(&search{s, b, schema, s.Random(stack), results})
}

// portions makes all moves of the stack file, and says which are to be tried: the loader accepts them and the program registers something new.
func (t *search) portions() (all []portion, err error) {
	stack := t.doc.stack
	moves, left := generate(t.doc, t.schema, t.random)
	moves = slices.DeleteFunc(moves, func(m *Move) bool { return !isSearched(t.Keys, m.Of) })
	if t.Sample < 1 {
		t.random.Shuffle(len(moves), func(i, j int) { moves[i], moves[j] = moves[j], moves[i] })
		moves = moves[:int(math.Ceil(t.Sample*float64(len(moves))))]
	}
	t.Count("enumerators of long lists, left to another seed", left)
	t.Count("moves of one value", len(moves))
	accepted := t.loaded(moves)
	chosen := t.choose(accepted)
	cases, err := t.distinct(chosen)
	if err != nil {
		return nil, err
	}
	_, _ = fmt.Fprintf(t.Log, "%s: %d moves, %d accepted, %d run, %d to deploy\n", stack, len(moves), len(accepted), len(chosen), len(cases))
	for some := range slices.Chunk(batches(cases), apiece) {
		all = append(all, portion{Stack: stack, Batches: some})
	}
	if len(t.Keys) > 0 { // pairs are of the whole file
		return all, nil
	}
	return append(all, portion{Stack: stack, Pairs: t.pairs(accepted)}), nil
}

// isSearched says whether a key is among those to be searched: all if none are named.
func isSearched(keys []string, key string) bool { return len(keys) == 0 || isUnder(keys, key) }

// isUnder says whether a key is one of some, or below one.
func isUnder(keys []string, key string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		rest, below := strings.CutPrefix(key, k)
		return below && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// tries tries the moves of a portion.
func (t *search) tries(ctx context.Context, p portion) error {
	for _, batch := range p.Batches {
		if err := t.tried(ctx, batch); err != nil {
			return err
		}
	}
	for _, pair := range p.Pairs {
		t.Count("random pairs", 1)
		outcomes, err := t.try(ctx, []*Move{pair}, nil)
		if err != nil {
			return err
		}
		t.found(pair, outcomes[0])
	}
	return nil
}

// loaded are the moves that the loader accepts, some with what else has to change.
func (t *search) loaded(moves []*Move) (accepted []*Move) {
	for _, m := range moves {
		config := apply(t.doc.config(), m.Edits...)
		err := t.refused(config)
		if err == nil {
			accepted = append(accepted, m)
			continue
		}
		t.Count("refused by the loader", 1)
		for _, text := range malformedRefusal(config, err) {
			t.Find("%s: %s", m, text)
		}
		t.results.refused(m, err)
		if m.Change == renamed || m.Change == removed || m.Change == added {
			if completed := t.complete(m, t.schema, t.random); completed != nil {
				t.Count("accepted with what refers to it", 1)
				accepted = append(accepted, completed)
			} else {
				t.Count("refused, and not completed by what the loader complains of", 1)
			}
		}
	}
	return accepted
}

// choose takes some moves of each key and direction, and leaves the others to another seed: they differ in how far they go, in the element of a
// list or in the enumerator.
func (t *search) choose(accepted []*Move) (chosen []*Move) {
	kinds := map[string][]*Move{}
	var order []string
	for _, m := range accepted {
		kind := m.Of + " " + m.Change
		if kinds[kind] == nil {
			order = append(order, kind)
		}
		kinds[kind] = append(kinds[kind], m)
	}
	for _, kind := range order {
		of := kinds[kind]
		t.random.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		if len(of) > alike {
			t.Count("accepted, and left to another seed: of a key and direction of which others were run", len(of)-alike)
			of = of[:alike]
		}
		chosen = append(chosen, of...)
	}
	return chosen
}

// moved is a move and what it does to what the program registers.
type moved struct {
	*Move
	Effect effect
}

// distinct runs the program for each move, and leaves out those that change nothing, or the same of the same types as another of the key.
func (t *search) distinct(chosen []*Move) (cases []moved, err error) {
	seen := map[string]bool{}
	for _, m := range chosen {
		values, err := t.values(apply(t.doc.config(), m.Edits...))
		if err != nil {
			return nil, err
		}
		after, err := register(t.run, t.doc.stack, values, t.deployed)
		if err != nil { // the look-ups refuse it, which only a preview tells as a person sees it
			cases = append(cases, moved{m, effect{resource.URN("urn:pulumi:" + t.doc.stack + "::legops::" + m.Key): nil}})
			continue
		}
		e := effectOf(t.registered, after)
		if len(e) == 0 {
			t.Count("change nothing", 1)
			t.results.nothing(m)
			continue
		}
		if kind := m.Of + "\n" + m.Change + "\n" + e.signature(); !seen[kind] {
			seen[kind] = true
			cases = append(cases, moved{m, e})
			continue
		}
		t.Count("like another move of the same key: the same properties of the same types, in the same direction", 1)
	}
	return cases, nil
}

// batches are moves of different resources and different parts of the file, to be tried together.
func batches(cases []moved) (all [][]moved) {
	for len(cases) > 0 {
		var batch, rest []moved
		for _, c := range cases {
			if len(batch) < together && !slices.ContainsFunc(batch, func(o moved) bool { return touch(c, o) }) {
				batch = append(batch, c)
				continue
			}
			rest = append(rest, c)
		}
		all, cases = append(all, batch), rest
	}
	return all
}

// touch says whether two moves change the same part of the file, or the same resource.
func touch(a, b moved) bool {
	for _, x := range a.Edits {
		for _, y := range b.Edits {
			one, other := x.reach(), y.reach()
			if n := min(len(one), len(other)); slices.Equal(one[:n], other[:n]) {
				return true
			}
		}
	}
	for urn := range a.Effect {
		if _, both := b.Effect[urn]; both {
			return true
		}
	}
	return false
}

// reach is the part of the file that an edit changes: the whole list where an element goes, since those behind it move up.
func (e edit) reach() []string {
	last := len(e.path) - 1
	if _, err := strconv.Atoi(e.path[last]); err == nil && e.value == any(absent{}) {
		return e.path[:last]
	}
	return e.path
}

// tried tries moves together, and apart where that does not tell of each.
func (t *search) tried(ctx context.Context, batch []moved) error {
	parts, err := t.once(ctx, batch)
	for _, part := range parts {
		if err == nil {
			err = t.tried(ctx, part)
		}
	}
	return err
}

// once tries moves together. Where that does not tell of each, it returns the parts to be tried apart.
func (t *search) once(ctx context.Context, batch []moved) (parts [][]moved, err error) {
	var moves []*Move
	var effects []effect
	for _, m := range batch {
		moves, effects = append(moves, m.Move), append(effects, m.Effect)
	}
	outcomes, err := t.try(ctx, moves, effects)
	var split apart
	if errors.As(err, &split) && len(batch) > 1 {
		return split.of(batch), nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", moves[0], err)
	}
	t.Count("previews of one or several of them", 1)
	for i, o := range outcomes {
		t.tell(moves[i], o)
	}
	return nil, nil
}

// of are the parts of a batch: each that is to be tried apart by itself, and the others together; halves where it is not known which.
func (a apart) of(batch []moved) (parts [][]moved) {
	if len(a) == 0 {
		return [][]moved{batch[:len(batch)/2], batch[len(batch)/2:]}
	}
	var rest []moved
	for i, m := range batch {
		if slices.Contains(a, i) {
			parts = append(parts, []moved{m})
		} else {
			rest = append(rest, m)
		}
	}
	if len(rest) > 0 {
		parts = append(parts, rest)
	}
	return parts
}

// tell counts an outcome and tells what it found.
func (t *search) tell(m *Move, o outcome) {
	switch {
	case o.refusal != "":
		t.Count(o.refusal, 1)
	case len(o.changes) == 0:
		t.Count("change nothing", 1)
	default:
		t.Count("deployed and taken back", 1)
	}
	t.found(m, o)
	t.results.tried(m, o)
}

// found tells what a move found, but for what is known and open.
func (t *search) found(m *Move, o outcome) {
	for _, text := range o.found {
		if isOpen(m, text) {
			t.Count("known and open, as docs/tuning.md says", 1)
			continue
		}
		t.Find("%s: %s", m, text)
		_, _ = fmt.Fprintf(t.Log, "found: %s: %s\n", m, text)
	}
}

// pairs are random pairs of moves of different keys.
func (t *search) pairs(accepted []*Move) (all []*Move) {
	most := int(math.Ceil(pairs * t.Sample))
	for len(all) < most {
		a, b := accepted[t.random.IntN(len(accepted))], accepted[t.random.IntN(len(accepted))]
		if !touch(moved{Move: a}, moved{Move: b}) {
			all = append(all, join(a, b))
		}
	}
	return all
}
