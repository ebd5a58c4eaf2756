package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"legops/internal/offline/cloud"
	"legops/internal/proofs"
)

// partVariable names, in the environment of a process of its own, the stack and the operation that it searches and the file for what came of it.
const partVariable = "LEGOPS_PROOF_FAULTS"

// result is what came of a part.
type result struct {
	Figures []proofs.Figure
	Found   []string
}

// each searches every operation of every stack, each in a process of its own: the engine never releases what an operation held (package
// engine), and one that failed holds 10 MB.
func each(ctx context.Context, s *proofs.Search) error {
	if part := os.Getenv(partVariable); part != "" {
		return only(ctx, s, part)
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "faults-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, stack := range proofs.Stacks {
		for _, o := range operations {
			file := filepath.Join(dir, "result.json")
			process := exec.CommandContext(ctx, program, "-only", name, "-seed", fmt.Sprint(s.Seed)) // cmd/prove
			process.Env = append(os.Environ(), partVariable+"="+strings.Join([]string{stack, o.name, file}, "\n"))
			process.Stderr = s.Log
			// It fails when it finds something, too.
			failed := process.Run()
			text, err := os.ReadFile(file)
			if err != nil {
				return errors.Join(fmt.Errorf("%s, %s: %w", stack, o.name, err), failed)
			}
			var r result
			if err := json.Unmarshal(text, &r); err != nil {
				return err
			}
			for _, f := range r.Figures {
				s.Count(f.Of, f.Count)
			}
			for _, found := range r.Found {
				s.Find("%s", found)
			}
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	return nil
}

// only searches a part and writes what came of it.
func only(ctx context.Context, s *proofs.Search, part string) (err error) {
	fields := strings.Split(part, "\n")
	stack, operation, file := fields[0], fields[1], fields[2]
	apart := *s
	apart.Log = os.Stderr
	t, err := newTarget(ctx, s.Engine, s.Root, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	for _, o := range operations {
		if o.name != operation {
			continue
		}
		want, err := t.undisturbed(ctx, o)
		if err != nil {
			return err
		}
		for _, f := range faults {
			if !f.strikes(o) {
				continue
			}
			if err := t.search(ctx, &apart, o, f, want, func(cloud.Call) bool { return false }); err != nil {
				return err
			}
		}
	}
	text, err := json.Marshal(result{apart.Figures(), apart.Found()})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600) //nolint:gosec // each names it
}
