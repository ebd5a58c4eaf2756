package faults

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

var root, _ = filepath.Abs("../../..")

// opened is an engine that ends with the test.
func opened(t *testing.T) *engine.Engine {
	t.Helper()
	e, err := engine.Open(context.Background(), root)
	require.NoError(t, err)
	t.Cleanup(func() {
		assert.Empty(t, e.Refused(), "addresses outside this machine that something tried to reach")
		assert.NoError(t, e.Close())
	})
	return e
}

// A sample of the faults, another in every run.
func TestSample(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("PROOF_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("again: PROOF_SEED=%d go test ./internal/proofs/faults -run TestSample", seed)
	s := &proofs.Search{Root: root, Engine: opened(t), Seed: seed, Sample: 0.0008, Log: os.Stderr}
	require.NoError(t, Proof.Run(t.Context(), s))
	t.Log(s.Figures())
	assert.NotEmpty(t, s.Figures())
	for _, found := range s.Found() {
		t.Error(found)
	}
}
