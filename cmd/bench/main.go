// Command bench measures what previews, updates, reviews and builds cost on this machine, and fails if one costs too much. Every limit is
// a ratio to something else that the same run measures (figures.go), in turns, so that other load on the machine affects both. It prints
// Markdown for docs/performance.md.
//
// The working tree, with -base a revision too, and the floor each get a folder and run the commands that a person types there.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"legops/internal/choice"
	"legops/internal/offline"
)

type part struct {
	name string
	run  func(*bench, context.Context) error
}

// parts are what bench measures, in this order.
var parts = []part{
	{"stacks", (*bench).stacks}, {"review", (*bench).review}, {"engine", (*bench).engine}, {"scale", (*bench).scale}, {"build", (*bench).build},
}

// bench is one run.
type bench struct {
	out io.Writer
	// here is the working tree; floor is the same with another program (cmd/bench/floor); base is the revision to compare with, or nil.
	here, floor, base *tree
	// scratch is a folder that the run removes.
	scratch string
	ratios  []ratio
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	revision := flags.String("base", "", "also measure this revision, such as origin/main")
	only := flags.String("only", "", "measure only these parts, separated by commas: "+strings.Join(partNames(), ", "))
	var work inProcess
	flags.IntVar(&work.previews, "previews", 0, "preview dev this many times from nothing with the engine in this process, and measure nothing")
	flags.IntVar(&work.fresh, "fresh", 0, "likewise, deploy dev this many times from nothing")
	flags.IntVar(&work.unchanged, "unchanged", 0, "with -fresh: then update the last deployment this many times")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if work != (inProcess{}) {
		return work.do(ctx)
	}
	chosen, err := choice.Among(partNames(), "only", "part", *only)
	if err != nil {
		return err
	}
	root, err := offline.Root()
	if err != nil {
		return err
	}
	if err := adoptOrphans(); err != nil {
		return err
	}
	return measureAll(ctx, root, *revision, chosen)
}

func partNames() (names []string) {
	for _, part := range parts {
		names = append(names, part.name)
	}
	return names
}

// measureAll measures the chosen parts, and prints the ratios also of a run that fails or is interrupted. It returns an error if a limit is
// exceeded.
func measureAll(ctx context.Context, root, revision string, chosen []string) (err error) {
	b := &bench{out: os.Stdout}
	trees := filepath.Join(root, ".offline", "bench")
	if err := removeTrees(root, trees); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, removeTrees(root, trees)) }()
	b.scratch = filepath.Join(trees, "scratch")
	if err := os.MkdirAll(b.scratch, 0o700); err != nil {
		return err
	}
	if err := b.plant(ctx, root, trees, revision); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(b.out, "Machine: %s\n", machine())
	if b.base != nil {
		_, _ = fmt.Fprintf(b.out, "\nBase: %s\n", b.base.commit)
	}
	_, _ = fmt.Fprint(b.out, "\n", tableHead("Measured", "Of"))
	for _, part := range parts {
		if !slices.Contains(chosen, part.name) {
			continue
		}
		if err = part.run(b, ctx); err != nil {
			err = fmt.Errorf("%s: %w", part.name, err)
			break // what was measured before counts
		}
	}
	_, _ = fmt.Fprint(b.out, "\n", tableHead("Ratio", "Limit"))
	err = errors.Join(err, report(b.out, b.ratios))
	if err != nil || len(chosen) < len(parts) {
		return err
	}
	return unmeasured(b.ratios, b.base != nil)
}

// machine describes the machine of the measurements.
func machine() string {
	model := "unknown processor"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
				model = strings.TrimSpace(value)
			}
		}
	}
	memory := uint64(0)
	var info syscall.Sysinfo_t
	if syscall.Sysinfo(&info) == nil {
		memory = info.Totalram * uint64(info.Unit) >> 30
	}
	return fmt.Sprintf("%s, %d cores, %d GB, %s/%s, %s", model, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH, runtime.Version())
}
