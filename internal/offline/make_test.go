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

// goflags are the flags that a command of make has, or one of a make that it starts, and all else that make prints.
func goflags(t *testing.T, target string) string {
	t.Helper()
	return strings.TrimSuffix(runMake(t, "--eval", "nested: ; @$(MAKE) --no-print-directory flags", target), "\n")
}

func TestMakeKeepsTheFlagsOfAPerson(t *testing.T) {
	settings := filepath.Join(t.TempDir(), "env")
	require.NoError(t, os.WriteFile(settings, []byte("GOFLAGS=-mod=mod\n"), 0o600))
	t.Setenv("GOENV", settings)
	for flags, want := range map[string]string{
		"":                               "-mod=mod -trimpath " + compileSDKs,
		"-race":                          "-race -trimpath " + compileSDKs,
		"-trimpath":                      "-trimpath " + compileSDKs,
		compileSDKs:                      compileSDKs + " -trimpath",
		"-trimpath -race " + compileSDKs: "-trimpath -race " + compileSDKs,
		"-race -gcflags=all=-N":          "-race -gcflags=all=-N -trimpath " + compileSDKs,
		"-race '-ldflags=-s -w'":         "-race '-ldflags=-s -w' -trimpath " + compileSDKs,
		"-race -trimpath -mod=mod":       "-race -trimpath -mod=mod " + compileSDKs,
	} {
		t.Setenv("GOFLAGS", flags)
		assert.Equal(t, want, goflags(t, "flags"), flags)
		assert.Equal(t, want, goflags(t, "nested"), "nested: "+flags)
	}
}

// Without Go, check-tools says what is missing, and nothing else is said.
func TestMakeWithoutGo(t *testing.T) {
	commands := t.TempDir()
	for _, name := range []string{"make", "bash", "sh", "sed", "find"} {
		path, err := exec.LookPath(name)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(commands, name)))
	}
	t.Setenv("PATH", commands)
	assert.Equal(t, "-trimpath "+compileSDKs, goflags(t, "flags"))
}
