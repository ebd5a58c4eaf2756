package model

import (
	"fmt"
	"strconv"
)

// Values are named values as they travel between the engine and a provider, such as the inputs of a resource: text, numbers
// (float64), booleans, lists ([]any) and maps.
type Values map[string]any

// Get is the value at a path; nil if there is none.
func (v Values) Get(path string) any { return Get(v, path) }

// All are the values at a path, see All.
func (v Values) All(path string) []any { return All(v, path) }

// Has says whether there is a value at a path.
func (v Values) Has(path string) bool { return v.Get(path) != nil }

// Text is the text at a path; "" where there is none.
func (v Values) Text(path string) string {
	text, _ := v.Get(path).(string)
	return text
}

// Sprint is the text, number or switch at a path as a person writes it; "" where there is none.
func (v Values) Sprint(path string) string {
	switch value := v.Get(path).(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return fmt.Sprint(value)
	}
}

// Flag says whether the switch at a path is on. Some inputs of AWS are switches that take text.
func (v Values) Flag(path string) bool {
	value := v.Get(path)
	return value != nil && fmt.Sprint(value) == "true"
}

// Number is the number at a path, or otherwise where there is none.
func (v Values) Number(path string, otherwise float64) float64 {
	if number, is := v.Get(path).(float64); is {
		return number
	}
	return otherwise
}

// List is the list at a path.
func (v Values) List(path string) []any {
	list, _ := v.Get(path).([]any)
	return list
}

// Values are the named values at a path.
func (v Values) Values(path string) Values { return ValuesOf(v.Get(path)) }

// Objects are the named values that a path leads to, and those in a list that it leads to.
func (v Values) Objects(path string) []Values {
	var found []Values
	for _, value := range v.elements(path) {
		if inner := ValuesOf(value); inner != nil {
			found = append(found, inner)
		}
	}
	return found
}

// Texts are the texts that a path leads to, and those in a list that it leads to.
func (v Values) Texts(path string) []string {
	var found []string
	for _, value := range v.elements(path) {
		if text, is := value.(string); is {
			found = append(found, text)
		}
	}
	return found
}

// elements are what a path leads to, and in place of a list its elements.
func (v Values) elements(path string) []any {
	var found []any
	for _, value := range v.All(path) {
		if list, is := value.([]any); is {
			found = append(found, list...)
		} else {
			found = append(found, value)
		}
	}
	return found
}

// ValuesOf are a value as named values; nil if it is none.
func ValuesOf(value any) Values {
	switch value := value.(type) {
	case Values:
		return value
	case map[string]any:
		return value
	}
	return nil
}
