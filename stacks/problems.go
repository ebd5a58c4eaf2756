package stacks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Problem is one thing wrong with a stack file.
type Problem struct {
	// Key is the key of the bad value: legops:network.subnets.public[0].
	Key string
	// Application is the name of the application that the key is in, since nobody counts the list; empty outside, and where the name is the bad value.
	Application string
	// Value is the bad value in short form; empty if there is none, or if it must not be shown.
	Value string
	// Rule is the rule that the value breaks.
	Rule string
	// Fix is the remedy, in the imperative.
	Fix string
}

// String returns the problem in one line.
func (p Problem) String() string {
	key := p.Key
	if p.Application != "" {
		key += " (" + show(p.Application) + ")"
	}
	if p.Value == "" {
		return fmt.Sprintf("%s: %s: %s", key, p.Rule, p.Fix)
	}
	return fmt.Sprintf("%s: %s: %s: %s", key, p.Value, p.Rule, p.Fix)
}

var inApplication = regexp.MustCompile(`^` + Project + `:applications\[([0-9]+)\](.*)$`)

// named adds the names of applications, which are given in the order of their list.
func (ps Problems) named(names []string) Problems {
	for i, p := range ps {
		in := inApplication.FindStringSubmatch(p.Key)
		if in == nil || in[2] == ".name" {
			continue
		}
		if at, err := strconv.Atoi(in[1]); err == nil && at < len(names) {
			ps[i].Application = names[at]
		}
	}
	return ps
}

// Problems are all problems of a stack file, sorted by key.
type Problems []Problem

// Error returns one line per problem, and the hint.
func (ps Problems) Error() string {
	var lines []string
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	if hint := ps.Hint(); hint != "" {
		lines = append(lines, hint)
	}
	return strings.Join(lines, "\n")
}

// Hint names the file of keys that are not in the stack file, where everybody looks first; empty without such a problem.
func (ps Problems) Hint() string {
	for _, p := range ps {
		if _, key, _ := strings.Cut(p.Key, ":"); touches(key, "applications") {
			return "(legops:applications is in Pulumi.yaml, unless the stack file has a list of its own)"
		}
	}
	return ""
}

// sort orders by key, positions as numbers, and drops duplicates.
func (ps Problems) sort() Problems {
	slices.SortFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			strings.Compare(sortKey(a.Key), sortKey(b.Key)),
			strings.Compare(a.Rule, b.Rule),
			strings.Compare(a.Value, b.Value),
			strings.Compare(a.Fix, b.Fix),
		)
	})
	return slices.Compact(ps)
}

// orNil is the problems in order, or no error if there is none.
func (ps Problems) orNil() error {
	if len(ps) == 0 {
		return nil
	}
	return ps.sort()
}

var position = regexp.MustCompile(`\[[0-9]+\]`)

// sortKey pads positions, so that [10] comes after [9].
func sortKey(key string) string {
	return position.ReplaceAllStringFunc(key, func(p string) string { return fmt.Sprintf("%12s", p) })
}

// touches reports whether one key is the other or lies within it.
func touches(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return strings.HasPrefix(b, a) && (len(a) == len(b) || b[len(a)] == '.' || b[len(a)] == '[')
}

// Limits that keep a line readable whatever the stack file holds.
const (
	maxShownValue = 60
	maxShownKey   = 40
)

// show prints a value on one line of bounded length: plain text as it is, ambiguous text in quotes, and
// anything else as JSON.
func show(value any) string {
	text, ok := value.(string)
	switch {
	case !ok:
		encoded, err := json.Marshal(value)
		if err != nil {
			return fmt.Sprintf("%T", value)
		}
		text = strings.Map(printable, string(encoded))
	case text == "" || strings.TrimSpace(text) != text || strings.ContainsFunc(text, notPrintable):
		text = strconv.QuoteToASCII(text)
	}
	return bound(text, maxShownValue)
}

func printable(r rune) rune {
	if notPrintable(r) {
		return '?'
	}
	return r
}

func notPrintable(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }

func bound(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit-1]) + "…"
	}
	return text
}

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_:/-]+$`)

// showKey prints one step of a key, in quotes if it is ambiguous.
func showKey(key string) string {
	if !plainKey.MatchString(key) {
		key = strconv.QuoteToASCII(key)
	}
	return bound(key, maxShownKey)
}

// nearest returns the candidate that most resembles the name, or "" if none does: a version is not another one misspelled.
func nearest(name string, candidates []string) string {
	if len(name) > maxShownValue || !strings.ContainsFunc(name, unicode.IsLetter) {
		return ""
	}
	// At least one letter of a short name must match.
	best, least := "", min(max(2, len(name)/3), len(name)-1)+1
	for _, candidate := range slices.Sorted(slices.Values(candidates)) {
		if d := distance(strings.ToLower(name), strings.ToLower(candidate)); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// distance is the Damerau-Levenshtein distance: the fewest letters to insert, drop, replace or swap to turn a into b.
func distance(a, b string) int {
	previous, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		beforePrevious := previous
		previous = row
		row = make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			exchange := previous[j]
			if a[i] != b[j] {
				exchange++
			}
			row[j+1] = min(row[j]+1, previous[j+1]+1, exchange)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], beforePrevious[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
