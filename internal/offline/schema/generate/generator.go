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
	d, err := g.find(token, registers)
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
		provider := strings.HasPrefix(token, providerPrefix)
		r.Inputs, err = g.members(args, g.property, func(goName, _ string, p *schema.Property) {
			p.Required = p.Required || d.required[goName]
			p.JSONString = provider && p.Kind != schema.String
		})
		if err != nil {
			return schema.Resource{}, err
		}
	}
	r.Outputs, err = g.members(d.pkg.local(d.result), g.output, func(_, name string, p *schema.Property) {
		p.Secret = d.secretOutputs[name]
	})
	return r, err
}

func (g *generator) function(token string) (schema.Resource, error) {
	d, err := g.find(token, invokes)
	if err != nil {
		return schema.Resource{}, err
	}
	f := schema.Resource{Inputs: map[string]schema.Property{}}
	if d.args != "" {
		if f.Inputs, err = g.shape(d.pkg.local(d.args)); err != nil {
			return schema.Resource{}, err
		}
	}
	f.Outputs, err = g.shape(d.pkg.local(d.result))
	return f, err
}

// find returns the declaration behind a token.
func (g *generator) find(token, method string) (declaration, error) {
	name, _, _ := strings.Cut(strings.TrimPrefix(token, providerPrefix), ":")
	s, err := g.sdk(name)
	if err != nil {
		return declaration{}, err
	}
	return s.find(token, method)
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

// shape describes a struct whose fields are plain Go values.
func (g *generator) shape(t typ) (map[string]schema.Property, error) {
	return g.members(t, g.property, func(string, string, *schema.Property) {})
}

// members describes the tagged fields of a struct type by their names in Pulumi, with what adjust changes.
func (g *generator) members(
	t typ, describe func(typ) (schema.Property, error), adjust func(goName, name string, p *schema.Property),
) (map[string]schema.Property, error) {
	t, err := g.declared(t)
	if err != nil {
		return nil, err
	}
	structure, ok := t.expr.(*ast.StructType)
	if !ok {
		return nil, fmt.Errorf("%s in %s is not a struct", t.name(), t.pkg.importPath())
	}
	members := map[string]schema.Property{}
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
		adjust(goName, name, &p)
		members[name] = p
	}
	return members, nil
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
