package checkout

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Read returns the text of a file. The test ends if there is none.
func Read(t testing.TB, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	return string(text)
}

// Write writes files, by their paths below a folder. All of them can be run as programs.
func Write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for path, text := range files {
		path = filepath.Join(dir, path)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o755))
	}
}

// Replace returns the text of a file with something in place of what has to occur in it once. The test ends if it does not.
func Replace(t testing.TB, file, text, before, after string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, before), "%s does not have exactly once: %s", file, before)
	return strings.Replace(text, before, after, 1)
}

// Output runs a command, and returns what it prints and its exit code: -1 if a signal ends it. The test ends if it does not run.
func Output(t testing.TB, cmd *exec.Cmd) (printed string, code int) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError), "%s", out)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// ClosedAddress returns an address of this machine at which nobody listens.
func ClosedAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return listener.Addr().String()
}
