package componentdocs

import (
	"errors"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// source is the package components, as its authors describe it.
type source struct {
	files    *token.FileSet
	all      *doc.Package
	types    map[string]*doc.Type
	names    []string // of the types, in order
	problems []error
}

func parse(root string) (*source, error) {
	s := &source{files: token.NewFileSet(), types: map[string]*doc.Type{}}
	parsed, err := parseFolder(s.files, filepath.Join(root, "components"))
	if err != nil {
		return nil, err
	}
	if s.all, err = doc.NewFromFiles(s.files, parsed, "legops/components"); err != nil {
		return nil, err
	}
	for _, t := range s.all.Types {
		s.types[t.Name] = t
		s.names = append(s.names, t.Name)
	}
	return s, nil
}

// parseFolder parses the Go files of a folder, but for tests.
func parseFolder(files *token.FileSet, folder string) ([]*ast.File, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
	}
	return parsed, nil
}

// component is a type that embeds pulumi.ResourceState, and its constructor.
type component struct {
	*doc.Type
	constructor *doc.Func
	args        string // the type of its arguments
}

func (s *source) components() []component {
	var found []component
	for _, name := range s.names {
		t := s.types[name]
		fields := s.structure(t)
		if fields == nil || !embeds(fields, "ResourceState") {
			continue
		}
		c := component{Type: t}
		for _, f := range t.Funcs {
			if f.Name == "New"+name {
				c.constructor = f
			}
		}
		if c.constructor == nil {
			s.problem("%s: has no constructor New%s", name, name)
			continue
		}
		s.require(t.Doc, name)
		s.require(c.constructor.Doc, c.constructor.Name)
		for _, parameter := range c.constructor.Decl.Type.Params.List {
			for _, local := range s.locals(parameter.Type) {
				c.args = local
			}
		}
		found = append(found, c)
	}
	return found
}

// structure is the fields of a type, nil unless it is a struct.
func (s *source) structure(t *doc.Type) *ast.FieldList {
	for _, spec := range t.Decl.Specs {
		if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.Name == t.Name {
			if structure, ok := spec.Type.(*ast.StructType); ok {
				return structure.Fields
			}
		}
	}
	return nil
}

func embeds(fields *ast.FieldList, name string) bool {
	for _, field := range fields.List {
		if selector, ok := field.Type.(*ast.SelectorExpr); ok && len(field.Names) == 0 && selector.Sel.Name == name {
			return true
		}
	}
	return false
}

// field is what there is to say of one field, or of several that share a comment.
type field struct {
	names, kind, doc string
	locals           []string // types of the package in its type
}

// fields are the exported fields of a type.
func (s *source) fields(t *doc.Type) []field {
	structure := s.structure(t)
	if structure == nil {
		return nil
	}
	var found []field
	for _, f := range structure.List {
		var names []string
		for _, name := range f.Names {
			names = append(names, name.Name)
		}
		if len(names) == 0 { // embedded
			continue
		}
		text := f.Doc.Text() + f.Comment.Text()
		// One comment may be of fields that follow each other: then it names them.
		if last := len(found) - 1; text == "" && last >= 0 && strings.Contains(found[last].doc, names[0]) {
			text = found[last].doc
		}
		s.require(text, t.Name+"."+strings.Join(names, ", "))
		found = append(found, field{
			names: strings.Join(names, ", "), kind: s.text(f.Type), doc: text, locals: s.locals(f.Type),
		})
	}
	return found
}

// nested are the types that the arguments are made of, each after the one that needs it, without components.
func (s *source) nested(name string, isComponent map[string]bool) []*doc.Type {
	var found []*doc.Type
	seen := map[string]bool{name: true}
	for queue := []string{name}; len(queue) > 0; queue = queue[1:] {
		for _, f := range s.fields(s.types[queue[0]]) {
			for _, local := range f.locals {
				if !seen[local] && !isComponent[local] {
					seen[local] = true
					found = append(found, s.types[local])
					queue = append(queue, local)
				}
			}
		}
	}
	for _, t := range found {
		s.require(t.Doc, t.Name)
	}
	return found
}

// locals are the exported types of the package that an expression names.
func (s *source) locals(expression ast.Expr) []string {
	var found []string
	ast.Inspect(expression, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr: // of another package
			return false
		case *ast.Ident:
			if s.types[node.Name] != nil {
				found = append(found, node.Name)
			}
		}
		return true
	})
	return found
}

// text is an expression as it is in the source.
func (s *source) text(expression ast.Node) string {
	var text strings.Builder
	if err := printer.Fprint(&text, s.files, expression); err != nil {
		s.problem("%v", err)
	}
	return text.String()
}

// path is the file of a declaration, from the root of the repository.
func (s *source) path(of ast.Node) string {
	return "components/" + filepath.Base(s.files.Position(of.Pos()).Filename)
}

func (s *source) require(doc, what string) {
	if strings.TrimSpace(doc) == "" {
		s.problem("%s: has no doc comment", what)
	}
}

// problem notes a problem, once.
func (s *source) problem(format string, values ...any) {
	text := fmt.Sprintf(format, values...)
	if !slices.ContainsFunc(s.problems, func(known error) bool { return known.Error() == text }) {
		s.problems = append(s.problems, errors.New(text))
	}
}

func (s *source) err() error { return errors.Join(s.problems...) }
