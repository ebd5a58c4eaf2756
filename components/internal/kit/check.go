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
func Check(component string, args any) *Problems {
	p := &Problems{component: component}
	p.RequireAll("", args)
	return p
}

// Require records a problem unless ok. The text says what must be true.
func (p *Problems) Require(ok bool, format string, values ...any) {
	if !ok {
		p.found = append(p.found, fmt.Errorf("%s: %s", p.component, fmt.Sprintf(format, values...)))
	}
}

// RequireAll notes each text that is empty and each input, resource or struct that is nil among the exported fields of a
// struct, and of structs in it. Fields with the tag kit:"optional", and settings with omitempty but without kit:"required", may be missing. It does not look
// into lists.
func (p *Problems) RequireAll(prefix string, of any) {
	fields := reflect.Indirect(reflect.ValueOf(of))
	for i := range fields.NumField() {
		about, field := fields.Type().Field(i), fields.Field(i)
		if !about.IsExported() {
			continue
		}
		name, kind := prefix+about.Name, field.Kind()
		missing := kind == reflect.String && field.Len() == 0 || (kind == reflect.Interface || kind == reflect.Pointer) && field.IsNil()
		tag := about.Tag.Get("kit")
		mayMiss := tag == "optional" || tag != "required" && strings.Contains(about.Tag.Get("json"), ",omitempty")
		p.Require(!missing || mayMiss, "%s is missing", name)
		within := name + "."
		if about.Anonymous {
			within = prefix
		}
		if nested := reflect.Indirect(field); isArguments(nested) {
			p.RequireAll(within, nested.Interface())
		}
	}
}

// isArguments reports whether a value is a struct of arguments or settings, and no resource.
func isArguments(value reflect.Value) bool {
	if value.Kind() != reflect.Struct || reflect.PointerTo(value.Type()).Implements(reflect.TypeFor[pulumi.Resource]()) {
		return false
	}
	of := value.Type().PkgPath()
	return strings.HasPrefix(of, "legops/components") || of == "legops/internal/settings"
}

// Err is every problem found, or nil.
func (p *Problems) Err() error { return errors.Join(p.found...) }

// SortedKeys makes ranging over a map deterministic.
func SortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
