package model

import "fmt"

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
func (v Values) Values(path string) Values { return valuesOf(v.Get(path)) }

// Objects are the named values in the list at a path; named values themselves are a list of one.
func (v Values) Objects(path string) []Values {
	var found []Values
	switch value := v.Get(path).(type) {
	case []any:
		for _, element := range value {
			if inner := valuesOf(element); inner != nil {
				found = append(found, inner)
			}
		}
	default:
		if inner := valuesOf(value); inner != nil {
			found = append(found, inner)
		}
	}
	return found
}

// Texts are the texts in the list at a path; a text itself is a list of one.
func (v Values) Texts(path string) []string {
	var found []string
	switch value := v.Get(path).(type) {
	case string:
		return []string{value}
	case []any:
		for _, element := range value {
			if text, is := element.(string); is {
				found = append(found, text)
			}
		}
	}
	return found
}

func valuesOf(value any) Values {
	switch value := value.(type) {
	case Values:
		return value
	case map[string]any:
		return value
	}
	return nil
}
