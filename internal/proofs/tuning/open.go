package tuning

import (
	"slices"
	"strings"
)

// Open is what is known not to hold: of moves of some keys, what the proof finds, why that is, and how to go about it meanwhile.
type Open struct {
	Keys           []string
	Finds, Why, Do string
}

// opens are all of them. docs/tuning.md lists them.
var opens = []Open{}

// isOpen says whether what a move finds is known.
func isOpen(m *Move, text string) bool {
	return slices.ContainsFunc(opens, func(o Open) bool {
		return strings.Contains(text, o.Finds) && isUnder(o.Keys, m.Of)
	}) || slices.ContainsFunc(m.Parts, func(part *Move) bool { return isOpen(part, text) })
}
