// Package prooftest is what the tests of the proofs have in common.
package prooftest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/drawn"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
)

// Root is the repository, seen from the package of a proof.
const Root = "../../.."

// Search is a search with a seed of its own, or with that of TEST_SEED, and with an engine that ends with the test.
func Search(t *testing.T, sample float64) *proofs.Search {
	t.Helper()
	seed := drawn.Seed(t)
	e, err := engine.Open(context.Background(), Root)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.Empty(t, e.Refused(), "addresses outside this machine that something tried to reach")
		assert.NoError(t, e.Close())
	})
	return &proofs.Search{Root: Root, Engine: e, Seed: seed, Sample: sample, Log: t.Output()}
}

// Report logs the figures of a search, and fails the test with what it found.
func Report(t *testing.T, s *proofs.Search) {
	t.Helper()
	for _, figure := range s.Figures() {
		t.Log(figure.Count, figure.Of)
	}
	assert.NotEmpty(t, s.Figures())
	for _, found := range s.Found() {
		t.Error(found)
	}
}
