package catalogue

import "strings"

// Restart is what a change in place does to what a resource serves while it lasts. What a replacement does follows from Failure.
type Restart struct {
	// Input is what changes, or what is above it.
	Input string
	// What happens, as a sentence without its end.
	What string
	// Longest is how long at the longest. Where the source names no bound, it says so.
	Longest string
	// Serves says that what it serves goes on meanwhile, if slower or with less.
	Serves bool
	// Waits says that the change waits for the maintenance window unless applyImmediately is true.
	Waits bool
	// Switched says that it happens only where the input is switched on or off: where it was 0, false or nothing, or becomes that.
	Switched bool
	// Source says where that was read: repository, file and version, or the address of a page of the service's guide.
	Source string
}

// uninterrupted is of a type of which no change in place is known that interrupts or slows what it serves.
var uninterrupted = []Restart{}

// unbounded is how long it takes where the source names no bound.
const unbounded = "no bound is published"

// RestartsAt are what a change of an input does: the most specific of the type's, and nothing where none is known.
func (t *Type) RestartsAt(path string) *Restart {
	var found *Restart
	for i := range t.Restarts {
		r := &t.Restarts[i]
		rest, above := strings.CutPrefix(path, r.Input)
		if above && (rest == "" || strings.ContainsRune(".[,", rune(rest[0]))) && (found == nil || len(r.Input) > len(found.Input)) {
			found = r
		}
	}
	return found
}
