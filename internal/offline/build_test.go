package offline

import (
	"os"
	"path/filepath"
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

	// A go command that says it ran, and writes what it is told to build.
	commands, ran := t.TempDir(), filepath.Join(t.TempDir(), "ran")
	write(filepath.Join(commands, "go"), "#!/bin/sh\ntouch '"+ran+"'\necho program >\"$6\"\n", 0o700)
	t.Setenv("PATH", commands+string(os.PathListSeparator)+os.Getenv("PATH"))

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
		{"a variable", func() { t.Setenv("GOFLAGS", "-race") }, true},
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
}
