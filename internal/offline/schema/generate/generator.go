package main

import (
	"errors"
	"fmt"
	"go/ast"
	"path"
	"reflect"
	"strconv"
	"strings"

	"legops/internal/offline/schema"
)

const providerPrefix = "pulumi:providers:"

// generator collects a schema out of the SDKs that its tokens lead to.
type generator struct {
	modules map[string]string // SDK module by package of tokens
	locate  func(modulePath string) (module, error)
	sdks    map[string]*sdk
	omitted map[string]map[string]bool
	out     *schema.Schema
}

func newGenerator(modules map[string]string, locate func(string) (module, error)) *generator {
	return &generator{
		modules: modules,
		locate:  locate,
		sdks:    map[string]*sdk{},
		omitted: omitted,
		out: &schema.Schema{
			Modules:   map[string]string{},
			Resources: map[string]schema.Resource{},
			Functions: map[string]schema.Function{},
			Objects:   map[string]map[string]schema.Property{},
		},
	}
}

// schema describes the types, and reports every one that it cannot.
func (g *generator) schema(resources, functions []string) (*schema.Schema, error) {
	var errs []error
	note := func(token string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", token, err))
		}
	}
	for _, token := range resources {
		r, err := g.resource(token)
		note(token, err)
		g.out.Resources[token] = r
	}
	for _, token := range functions {
		f, err := g.function(token)
		note(token, err)
		g.out.Functions[token] = f
	}
	return g.out, errors.Join(errs...)
}

func (g *generator) resource(token string) (schema.Resource, error) {
	d, err := g.find(token, registerCalls)
	if err != nil {
		return schema.Resource{}, err
	}
	r := schema.Resource{Inputs: map[string]schema.Property{}}
	if d.args != "" {
		// The exported struct of the arguments has no tags; the one that it
		// names as its element type does.
		args, err := d.pkg.lookup(d.pkg.elements, d.args)
		if err != nil {
			return schema.Resource{}, err
		}
		inputs, err := g.inputs(d, args, strings.HasPrefix(token, providerPrefix))
		if err != nil {
			return schema.Resource{}, err
		}
		r.Inputs = inputs
	}
	r.Outputs, err = g.outputs(d)
	return r, err
}

func (g *generator) inputs(d declaration, args typ, provider bool) (map[string]schema.Property, error) {
	fields, err := g.fields(args, g.property)
	if err != nil {
		return nil, err
	}
	inputs := map[string]schema.Property{}
	for _, f := range fields {
		f.Required = f.Required || d.required[f.goName]
		f.Secret = d.secretInputs[f.goName]
		f.Default = d.defaults[f.goName]
		f.JSONString = provider && f.Kind != schema.String
		inputs[f.name] = f.Property
	}
	return inputs, nil
}

func (g *generator) outputs(d declaration) (map[string]schema.Property, error) {
	fields, err := g.fields(d.pkg.local(d.result), g.output)
	if err != nil {
		return nil, err
	}
	outputs := map[string]schema.Property{}
	for _, f := range fields {
		f.Secret = d.secretOutputs[f.name]
		outputs[f.name] = f.Property
	}
	return outputs, nil
}

func (g *generator) function(token string) (schema.Function, error) {
	d, err := g.find(token, invokeCalls)
	if err != nil {
		return schema.Function{}, err
	}
	f := schema.Function{Inputs: map[string]schema.Property{}}
	if d.args != "" {
		if f.Inputs, err = g.shape(d.pkg.local(d.args)); err != nil {
			return schema.Function{}, err
		}
	}
	f.Outputs, err = g.shape(d.pkg.local(d.result))
	return f, err
}

// find returns the declaration behind a token.
func (g *generator) find(token string, calls map[string]bool) (declaration, error) {
	name, _, _ := strings.Cut(strings.TrimPrefix(token, providerPrefix), ":")
	s, err := g.sdk(name)
	if err != nil {
		return declaration{}, err
	}
	return s.find(token, calls)
}

// sdk opens the SDK of a package of tokens once.
func (g *generator) sdk(name string) (*sdk, error) {
	if s, ok := g.sdks[name]; ok {
		return s, nil
	}
	modulePath, ok := g.modules[name]
	if !ok {
		return nil, fmt.Errorf("the generator's table of modules has no SDK for %q", name)
	}
	m, err := g.locate(modulePath)
	if err != nil {
		return nil, err
	}
	s, err := openSDK(name, modulePath, m)
	if err != nil {
		return nil, err
	}
	g.sdks[name] = s
	g.out.Modules[modulePath] = m.version
	return s, nil
}

// imported returns the SDK package with the import path.
func (g *generator) imported(importPath string) (*pkg, error) {
	for name, modulePath := range g.modules {
		root := path.Join(modulePath, "go", name)
		dir, inside := strings.CutPrefix(importPath+"/", root+"/")
		if !inside {
			continue
		}
		s, err := g.sdk(name)
		if err != nil {
			return nil, err
		}
		return s.pkg(path.Clean(dir)), nil
	}
	return nil, fmt.Errorf("package %q belongs to no SDK in the generator's table of modules", importPath)
}

// field is a property with its name in Go and in Pulumi.
type field struct {
	goName, name string
	schema.Property
}

// fields describes the tagged fields of a struct type.
func (g *generator) fields(t typ, describe func(typ) (schema.Property, error)) ([]field, error) {
	t, err := g.declared(t)
	if err != nil {
		return nil, err
	}
	structure, ok := t.expr.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s in %s is not a struct", t.name(), t.pkg.importPath())
	}
	var fields []field
	for _, f := range structure.Fields.List {
		if len(f.Names) == 0 {
			continue // the embedded state, which holds no properties
		}
		goName := f.Names[0].Name
		name, option, _ := strings.Cut(pulumiTag(f), ",")
		if name == "" {
			return nil, fmt.Errorf("field %s has no pulumi tag with a name", goName)
		}
		if g.omitted[t.pkg.key()][name] {
			continue
		}
		p, err := describe(t.with(f.Type))
		if err != nil {
			return nil, fmt.Errorf("property %q: %w", name, err)
		}
		p.Required = p.Required && option != "optional"
		fields = append(fields, field{goName, name, p})
	}
	return fields, nil
}

// shape describes a struct whose fields are plain Go values.
func (g *generator) shape(t typ) (map[string]schema.Property, error) {
	fields, err := g.fields(t, g.property)
	if err != nil {
		return nil, err
	}
	shape := map[string]schema.Property{}
	for _, f := range fields {
		shape[f.name] = f.Property
	}
	return shape, nil
}

func pulumiTag(f *ast.Field) string {
	if f.Tag == nil {
		return ""
	}
	text, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return "" // the parser accepts only well-formed literals
	}
	return reflect.StructTag(text).Get("pulumi")
}
