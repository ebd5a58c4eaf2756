// Command unfinished lists what an update that did not come to its end has left in the state of a stack: deletions that the next update
// carries out without a word in its preview, replacements that are still to be created, operations whose end nobody knows.
//
//	pulumi stack export --stack prod | unfinished
//
// With -tagged it also lists what carries the stack's tags in the account and is not in the state. The file has what `aws
// resourcegroupstaggingapi get-resources` prints, for each region of the stack.
//
//	pulumi stack export --stack prod | unfinished -tagged tagged.json
//
// It prints a list in Markdown with a line for each, and nothing if there is none; with -tagged, also which types it cannot find. It sends nothing
// anywhere.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"legops/internal/unfinished"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "unfinished:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("unfinished", flag.ContinueOnError)
	tagged := flags.String("tagged", "", "also list what carries the stack's tags and is not in the state, of this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: pipe the output of pulumi stack export to it", flags.Arg(0))
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
	text := unfinished.Lines(items)
	if *tagged != "" {
		more, err := strays(state, *tagged)
		if err != nil {
			return err
		}
		text += more
	}
	_, err = fmt.Fprint(out, text)
	return err
}

// strays are the lines for what a file lists, and for what it cannot.
func strays(state []byte, file string) (string, error) {
	lists, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer func() { _ = lists.Close() }() // only read
	found, err := unfinished.Strays(state, lists)
	if err != nil {
		return "", fmt.Errorf("%s: %w", file, err)
	}
	unseen, err := unfinished.Unseen()
	if err != nil {
		return "", err
	}
	return unfinished.StrayLines(found) + "\nNot found this way, since they carry no tags or AWS does not list them: `" + strings.Join(unseen, "`, `") + "`.\n", nil
}
