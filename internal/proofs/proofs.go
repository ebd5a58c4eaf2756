// Package proofs is what the proofs have in common: each package below it searches all that could break one promise, and says what it
// found. docs/proofs.md says what each proves.
package proofs

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"

	"legops/internal/offline/engine"
)

// Proof is a promise and the search for what breaks it.
type Proof struct {
	// Name is a package below this one, Claim what is proven, in one sentence.
	Name, Claim string
	// Run searches. What it finds is no error: an error says that it could not search.
	Run func(context.Context, *Search) error
	// Together says that it is of all stacks together: each may reach what the others have.
	Together bool
	// Write, which may be nil, writes the document that the proof holds the stacks against.
	Write func(context.Context, *Search) error
}

// Stacks are all stacks, in this order.
var Stacks = []string{"dev", "test", "prod"}

// Search is one search, and what came of it.
type Search struct {
	// Root is the repository, Engine what deploys its stacks.
	Root   string
	Engine *engine.Engine
	// Seed chooses the cases of a sample, and those that even a whole search only samples.
	Seed uint64
	// Sample is the share of the cases to try: more than 0, at most 1, which is all.
	Sample float64
	// Stacks are those to be searched; a proof of all together searches all of them.
	Stacks []string
	// Keys, if any, are those of stack files to be searched, with all below them, such as legops:rds. Only the proof of tuning asks.
	Keys []string
	// Log gets a line for each step of a long search.
	Log io.Writer

	figures []Figure
	found   []string
}

// Figure is how many of something a search tried, met or refused.
type Figure struct {
	Of    string
	Count int
}

// Random is a source of random numbers for a part of the search: the same for the same seed and part.
func (s *Search) Random(part string) *rand.Rand {
	seed := sha256.Sum256(fmt.Appendf(nil, "%d %s", s.Seed, part))
	return rand.New(rand.NewChaCha8(seed)) //nolint:gosec // it chooses cases, no secrets
}

// Count adds to a figure. Figures come in the order of their first mention.
func (s *Search) Count(of string, count int) {
	for i := range s.figures {
		if s.figures[i].Of == of {
			s.figures[i].Count += count
			return
		}
	}
	s.figures = append(s.figures, Figure{of, count})
}

// Find tells something that breaks the promise: where, what, and how to see it again.
func (s *Search) Find(format string, args ...any) {
	s.found = append(s.found, fmt.Sprintf(format, args...))
}

// Alone is a search of the same that has counted and found nothing.
func (s *Search) Alone() *Search {
	alone := *s
	alone.figures, alone.found = nil, nil
	return &alone
}

// Figures are those counted so far.
func (s *Search) Figures() []Figure { return s.figures }

// Found is what breaks the promise, in the order found.
func (s *Search) Found() []string { return s.found }
