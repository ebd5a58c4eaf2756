package review

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"legops/internal/offline"
	"legops/internal/offline/engine"
)

// source is one side of a comparison as files.
type source struct {
	Revision
	// side is base or head.
	side string
	// dir has the files; worktree says that it was made for the review.
	dir      string
	worktree bool
	// program is the built program.
	program string
}

// deployable is the source as the engine takes it.
func (s *source) deployable() engine.Source {
	return engine.Source{Dir: s.dir, Program: engine.Executable(s.program)}
}

// workspace is what a review makes in the repository and takes away again: worktrees, and the engine.
type workspace struct {
	root   string // of the repository
	dir    string
	lock   *os.File
	engine *engine.Engine
}

// openWorkspace makes the folder, once what a review that was killed left there is gone. Two reviews at a time would share it.
func openWorkspace(ctx context.Context, root string) (*workspace, error) {
	w := &workspace{root: root, dir: filepath.Join(root, ".offline", "review")}
	if err := os.MkdirAll(filepath.Dir(w.dir), 0o700); err != nil {
		return nil, err
	}
	var err error
	if w.lock, err = os.OpenFile(w.dir+".lock", os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(w.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another review runs in %s: wait for it", root), w.lock.Close())
	}
	if err := w.clear(ctx); err != nil {
		return nil, errors.Join(err, w.lock.Close())
	}
	if err := os.MkdirAll(w.dir, 0o700); err != nil {
		return nil, errors.Join(err, w.lock.Close())
	}
	if w.engine, err = engine.Open(ctx, root); err != nil {
		return nil, errors.Join(err, w.lock.Close())
	}
	return w, nil
}

// close takes away all that the review made, also of one that was interrupted.
func (w *workspace) close() error {
	err := errors.Join(w.engine.Close(), w.clear(context.Background()), os.Remove(w.lock.Name()), w.lock.Close())
	_ = os.Remove(filepath.Dir(w.dir)) // it stays where other things are in it
	return err
}

func (w *workspace) clear(ctx context.Context) error {
	if err := os.RemoveAll(w.dir); err != nil {
		return fmt.Errorf("removing what the review made: %w", err)
	}
	_, err := w.git(ctx, "worktree", "prune")
	return err
}

// git runs git in the repository and returns what it printed, without the last line break.
func (w *workspace) git(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = w.root
	out, errOut, err := execute(ctx, cmd)
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(errOut))
	}
	return strings.TrimSpace(string(out)), nil
}

// execute runs a command in a process group of its own, so that an interrupt at the terminal reaches it once, through ctx.
func execute(ctx context.Context, cmd *exec.Cmd) (stdout, stderr []byte, err error) {
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = time.Minute
	err = cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return out.Bytes(), errOut.Bytes(), err
}

// commit resolves what a person calls a revision.
func (w *workspace) commit(ctx context.Context, flag, name string) (string, error) {
	commit, err := w.git(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", name+"^{commit}")
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("--%s %s: is no commit of this repository: fetch it, or name another", flag, name)
	}
	return commit, nil
}

// sources finds base and head. The base is the last commit that both share: what the base got since is no part of the change.
func (w *workspace) sources(ctx context.Context, base, head string) (_, _ *source, err error) {
	h := &source{Revision: Revision{Name: head}, side: "head"}
	at := head
	if info, err := os.Stat(filepath.Join(head, "Pulumi.yaml")); err == nil && info.Mode().IsRegular() {
		if h.dir, err = filepath.Abs(head); err != nil {
			return nil, nil, err
		}
		at = "HEAD"
		status, err := w.git(ctx, "-C", h.dir, "status", "--porcelain")
		if err != nil {
			return nil, nil, err
		}
		h.Modified = status != ""
	}
	if h.Commit, err = w.commit(ctx, "head", at); err != nil {
		return nil, nil, err
	}
	b := &source{Revision: Revision{Name: base}, side: "base"}
	if b.Commit, err = w.commit(ctx, "base", base); err != nil {
		return nil, nil, err
	}
	if b.Commit, err = w.git(ctx, "merge-base", b.Commit, h.Commit); err != nil {
		return nil, nil, errors.Join(ctx.Err(), fmt.Errorf("--base %s: shares no commit with the head: fetch the whole history (git fetch --unshallow)", base))
	}
	for _, s := range []*source{b, h} {
		if s.dir == "" {
			s.dir, s.worktree = filepath.Join(w.dir, s.side), true
			if _, err := w.git(ctx, "worktree", "add", "--detach", "--quiet", s.dir, s.Commit); err != nil {
				return nil, nil, err
			}
		}
	}
	return b, h, nil
}

// build compiles a side's program. It is kept in bin/, like the build cache, so that one that did not change is not linked again: not even the
// first time if it is the repository's own.
func (w *workspace) build(ctx context.Context, s *source) error {
	bin := filepath.Join(w.root, "bin")
	s.program = filepath.Join(bin, "review-"+s.side)
	if _, err := os.Stat(s.program); os.IsNotExist(err) {
		if err := copyProgram(filepath.Join(bin, "legops"), s.program); err != nil {
			return err
		}
	}
	if _, errOut, err := execute(ctx, offline.Compile(ctx, s.dir, s.program)); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("the %s (%s) does not compile:\n%s", s.side, s.Name, bytes.TrimSpace(errOut))
	}
	return nil
}

// copyProgram copies a program, if it is there.
func copyProgram(from, to string) error {
	program, err := os.Open(from)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer program.Close()
	copied, err := os.OpenFile(to+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o700) //nolint:gosec // a program
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, program)
	if err := errors.Join(err, copied.Close()); err != nil {
		return err
	}
	return os.Rename(to+".new", to)
}
