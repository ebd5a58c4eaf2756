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

// with adds an operand or argument; together they are more than a field.
func (e expression) with(operand expression) expression {
	return expression{
		fields: append(e.fields, operand.fields...), aggregates: e.aggregates || operand.aggregates, bare: e.bare || operand.bare,
	}
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

// parser reads the tokens of one command, up to its first mistake.
type parser struct {
	tokens   []token
	position int
	err      error
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

// fail notes a mistake. There is nothing to read behind it.
func (p *parser) fail(format string, arguments ...any) {
	if p.err == nil {
		p.err = fmt.Errorf(format, arguments...)
	}
	p.position = len(p.tokens) - 1
}

// want refuses the next token unless it is there already.
func (p *parser) want(there bool, what string, from page) {
	if there {
		return
	}
	found := "the end of the command"
	if t := p.next(); t.kind != end {
		found = t.text
	}
	p.fail("found %s, expected %s (%s)", found, what, from)
}

// separated reads elements with commas between them.
func (p *parser) separated(element func()) {
	for element(); p.take(","); {
		element()
	}
}

// columns reads expressions with aliases.
func (p *parser) columns() (all []column) {
	p.separated(func() {
		c := column{expression: p.either()}
		if p.take("as") {
			c.alias = p.fieldName("an alias")
		}
		all = append(all, c)
	})
	return all
}

// fieldName reads the name of a field, without backticks.
func (p *parser) fieldName(what string) string {
	word, is := p.takeKind(quoted)
	if !is {
		word, is = p.takeKind(name)
	}
	p.want(is, what, pageSyntax)
	return strings.ReplaceAll(word, "`", "")
}

// operators are the binary ones.
var operators = []string{"or", "and", "=", "!=", "<", "<=", ">", ">=", "=~", "like", "in", "not", "+", "-", "*", "/", "%", "^"}

// either reads operands with operators between them. Which operator binds closer matters to no rule.
func (p *parser) either() expression {
	all := p.negated()
	for p.subtraction(); p.take(operators...); p.subtraction() {
		all = all.with(p.right(p.tokens[p.position-1]))
	}
	return all
}

func (p *parser) negated() expression {
	if p.take("not") {
		return p.negated().with(expression{})
	}
	return p.single()
}

// subtraction refuses a probable name: without backticks detail-type is detail minus type, which is undefined.
func (p *parser) subtraction() {
	if !p.next().is("-") {
		return
	}
	before, after := p.tokens[p.position-1], p.tokens[p.position+1]
	if !p.next().space && !after.space && before.kind == name && after.kind == name {
		p.fail("%s-%s subtracts one field from another: put a single name into backticks, or spaces around the minus (%s)",
			before.text, after.text, pageSyntax)
	}
}

// right reads the right operand.
func (p *parser) right(operator token) expression {
	if operator.is("not") {
		operator = p.next()
		p.want(p.take("like", "in"), "like or in", pageFilter)
	}
	switch {
	case operator.is("and", "or"):
		return p.negated()
	case operator.is("in"):
		p.want(p.take("["), "a list in brackets", pageFilter)
		all, _ := p.list("]")
		return all
	case operator.is("like", "=~"):
		_, isText := p.takeKind(text)
		_, isPattern := p.takeKind(pattern)
		p.want(isText || isPattern, "a text or a regular expression", pageFilter)
		return expression{}
	}
	return p.single()
}

// list reads expressions up to the closing token, and counts them.
func (p *parser) list(closing string) (all expression, count int) {
	for ; p.err == nil && !p.take(closing); count++ {
		p.want(count == 0 || p.take(","), "a comma or "+closing, pageSyntax)
		all = all.with(p.either())
	}
	return all, count
}

func (p *parser) single() expression {
	t := p.next()
	switch {
	case p.take("-"):
		return p.single().with(expression{})
	case p.take("("):
		inner := p.either()
		p.want(p.take(")"), "a closing bracket", pageSyntax)
		return inner.with(expression{})
	case t.kind == text, t.kind == number:
		p.position++
		return expression{}
	case t.kind == name && p.tokens[p.position+1].is("(") && !t.is("and", "or", "not", "in", "like"):
		return p.call()
	case t.kind == quoted, t.kind == name && !t.is("and", "or", "not", "in", "like", "as", "by"):
		field := p.fieldName("a field")
		return expression{fields: []string{field}, field: field, bare: true}
	}
	p.want(false, "a value", pageSyntax)
	return expression{}
}

// call reads a function and its arguments.
func (p *parser) call() expression {
	called := p.next().text
	f, known := functions[strings.ToLower(called)]
	p.position += 2
	if strings.EqualFold(called, "count") {
		p.take("*") // all events, not an argument
	}
	all, count := p.list(")")
	switch {
	case !known:
		p.fail("%s is not a function (%s)", called, pageFunctions)
	case count < f.least || count > f.most:
		p.fail("%s has %d arguments (%s)", called, count, pageFunctions)
	case f.aggregate && all.aggregates:
		p.fail("the argument of %s is already a function over all events (%s)", called, pageStats)
	case strings.EqualFold(called, "bin"):
		return expression{fields: []string{"@timestamp"}, bare: true} // bin groups by @timestamp
	case f.aggregate:
		all.aggregates, all.bare = true, false
	}
	return all
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
