package faults

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/proofs"
	"legops/internal/proofs/prooftest"
	"legops/stacks"
)

// Every edit applies to each stack that it is for, and the program takes what comes of all of them.
func TestEditedStacksLoad(t *testing.T) {
	for _, stack := range proofs.Stacks {
		dir, err := edit(prooftest.Root, stack)
		require.NoError(t, err)
		defer func() { require.NoError(t, os.RemoveAll(dir)) }()
		values, err := stacks.ReadFile(filepath.Join(dir, "Pulumi."+stack+".yaml"))
		require.NoError(t, err)
		cfg, err := stacks.Load(stacks.Project, values)
		require.NoError(t, err)
		assert.Len(t, cfg.Applications, 10)
		assert.Equal(t, "error", cfg.Applications[0].Settings["LOG_LEVEL"])
	}
}
