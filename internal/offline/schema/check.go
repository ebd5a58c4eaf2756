package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// Failure is one way in which a value does not fit its schema.
type Failure struct {
	Property string // path, such as "vpcConfig.subnetIds[0]"
	Reason   string // never repeats the value, which may be secret
}

func (f Failure) String() string { return f.Property + ": " + f.Reason }

// Check holds a value against the properties of a resource or a function and
// returns what does not fit: names that the properties do not know, required
// ones that are missing, and values of the wrong kind. The order is fixed.
//
// What is not known yet fits anything, a secret fits if its content does, and
// null counts as absent, which an element of an array cannot be.
func (s *Schema) Check(props map[string]Property, value resource.PropertyMap) []Failure {
	c := checker{objects: s.Objects}
	c.members(nil, props, value)
	return c.failures
}

// fits says which values a kind accepts, leaving aside what they contain.
// A reference to a resource stands for the resource's id.
var fits = map[Kind]func(resource.PropertyValue) bool{
	String:  func(v resource.PropertyValue) bool { return v.IsString() || v.IsResourceReference() },
	Integer: func(v resource.PropertyValue) bool { return v.IsNumber() && isWhole(v.NumberValue()) },
	Number:  resource.PropertyValue.IsNumber,
	Boolean: resource.PropertyValue.IsBool,
	Array:   resource.PropertyValue.IsArray,
	Map:     resource.PropertyValue.IsObject,
	Object:  resource.PropertyValue.IsObject,
	Asset:   func(v resource.PropertyValue) bool { return v.IsAsset() || v.IsArchive() },
	Any:     func(resource.PropertyValue) bool { return true },
}

func isWhole(n float64) bool { return n == math.Trunc(n) && !math.IsInf(n, 0) }

type checker struct {
	objects  map[string]map[string]Property
	failures []Failure
}

func (c *checker) fail(path resource.PropertyPath, format string, args ...any) {
	c.failures = append(c.failures, Failure{path.String(), fmt.Sprintf(format, args...)})
}

func (c *checker) members(path resource.PropertyPath, props map[string]Property, value resource.PropertyMap) {
	present := map[string]bool{}
	for _, key := range slices.Sorted(maps.Keys(value)) {
		name := string(key)
		v, known := reveal(value[key])
		if known && v.IsNull() {
			continue
		}
		present[name] = true
		p, ok := props[name]
		if !ok {
			c.fail(at(path, name), "unknown property")
			continue
		}
		c.value(at(path, name), p, v)
	}
	for _, name := range slices.Sorted(maps.Keys(props)) {
		if props[name].Required && !present[name] {
			c.fail(at(path, name), "required property is missing")
		}
	}
}

func (c *checker) value(path resource.PropertyPath, p Property, v resource.PropertyValue) {
	v, known := reveal(v)
	if !known {
		return
	}
	if p.JSONString && v.IsString() {
		v = decoded(v)
	}
	if !fits[p.Kind](v) {
		c.fail(path, "want %s, got %s", p.Kind, v.TypeString())
		return
	}
	switch p.Kind {
	case Array:
		for i, elem := range v.ArrayValue() {
			c.value(at(path, i), *p.Elem, elem)
		}
	case Map:
		entries := v.ObjectValue()
		for _, key := range slices.Sorted(maps.Keys(entries)) {
			if elem, known := reveal(entries[key]); !known || !elem.IsNull() {
				c.value(at(path, string(key)), *p.Elem, elem)
			}
		}
	case Object:
		c.members(path, c.objects[p.Object], v.ObjectValue())
	default: // nothing inside
	}
}

// reveal takes the wrapping off a value and says whether the value is known.
func reveal(v resource.PropertyValue) (resource.PropertyValue, bool) {
	for {
		switch {
		case v.IsSecret():
			v = v.SecretValue().Element
		case v.IsOutput() && v.OutputValue().Known:
			v = v.OutputValue().Element
		default:
			return v, !v.IsComputed() && !v.IsOutput()
		}
	}
}

// decoded returns the value that a string is the JSON text of, or else the
// string itself.
func decoded(v resource.PropertyValue) resource.PropertyValue {
	var content any
	if err := json.Unmarshal([]byte(v.StringValue()), &content); err != nil {
		return v
	}
	return resource.NewPropertyValue(content)
}

// at extends a path without touching the array that it shares.
func at(path resource.PropertyPath, part any) resource.PropertyPath {
	return append(slices.Clip(path), part)
}
