// Command review reports what a change of this program would do to every account, with the real engine on the simulated
// cloud: review --base origin/main. No AWS account, no credentials, nothing sent outside this machine.
//
// Its exit code is 0 if nothing changes or the changes are safe, 2 if a named person has to approve (the deployment fails, an
// update left unfinished, data at risk, access widened, or a standard broken), and 1 if the review fails.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"legops/internal/ages"
	"legops/internal/offline"
	"legops/internal/review"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the review at once
	code, err := run(ctx, os.Args[1:])
	stop()
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted; nothing is left behind")
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "review:", err)
	}
	os.Exit(code)
}

// formats are the ways to write a report, by name.
var formats = map[string]struct {
	extension string
	of        func(*review.Report) (string, error)
}{
	"markdown": {"md", (*review.Report).Markdown}, "html": {"html", (*review.Report).HTML}, "json": {"json", (*review.Report).JSON},
}

// names are several values of one flag.
type names []string

func (n *names) String() string { return strings.Join(*n, ",") }
func (n *names) Set(value string) error {
	*n = append(*n, value)
	return nil
}

func run(ctx context.Context, args []string) (int, error) {
	flags := flag.NewFlagSet("review", flag.ContinueOnError)
	base := flags.String("base", "", "the revision to compare with, such as origin/main")
	head := flags.String("head", ".", "the revision or folder to review")
	format := flags.String("format", "markdown", "what to print: markdown, html or json")
	output := flags.String("output", "", "a folder in which to also write review.md, review.html and review.json")
	deploy := flags.Bool("deploy", false, "also deploy the head: resolves policies that name new resources, and shows whether the deployment fails")
	on := flags.String("day", "", "the day of the review, such as 2026-12-17: how soon the support of something ends; default: today")
	var stacks, states names
	flags.Var(&stacks, "stack", "a stack to compare; repeatable; default: all stacks of the head")
	flags.Var(&states, "state", "a file with the output of pulumi stack export, whose unfinished updates are told, too; repeatable")
	if err := flags.Parse(args); err != nil {
		return 1, err
	}
	switch {
	case *base == "":
		return 1, errors.New("--base is missing: name the revision to compare with, such as origin/main")
	case flags.NArg() > 0:
		return 1, fmt.Errorf("unexpected argument %q: pass revisions with --base and --head", flags.Arg(0))
	case formats[*format].of == nil:
		return 1, fmt.Errorf("--format %s: must be markdown, html or json", *format)
	}
	day, err := ages.Day(*on)
	if err != nil {
		return 1, fmt.Errorf("--day: %w", err)
	}
	root, err := offline.Root()
	if err != nil {
		return 1, err
	}
	report, err := review.Run(ctx, review.Options{Root: root, Base: *base, Head: *head, Stacks: stacks, States: states, Deploy: *deploy, Day: day, Progress: os.Stderr})
	if err != nil {
		return 1, err
	}
	if *output != "" {
		if err := write(report, *output); err != nil {
			return 1, err
		}
	}
	text, err := formats[*format].of(report)
	if err != nil {
		return 1, err
	}
	fmt.Println(text)
	return report.ExitCode(), nil
}

// write puts the report into a folder in every format.
func write(report *review.Report, folder string) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	for _, format := range formats {
		text, err := format.of(report)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, "review."+format.extension), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
