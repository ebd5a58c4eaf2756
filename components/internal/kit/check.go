package kit

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Problems collects what is wrong with the arguments of one component, so that all of it is reported at once. What a value of
// the stack file may be is not checked again: package stacks has done so before anything is registered.
type Problems struct {
	component string
	found     []error
}

// Check begins the check of a component's arguments: all are there, but for the optional ones.
func Check(component string, args any, optional ...string) *Problems {
	p := &Problems{component: component}
	p.RequireAll("", args, optional...)
	return p
}

// Require notes a problem, said as what has to be true, unless ok.
func (p *Problems) Require(ok bool, format string, values ...any) {
	if !ok {
		p.found = append(p.found, fmt.Errorf("%s: %s", p.component, fmt.Sprintf(format, values...)))
	}
}

// RequireAll notes each text that is empty and each input, resource or struct that is nil among the exported fields of a
// struct, and of structs in it. The optional fields, by name, may be.
func (p *Problems) RequireAll(prefix string, of any, optional ...string) {
	fields := reflect.Indirect(reflect.ValueOf(of))
	for i := range fields.NumField() {
		about, field := fields.Type().Field(i), fields.Field(i)
		if !about.IsExported() {
			continue
		}
		name, kind := prefix+about.Name, field.Kind()
		missing := kind == reflect.String && field.Len() == 0 || (kind == reflect.Interface || kind == reflect.Pointer) && field.IsNil()
		p.Require(!missing || slices.Contains(optional, about.Name), "%s is missing", name)
		nested := reflect.Indirect(field)
		_, isResource := field.Interface().(pulumi.Resource)
		if !isResource && nested.Kind() == reflect.Struct && strings.HasPrefix(nested.Type().PkgPath(), "legops/components") {
			p.RequireAll(name+".", nested.Interface(), optional...)
		}
	}
}

// Err is every problem found, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }

// SortedKeys makes ranging over a map deterministic.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
