// Command ages lists what a stack uses whose support ends within 120 days or has ended, by the calendar in internal/ages: see docs/ages.md.
//
//	pulumi stack export --stack prod | ages
//
// With -program it lists instead what the program itself is built and deployed with, by the files of its repository:
//
//	ages -program .
//
// It prints JSON for .github/scripts/ages.mjs: a list, without elements if there is nothing to tell. With -day it answers as it would on that day.
// It sends nothing anywhere.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"legops/internal/ages"
	"legops/internal/ages/inuse"
	"legops/internal/model"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ages:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("ages", flag.ContinueOnError)
	program := flags.String("program", "", "list what the program in this `folder` is built with, in place of a stack")
	on := flags.String("day", "", "the `day` to answer for, such as 2026-12-17; default: today")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: pipe the output of pulumi stack export to it", flags.Arg(0))
	}
	day, err := ages.Day(*on)
	if err != nil {
		return fmt.Errorf("-day: %w", err)
	}
	uses, err := inUse(*program, in)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(ages.Notices(uses, day))
}

// inUse is what the program in a folder, or the stack whose state is read, uses.
func inUse(program string, in io.Reader) ([]ages.Use, error) {
	if program != "" {
		return inuse.Program(os.DirFS(program))
	}
	state, err := io.ReadAll(in)
	if err != nil {
		return nil, err
	}
	if len(state) == 0 {
		return nil, errors.New("no state: pipe the output of pulumi stack export to it")
	}
	graph, err := model.ReadState(state)
	if err != nil {
		return nil, err
	}
	return inuse.Of(graph), nil
}
