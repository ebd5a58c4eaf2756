package cloud

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"legops/internal/model"
)

// The kinds of rules. In what a rule says, a path in braces stands for the input there, and empty braces for the values that break
// the rule, one after the other.

var braces = regexp.MustCompile(`\{[^{}]*\}`)

func (e *Entry) breach(says string, values ...any) error {
	return e.refusal("%s", braces.ReplaceAllStringFunc(says, func(braced string) string {
		if path := braced[1 : len(braced)-1]; path != "" || len(values) == 0 {
			return e.in().Sprint(path)
		}
		value := model.Values{"value": values[0]}
		values = values[1:]
		return value.Sprint("value")
	}))
}

// when makes a rule of a mistake in the inputs.
func when(mistake func(in model.Values) bool, says string) rule {
	return whenValues(func(in model.Values) ([]any, bool) { return nil, mistake(in) }, says)
}

// whenValues makes a rule of a mistake in values, which it says: those in effect, where the service has a default for an input that
// is not given.
func whenValues(mistake func(in model.Values) ([]any, bool), says string) rule {
	return func(_ *Provider, e *Entry) error {
		if values, mistaken := mistake(e.in()); mistaken {
			return e.breach(says, values...)
		}
		return nil
	}
}

// given is how many of some inputs are given: the provider takes an empty text and an empty list for none.
func given(in model.Values, paths ...string) int {
	return len(paths) - len(missing(in, paths...))
}

func missing(in model.Values, paths ...string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return in.Text(path) != "" || sizeOf(in.Get(path)) > 0 })
}

// ifGiven makes a rule: some rules hold if an input is given. An empty text is none, see given.
func ifGiven(path string, rules ...rule) rule {
	return func(p *Provider, e *Entry) error {
		if given(e.in(), path) == 0 {
			return nil
		}
		return p.refuseBy(rules, e)
	}
}

// forbids makes a rule: under a condition, none of some inputs is given.
func forbids(condition func(in model.Values) bool, says string, paths ...string) rule {
	return func(_ *Provider, e *Entry) error {
		for _, path := range paths {
			if condition(e.in()) && e.in().Has(path) {
				return e.breach(says, path)
			}
		}
		return nil
	}
}

// elementNames are the inputs that tell the elements of a list apart.
var elementNames = []string{"name", "ruleName", "triggerName", "id"}

// each makes a rule: every object at a path keeps to some rules, which see it in place of the inputs. A refusal names the path and
// the object.
func each(path string, rules ...rule) rule {
	return func(p *Provider, e *Entry) error {
		for _, object := range e.in().Objects(path) {
			element := *e
			element.Inputs = object
			element.part += path
			for _, name := range elementNames {
				if object.Text(name) != "" {
					element.part += fmt.Sprintf(" %q", object.Text(name))
				}
			}
			element.part += ": "
			if err := p.refuseBy(rules, &element); err != nil {
				return err
			}
		}
		return nil
	}
}

// parsed makes a rule: the JSON at a path, a text or a value, can be read, and keeps to some rules, which see it in place of the
// inputs. An empty text cannot be read.
func parsed(path, says string, rules ...rule) rule {
	return func(p *Provider, e *Entry) error {
		if !e.in().Has(path) {
			return nil
		}
		content, err := readJSON(e.in().Get(path))
		if err != nil {
			return e.breach(says, err)
		}
		document := *e
		document.Inputs = content
		return p.refuseBy(rules, &document)
	}
}

// once makes a rule: a value at a path is there only once.
func once(path, says string) rule {
	return func(_ *Provider, e *Entry) error {
		seen := map[string]bool{}
		for _, value := range e.in().All(path) {
			text := fmt.Sprint(value)
			if value != nil && seen[text] {
				return e.breach(says, value)
			}
			seen[text] = true
		}
		return nil
	}
}

// matching makes a rule: every text at a path matches a form.
func matching(path string, form *regexp.Regexp, says string) rule {
	return func(_ *Provider, e *Entry) error {
		for _, text := range e.in().Texts(path) {
			if !form.MatchString(text) {
				return e.breach(says, text)
			}
		}
		return nil
	}
}

// size makes a rule of how many elements a list or characters a text may have.
func size(path string, least, most int, says string) rule {
	return func(_ *Provider, e *Entry) error {
		if n := sizeOf(e.in().Get(path)); n < least || n > most {
			return e.breach(says, n)
		}
		return nil
	}
}

func sizeOf(value any) int {
	switch value := value.(type) {
	case nil:
		return 0
	case string:
		return len(value)
	case []any:
		return len(value)
	case map[string]any:
		return len(value)
	}
	return 1
}

// limit is a number that has bounds.
type limit struct {
	path        string
	least, most float64
}

// within makes a rule of limits: what is given must lie in its bounds.
func within(limits ...limit) rule {
	return func(_ *Provider, e *Entry) error {
		for _, l := range limits {
			if value := e.in().Number(l.path, l.least); value < l.least || value > l.most {
				return e.breach("InvalidParameterValue: "+l.path+" is {}, must be {} to {}", value, l.least, l.most)
			}
		}
		return nil
	}
}

// oneOf makes a rule of the values that an input, or each of a list, may have, if it is given.
func oneOf(path string, allowed ...string) rule {
	return ifGiven(path, mustBeOneOf(path, allowed...))
}

// mustBeOneOf makes a rule of the values that an input, or each of a list, must have.
func mustBeOneOf(path string, allowed ...string) rule {
	return func(_ *Provider, e *Entry) error {
		values := e.in().Texts(path)
		if len(values) == 0 {
			values = []string{""}
		}
		for _, value := range values {
			if !slices.Contains(allowed, value) {
				return e.refusal("InvalidParameterValue: %s is %q, must be one of %s", path, value, strings.Join(allowed, ", "))
			}
		}
		return nil
	}
}

// alone makes a rule: of the resources of a type that use the same by one input, no two have the same in another, if it is given.
func alone(by, path, says string) rule {
	return func(p *Provider, e *Entry) error {
		own := e.in().Get(path)
		if own == nil {
			return nil
		}
		for _, other := range p.record.index.find(byUse(e.Account, e.in().Text(by))) {
			if other.Type == e.Type && other.key() != e.key() && other.in().Get(path) == own {
				return e.breach(says, resource.URN(other.URN).Name())
			}
		}
		return nil
	}
}
