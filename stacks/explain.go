package stacks

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// finding is a problem with the form of the document, and its path.
type finding struct {
	Problem
	path []string
	// silent is set if another finding already reports it.
	silent bool
}

// checkForm checks the document against the schema.
func checkForm(document map[string]any) []finding {
	var invalid *jsonschema.ValidationError
	if err := schema().compiled.Validate(document); !errors.As(err, &invalid) {
		return nil
	}
	var findings []finding
	var collect func(*jsonschema.ValidationError)
	collect = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			findings = append(findings, explain(document, e)...)
			return
		}
		for _, cause := range e.Causes {
			collect(cause)
		}
	}
	collect(invalid)
	return silenceMisspelled(findings)
}

// explain turns one violated keyword of the schema into findings.
func explain(document map[string]any, e *jsonschema.ValidationError) []finding {
	path := e.InstanceLocation
	here := schema().nodeAt(path)
	value := lookup(document, path)
	one := func(rule, fix string) []finding {
		return []finding{{Problem: Problem{Key: showPath(path), Value: show(value), Rule: rule, Fix: fix}, path: path}}
	}
	write := "write " + here.expectation()

	switch k := e.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return each(path, k.Properties, func(key string) (string, string) { return "unknown key", unknownFix(here, key) })
	case *kind.Required:
		return each(path, k.Missing, func(key string) (string, string) {
			return missing, "add " + schema().nodeAt(append(slices.Clone(path), key)).expectation()
		})
	case *kind.Type:
		return one(fmt.Sprintf("must be %s, is %s", typeNames[here.Type], typeOf(value)), write)
	case *kind.Enum:
		if text, ok := value.(string); ok {
			if name := nearest(text, texts(here.Enum)); name != "" {
				return one("unknown "+here.what(), didYouMean(name))
			}
		}
		return one("unknown "+here.what(), write)
	case *kind.Pattern:
		return one("malformed", write)
	case *kind.Minimum:
		return one("below the minimum of "+k.Want.RatString(), write)
	case *kind.Maximum:
		return one("above the maximum of "+k.Want.RatString(), write)
	case *kind.MinItems:
		return one(fmt.Sprintf("has %d elements, must have at least %d", k.Got, k.Want), write)
	case *kind.MaxItems:
		return one(fmt.Sprintf("has %d elements, must have at most %d", k.Got, k.Want), write)
	case *kind.MinLength:
		return one(fmt.Sprintf("shorter than %d characters", k.Want), "write more")
	case *kind.MaxLength:
		return one(fmt.Sprintf("longer than %d characters", k.Want), "write less")
	case *kind.UniqueItems:
		second := append(slices.Clone(path), strconv.Itoa(k.Duplicates[1]))
		first := append(slices.Clone(path), strconv.Itoa(k.Duplicates[0]))
		return []finding{{
			Problem: Problem{Key: showPath(second), Value: show(lookup(document, second)), Rule: "is also " + showPath(first), Fix: "remove one"},
			path:    second,
		}}
	default:
		printer := message.NewPrinter(language.English)
		return one(strings.ReplaceAll(k.LocalizedString(printer), "\n", " "), write)
	}
}

const missing = "missing"

// each returns a finding, without a value, for every key below the path.
func each(path, keys []string, explain func(key string) (rule, fix string)) []finding {
	var findings []finding
	for _, key := range keys {
		location := append(slices.Clone(path), key)
		rule, fix := explain(key)
		findings = append(findings, finding{Problem: Problem{Key: showPath(location), Rule: rule, Fix: fix}, path: location})
	}
	return findings
}

func didYouMean(name string) string { return "did you mean " + name + "?" }

func unknownFix(object *node, key string) string {
	known := object.known()
	if name := nearest(key, known); name != "" {
		return didYouMean(name)
	}
	if len(known) > 0 && len(known) <= shownChoices {
		return "remove it; the keys here are " + strings.Join(known, ", ")
	}
	return "remove it"
}

// silenceMisspelled silences the finding that a key is missing if it is only misspelled.
func silenceMisspelled(findings []finding) []finding {
	meant := map[string]bool{}
	for _, f := range findings {
		if name, ok := strings.CutPrefix(f.Fix, "did you mean "); ok && f.Rule == "unknown key" {
			meant[parent(f.path)+"\x00"+strings.TrimSuffix(name, "?")] = true
		}
	}
	for i := range findings {
		f := &findings[i]
		if f.Rule == missing && meant[parent(f.path)+"\x00"+f.path[len(f.path)-1]] {
			f.silent = true
		}
	}
	return findings
}

func parent(path []string) string { return strings.Join(path[:len(path)-1], "\x00") }

// showPath prints the path of a value: legops:network.subnets.public[0].
func showPath(path []string) string {
	var text strings.Builder
	for i, step := range path {
		switch {
		case schema().nodeAt(path[:i]).Type == "array":
			fmt.Fprintf(&text, "[%s]", step)
		case i == 0:
			text.WriteString(showKey(step))
		default:
			text.WriteString("." + showKey(step))
		}
	}
	return text.String()
}
