// Command prove runs the proofs (docs/proofs.md): each searches all that could break one promise. It prints what each tried and found, and
// fails if it found anything.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"legops/internal/choice"
	"legops/internal/offline"
	"legops/internal/offline/engine"
	"legops/internal/proofs"
	"legops/internal/proofs/faults"
	"legops/internal/proofs/permissions"
	"legops/internal/proofs/reach"
	"legops/internal/proofs/tuning"
)

// all are the proofs, in this order.
var all = []proofs.Proof{tuning.Proof, reach.Proof, permissions.Proof, faults.Proof}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("prove", flag.ContinueOnError)
	only := flags.String("only", "", "run only these proofs, separated by commas: "+strings.Join(names(), ", "))
	seed := flags.Uint64("seed", uint64(time.Now().Unix()), "choose the cases of a sample by this number")
	sample := flags.Float64("sample", 1, "try this share of the cases, more than 0, at most 1")
	stacks := flags.String("stack", "", "search only these stacks, separated by commas, where each is searched for itself: "+strings.Join(proofs.Stacks, ", "))
	keys := flags.String("key", "", "move only these keys of the stack files, separated by commas, with all below them, such as legops:rds; the proof of tuning alone")
	write := flags.Bool("write", false, "write the documents that proofs hold the stacks against, and search nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if !(*sample > 0 && *sample <= 1) {
		return fmt.Errorf("-sample %v: must be more than 0, and at most 1", *sample)
	}
	chosen, err := choice.Among(names(), "only", "proof", *only)
	if err != nil {
		return err
	}
	searched, err := choice.Among(proofs.Stacks, "stack", "stack", *stacks)
	if err != nil {
		return err
	}
	if err := apart(chosen, *stacks); err != nil {
		return err
	}
	root, err := offline.Root()
	if err != nil {
		return err
	}
	moved, err := keysOf(root, *keys, chosen)
	if err != nil {
		return err
	}
	e, err := engine.Open(ctx, root)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, e.Close())
		if refused := e.Refused(); len(refused) > 0 {
			err = errors.Join(err, fmt.Errorf("addresses outside this machine that something tried to reach: %v", refused))
		}
	}()
	_, _ = fmt.Fprintf(out, "seed %d, sample %v\n", *seed, *sample)
	var failed []string
	for _, p := range all {
		if !slices.Contains(chosen, p.Name) {
			continue
		}
		s := &proofs.Search{Root: root, Engine: e, Seed: *seed, Sample: *sample, Stacks: searched, Keys: moved, Log: out}
		do := prove
		if *write {
			do = document
		}
		if err := do(ctx, p, s, out); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		if len(s.Found()) > 0 {
			failed = append(failed, p.Name)
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("not proven: %s; see what was found, above", strings.Join(failed, ", "))
	}
	return nil
}

// apart refuses to search some stacks for a proof of all together.
func apart(chosen []string, stacks string) error {
	for _, p := range all {
		if stacks != "" && p.Together && slices.Contains(chosen, p.Name) {
			return fmt.Errorf("-stack %s: %s searches all stacks together: choose other proofs with -only, or leave -stack out", stacks, p.Name)
		}
	}
	return nil
}

// keysOf are the keys to be moved, which the schema of the repository at root has.
func keysOf(root, asked string, chosen []string) ([]string, error) {
	if asked == "" {
		return nil, nil
	}
	if !slices.Equal(chosen, []string{tuning.Proof.Name}) {
		return nil, fmt.Errorf("-key %s: only the proof of tuning moves keys: add -only %s", asked, tuning.Proof.Name)
	}
	known, err := tuning.Keys(root)
	if err != nil {
		return nil, err
	}
	return choice.Among(known, "key", "key", asked)
}

// prove runs a proof and prints what came of it.
func prove(ctx context.Context, p proofs.Proof, s *proofs.Search, out io.Writer) error {
	_, _ = fmt.Fprintf(out, "\n## %s\n\n%s\n\n", p.Name, p.Claim)
	start, before := time.Now(), used()
	if err := p.Run(ctx, s); err != nil {
		return err
	}
	for _, f := range s.Figures() {
		_, _ = fmt.Fprintf(out, "%8d %s\n", f.Count, f.Of)
	}
	_, _ = fmt.Fprintf(out, "%8.0f seconds, %.0f of processor time\n", time.Since(start).Seconds(), (used() - before).Seconds())
	for _, found := range s.Found() {
		_, _ = fmt.Fprintf(out, "FOUND: %s\n", found)
	}
	return nil
}

// used is the processor time of this process and of those that it has waited for: pulumi-eks, which runs until the end, is not among them.
func used() (total time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err == nil {
			total += time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
		}
	}
	return total
}

func names() (names []string) {
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}

// document writes the document of a proof, if it has one.
func document(ctx context.Context, p proofs.Proof, s *proofs.Search, _ io.Writer) error {
	if p.Write == nil {
		return nil
	}
	return p.Write(ctx, s)
}
