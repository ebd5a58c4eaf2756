package insights

import (
	"errors"
	"fmt"
	"strings"
)

// expression is what the rules want to know of one.
type expression struct {
	// fields are the names that it reads, without backticks.
	fields []string
	// aggregates says that a function of stats is in it; bare, that a field stands in it outside of any such function.
	aggregates, bare bool
	// field is the name if it is a field and nothing else.
	field string
}

// add takes in a part.
func (e *expression) add(part expression) {
	e.fields = append(e.fields, part.fields...)
	e.aggregates, e.bare = e.aggregates || part.aggregates, e.bare || part.bare
}

// column is an expression, and the name it goes by: its alias, or its own if it is a field. An expression without alias
// has a name that nothing can refer to.
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
	tokens []token
	at     int
}

func (p *parser) next() token { return p.tokens[p.at] }

// take moves on if the next token is one of the texts.
func (p *parser) take(texts ...string) bool {
	if p.next().is(texts...) {
		p.at++
		return true
	}
	return false
}

func (p *parser) takeKind(k kind) (string, bool) {
	if t := p.next(); t.kind == k {
		p.at++
		return t.text, true
	}
	return "", false
}

// unexpected says what stands where something else should.
func (p *parser) unexpected(want string, from page) error {
	found := "the end of the command"
	if t := p.next(); t.kind != end {
		found = t.text
	}
	return fmt.Errorf("%s stands where %s should (%s)", found, want, from)
}

// done refuses what is left over.
func (p *parser) done(from page) error {
	if p.next().kind != end {
		return p.unexpected("the end of the command", from)
	}
	return nil
}

// columns are expressions with aliases, separated by commas.
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

// fieldName is the name of a field, without backticks.
func (p *parser) fieldName(want string) (string, error) {
	if word, is := p.takeKind(quoted); is {
		return strings.ReplaceAll(word, "`", ""), nil
	}
	if word, is := p.takeKind(name); is {
		return word, nil
	}
	return "", p.unexpected(want, pageSyntax)
}

// operators are the binary ones, from those that bind least.
var operators = [][]string{{"or"}, {"and"}, {"=", "!=", "<", "<=", ">", ">=", "=~", "like", "in", "not"}, {"+", "-"}, {"*", "/", "%"}, {"^"}}

// comparisons is where operators compare.
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
		p.at++
		right, err := p.right(level)
		if err != nil {
			return left, err
		}
		left.add(right)
		left.field = ""
	}
	return left, nil
}

// whole forgets that an expression is a field and nothing else.
func (p *parser) whole(e expression, err error) (expression, error) {
	e.field = ""
	return e, err
}

// subtraction refuses what was meant as one name: without backticks detail-type is detail less type, which is nothing.
func (p *parser) subtraction() error {
	before, after := p.tokens[p.at-1], p.tokens[p.at+1]
	if p.next().is("-") && !p.next().space && !after.space && before.kind == name && after.kind == name {
		return fmt.Errorf("%s-%s is one field less another: put the name of one field into backticks, or blanks around the minus (%s)",
			before.text, after.text, pageSyntax)
	}
	return nil
}

// right is what follows an operator.
func (p *parser) right(level int) (expression, error) {
	if level != comparisons {
		return p.binary(level + 1)
	}
	operator := p.tokens[p.at-1]
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

// list is expressions up to what closes them, and how many they are.
func (p *parser) list(closing string) (all expression, count int, err error) {
	for ; !p.take(closing); count++ {
		if count > 0 && !p.take(",") {
			return all, count, p.unexpected("a comma or "+closing, pageSyntax)
		}
		part, err := p.either()
		if err != nil {
			return all, count, err
		}
		all.add(part)
	}
	return all, count, nil
}

func (p *parser) single() (expression, error) {
	t := p.next()
	switch {
	case t.is("-"):
		p.at++
		return p.whole(p.single())
	case t.is("("):
		p.at++
		inner, err := p.either()
		if err == nil && !p.take(")") {
			err = p.unexpected("a closing bracket", pageSyntax)
		}
		return p.whole(inner, err)
	case t.kind == text, t.kind == number:
		p.at++
		return expression{}, nil
	case t.kind == name && p.tokens[p.at+1].is("(") && !t.is("and", "or", "not", "in", "like"):
		return p.call()
	case t.kind == quoted, t.kind == name && !t.is("and", "or", "not", "in", "like", "as", "by"):
		field, err := p.fieldName("a field")
		return expression{fields: []string{field}, field: field, bare: true}, err
	}
	return expression{}, p.unexpected("a value", pageSyntax)
}

// call is a function and its arguments.
func (p *parser) call() (expression, error) {
	called := p.next().text
	f, known := functions[strings.ToLower(called)]
	p.at += 2
	if strings.EqualFold(called, "count") {
		p.take("*") // of all events: no argument
	}
	all, count, err := p.list(")")
	if err != nil {
		return all, err
	}
	switch {
	case !known:
		return all, fmt.Errorf("%s is no function (%s)", called, pageFunctions)
	case count < f.least || count > f.most:
		return all, fmt.Errorf("%s has %d arguments (%s)", called, count, pageFunctions)
	case f.aggregate && all.aggregates:
		return all, fmt.Errorf("%s of what is counted over all events already (%s)", called, pageStats)
	case strings.EqualFold(called, "bin"):
		all = expression{fields: []string{"@timestamp"}, bare: true} // of which it is the beginning of a period
	case f.aggregate:
		all.aggregates, all.bare = true, false
	}
	return all, nil
}

// commands are the tokens of each command of a query.
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
