package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"legops/internal/offline"
)

// tree is a revision in a folder of its own, with the tools and a simulated cloud of its own.
type tree struct {
	name, dir string
	commit    string // hash and subject
	env       []string
}

// plant makes the trees. The working tree, with changes and new files, becomes a commit of no branch.
func (b *bench) plant(ctx context.Context, root, folder, revision string) error {
	// Stages a copy of the index; a file added there is in the object store only, until git collects garbage.
	commit, err := output(ctx, root, "bash", "-euc", `
		export GIT_INDEX_FILE=$0/index
		git read-tree HEAD && git add -A
		git -c user.name=bench -c user.email=bench@legops.example commit-tree -p HEAD -m "The working tree" "$(git write-tree)"`, b.scratch)
	if err != nil {
		return err
	}
	for _, t := range []struct {
		to             **tree
		name, revision string
		prepare        func(context.Context, *tree) error
	}{
		{&b.here, here, commit, func(_ context.Context, t *tree) error { return link(root, t.dir) }},
		{&b.floor, floor, commit, func(_ context.Context, t *tree) error {
			program := filepath.Join(t.dir, "cmd", "bench", "floor", "main.go")
			return errors.Join(link(root, t.dir), os.Rename(program, filepath.Join(t.dir, "main.go")))
		}},
		{&b.base, base, revision, func(ctx context.Context, t *tree) error {
			_, err := result(t.command(ctx, "make", "tools"))
			return err
		}},
	} {
		if t.revision == "" {
			continue
		}
		made := &tree{name: t.name, dir: filepath.Join(folder, t.name)}
		if made.commit, err = output(ctx, root, "git", "log", "-1", "--format=%h %s", t.revision+"^{commit}", "--"); err != nil {
			return fmt.Errorf("revision %s: %w", t.revision, err)
		}
		if _, err := output(ctx, root, "git", "worktree", "add", "--quiet", "--detach", made.dir, t.revision); err != nil {
			return err
		}
		if err := t.prepare(ctx, made); err != nil {
			return err
		}
		// The first command would build the program.
		if _, err := result(made.build(ctx)); err != nil {
			return err
		}
		*t.to = made
	}
	return nil
}

// link gives a tree the tools of the repository, but not the programs that it builds, nor what is recorded of them: through links, each
// tree would overwrite the record of the others, and build again at every turn.
func link(root, dir string) error {
	tools, err := filepath.Glob(filepath.Join(root, "bin", "*"))
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		return err
	}
	for _, tool := range tools {
		name := filepath.Base(tool)
		if strings.HasPrefix(name, "legops") || name == "offline" || strings.HasPrefix(name, "review") {
			continue
		}
		if err := os.Symlink(tool, filepath.Join(dir, "bin", name)); err != nil {
			return err
		}
	}
	return nil
}

// removeTrees removes what a run made, also one that was killed.
func removeTrees(root, folder string) error {
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	_, err := output(context.Background(), root, "git", "worktree", "prune")
	return err
}

// trees are those that there are: the working tree, the floor and the base.
func (b *bench) trees() (all []*tree) {
	for _, t := range []*tree{b.here, b.floor, b.base} {
		if t != nil {
			all = append(all, t)
		}
	}
	return all
}

// command is a command in the tree's folder; bin/name is the tree's own program.
func (t *tree) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	if strings.HasPrefix(name, "bin/") {
		name = filepath.Join(t.dir, name)
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = t.dir, append(append(os.Environ(),
		"OFFLINE_VERBOSE=1", // the output of a terminal, which every revision has
		"GOFLAGS=-trimpath", // make adds those of its revision; what is built without it is small
		"MAKEFLAGS=",        // the variables of make bench are for this revision only
	), t.env...)
	return cmd
}

// build builds the program and bin/offline, as make does.
func (t *tree) build(ctx context.Context) *exec.Cmd {
	return t.command(ctx, "make", filepath.Join(t.dir, "bin", "offline"))
}

// offline is a pulumi command on the tree's simulated cloud.
func (t *tree) offline(ctx context.Context, args ...string) *exec.Cmd {
	return t.command(ctx, "bin/offline", args...)
}

// output runs a command in a folder and returns what it prints, without the last line break.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	return result(cmd)
}

func result(cmd *exec.Cmd) (string, error) {
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	offline.Apart(cmd)
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s%s", cmd.Args, err, out.String(), errOut.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// empty removes all that exists in the tree's simulated cloud.
func (t *tree) empty() error { return os.RemoveAll(filepath.Join(t.dir, ".offline")) }
