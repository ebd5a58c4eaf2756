package insights

import (
	"errors"
	"fmt"
	"strings"
)

// expression is what the rules need to know about an expression.
type expression struct {
	// fields are the names that it reads, without backticks.
	fields []string
	// aggregates says that it contains a function of stats; bare, that it has a field outside of any such function.
	aggregates, bare bool
	// field is the name if the expression is only a field.
	field string
}

// add adds an operand or argument.
func (e *expression) add(operand expression) {
	e.fields = append(e.fields, operand.fields...)
	e.aggregates, e.bare = e.aggregates || operand.aggregates, e.bare || operand.bare
}

// column is an expression and its name: its alias, or its own if it is a field. Nothing can refer to another expression
// without an alias.
type column struct {
	expression

	alias string
}

func (c column) name() string {
	if c.alias != "" {
		return c.alias
	}
	return c.field
}

// parser reads the tokens of one command.
type parser struct {
	tokens   []token
	position int
}

func (p *parser) next() token { return p.tokens[p.position] }

// take consumes the next token if it is one of the texts.
func (p *parser) take(texts ...string) bool {
	if p.next().is(texts...) {
		p.position++
		return true
	}
	return false
}

func (p *parser) takeKind(k kind) (string, bool) {
	if t := p.next(); t.kind == k {
		p.position++
		return t.text, true
	}
	return "", false
}

// unexpected returns the error that the next token is not the expected one.
func (p *parser) unexpected(want string, from page) error {
	found := "the end of the command"
	if t := p.next(); t.kind != end {
		found = t.text
	}
	return fmt.Errorf("found %s, expected %s (%s)", found, want, from)
}

// done refuses further tokens.
func (p *parser) done(from page) error {
	if p.next().kind != end {
		return p.unexpected("the end of the command", from)
	}
	return nil
}

// columns reads expressions with aliases, separated by commas.
func (p *parser) columns() ([]column, error) {
	var all []column
	for {
		e, err := p.either()
		if err != nil {
			return nil, err
		}
		c := column{expression: e}
		if p.take("as") {
			if c.alias, err = p.fieldName("an alias"); err != nil {
				return nil, err
			}
		}
		if all = append(all, c); !p.take(",") {
			return all, nil
		}
	}
}

// fieldName reads the name of a field, without backticks.
func (p *parser) fieldName(want string) (string, error) {
	if word, is := p.takeKind(quoted); is {
		return strings.ReplaceAll(word, "`", ""), nil
	}
	if word, is := p.takeKind(name); is {
		return word, nil
	}
	return "", p.unexpected(want, pageSyntax)
}

// operators are the binary ones, from the lowest precedence.
var operators = [][]string{{"or"}, {"and"}, {"=", "!=", "<", "<=", ">", ">=", "=~", "like", "in", "not"}, {"+", "-"}, {"*", "/", "%"}, {"^"}}

// comparisons is the index of the comparison operators.
const comparisons = 2

func (p *parser) either() (expression, error) { return p.binary(0) }

func (p *parser) binary(level int) (expression, error) {
	if level == len(operators) {
		return p.single()
	}
	if level == comparisons && p.take("not") {
		return p.whole(p.binary(level))
	}
	left, err := p.binary(level + 1)
	if err != nil {
		return left, err
	}
	for p.next().is(operators[level]...) {
		if err := p.subtraction(); err != nil {
			return left, err
		}
		p.position++
		right, err := p.right(level)
		if err != nil {
			return left, err
		}
		left.add(right)
		left.field = ""
	}
	return left, nil
}

// whole marks an expression as more than a field.
func (p *parser) whole(e expression, err error) (expression, error) {
	e.field = ""
	return e, err
}

// subtraction refuses a probable name: without backticks detail-type is detail minus type, which is undefined.
func (p *parser) subtraction() error {
	before, after := p.tokens[p.position-1], p.tokens[p.position+1]
	if p.next().is("-") && !p.next().space && !after.space && before.kind == name && after.kind == name {
		return fmt.Errorf("%s-%s subtracts one field from another: put a single name into backticks, or spaces around the minus (%s)",
			before.text, after.text, pageSyntax)
	}
	return nil
}

// right reads the right operand.
func (p *parser) right(level int) (expression, error) {
	if level != comparisons {
		return p.binary(level + 1)
	}
	operator := p.tokens[p.position-1]
	if operator.is("not") {
		operator = p.next()
		if !p.take("like", "in") {
			return expression{}, p.unexpected("like or in", pageFilter)
		}
	}
	switch {
	case operator.is("in"):
		if p.take("[") {
			all, _, err := p.list("]")
			return all, err
		}
		return expression{}, p.unexpected("a list in brackets", pageFilter)
	case operator.is("like", "=~"):
		_, isText := p.takeKind(text)
		if !isText {
			if _, isPattern := p.takeKind(pattern); !isPattern {
				return expression{}, p.unexpected("a text or a regular expression", pageFilter)
			}
		}
		return expression{}, nil
	}
	return p.binary(level + 1)
}

// list reads expressions up to the closing token, and counts them.
func (p *parser) list(closing string) (all expression, count int, err error) {
	for ; !p.take(closing); count++ {
		if count > 0 && !p.take(",") {
			return all, count, p.unexpected("a comma or "+closing, pageSyntax)
		}
		element, err := p.either()
		if err != nil {
			return all, count, err
		}
		all.add(element)
	}
	return all, count, nil
}

func (p *parser) single() (expression, error) {
	t := p.next()
	switch {
	case t.is("-"):
		p.position++
		return p.whole(p.single())
	case t.is("("):
		p.position++
		inner, err := p.either()
		if err == nil && !p.take(")") {
			err = p.unexpected("a closing bracket", pageSyntax)
		}
		return p.whole(inner, err)
	case t.kind == text, t.kind == number:
		p.position++
		return expression{}, nil
	case t.kind == name && p.tokens[p.position+1].is("(") && !t.is("and", "or", "not", "in", "like"):
		return p.call()
	case t.kind == quoted, t.kind == name && !t.is("and", "or", "not", "in", "like", "as", "by"):
		field, err := p.fieldName("a field")
		return expression{fields: []string{field}, field: field, bare: true}, err
	}
	return expression{}, p.unexpected("a value", pageSyntax)
}

// call reads a function and its arguments.
func (p *parser) call() (expression, error) {
	called := p.next().text
	f, known := functions[strings.ToLower(called)]
	p.position += 2
	if strings.EqualFold(called, "count") {
		p.take("*") // all events, not an argument
	}
	all, count, err := p.list(")")
	if err != nil {
		return all, err
	}
	switch {
	case !known:
		return all, fmt.Errorf("%s is not a function (%s)", called, pageFunctions)
	case count < f.least || count > f.most:
		return all, fmt.Errorf("%s has %d arguments (%s)", called, count, pageFunctions)
	case f.aggregate && all.aggregates:
		return all, fmt.Errorf("the argument of %s is already a function over all events (%s)", called, pageStats)
	case strings.EqualFold(called, "bin"):
		all = expression{fields: []string{"@timestamp"}, bare: true} // bin groups by @timestamp
	case f.aggregate:
		all.aggregates, all.bare = true, false
	}
	return all, nil
}

// commands returns the tokens of each command of a query.
func commands(tokens []token) ([][]token, error) {
	var all [][]token
	from := 0
	for i, t := range tokens {
		if t.kind != end && !t.is("|") {
			continue
		}
		if i == from {
			return nil, errors.New("a command is missing before or after a pipe (" + string(pageSyntax) + ")")
		}
		all = append(all, append(tokens[from:i:i], token{kind: end}))
		from = i + 1
	}
	return all, nil
}
