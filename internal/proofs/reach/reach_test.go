package reach

import (
	"errors"
	"fmt"
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

// A sample of the proof: one stack, and of each kind of change one place, both chosen anew each time. PROOF_SEED repeats a run.
func TestSample(t *testing.T) {
	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	e, err := engine.Open(t.Context(), root)
	require.NoError(t, err)
	defer func() {
		err := e.Close()
		if refused := e.Refused(); len(refused) > 0 {
			err = errors.Join(err, fmt.Errorf("addresses outside this machine that something tried to reach: %v", refused))
		}
		assert.NoError(t, err)
	}()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("PROOF_SEED"); given != "" {
		seed, err = strconv.ParseUint(given, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("PROOF_SEED=%d", seed)
	s := &proofs.Search{Root: root, Engine: e, Seed: seed, Sample: 0.01, Log: t.Output()}
	require.NoError(t, Proof.Run(t.Context(), s))
	for _, found := range s.Found() {
		t.Error(found)
	}
	for _, f := range s.Figures() {
		t.Log(f.Count, f.Of)
		assert.Positive(t, f.Count, f.Of)
	}
}

// A sample counts kinds of changes by their names.
func TestKindsOfChangesHaveNamesOfTheirOwn(t *testing.T) {
	kinds := map[string]bool{}
	for _, m := range mutations {
		assert.False(t, kinds[m.kind], "%s: twice", m.kind)
		kinds[m.kind] = true
	}
}
