package tests

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/architecture"
)

// The golden previews are what the real engine would make, so the pictures are as true as they are.
func TestArchitectureIsFresh(t *testing.T) {
	for stack, path := range map[string]string{"prod": "docs/architecture.svg", "dev": "docs/architecture-dev.svg"} {
		preview, err := os.Open(filepath.Join("golden", stack+".yaml"))
		require.NoError(t, err)
		graph, err := architecture.Read(preview)
		assert.NoError(t, preview.Close())
		require.NoError(t, err)
		fresh(t, path, architecture.Draw(graph, stack).SVG())
	}
}
