package standards

import (
	"fmt"
	"slices"
	"strings"

	"legops/internal/standards/minimum"
)

// want is what an input has to be.
type want struct {
	// text ends the sentence "it has to be ...".
	text string
	// met is asked with nil for an input that is not given, and never with model.Unknown.
	met func(any) bool
	// unknownPasses lets pass what is not known before the update.
	unknownPasses bool
}

// is wants a value; a boolean may be written as text, as launch templates do.
func is(value any) want {
	return want{text: fmt.Sprint(value), met: func(got any) bool { return got != nil && fmt.Sprint(got) == fmt.Sprint(value) }}
}

// off wants a switch that is not on; most are off unless they are given.
func off() want {
	return want{text: "false, or left out", met: func(got any) bool { return fmt.Sprint(got) != "true" }}
}

// given wants any value but an empty text or list.
func given() want {
	return want{text: "given", met: func(got any) bool { return got != "" && !absent().met(got) }, unknownPasses: true}
}

// fixed wants any value that is known.
func fixed() want {
	w := given()
	w.unknownPasses = false
	return w
}

// absent wants no value, or an empty list.
func absent() want {
	return want{text: "left out", met: func(got any) bool {
		list, ok := got.([]any)
		return got == nil || ok && len(list) == 0
	}}
}

// ownKey wants a key of this account that is not the one a service made for itself.
func ownKey() want {
	w := given()
	w.text = "a key of this project"
	w.met = func(got any) bool {
		text, _ := got.(string)
		return text != "" && !strings.Contains(text, "alias/aws/")
	}
	return w
}

// oneOf wants one of some texts.
func oneOf(values ...string) want {
	return want{text: "one of " + strings.Join(values, ", "), met: func(got any) bool {
		text, _ := got.(string)
		return slices.Contains(values, text)
	}}
}

// atLeast wants a number.
func atLeast(least float64) want {
	return want{text: fmt.Sprintf("at least %v", least), met: func(got any) bool {
		number, ok := got.(float64)
		return ok && number >= least
	}}
}

// all wants a list with these elements, others beside them or not.
func all(elements ...string) want {
	return want{text: "a list with " + strings.Join(elements, ", "), met: func(got any) bool {
		list, _ := got.([]any)
		return !slices.ContainsFunc(elements, func(e string) bool { return !slices.Contains(list, any(e)) })
	}}
}

// leastBy wants a number that depends on the environment.
func leastBy(typ, path string, least minimum.By) []Setting {
	return []Setting{
		{typ, path, atLeast(float64(least.Development)), []string{development}},
		{typ, path, atLeast(float64(least.Test)), []string{test}},
		{typ, path, atLeast(float64(least.Production)), []string{production}},
	}
}
