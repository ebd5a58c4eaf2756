package stacks

import (
	"strings"
	"unicode"
)

// migrations refuses a program whose name has a space: it would be looked for under the whole line, since there is no shell.
func migrations(c *checker) {
	for i, a := range c.Applications {
		if a.Migrate == nil || len(a.Migrate.Command) == 0 {
			continue
		}
		program := string(a.Migrate.Command[0])
		if words := strings.Fields(program); strings.ContainsFunc(program, unicode.IsSpace) {
			fix := "write the program, and each argument as an element of its own"
			if len(words) > 1 {
				fix += `, such as ["` + strings.Join(words, `", "`) + `"]`
			}
			c.report(element(element("applications", i)+".migrate.command", 0), program, "the first word is the program, and has a space; there is no shell", fix)
		}
	}
}
