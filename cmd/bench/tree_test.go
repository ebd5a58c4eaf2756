package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLinkLeavesOutWhatATreeBuilds(t *testing.T) {
	root, dir := t.TempDir(), t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "bin", "home"), 0o700))
	for _, name := range []string{"pulumi", "legops", "legops.sources", "legops.new", "offline", "review", "review-base", "review-head"} {
		require.NoError(t, os.WriteFile(filepath.Join(root, "bin", name), nil, 0o700))
	}
	require.NoError(t, link(root, dir))
	entries, err := os.ReadDir(filepath.Join(dir, "bin"))
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
		target, err := os.Readlink(filepath.Join(dir, "bin", entry.Name()))
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(root, "bin", entry.Name()), target)
	}
	assert.Equal(t, []string{"home", "pulumi"}, names)
}
