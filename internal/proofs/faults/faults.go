// Package faults proves that a deployment survives faults: whatever call to the cloud fails, is not answered or is the last of a process, the
// next run converges to what an undisturbed one makes.
package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"legops/internal/offline/cloud"
	"legops/internal/proofs"
)

const name = "faults"

// Proof is the proof.
var Proof = proofs.Proof{
	Name: name,
	Claim: "Whatever call that changes the cloud is refused, not answered or the last of a process: the next run converges to what an undisturbed one " +
		"makes, with nothing orphaned, made twice or left pending.",
	Run: run,
}

// run lets each call of each operation of each stack meet each fault. A sample takes one fault for one operation of one stack, and of its calls
// so many that they are that share of all.
func run(ctx context.Context, s *proofs.Search) (err error) {
	if s.Sample == 1 {
		return each(ctx, s)
	}
	random := s.Random("faults")
	stack := proofs.Stacks[random.IntN(len(proofs.Stacks))]
	t, err := newTarget(ctx, s.Engine, s.Root, stack)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	o := operations[random.IntN(len(operations))]
	want, err := t.undisturbed(ctx, o)
	if err != nil {
		return fmt.Errorf("%s, %s: %w", t.name, o.name, err)
	}
	f := faults[random.IntN(len(faults))]
	for !f.strikes(o) {
		f = faults[random.IntN(len(faults))]
	}
	share := s.Sample * float64(len(proofs.Stacks)*len(operations)*len(faults))
	spares := func(c cloud.Call) bool { return s.Random(fmt.Sprint(o.name, c)).Float64() >= share }
	return t.search(ctx, s, o, f, want, spares)
}

// strikes says whether a fault can meet an operation.
func (f fault) strikes(o operation) bool { return o.runsProgram || f.name != "program killed" }

// search lets the calls of an operation meet a fault, except for those that are spared.
func (t *target) search(ctx context.Context, s *proofs.Search, o operation, f fault, want *undisturbed, spares func(cloud.Call) bool) error {
	start, foundBefore := time.Now(), len(s.Found())
	stack, err := o.from(t)
	if err != nil {
		return err
	}
	stack.Unbounded()
	if t.seams.stack != nil {
		t.seams.stack(stack)
	}
	w := newWaves(stack, f, spares)
	w.cloud = t.seams.cloud
	find := func(format string, args ...any) {
		found := fmt.Sprintf("%s, %s, %s: ", t.name, o.name, f.name) + fmt.Sprintf(format, args...)
		s.Find("%s", found)
		if s.Log != nil { // a search that is broken off keeps what it found
			_, _ = fmt.Fprintf(s.Log, "found: %s\n", found)
		}
	}
	for {
		struck, failed := w.run(func() error { return o.do(ctx, t, stack) })
		if err := ctx.Err(); err != nil {
			return err
		}
		if len(struck) == 0 {
			if failed != nil {
				find("the run after wave %d fails without a fault: %v", w.wave-1, failed)
			}
			if failed == nil && w.sparedNow() > 0 {
				continue // see undisturbed
			}
			break
		}
		s.Count("runs that met a fault", 1)
		if f.answer != nil {
			for _, call := range struck {
				if failed == nil || !strings.Contains(failed.Error(), string(call.URN)) {
					find("wave %d: the run says nothing of the failed %s of %s", w.wave, call.Op, call.URN)
				}
			}
		}
		if !f.cli { // a CLI that was killed says nothing
			for _, line := range unexplained(failed, struck) {
				find("wave %d: what met no fault fails, too: %s", w.wave, line)
			}
		}
		if !o.runsProgram && s.Random(fmt.Sprint("undo", t.name, f.name, w.wave)).Float64() < t.undone {
			if err := t.undo(ctx, s, o, w, want, find); err != nil {
				return err
			}
		}
		if err := t.recover(ctx, s, o, w, want.leaves, find); err != nil {
			return err
		}
		if s.Random(fmt.Sprint("next", t.name, o.name, f.name, w.wave)).Float64() < t.converging {
			t.converges(ctx, s, o, w, want.leaves, find)
		}
	}
	s.Count("calls: "+f.name, len(w.struck))
	there, err := read(ctx, stack)
	if err != nil {
		return err
	}
	for _, d := range there.differences(want.leaves) {
		find("%s", d)
	}
	met := func(c cloud.Call) bool { return w.struck[c] > 0 || w.spared[c] > 0 }
	for call := range want.calls {
		if !met(call) {
			find("%s of %s was never asked for", call.Op, call.URN)
		}
	}
	for _, calls := range []map[cloud.Call]int{w.struck, w.spared} {
		for call, wave := range calls {
			if !want.calls[call] {
				find("wave %d: %s of %s %s, which an undisturbed run does not ask for", wave, call.Op, call.URN, call.ID)
			}
		}
	}
	if s.Log != nil {
		_, _ = fmt.Fprintf(s.Log, "%s, %s, %s: %d calls in %d runs, %.0f s, %d found\n",
			t.name, o.name, f.name, len(w.struck), w.wave-1, time.Since(start).Seconds(), len(s.Found())-foundBefore)
	}
	return nil
}

// unexplained are the failures of a run of what met no fault in it.
func unexplained(failed error, struck []cloud.Call) (lines []string) {
	if failed == nil {
		return nil
	}
	met := map[string]bool{}
	for _, call := range struck {
		met[string(call.URN)] = true
	}
	for line := range strings.Lines(failed.Error()) {
		if urn, _, _ := strings.Cut(line, " "); strings.HasPrefix(urn, "urn:") && !met[urn] {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

// converges performs the operation on a copy of the stack without any further fault: then all is as it should be.
func (t *target) converges(ctx context.Context, s *proofs.Search, o operation, w *waves, want *standing, find func(string, ...any)) {
	s.Count("next runs without a fault", 1)
	there, err := func() (*standing, error) {
		stack, err := w.stack.Copy()
		if err != nil {
			return nil, err
		}
		for range 2 { // as in undisturbed
			if err := o.do(ctx, t, stack); err != nil {
				return nil, err
			}
		}
		return read(ctx, stack)
	}()
	if err != nil {
		find("wave %d, the next run: %v", w.wave, err)
		return
	}
	for _, d := range there.differences(want) {
		find("wave %d, after the next run: %s", w.wave, d)
	}
}
