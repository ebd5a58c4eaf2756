package reach

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/proofs/prooftest"
)

// A sample of the proof: one stack, and of each kind of change one place, both chosen anew each time. TEST_SEED repeats a run.
func TestSample(t *testing.T) {
	s := prooftest.Search(t, 0.01)
	require.NoError(t, Proof.Run(t.Context(), s))
	prooftest.Report(t, s)
	for _, f := range s.Figures() {
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
