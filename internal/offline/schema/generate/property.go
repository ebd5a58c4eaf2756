package main

import (
	"fmt"
	"go/ast"
	"go/types"
	"path"
	"strings"

	"legops/internal/offline/schema"
)

// pulumiPath is the package of the types that all SDKs share.
const pulumiPath = "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// scalars are Go's own types as the SDKs use them.
var scalars = map[string]schema.Kind{
	"string":  schema.String,
	"int":     schema.Integer,
	"float64": schema.Number,
	"bool":    schema.Boolean,
	"any":     schema.Any,
}

// builtins are the shared types, under the names that their outputs have as
// well. The empty name is the element of pulumi.Array and pulumi.Map.
var builtins = map[string]schema.Kind{
	"":               schema.Any,
	"Any":            schema.Any,
	"Archive":        schema.Asset,
	"Asset":          schema.Asset,
	"AssetOrArchive": schema.Asset,
	"Bool":           schema.Boolean,
	"Float64":        schema.Number,
	"ID":             schema.String,
	"Int":            schema.Integer,
	"String":         schema.String,
	"URN":            schema.String,
}

// local is the type of that name in the package.
func (p *pkg) local(name string) typ { return typ{expr: ast.NewIdent(name), pkg: p} }

func (p *pkg) importPath() string { return path.Join(p.sdk.importPath, p.dir) }

// name is the type as Go writes it.
func (t typ) name() string { return types.ExprString(t.expr) }

// scalar is a property that is required unless its kind cannot tell: Go has no pointer to an interface.
func scalar(kind schema.Kind) schema.Property {
	return schema.Property{Kind: kind, Required: kind != schema.Any && kind != schema.Asset}
}

// resolve returns the package that a type name is declared in and the name
// there. The package is nil for the shared types.
func (g *generator) resolve(t typ) (*pkg, string, error) {
	switch expr := t.expr.(type) {
	case *ast.Ident:
		return t.pkg, expr.Name, nil
	case *ast.SelectorExpr:
		importPath := t.imports[types.ExprString(expr.X)]
		if importPath == pulumiPath {
			return nil, expr.Sel.Name, nil
		}
		p, err := g.imported(importPath)
		return p, expr.Sel.Name, err
	}
	return nil, "", fmt.Errorf("%s is not the name of a type", t.name())
}

// declared follows the name of a type to its declaration.
func (g *generator) declared(t typ) (typ, error) {
	p, name, err := g.resolve(t)
	if err != nil {
		return typ{}, err
	}
	if p == nil {
		return typ{}, fmt.Errorf("the shared type %s is not known to the generator", t.name())
	}
	return p.lookup(p.decls, name)
}

// property describes a plain Go type, such as the lower-case structs of
// arguments and the nested shapes consist of.
func (g *generator) property(t typ) (schema.Property, error) {
	switch expr := t.expr.(type) {
	case *ast.StarExpr:
		p, err := g.property(t.with(expr.X))
		p.Required = false
		return p, err
	case *ast.ArrayType:
		return g.collection(schema.Array, t.with(expr.Elt))
	case *ast.MapType:
		if key := types.ExprString(expr.Key); key != "string" {
			return schema.Property{}, fmt.Errorf("a map by %s has no property kind", key)
		}
		return g.collection(schema.Map, t.with(expr.Value))
	case *ast.InterfaceType:
		return scalar(schema.Any), nil
	case *ast.Ident:
		if kind, ok := scalars[expr.Name]; ok {
			return scalar(kind), nil
		}
		return g.named(t)
	case *ast.SelectorExpr:
		if t.imports[types.ExprString(expr.X)] == pulumiPath {
			return builtin(expr.Sel.Name)
		}
		return g.named(t)
	}
	return schema.Property{}, fmt.Errorf("the Go type %s has no property kind", t.name())
}

// collection describes an array or a map, for which Go cannot tell required
// from optional.
func (g *generator) collection(kind schema.Kind, elem typ) (schema.Property, error) {
	e, err := g.property(elem)
	e.Required = false
	return schema.Property{Kind: kind, Elem: &e}, err
}

// named describes an enumeration, a nested shape or another resource.
func (g *generator) named(t typ) (schema.Property, error) {
	p, name, err := g.resolve(t)
	if err != nil {
		return schema.Property{}, err
	}
	decl, err := g.declared(t)
	if err != nil {
		return schema.Property{}, err
	}
	structure, ok := decl.expr.(*ast.StructType)
	if !ok {
		return g.property(decl)
	}
	if isResource(structure) {
		return scalar(schema.Any), nil
	}
	key := p.key() + ":" + name // in Schema.Objects
	if _, seen := g.out.Objects[key]; !seen {
		g.out.Objects[key] = nil // a shape may contain itself
		shape, err := g.shape(t)
		if err != nil {
			return schema.Property{}, fmt.Errorf("%s: %w", key, err)
		}
		g.out.Objects[key] = shape
	}
	return schema.Property{Kind: schema.Object, Required: true, Object: key}, nil
}

func isResource(structure *ast.StructType) bool {
	for _, f := range structure.Fields.List {
		if len(f.Names) == 0 && strings.HasSuffix(selected(f.Type), "ResourceState") {
			return true
		}
	}
	return false
}

// output describes an output type of a resource's struct.
func (g *generator) output(t typ) (schema.Property, error) {
	p, name, err := g.resolve(t)
	if err != nil {
		return schema.Property{}, err
	}
	if p == nil {
		base, ok := strings.CutSuffix(name, "Output")
		if !ok {
			return schema.Property{}, fmt.Errorf("%s is not an output type", t.name())
		}
		return builtin(base)
	}
	elem, err := p.lookup(p.elements, name)
	if err != nil {
		return schema.Property{}, err
	}
	return g.property(elem)
}

// builtin describes a shared type, whose name is composed: StringArrayMap is
// a map of arrays of strings.
func builtin(name string) (schema.Property, error) {
	if kind, ok := builtins[name]; ok {
		return scalar(kind), nil
	}
	if base, ok := strings.CutSuffix(name, "Ptr"); ok {
		p, err := builtin(base)
		p.Required = false
		return p, err
	}
	for suffix, kind := range map[string]schema.Kind{"Array": schema.Array, "Map": schema.Map} {
		if base, ok := strings.CutSuffix(name, suffix); ok {
			elem, err := builtin(base)
			elem.Required = false
			return schema.Property{Kind: kind, Elem: &elem}, err
		}
	}
	return schema.Property{}, fmt.Errorf("the shared type pulumi.%s has no property kind", name)
}
