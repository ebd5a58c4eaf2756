package bootstrap_test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"legops/internal/iam"
)

// statement is a statement of an IAM policy.
type statement struct {
	iam.Statement
	unknown []string // elements that the evaluation below does not know
}

// statements returns those of a policy document.
func statements(document any) (found []statement) {
	text, err := json.Marshal(document)
	if err != nil {
		panic(err)
	}
	policy, err := iam.Parse(string(text))
	if err != nil {
		return []statement{{unknown: []string{err.Error()}}}
	}
	members, _ := document.(map[string]any)
	list, _ := members["Statement"].([]any)
	for i, s := range policy.Statement {
		elements, _ := list[i].(map[string]any)
		unknown := slices.DeleteFunc(slices.Sorted(maps.Keys(elements)), func(element string) bool {
			return slices.Contains([]string{"Sid", "Effect", "Principal", "Action", "Resource", "NotResource", "Condition"}, element)
		})
		found = append(found, statement{s, unknown})
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
	if !like(strings.ToLower(r.action), lower(s.Action)...) {
		return false
	}
	if s.Resource != nil && !like(r.resource, s.Resource...) || s.NotResource != nil && like(r.resource, s.NotResource...) {
		return false
	}
	for operator, keys := range s.Condition {
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
			if s.Effect == "Deny" {
				return "Deny"
			}
			decision = s.Effect
		}
	}
	return decision
}
