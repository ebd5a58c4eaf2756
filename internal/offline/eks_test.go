package offline_test

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Otherwise a start would only be slow.
func TestPulumiEksStartsFromWhatIsCompiled(t *testing.T) {
	folder, err := filepath.Abs("../../bin/pulumi-eks")
	require.NoError(t, err)
	compiled := filepath.Join(folder, "compiled.js")
	cmd := exec.CommandContext(t.Context(), "node", "-r", compiled, "-e", `
		require(process.argv[1] + "/node_modules/@pulumi/eks/cluster.js")
		const counts = require(process.argv[1] + "/compiled.js")
		console.log(counts.accepted > 1000, counts.rejected, counts.others)`, folder)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "true 0 0\n", string(out))
}
