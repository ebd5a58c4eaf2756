package permissions

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/offline/engine"
	"legops/internal/proofs"
)

const root = "../../.."

// newSearch is a search that ends with the test.
func newSearch(t *testing.T, sample float64) *proofs.Search {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("PROOF_SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("PROOF_SEED=%d", seed)
	e, err := engine.Open(context.Background(), root)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return &proofs.Search{Root: root, Engine: e, Seed: seed, Sample: sample, Log: t.Output()}
}

// A part of the proof: some roles of each stack, and what they reach.
func TestSample(t *testing.T) {
	s := newSearch(t, 0.03)
	require.NoError(t, Proof.Run(t.Context(), s))
	for _, figure := range s.Figures() {
		t.Log(figure.Count, figure.Of)
	}
	assert.Empty(t, s.Found())
}

// make docs writes the document anew, which takes minutes.
func TestPermissionsAreFresh(t *testing.T) {
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Skip("make prove compares the whole document, TestSample a part of it")
	}
	o, err := open(t.Context(), newSearch(t, 1))
	require.NoError(t, err)
	defer func() { require.NoError(t, o.evaluator.Close()) }()
	text, err := o.write()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(root, document), []byte(text), 0o644))
}
