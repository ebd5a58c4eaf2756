package insights

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	// mostStats is the largest number of stats in a query (pageStats; newer copies of the page allow ten).
	mostStats = 2
	// mostRows is the largest limit, and its default (pageLimit).
	mostRows = 10000
)

// Check returns the mistakes in a query, each with its command and the page of AWS with the rule; nil if there is none. The
// query may begin with SOURCE, as on a dashboard.
func Check(query string) error {
	tokens, err := lex(query)
	if err != nil {
		return err
	}
	all, err := commands(tokens)
	if err != nil {
		return err
	}
	c := &check{}
	for i, command := range all {
		if command[0].is("stats") {
			c.lastStats = i
		}
	}
	for i, command := range all {
		c.index, c.parser = i, parser{tokens: command, position: 1}
		c.one()
	}
	return errors.Join(c.problems...)
}

// check is the state of the rules between commands, and the parser of the current one.
type check struct {
	parser

	problems []error
	// index is the number of the current command.
	index int
	// lastStats is the number of the last stats command; 0 if there is none, or if it is the first.
	lastStats int
	stats     int
	dedup     bool
	displayed bool
	// known are the names that a command may refer to, nil as long as that is any field of an event; counted those that
	// the first stats defines.
	known, counted map[string]bool
}

func (c *check) report(format string, arguments ...any) {
	var words []string
	for _, t := range c.tokens[:min(len(c.tokens)-1, 6)] {
		words = append(words, t.text)
	}
	c.problems = append(c.problems, fmt.Errorf("command %d, %q: %w", c.index+1, strings.Join(words, " "), fmt.Errorf(format, arguments...)))
}

// readers are the known commands, in lower case, each with the function that reads the rest of it and the page of AWS with its
// rules.
var readers = map[string]struct {
	read func(*check)
	from page
}{
	"source": {(*check).source, pageSource}, "fields": {(*check).fields, pageFields}, "display": {(*check).display, pageDisplay},
	"filter": {(*check).filter, pageFilter}, "parse": {(*check).parse, pageParse}, "stats": {(*check).count, pageStats},
	"sort": {(*check).sort, pageSort}, "limit": {(*check).limit, pageLimit}, "dedup": {(*check).deduplicate, pageDedup},
}

func (c *check) one() {
	word := strings.ToLower(c.tokens[0].text)
	if c.dedup && word != "limit" {
		c.report("only limit may follow dedup: move the command before it (%s)", pageDedup)
	}
	if c.index < c.lastStats && (word == "sort" || word == "limit") {
		c.report("sort and limit must come after the last stats (%s)", pageStats)
	}
	reader, known := readers[word]
	if !known || c.tokens[0].kind != name {
		c.report("unknown command: use one of %s, or add its rules to internal/insights (%s)",
			strings.Join(slices.Sorted(maps.Keys(readers)), ", "), pageSyntax)
		return
	}
	before := len(c.problems)
	reader.read(c)
	c.want(c.next().kind == end, "the end of the command", reader.from)
	if c.err != nil { // what the rules say of a command that cannot be read may follow from that alone
		c.problems = c.problems[:before]
		c.report("%w", c.err)
	}
}

// refer reports undefined fields. own are the names that the command itself defines: it cannot refer to them (believed: no
// page says so, and no example does it).
func (c *check) refer(fields []string, own map[string]bool) {
	for _, field := range fields {
		switch {
		case own[field] && (c.known == nil || !c.known[field]):
			c.report("%s is defined in this same command: refer to it in a later one", field)
		case c.known != nil && !c.known[field]:
			c.report("%s is undefined after stats, which defines only %s (%s)", field, strings.Join(slices.Sorted(maps.Keys(c.known)), ", "), pageStats)
		}
	}
}

// define adds names to those that may be referred to.
func (c *check) define(names map[string]bool) {
	if c.known != nil {
		maps.Copy(c.known, names)
	}
}

// aliases returns the aliases of columns.
func aliases(columns []column) map[string]bool {
	named := map[string]bool{}
	for _, column := range columns {
		if column.alias != "" {
			named[column.alias] = true
		}
	}
	return named
}

func (c *check) source() {
	if c.index > 0 {
		c.report("SOURCE must be the first command (%s)", pageSource)
	}
	_, is := c.takeKind(text)
	c.want(is, "a log group in quotes", pageSource)
}

// fields reads columns without aggregates.
func (c *check) fields() {
	columns := c.columns()
	own := aliases(columns)
	for _, column := range columns {
		c.refer(column.fields, own)
		if column.aggregates {
			c.report("a function over all events is allowed only in stats (%s)", pageStats)
		}
	}
	c.define(own)
}

func (c *check) display() {
	if c.displayed {
		c.report("only the last display of a query takes effect: use one (%s)", pageDisplay)
	}
	c.displayed = true
	c.fields()
}

func (c *check) filter() {
	condition := c.either()
	c.refer(condition.fields, nil)
	if condition.aggregates {
		c.report("a function over all events is allowed only in stats: give it an alias there (%s)", pageStats)
	}
}

var group = regexp.MustCompile(`\(\?<([A-Za-z0-9]+)>`)

// parse splits a field: by a text with a star for each name after as, or by a regular expression with named groups.
func (c *check) parse() {
	c.refer([]string{c.fieldName("a field")}, nil)
	names := map[string]bool{}
	defer c.define(names)
	if expression, is := c.takeKind(pattern); is {
		for _, g := range group.FindAllStringSubmatch(expression, -1) {
			names[g[1]] = true
		}
		if len(names) == 0 {
			c.report("the regular expression has no named group, such as (?<status>...) (%s)", pageParse)
		}
		return
	}
	glob, is := c.takeKind(text)
	c.want(is, "a text or a regular expression", pageParse)
	c.want(c.take("as"), "as", pageParse)
	c.separated(func() { names[c.fieldName("an alias")] = true })
	if stars := strings.Count(glob, "*"); stars != len(names) {
		c.report("there are %d stars for %d names (%s)", stars, len(names), pageParse)
	}
}

// count reads stats. Later commands see only what it defines, and a second stats only what the first defines, not the
// names of commands between them.
func (c *check) count() {
	if c.stats++; c.stats > mostStats {
		c.report("a query may have %d stats, this is number %d (%s)", mostStats, c.stats, pageStats)
	}
	columns := c.columns()
	var by []column
	if c.take("by") {
		by = c.columns()
	}
	if c.counted != nil {
		c.known = maps.Clone(c.counted)
	}
	all := slices.Concat(columns, by)
	own, defined := aliases(all), map[string]bool{}
	for _, column := range columns {
		if !column.aggregates || column.bare {
			c.report("each value of stats must come from a function over all events, such as max(x) (%s)", pageStats)
		}
	}
	for _, column := range by {
		if column.aggregates {
			c.report("by groups events by their fields, not by a function over all of them (%s)", pageStats)
		}
	}
	for _, column := range all {
		c.refer(column.fields, own)
		if column.name() != "" {
			defined[column.name()] = true
		}
	}
	c.known = defined
	if c.counted == nil {
		c.counted = maps.Clone(defined)
	}
}

func (c *check) sort() {
	c.separated(func() {
		c.refer(c.either().fields, nil)
		c.take("asc", "desc")
	})
}

func (c *check) limit() {
	digits, is := c.takeKind(number)
	c.want(is, "a number", pageLimit)
	if rows, err := strconv.Atoi(digits); err != nil || rows < 1 || rows > mostRows {
		c.report("limit is %s, must be 1 to %d (%s)", digits, mostRows, pageLimit)
	}
}

func (c *check) deduplicate() {
	c.dedup = true
	c.separated(func() { c.refer([]string{c.fieldName("a field")}, nil) })
}
