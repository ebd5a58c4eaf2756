package permissions

import (
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/proofs/prooftest"
)

// A part of the proof: some roles of each stack, and what they reach.
func TestSample(t *testing.T) {
	s := prooftest.Search(t, 0.02)
	require.NoError(t, Proof.Run(t.Context(), s))
	prooftest.Report(t, s)
}
