package offline

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// runMake runs make in the repository as a person does, also if make runs this test.
func runMake(t *testing.T, args ...string) string {
	t.Helper()
	root := filepath.Join("..", "..")
	_, err := os.Stat(filepath.Join(root, "Makefile")) // go test keeps a result until a file changes that the test itself has looked at
	require.NoError(t, err)
	t.Setenv("MAKEFLAGS", "")
	t.Setenv("MAKELEVEL", "")
	out, err := exec.CommandContext(t.Context(), "make", append([]string{"--no-print-directory", "-C", root}, args...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return string(out)
}

// What make compiles is up to date for a session, and the other way round.
func TestMakeCompilesAsASessionDoes(t *testing.T) {
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	cmd := Compile(t.Context(), root, filepath.Join(root, "bin", "legops"))
	words := slices.Concat(cmd.Env[len(cmd.Env)-len(compileLimits):], cmd.Args)
	for i, word := range words {
		if strings.Contains(word, " ") {
			words[i] = "'" + word + "'"
		}
	}
	printed := runMake(t, "--dry-run", filepath.Join(root, "bin", "offline"))
	assert.Contains(t, strings.Split(printed, "\n"), strings.Join(words, " "),
		"COMPILE of the Makefile differs from compileLimits and compileFlags of build.go: change both")
}
