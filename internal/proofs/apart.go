package proofs

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
)

// partVariable names, in the environment of a process of its own, the part of a search that it does and the file for what came of it.
const partVariable = "LEGOPS_PROOF_PART"

// Part is what came of a part of a search that a process of its own did.
type Part[R any] struct {
	Figures []Figure
	Found   []string
	Results R
}

// Apart searches the parts of a proof one after the other, each in a process of its own: the engine never releases what an operation held
// (package engine), and what all of them hold leaves the garbage collector no room. Take gets the results of each. In such a process Apart does its
// part, and says so.
func Apart[R any](
	ctx context.Context, s *Search, proof string, parts []string, search func(s *Search, part string) (R, error), take func(R),
) (isPart bool, err error) {
	if asked := os.Getenv(partVariable); asked != "" {
		return true, doPart(s, parts, asked, search)
	}
	program, err := os.Executable()
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", proof+"-")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for i, part := range parts {
		file := filepath.Join(dir, fmt.Sprintf("%d.json", i))
		process := exec.CommandContext(ctx, program, "-only", proof, "-seed", fmt.Sprint(s.Seed)) // cmd/prove
		process.Env = append(os.Environ(), partVariable+"="+part+"\n"+file)
		process.Stderr = s.Log
		// One that is killed leaves pulumi-eks running.
		process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
		process.WaitDelay = time.Minute
		// It fails when it finds something, too.
		failed := process.Run()
		results, err := Take[R](s, file)
		if err != nil {
			return false, errors.Join(fmt.Errorf("%s: %w", part, err), failed)
		}
		take(results)
	}
	return false, nil
}

// Take adds what a process wrote of its part to a search, and returns its results.
func Take[R any](s *Search, file string) (results R, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return results, err
	}
	var p Part[R]
	if err := json.Unmarshal(text, &p); err != nil {
		return results, err
	}
	for _, f := range p.Figures {
		s.Count(f.Of, f.Count)
	}
	for _, found := range p.Found {
		s.Find("%s", found)
	}
	return p.Results, nil
}

// doPart searches the part that was asked for and writes what came of it.
func doPart[R any](s *Search, parts []string, asked string, search func(*Search, string) (R, error)) error {
	part, file, _ := strings.Cut(asked, "\n")
	at := slices.Index(parts, part)
	if at < 0 {
		return fmt.Errorf("%s: %q: the first line must be one of %q", partVariable, asked, parts)
	}
	apart := *s
	apart.Log = os.Stderr
	results, err := search(&apart, parts[at])
	if err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	text, err := json.Marshal(Part[R]{apart.Figures(), apart.Found(), results})
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600) //nolint:gosec // each names it
}
