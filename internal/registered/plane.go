package registered

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/controlplane"
)

// Plane starts a control plane of the repository's programs for a test. After a failure its logs are shown and its files stay.
func Plane(t testing.TB, root string, o controlplane.Options) *controlplane.Plane {
	t.Helper()
	dir, err := os.MkdirTemp("", "control-plane-")
	require.NoError(t, err)
	o.Bin, o.Dir = filepath.Join(root, "bin/kubernetes"), dir
	plane, err := controlplane.Start(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		plane.Close()
		if t.Failed() {
			t.Log(plane.Logs())
			return
		}
		assert.NoError(t, os.RemoveAll(dir))
	})
	return plane
}
