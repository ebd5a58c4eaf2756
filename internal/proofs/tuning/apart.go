package tuning

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"legops/internal/proofs"
)

// partVariable names, in the environment of a process of its own, the stack that it searches and the file for what came of it.
const partVariable = "LEGOPS_PROOF_TUNING"

// part is what came of the search of a stack.
type part struct {
	Figures []proofs.Figure
	Found   []string
	Results []*Result
}

// each searches every stack in a process of its own: the engine never releases what an operation held (package engine), which is 5 GB in all
// for one stack, and none of them finishes once the garbage collector has no room.
func each(ctx context.Context, s *proofs.Search, all *results) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "tuning-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, stack := range proofs.Stacks {
		file := filepath.Join(dir, stack+".json")
		process := exec.CommandContext(ctx, program, "-only", name, "-seed", fmt.Sprint(s.Seed)) // cmd/prove
		process.Env = append(os.Environ(), partVariable+"="+stack+"\n"+file)
		process.Stderr = s.Log
		// One that is killed leaves pulumi-eks running.
		process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
		process.WaitDelay = time.Minute
		// It fails when it finds something, too.
		failed := process.Run()
		if err := all.take(s, file); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", stack, err), failed)
		}
	}
	return nil
}

// take adds what a process wrote of its part.
func (r *results) take(s *proofs.Search, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var p part
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	for _, f := range p.Figures {
		s.Count(f.Of, f.Count)
	}
	for _, found := range p.Found {
		s.Find("%s", found)
	}
	for _, does := range p.Results {
		r.merge(does)
	}
	return nil
}

// only searches a stack and writes what came of it.
func only(ctx context.Context, s *proofs.Search, schema *node, asked string) error {
	stack, file, _ := strings.Cut(asked, "\n")
	at := slices.Index(proofs.Stacks, stack)
	if at < 0 {
		return fmt.Errorf("%s: %q: the first line must be one of %v", partVariable, asked, proofs.Stacks)
	}
	stack = proofs.Stacks[at]
	apart, all := *s, newResults()
	apart.Log = os.Stderr
	if err := runStack(ctx, &apart, stack, schema, all); err != nil {
		return fmt.Errorf("%s: %w", stack, err)
	}
	text, err := json.Marshal(part{apart.Figures(), apart.Found(), all.sorted()})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600) //nolint:gosec // each names it
}
