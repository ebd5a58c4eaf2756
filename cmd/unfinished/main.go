// Command unfinished lists what an update that did not come to its end has left in the state of a stack: deletions that the next update
// carries out without a word in its preview, replacements that are still to be created, operations whose end nobody knows.
//
//	pulumi stack export --stack prod | unfinished
//
// It prints a list in Markdown with a line for each, and nothing if there is none. It sends nothing anywhere.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"legops/internal/unfinished"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "unfinished:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	if len(args) > 0 {
		return fmt.Errorf("unexpected argument %q: pipe the output of pulumi stack export to it", args[0])
	}
	state, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if len(state) == 0 {
		return errors.New("no state: pipe the output of pulumi stack export to it")
	}
	items, err := unfinished.Read(state)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(out, unfinished.Lines(items))
	return err
}
