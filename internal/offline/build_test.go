package offline

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheProgramIsBuiltWhenSomethingHasChanged(t *testing.T) {
	s := &Session{root: t.TempDir()}
	require.NoError(t, os.Mkdir(s.tools(), 0o700))
	file := func(name string) string { return filepath.Join(s.root, name) }
	write := func(path, text string, mode os.FileMode) { require.NoError(t, os.WriteFile(path, []byte(text), mode)) }

	// A go command that says that it builds, and writes the file that follows -o.
	compiler, err := exec.LookPath("go")
	require.NoError(t, err)
	commands, ran := t.TempDir(), filepath.Join(t.TempDir(), "ran")
	write(filepath.Join(commands, "go"), `#!/bin/sh
[ "$1" = build ] || exec '`+compiler+`' "$@"
touch '`+ran+`'
while [ "$1" != -o ]; do shift; done
echo program >"$2"
`, 0o700)
	t.Setenv("PATH", commands+string(os.PathListSeparator)+os.Getenv("PATH"))

	for _, name := range slices.Concat([]string{"GOFLAGS", "GOTOOLCHAIN"}, goSettings, cSettings) {
		t.Setenv(name, "")
	}
	t.Setenv("GOENV", "off")
	t.Setenv("CGO_ENABLED", "0")
	for _, step := range []struct {
		name   string
		change func()
		builds bool
	}{
		{"the first time", func() { write(file("main.go"), "package main", 0o600) }, true},
		{"nothing", func() {}, false},
		{"a file", func() { write(file("main.go"), "package other", 0o600) }, true},
		{"the time of a file", func() { require.NoError(t, os.Chtimes(file("main.go"), time.Now(), time.Now().Add(time.Hour))) }, true},
		{"another file", func() { write(file("more.txt"), "", 0o600) }, true},
		{"a file less", func() { require.NoError(t, os.Remove(file("more.txt"))) }, true},
		{"the program is gone", func() { require.NoError(t, os.Remove(s.Program())) }, true},
		{"another program", func() { write(s.Program(), "another", 0o600) }, true},
		{"how make compiles", func() { t.Setenv("GOFLAGS", "-trimpath "+compileSDKs) }, false},
		{"a flag that is stated anyway", func() { t.Setenv("GOFLAGS", "-buildvcs=true -trimpath") }, false},
		{"another flag", func() { t.Setenv("GOFLAGS", "-trimpath -race") }, true},
		{"the same without one that is stated", func() { t.Setenv("GOFLAGS", "-race") }, false},
		{"other packages compiled otherwise", func() { t.Setenv("GOFLAGS", "-race -gcflags=all=-N") }, true},
		{"the default", func() { t.Setenv("GOOS", runtime.GOOS) }, false},
		{"another system", func() { t.Setenv("GOOS", "plan9") }, true},
		{"cgo", func() { t.Setenv("CGO_ENABLED", "1") }, true},
		{"flags of C", func() { t.Setenv("CGO_CFLAGS", "-O1") }, true},
		{"what a person has set for good", func() {
			write(filepath.Join(commands, "env"), "CC=clang\n", 0o600)
			t.Setenv("GOENV", filepath.Join(commands, "env"))
		}, true},
		{"what changes nothing of a program", func() { t.Setenv("GOGC", "50"); t.Setenv("GOPROXY", "off"); t.Setenv("GOMAXPROCS", "1") }, false},
		{"a tool", func() { write(filepath.Join(s.tools(), "tool"), "", 0o600) }, false},
		{"a hidden file", func() { require.NoError(t, os.MkdirAll(file(".offline/state"), 0o700)) }, false},
	} {
		step.change()
		_ = os.Remove(ran)
		_, err := s.build(t.Context())
		require.NoError(t, err, step.name)
		_, err = os.Stat(ran)
		assert.Equal(t, step.builds, err == nil, step.name)
	}
	t.Setenv("GOTOOLCHAIN", "newest")
	_, err = s.build(t.Context())
	require.ErrorContains(t, err, `invalid GOTOOLCHAIN "newest"`)
}
