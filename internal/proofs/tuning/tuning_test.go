package tuning

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/proofs"
	"legops/internal/proofs/prooftest"
	"legops/stacks"
)

// A sample of the last whole search is made again, of one stack: each change still does what docs/tuning.md says, and breaks nothing.
func TestSample(t *testing.T) {
	last, err := Read(prooftest.Root)
	require.NoError(t, err)
	s := prooftest.Search(t, 0.01)
	random := s.Random("sample")
	random.Shuffle(len(last.Results), func(i, j int) { last.Results[i], last.Results[j] = last.Results[j], last.Results[i] })
	stack := last.Results[0].Example.Stack
	doc, err := read(prooftest.Root, stack)
	require.NoError(t, err)
	b, err := newBench(t.Context(), s.Engine, prooftest.Root, t.TempDir(), doc)
	require.NoError(t, err)
	b.known = last.data()
	again := &search{s, b, nil, random, newResults()}
	const most = 5
	var moves []*Move
	does := map[string][]string{}
	for _, r := range last.Results {
		does[r.Key+" "+r.Change] = append(does[r.Key+" "+r.Change], r.What)
		if r.Example.Stack == stack && r.What != Refused && r.What != Fails && len(moves) < most {
			m := r.Example.move()
			m.Of, m.Change = r.Key, r.Change
			moves = append(moves, m)
		}
	}
	cases, err := again.distinct(moves)
	require.NoError(t, err)
	// The first batch alone and, where that has to be tried apart, one of it: each attempt takes three previews' time.
	if all := batches(cases); len(all) > 0 {
		parts, err := again.once(t.Context(), all[0])
		require.NoError(t, err)
		if len(parts) > 0 {
			_, err = again.once(t.Context(), parts[0][:1])
			require.NoError(t, err)
		}
	}
	prooftest.Report(t, s)
	require.NotEmpty(t, again.results.byKind)
	for _, r := range again.results.byKind {
		assert.Contains(t, does[r.Key+" "+r.Change], r.What, "%s %s (%s): docs/tuning.md says otherwise: make prove writes it anew", r.Key, r.Change, stack)
	}
}

// The results of the last whole search are of the schema as it is: every key is there, and what was refused still is.
func TestResultsAreOfThisSchema(t *testing.T) {
	last, err := Read(prooftest.Root)
	require.NoError(t, err)
	keys, err := Keys(prooftest.Root)
	require.NoError(t, err)
	tried := map[string]bool{}
	for _, r := range last.Results {
		tried[r.Key] = true
		assert.Contains(t, keys, r.Key, "is no key any more: run make prove")
	}
	for _, key := range keys {
		assert.True(t, tried[key], "%s was not tried in the last search: run make prove ONLY=tuning KEYS=%s", key, key)
	}
	loads := func(e Example) error {
		doc, err := read(prooftest.Root, e.Stack)
		require.NoError(t, err)
		dir := t.TempDir()
		require.NoError(t, doc.with(apply(doc.config(), e.Edits...)).write(dir))
		values, err := stacks.ReadFile(filepath.Join(dir, fileOf(e.Stack)))
		if err == nil {
			_, err = stacks.Load(stacks.Project, values)
		}
		return err
	}
	for _, r := range last.Results {
		err := loads(r.Example)
		if refused := r.What == Refused && !strings.HasPrefix(r.Note, byLook); refused != (err != nil) {
			t.Errorf("%s %s: was %q in the last whole search, and now the loader says %v: run make prove ONLY=tuning KEYS=%s", r.Key, r.Change, r.What, err, r.Key)
		}
	}
}

// What is found of stacks goes together where it is the same of a key.
func TestResultsOfStacksAreMerged(t *testing.T) {
	all := newResults()
	for stack, what := range map[string]string{"dev": InPlace, "test": InPlace, "prod": Refused} {
		one := newResults()
		one.add(&Move{Stack: stack, Of: "legops:owner", Change: other}, Result{What: what, Data: []string{"goes in " + stack}, Final: stack == "test"})
		all.mergeAll(one.sorted())
	}
	require.Len(t, all.sorted(), 3)
	alike := sameOf(all.sorted())
	require.Len(t, alike, 2)
	assert.Equal(t, []string{"dev", "test"}, alike[0].stacks)
	assert.Equal(t, []string{"prod"}, alike[1].stacks)

	// A search of one stack takes the place of the last one of that stack.
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(file)), 0o700))
	require.NoError(t, all.write(root, []Searched{{Stack: "prod", Seed: 1}, {Stack: "dev", Seed: 1}}, nil))
	again := newResults()
	again.add(&Move{Stack: "dev", Of: "legops:owner", Change: other}, Result{What: Restart})
	again.add(&Move{Stack: "dev", Of: "legops:owner", Change: other}, Result{What: Restart, Data: []string{"goes"}})
	require.NoError(t, again.write(root, []Searched{{Stack: "dev", Seed: 2}}, nil))
	last, err := Read(root)
	require.NoError(t, err)
	assert.Equal(t, []Searched{{Stack: "dev", Seed: 2}, {Stack: "prod", Seed: 1}}, last.Searched)
	var does []string
	for _, r := range last.Results {
		does = append(does, fmt.Sprint(r.Example.Stack, " ", r.What, " ", r.Moves, r.Data))
	}
	require.NoError(t, newResults().write(root, []Searched{{Stack: "prod", Seed: 3}}, []string{"legops:own", "legops:domain"}))
	same, err := Read(root)
	require.NoError(t, err)
	assert.Equal(t, last, same, "other keys, and what was searched wholly, stay")
	require.NoError(t, newResults().write(root, []Searched{{Stack: "prod", Seed: 3}}, []string{"legops:owner"}))
	less, err := Read(root)
	require.NoError(t, err)
	assert.Len(t, less.Results, 2)
	assert.Equal(t, last.Searched, less.Searched)
	assert.Equal(t, []string{"dev restart 2 [goes]", "test in place 1 [goes in test]", "prod refused 1 [goes in prod]"}, does)
}

// Another process tries the very moves of a portion.
func TestPortionsAreWritten(t *testing.T) {
	schema, err := readSchema(prooftest.Root)
	require.NoError(t, err)
	doc, err := read(prooftest.Root, "prod")
	require.NoError(t, err)
	moves, _ := generate(doc, schema, rand.New(rand.NewPCG(1, 2)))
	p := portion{Stack: "prod", Pairs: append(moves, join(moves[0], moves[1])), Batches: [][]moved{{{moves[0], effect{"urn:a": {"comes"}, "urn:b": nil}}}, {{Move: moves[1]}}}}
	var again portion
	require.NoError(t, json.Unmarshal([]byte(p.text()), &again))
	assert.Equal(t, p, again)
}

func TestExamples(t *testing.T) {
	schema, err := readSchema(prooftest.Root)
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	patterns := 0
	schema.keys("", func(key string, n *node) {
		if n.Pattern == "" {
			return
		}
		patterns++
		for range 20 {
			text := n.example(random)
			assert.True(t, n.admits(text), "%s: %q does not match %s", key, text, n.Pattern)
		}
	})
	assert.Greater(t, patterns, 20)
}

// The tuning of an application follows its name, as references to it do.
func TestCompletedMovesOfTunedApplications(t *testing.T) {
	schema, err := readSchema(prooftest.Root)
	require.NoError(t, err)
	doc, err := read(prooftest.Root, "dev")
	require.NoError(t, err)
	b := &bench{dir: t.TempDir(), doc: doc, load: func(values map[string]string) (*stacks.Config, error) { return stacks.Load(stacks.Project, values) }}
	tuned := func(m *Move) []string {
		m = b.complete(m, schema, rand.New(rand.NewPCG(1, 2)))
		require.NotNil(t, m)
		all, _ := get(apply(doc.config(), m.Edits...), pathOf("legops:tuning.applications")).(map[string]any)
		return slices.Sorted(maps.Keys(all))
	}
	assert.Equal(t, []string{"cases", "documents", "search", "signatures"},
		tuned(&Move{Change: renamed, Edits: []edit{{pathOf("legops:applications[2].name"), "cases"}}}))
	assert.Equal(t, []string{"documents", "matters", "signatures"},
		tuned(&Move{Change: removed, Edits: []edit{{pathOf("legops:applications[8]"), absent{}}}}))
}

// A file of a secret comes with the secret; a queue, which is more than its name, is not made up.
func TestCompletedMovesOfNames(t *testing.T) {
	schema, err := readSchema(prooftest.Root)
	require.NoError(t, err)
	doc, err := read(prooftest.Root, "dev")
	require.NoError(t, err)
	b := &bench{dir: t.TempDir(), doc: doc, load: func(values map[string]string) (*stacks.Config, error) { return stacks.Load(stacks.Project, values) }}
	random := rand.New(rand.NewPCG(1, 2))
	m := b.complete(&Move{Change: added, Edits: []edit{{pathOf("legops:applications[0].secretFiles"), []any{"licence"}}}}, schema, random)
	require.NotNil(t, m)
	assert.Contains(t, get(apply(doc.config(), m.Edits...), pathOf("legops:applications[0].secrets")), "licence")
	assert.Nil(t, b.complete(&Move{Change: added, Edits: []edit{{pathOf("legops:applications[0].consumes"), []any{"other.fifo"}}}}, schema, random))
}

func TestSet(t *testing.T) {
	config := map[string]any{"queues": []any{map[string]any{"name": "a"}, map[string]any{"name": "b"}}}
	set := func(value any, path ...string) any { return apply(config, edit{path, value}) }
	assert.Equal(t, "c", get(set("c", "queues", "1", "name"), []string{"queues", "1", "name"}))
	assert.Equal(t, map[string]any{"queues": []any{map[string]any{"name": "b"}}}, set(absent{}, "queues", "0"))
	assert.Equal(t, map[string]any{}, set(absent{}, "queues"))
	assert.Equal(t, 1, get(set(1, "rds", "storage"), []string{"rds", "storage"}))
	assert.Equal(t, absent{}, get(config, []string{"queues", "2"}))
	assert.Equal(t, "a", get(config, []string{"queues", "0", "name"}), "the configuration stays as it was")
}

func TestEveryMoveChangesTheFile(t *testing.T) {
	schema, err := readSchema(prooftest.Root)
	require.NoError(t, err)
	keys, err := Keys(prooftest.Root)
	require.NoError(t, err)
	moved := map[string]bool{}
	for _, stack := range proofs.Stacks {
		doc, err := read(prooftest.Root, stack)
		require.NoError(t, err)
		moves, _ := generate(doc, schema, rand.New(rand.NewPCG(1, 2)))
		for _, m := range moves {
			moved[m.Of] = true
			assert.NotEqual(t, doc.config(), apply(doc.config(), m.Edits...), m)
		}
	}
	for _, key := range keys {
		assert.True(t, moved[key], "no move of %s in any stack", key)
	}
	assert.False(t, slices.Contains(keys, ""))
}
