package rehearsal

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// matchesFilter evaluates a filter pattern of CloudWatch Logs for events in JSON, as far as its user guide describes it ("Filter pattern
// syntax for metric filters") and this platform uses it: = and != with a text, in which * stands for any text at an end, or a number, joined
// by && and ||, which binds less, and parentheses. What does not lead to a text or a number matches nothing.
func matchesFilter(t *testing.T, pattern, event string) bool {
	t.Helper()
	inner, ok := strings.CutPrefix(pattern, "{")
	inner, closed := strings.CutSuffix(inner, "}")
	require.True(t, ok && closed && len(pattern) <= 1024, "a pattern is in braces and has 1,024 characters at most: %s", pattern)
	f := &filter{T: t, tokens: filterToken.FindAllString(inner, -1)}
	decoder := json.NewDecoder(strings.NewReader(event))
	decoder.UseNumber()
	if decoder.Decode(&f.event) != nil {
		return false
	}
	matches := f.or()
	require.Empty(t, f.tokens, "the end of the pattern cannot be read")
	return matches
}

var (
	filterToken    = regexp.MustCompile(`\(|\)|&&|\|\||!=|=|"[^"]*"|[^\s()=!&|]+`)
	filterSelector = regexp.MustCompile(`^\$(\.[A-Za-z0-9_-]+(\[\d+\])*)+$`)
	filterStep     = regexp.MustCompile(`[A-Za-z0-9_-]+|\[\d+\]`)
)

type filter struct {
	*testing.T
	tokens []string
	event  any
}

func (f *filter) next() string {
	require.NotEmpty(f, f.tokens, "the pattern ends too early")
	token := f.tokens[0]
	f.tokens = f.tokens[1:]
	return token
}

func (f *filter) at(token string) bool { return len(f.tokens) > 0 && f.tokens[0] == token }

func (f *filter) or() bool {
	matches := f.and()
	for f.at("||") {
		f.next()
		matches = f.and() || matches
	}
	return matches
}

func (f *filter) and() bool {
	matches := f.condition()
	for f.at("&&") {
		f.next()
		matches = f.condition() && matches
	}
	return matches
}

func (f *filter) condition() bool {
	if f.at("(") {
		f.next()
		matches := f.or()
		require.Equal(f, ")", f.next())
		return matches
	}
	selector, operator, value := f.next(), f.next(), f.next()
	require.Regexp(f, filterSelector, selector)
	require.Contains(f, []string{"=", "!="}, operator)
	its, found := valueAt(f.event, selector)
	if !found {
		return false
	}
	return (operator == "=") == equals(its, value)
}

// valueAt is the text or number that a selector leads to.
func valueAt(event any, selector string) (string, bool) {
	for _, step := range filterStep.FindAllString(strings.TrimPrefix(selector, "$."), -1) {
		switch at := event.(type) {
		case map[string]any:
			event = at[step]
		case []any:
			i, err := strconv.Atoi(strings.Trim(step, "[]"))
			if err != nil || i >= len(at) {
				return "", false
			}
			event = at[i]
		default:
			return "", false
		}
	}
	switch event.(type) {
	case string, json.Number:
		return fmt.Sprint(event), true
	}
	return "", false
}

func equals(its, value string) bool {
	value = strings.Trim(value, `"`)
	tail, open := strings.CutPrefix(value, "*")
	middle, more := strings.CutSuffix(tail, "*")
	switch {
	case value == "*":
		return true
	case open && more:
		return strings.Contains(its, middle)
	case open:
		return strings.HasSuffix(its, tail)
	case more:
		return strings.HasPrefix(its, middle)
	}
	return its == value
}

// The examples of the user guide.
func TestFilter(t *testing.T) {
	const event = `{"user": {"id": 1, "email": "John.Stiles@example.com"}, "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3}],
		"actions": ["GET", "PUT", "DELETE"], "coordinates": [[0, 1, 2], [4, 5, 6]], "sourceIPAddress": "111.111.111.111"}`
	for pattern, matches := range map[string]bool{
		`{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }`:                                             true,
		`{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }`:                                   false,
		`{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch" && $.actions[2] = "nomatch" }`:   true,
		`{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = "nonmatch") && $.actions[2] = "nomatch" }`: false,
		`{ $.sourceIPAddress != "123.123.*" }`:                                                                           true,
		`{ $.sourceIPAddress = "111.*" }`:                                                                                true,
		`{ $.user.email = "*example.com" }`:                                                                              true,
		`{ $.users[2].id = 3 }`:                                                                                          false,
		`{ $.users = 1 }`:                                                                                                false,
		`{ $.users != 1 }`:                                                                                               false, // a list is no value
		`{ $.nothing = "*" }`:                                                                                            false,
		`{ $.coordinates[1][2] = 6 }`:                                                                                    true,
	} {
		assert.Equal(t, matches, matchesFilter(t, pattern, event), pattern)
	}
}
