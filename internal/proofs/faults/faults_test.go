package faults

import (
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/proofs/prooftest"
)

// A sample of the faults, another in every run.
func TestSample(t *testing.T) {
	s := prooftest.Search(t, 0.0003)
	require.NoError(t, Proof.Run(t.Context(), s))
	prooftest.Report(t, s)
}
