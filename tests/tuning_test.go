package tests

import (
	"testing"

	"github.com/stretchr/testify/require"

	"legops/internal/proofs/tuning"
)

// The page says what the last whole search found; internal/proofs/tuning proves that a sample of it still holds.
func TestTuningIsFresh(t *testing.T) {
	last, err := tuning.Read(root)
	require.NoError(t, err)
	keys, err := tuning.Keys(root)
	require.NoError(t, err)
	fresh(t, "docs/tuning.md", tuning.Page(last, keys))
}
