package proofs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// partVariable names, in the environment of a process of its own, the folder with the part of a search that it does, and for what came of it.
const partVariable = "LEGOPS_PROOF_PART"

// The files of that folder.
const (
	askedFile = "asked"
	doneFile  = "done.json"
)

// Part is what came of a part of a search that a process of its own did.
type Part[R any] struct {
	Figures []Figure
	Found   []string
	Results R
	// More are parts that it found, for other processes.
	More []string
}

// Apart searches the parts of a proof, each in a process of its own and as many at once as there are processors: the engine never releases what
// an operation held (package engine), and what all of them hold leaves the garbage collector no room. Search may find further parts. Take gets
// the results of each, in an order that depends on nothing but the parts. In such a process Apart does its part, and says so.
func Apart[R any](
	ctx context.Context, s *Search, proof string, parts []string, search func(s *Search, part string) (R, []string, error), take func(R),
) (isPart bool, err error) {
	if dir := os.Getenv(partVariable); dir != "" {
		return true, doPart(s, dir, search)
	}
	program, err := os.Executable()
	if err != nil {
		return false, err
	}
	for len(parts) > 0 {
		wave := parts[:min(runtime.NumCPU(), len(parts))]
		parts = parts[len(wave):]
		done, failed := make([]Part[R], len(wave)), make([]error, len(wave))
		var running sync.WaitGroup
		for i, part := range wave {
			running.Go(func() { done[i], failed[i] = ask[R](ctx, s, program, proof, part) })
		}
		running.Wait()
		if err := errors.Join(failed...); err != nil {
			return false, err
		}
		for _, p := range done {
			s.Add(p.Figures, p.Found)
			take(p.Results)
			parts = append(parts, p.More...)
		}
	}
	return false, nil
}

// ask has a process do a part.
func ask[R any](ctx context.Context, s *Search, program, proof, part string) (done Part[R], err error) {
	dir, err := os.MkdirTemp("", proof+"-")
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := os.WriteFile(filepath.Join(dir, askedFile), []byte(part), 0o600); err != nil {
		return done, err
	}
	process := exec.CommandContext(ctx, program, "-only", proof, "-seed", fmt.Sprint(s.Seed)) // cmd/prove
	process.Env = append(os.Environ(), partVariable+"="+dir)
	process.Stderr = s.Log
	// One that is killed leaves pulumi-eks running.
	process.Cancel = func() error { return process.Process.Signal(syscall.SIGTERM) }
	process.WaitDelay = time.Minute
	failed := process.Run() // it fails when it finds something, too
	text, err := os.ReadFile(filepath.Join(dir, doneFile))
	if err == nil {
		err = json.Unmarshal(text, &done)
	}
	if err != nil {
		return done, errors.Join(fmt.Errorf("%.40s: %w", part, err), failed)
	}
	return done, nil
}

// Add adds what came of a part to a search.
func (s *Search) Add(figures []Figure, found []string) {
	for _, f := range figures {
		s.Count(f.Of, f.Count)
	}
	s.found = append(s.found, found...)
}

// doPart does the part that was asked for, and writes what came of it.
func doPart[R any](s *Search, dir string, search func(*Search, string) (R, []string, error)) error {
	part, err := os.ReadFile(filepath.Join(dir, askedFile)) //nolint:gosec // it is the folder of the process that asks
	if err != nil {
		return fmt.Errorf("%s: %w: unset it to search everything", partVariable, err)
	}
	apart := s.Alone()
	apart.Log = os.Stderr
	results, more, err := search(apart, string(part))
	if err != nil {
		return fmt.Errorf("%.40s: %w", part, err)
	}
	text, err := json.Marshal(Part[R]{apart.Figures(), apart.Found(), results, more})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, doneFile), text, 0o600) //nolint:gosec // as above
}
