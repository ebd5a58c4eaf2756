package bootstrap_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// statement is a statement of an IAM policy. A single string in place of a list becomes a list of one.
type statement struct {
	sid, effect                                  string
	principals, actions, resources, notResources []string
	conditions                                   map[string]map[string][]string // operator, key, values
	unknown                                      []string                       // unknown elements
}

// statements returns those of a policy document.
func statements(document any) (found []statement) {
	policy, _ := document.(map[string]any)
	list, _ := policy["Statement"].([]any)
	for _, item := range list {
		s := statement{conditions: map[string]map[string][]string{}}
		elements, _ := item.(map[string]any)
		for _, element := range slices.Sorted(maps.Keys(elements)) {
			value := elements[element]
			switch element {
			case "Sid":
				s.sid = fmt.Sprint(value)
			case "Effect":
				s.effect = fmt.Sprint(value)
			case "Action":
				s.actions = texts(value)
			case "Resource":
				s.resources = texts(value)
			case "NotResource":
				s.notResources = texts(value)
			case "Principal":
				s.principals = texts(value)
				if kinds, ok := value.(map[string]any); ok {
					for _, kind := range slices.Sorted(maps.Keys(kinds)) {
						s.principals = append(s.principals, texts(kinds[kind])...)
					}
				}
			case "Condition":
				operators, _ := value.(map[string]any)
				for operator, keys := range operators {
					s.conditions[operator] = map[string][]string{}
					pairs, _ := keys.(map[string]any)
					for key, values := range pairs {
						s.conditions[operator][key] = texts(values)
					}
				}
			default:
				s.unknown = append(s.unknown, element)
			}
		}
		found = append(found, s)
	}
	return found
}

// texts returns the strings of a list, or a single string.
func texts(value any) (found []string) {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		for _, item := range value {
			found = append(found, fmt.Sprint(item))
		}
	}
	return found
}

// like reports whether a text matches one of the patterns, in which * stands for any characters and ? for one.
func like(text string, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		quoted := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern))
		return regexp.MustCompile("^" + quoted + "$").MatchString(text)
	})
}

// request is a call of AWS. It has no principal: the tests evaluate each policy for the role that has it.
type request struct {
	action, resource string
	context          map[string]string // condition keys; a key that the map lacks is absent from the request
}

// operators are the condition operators of IAM that the template uses: the test of a value, and the result for an absent
// one.
var operators = map[string]struct {
	holds  func(value string, wanted []string) bool
	absent bool
}{
	"StringEquals":    {func(value string, wanted []string) bool { return slices.Contains(wanted, value) }, false},
	"StringNotEquals": {func(value string, wanted []string) bool { return !slices.Contains(wanted, value) }, true},
	"StringLike":      {func(value string, wanted []string) bool { return like(value, wanted...) }, false},
	"ArnEquals":       {func(value string, wanted []string) bool { return like(value, wanted...) }, false},
	"ArnNotEquals":    {func(value string, wanted []string) bool { return !like(value, wanted...) }, true},
	"Bool":            {func(value string, wanted []string) bool { return slices.Contains(wanted, value) }, false},
}

// applies reports whether a statement applies to a request.
func (s statement) applies(r request) bool {
	lower := func(list []string) (lowered []string) {
		for _, item := range list {
			lowered = append(lowered, strings.ToLower(item))
		}
		return lowered
	}
	if !like(strings.ToLower(r.action), lower(s.actions)...) {
		return false
	}
	if s.resources != nil && !like(r.resource, s.resources...) || s.notResources != nil && like(r.resource, s.notResources...) {
		return false
	}
	for operator, keys := range s.conditions {
		for key, wanted := range keys {
			value, there := r.context[key]
			switch {
			case operator == "Null":
				if slices.Contains(wanted, "true") == there {
					return false
				}
			case !there && !operators[operator].absent, there && !operators[operator].holds(value, wanted):
				return false
			}
		}
	}
	return true
}

// decide evaluates policies as IAM does: Deny before Allow, and "" if no statement applies.
func decide(policy []statement, r request) string {
	decision := ""
	for _, s := range policy {
		if s.applies(r) {
			if s.effect == "Deny" {
				return "Deny"
			}
			decision = s.effect
		}
	}
	return decision
}
