package reach

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/offline"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
)

// seedOf chooses the cases of this run, anew each time; PROOF_SEED repeats one.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("PROOF_SEED"); given != "" {
		var err error
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("PROOF_SEED=%d", seed)
	return seed
}

// searching is a search with an engine that ends with the test.
func searching(t *testing.T, sample float64) *proofs.Search {
	t.Helper()
	root, err := offline.FindRoot(".")
	require.NoError(t, err)
	e, err := engine.Open(t.Context(), root)
	require.NoError(t, err)
	t.Cleanup(func() {
		err := e.Close()
		if refused := e.Refused(); len(refused) > 0 {
			err = errors.Join(err, fmt.Errorf("addresses outside this machine that something tried to reach: %v", refused))
		}
		assert.NoError(t, err)
	})
	return &proofs.Search{Root: root, Engine: e, Seed: seedOf(t), Sample: sample, Log: t.Output()}
}

func TestSample(t *testing.T) {
	s := searching(t, 0.1)
	require.NoError(t, Proof.Run(t.Context(), s))
	assert.Empty(t, s.Found())
	for _, f := range s.Figures() {
		t.Log(f.Count, f.Of)
	}
}
