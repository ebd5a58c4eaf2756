package insights

import (
	"fmt"
	"regexp"
	"strings"
)

// kind is the type of a token.
type kind int

const (
	end      kind = iota
	name          // of a field, a command or a function, or a word such as as and by
	quoted        // a name in backticks
	text          // in quotes
	pattern       // a regular expression between slashes
	number        // with a unit, such as 5m, if it is a period
	operator      // and punctuation
)

// token is a token of a query. space says that white space precedes it.
type token struct {
	kind  kind
	text  string
	space bool
}

func (t token) is(texts ...string) bool {
	for _, text := range texts {
		if t.kind == operator && t.text == text || t.kind == name && strings.EqualFold(t.text, text) {
			return true
		}
	}
	return false
}

// forms are the patterns of tokens, in the order in which lex tries them. A name has letters, digits, underscores, @ and
// dots; a field's name with any other character needs backticks (pageSyntax).
var forms = []struct {
	kind kind
	form *regexp.Regexp
}{
	{quoted, regexp.MustCompile("^(?:[A-Za-z_@][A-Za-z0-9_@]*\\.)*`[^`]+`")},
	{name, regexp.MustCompile(`^[A-Za-z_@][A-Za-z0-9_@.]*`)},
	{number, regexp.MustCompile(`^[0-9]+(?:\.[0-9]+)?[a-z]*`)},
	{text, regexp.MustCompile(`^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`)},
	{operator, regexp.MustCompile(`^(?:!=|<=|>=|=~|[=<>+\-*/^%()\[\],|])`)},
}

var regularExpression = regexp.MustCompile(`^/(?:[^/\\]|\\.)+/`)

// lex splits a query into tokens. A slash begins a regular expression after like, =~ and the field of parse; elsewhere it divides.
func lex(query string) ([]token, error) {
	var tokens []token
	rest := query
	for {
		trimmed := strings.TrimLeft(rest, " \t\n")
		space := len(trimmed) < len(rest)
		if rest = trimmed; rest == "" {
			return append(tokens, token{kind: end, space: space}), nil
		}
		found := token{space: space}
		if matched := regularExpression.FindString(rest); matched != "" && expectsPattern(tokens) {
			found.kind, found.text = pattern, matched
		}
		for _, f := range forms {
			if matched := f.form.FindString(rest); found.text == "" && matched != "" {
				found.kind, found.text = f.kind, matched
			}
		}
		if found.text == "" {
			return nil, fmt.Errorf("no token begins with %q: a quote or a backtick is not closed, or a field's name needs backticks (%s)", cut(rest), pageSyntax)
		}
		tokens, rest = append(tokens, found), rest[len(found.text):]
	}
}

func expectsPattern(before []token) bool {
	last := len(before) - 1
	return last >= 0 && before[last].is("like", "=~") || last >= 1 && before[last-1].is("parse")
}

// cut returns the beginning of a long text.
func cut(s string) string { return s[:min(len(s), 40)] }
