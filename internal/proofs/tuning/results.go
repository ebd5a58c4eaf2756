package tuning

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"legops/internal/proofs"
	"legops/internal/review"
	"legops/stacks"
)

// What changing a key does, the weightiest first.
const (
	Fails       = "fails in the deployment"
	Replacement = "replacement"
	Restart     = "restart"
	Slowdown    = "slowdown"
	Goes        = "removal"
	Comes       = "addition"
	InPlace     = "in place"
	Nothing     = "nothing"
	Protected   = "refused, as Pulumi protects it"
	Refused     = "refused"
)

var weight = []string{Fails, Replacement, Restart, Slowdown, Goes, Comes, InPlace, Nothing, Protected, Refused}

// Result is what the last whole search of a stack found that one change of one key does there.
type Result struct {
	// Key is such as legops:queues[].name, Change such as up, What one of the above.
	Key    string `json:"key"`
	Change string `json:"change"`
	What   string `json:"what"`
	// Of are the types that are replaced, come or go, or the components that restart or are slowed.
	Of []string `json:"of,omitempty"`
	// Longest is the longest interruption expected, Waits says that it comes in the maintenance window.
	Longest string `json:"longest,omitempty"`
	Waits   bool   `json:"waits,omitempty"`
	// Note is a risk that the review tells, or the rule by which it is refused.
	Note string `json:"note,omitempty"`
	// Final says that taking it back does not bring back what was.
	Final bool `json:"final,omitempty"`
	// Data are what happens to data, as the simulated cloud recorded it, such as aws:sqs/queue:Queue goes.
	Data  []string `json:"data,omitempty"`
	Moves int      `json:"moves"`
	// Example is one of the moves, with the stack.
	Example Example `json:"example"`
}

// Example is a move as it can be made again.
type Example struct {
	Stack string `json:"stack"`
	Edits []edit `json:"edits"`
}

// Searched is a stack that a whole search has been through to its end.
type Searched struct {
	Stack   string          `json:"stack"`
	Seed    uint64          `json:"seed"`
	Figures []proofs.Figure `json:"figures"`
}

// Last is what the last whole search of each stack found, as results.json beside this file keeps it.
type Last struct {
	Searched []Searched `json:"searched"`
	Results  []*Result  `json:"results"`
}

// results are those of a search on its way.
type results struct {
	byKind map[[4]string]*Result
}

func newResults() *results { return &results{map[[4]string]*Result{}} }

// add counts a move with what it does.
func (r *results) add(m *Move, does Result) {
	does.Key, does.Change, does.Example, does.Moves = m.Of, m.Change, Example{m.Stack, m.Edits}, 1
	r.merge(&does)
}

// mergeAll adds the results of another search.
func (r *results) mergeAll(all []*Result) {
	for _, does := range all {
		r.merge(does)
	}
}

// merge adds what other moves of the same kind do.
func (r *results) merge(does *Result) {
	kind := [4]string{does.Key, does.Change, does.What, does.Example.Stack}
	known := r.byKind[kind]
	if known == nil {
		r.byKind[kind] = does
		return
	}
	known.Moves += does.Moves
	for _, of := range does.Of {
		if !slices.Contains(known.Of, of) {
			known.Of = append(known.Of, of)
		}
	}
	for _, typ := range does.Data {
		if !slices.Contains(known.Data, typ) {
			known.Data = append(known.Data, typ)
		}
	}
	known.Longest, known.Note, known.Waits = cmp.Or(known.Longest, does.Longest), cmp.Or(known.Note, does.Note), known.Waits || does.Waits
	known.Final = known.Final || does.Final
}

// move is the move of an example.
func (e Example) move() *Move {
	first := e.Edits[0]
	return &Move{Stack: e.Stack, Key: keyOf(first.path), Kind: "as in the last whole search", From: "…", To: show(first.value), Edits: e.Edits}
}

func (r *results) refused(m *Move, err error) {
	does := Result{What: Refused}
	var problems stacks.Problems
	if errors.As(err, &problems) && m.Change != invalid {
		does.Note = strings.TrimPrefix(problems[0].Key, stacks.Project+":") + ": " + problems[0].Rule
	}
	r.add(m, does)
}

func (r *results) nothing(m *Move) { r.add(m, Result{What: Nothing}) }

// tried adds what came of a trial.
func (r *results) tried(m *Move, o outcome) {
	does := Result{What: Nothing, Data: o.data}
	switch o.refusal {
	case byLoader:
		does.What, does.Note = Refused, lastLine(o.why)
	case byLook:
		does.What, does.Note = Refused, byLook+": "+strings.TrimPrefix(refusalLine.FindString(o.why), stacks.Project+":")
	case byProtection:
		does.What = Protected
	default:
		does.What, does.Of = deed(o)
	}
	if o.fails != "" {
		does.What, does.Of, does.Note = Fails, nil, o.fails
	}
	does.Final = o.final != ""
	for _, restart := range o.restarts {
		if !restart.Serves || does.Longest == "" {
			does.Longest, does.Waits = restart.Longest, restart.Waits != ""
		}
	}
	if len(o.risks) > 0 {
		does.Note = "data at risk: " + o.risks[0].Text
	}
	r.add(m, does)
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// deed is the weightiest that an outcome does, and to what.
func deed(o outcome) (what string, of []string) {
	types := func(kind review.Kind) (of []string) {
		for _, c := range o.changes {
			if name := c.Type[strings.LastIndexByte(c.Type, ':')+1:]; c.Kind == kind && !slices.Contains(of, name) {
				of = append(of, name)
			}
		}
		return of
	}
	if of = types(review.Replaced); len(of) > 0 {
		return Replacement, of
	}
	what = Slowdown
	for _, restart := range o.restarts {
		if !slices.Contains(of, restart.Component) {
			of = append(of, restart.Component)
		}
		if !restart.Serves {
			what = Restart
		}
	}
	if len(of) > 0 {
		return what, of
	}
	if of = types(review.Deleted); len(of) > 0 {
		return Goes, of
	}
	if of = types(review.Created); len(of) > 0 {
		return Comes, of
	}
	if len(o.changes) > 0 {
		return InPlace, nil
	}
	return Nothing, nil
}

// file is where the last whole search is kept.
const file = "internal/proofs/tuning/results.json"

// sorted are the results by key and change, the weightiest first.
func (r *results) sorted() (all []*Result) {
	for _, result := range r.byKind {
		slices.Sort(result.Of)
		slices.Sort(result.Data)
		all = append(all, result)
	}
	slices.SortFunc(all, func(a, b *Result) int {
		return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Change, b.Change), cmp.Compare(slices.Index(weight, a.What), slices.Index(weight, b.What)),
			cmp.Compare(slices.Index(proofs.Stacks, a.Example.Stack), slices.Index(proofs.Stacks, b.Example.Stack)))
	})
	return all
}

// write keeps the results of a search of stacks, of some keys or all, in place of what the file has of them. Seed and figures stay those of
// the last search of all keys.
func (r *results) write(root string, now []Searched, keys []string) error {
	last := Last{Searched: now}
	if kept, err := Read(root); err == nil { // the first whole search has none
		of := func(stack string) bool {
			return slices.ContainsFunc(now, func(s Searched) bool { return s.Stack == stack })
		}
		if last.Searched = kept.Searched; len(keys) == 0 {
			last.Searched = append(slices.DeleteFunc(kept.Searched, func(s Searched) bool { return of(s.Stack) }), now...)
		}
		r.mergeAll(slices.DeleteFunc(kept.Results, func(r *Result) bool { return of(r.Example.Stack) && isSearched(keys, r.Key) }))
	}
	last.Results = r.sorted()
	slices.SortFunc(last.Searched, func(a, b Searched) int {
		return cmp.Compare(slices.Index(proofs.Stacks, a.Stack), slices.Index(proofs.Stacks, b.Stack))
	})
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(last); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, file), []byte(text.String()), 0o600)
}

// Read reads the results of the last whole search.
func Read(root string) (*Last, error) {
	text, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		return nil, err
	}
	last := &Last{}
	if err := json.Unmarshal(text, last); err != nil {
		return nil, fmt.Errorf("%s: %w: write it with make prove", file, err)
	}
	return last, nil
}

// data are the types whose data each change of a key is known to put at risk, by key and change.
func (l *Last) data() map[string][]string {
	known := map[string][]string{}
	for _, r := range l.Results {
		known[r.Key+" "+r.Change] = append(known[r.Key+" "+r.Change], r.Data...)
	}
	return known
}
