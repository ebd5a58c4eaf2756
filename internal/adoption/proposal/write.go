package proposal

import (
	"fmt"
	"io"
	"strings"
)

// Write writes a proposal as a part of a stack file, with what a person has to know as comments.
func (p *Proposal) Write(out io.Writer) error {
	var b strings.Builder
	if len(p.Edits) > 0 {
		b.WriteString("# First, in the stack file:\n")
		for _, e := range p.Edits {
			fmt.Fprintf(&b, "#   %s: %s (%s)\n", e.Key, e.Value, e.Because)
		}
	}
	if len(p.Lines) == 0 {
		b.WriteString("# Nothing can be adopted.\n")
	} else {
		b.WriteString("  legops:adopt:\n")
	}
	for _, line := range p.Lines {
		fmt.Fprintf(&b, "    # %s.\n", line.Because)
		for _, unsure := range line.Unsure {
			fmt.Fprintf(&b, "    # Look: %s.\n", unsure)
		}
		fmt.Fprintf(&b, "    %s: %s\n", line.Name, line.ID)
	}
	if len(p.Left) > 0 {
		b.WriteString("# Not adopted, and not touched:\n")
	}
	for _, left := range p.Left {
		called := ""
		if left.Name != left.ID {
			called = " (" + left.Name + ")"
		}
		fmt.Fprintf(&b, "#   %s %s%s, %s: %s.\n", kind(left.Type), left.ID, called, left.Region, left.Why)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// kind is a type as people say it, such as Bucket.
func kind(token string) string {
	return strings.TrimSuffix(token[strings.LastIndexByte(token, ':')+1:], "V2")
}
