package cloud

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// object is a value with named parts, as it travels: numbers are float64, an asset is an object.
type object map[string]any

func plain(values resource.PropertyMap) (object, error) {
	wire, err := marshal(values)
	if err != nil {
		return nil, err
	}
	return wire.AsMap(), nil
}

// at returns what is at a dotted path, nil where there is nothing.
func (o object) at(path string) any {
	head, rest, nested := strings.Cut(path, ".")
	if !nested {
		return o[head]
	}
	return o.object(head).at(rest)
}

func (o object) object(path string) object {
	inner, _ := o.at(path).(map[string]any)
	return inner
}

func (o object) text(path string) string {
	text, _ := o.at(path).(string)
	return text
}

func (o object) flag(path string) bool {
	flag, _ := o.at(path).(bool)
	return flag
}

// number is the number at a path, or the value that AWS takes where there is none.
func (o object) number(path string, otherwise float64) float64 {
	if number, ok := o.at(path).(float64); ok {
		return number
	}
	return otherwise
}

func (o object) has(path string) bool { return o.at(path) != nil }

// objects are the objects of a list; a single object is a list of one.
func (o object) objects(path string) []object {
	return objectsOf(o.at(path))
}

func objectsOf(value any) []object {
	var found []object
	switch value := value.(type) {
	case map[string]any:
		return []object{value}
	case []any:
		for _, element := range value {
			if inner, ok := element.(map[string]any); ok {
				found = append(found, inner)
			}
		}
	}
	return found
}

// texts are the strings of a list; a single string is a list of one.
func (o object) texts(path string) []string {
	var found []string
	switch value := o.at(path).(type) {
	case string:
		return []string{value}
	case []any:
		for _, element := range value {
			if text, ok := element.(string); ok {
				found = append(found, text)
			}
		}
	}
	return found
}

// walk visits every string of a value with the dotted path that it is at; the elements of a list are at the list's.
func walk(value any, visit func(path, value string)) { walkFrom("", value, visit) }

func walkFrom(path string, value any, visit func(path, value string)) {
	switch value := value.(type) {
	case string:
		visit(path, value)
	case []any:
		for _, element := range value {
			walkFrom(path, element, visit)
		}
	case map[string]any:
		for name, inner := range value {
			if path != "" {
				name = path + "." + name
			}
			walkFrom(name, inner, visit)
		}
	}
}

// lastOf is the part of a dotted path behind its last dot.
func lastOf(path string) string { return path[strings.LastIndex(path, ".")+1:] }
