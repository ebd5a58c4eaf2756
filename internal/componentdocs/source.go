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

// source is what package components, its rooms and the settings export, as their authors describe it.
type source struct {
	root     string
	files    *token.FileSet
	rooms    []*doc.Package      // without package components itself and the settings
	types    map[string]declared // by package and name, such as data.StorageArgs
	problems []error
}

// declared is a type with the name of its package.
type declared struct {
	*doc.Type
	in string
}

// id is the type as another package names it.
func (d declared) id() string { return d.in + "." + d.Name }

func parse(root string) (*source, error) {
	s := &source{root: root, files: token.NewFileSet(), types: map[string]declared{}}
	folders, err := filepath.Glob(filepath.Join(root, "components", "*"))
	if err != nil {
		return nil, err
	}
	for _, folder := range append(folders, filepath.Join(root, "components"), filepath.Join(root, "internal", "settings")) {
		parsed, err := parseFolder(s.files, folder)
		if err != nil {
			return nil, err
		}
		if len(parsed) == 0 { // a file, or what the rooms share
			continue
		}
		room, err := doc.NewFromFiles(s.files, parsed, parsed[0].Name.Name)
		if err != nil {
			return nil, err
		}
		for _, t := range room.Types {
			s.types[room.Name+"."+t.Name] = declared{t, room.Name}
		}
		if room.Name != "components" && room.Name != "settings" {
			s.require(room.Doc, "package "+room.Name)
			s.rooms = append(s.rooms, room)
		}
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
	declared
	constructor *doc.Func
	args        string // the type of its arguments
}

func (s *source) components(room *doc.Package) []component {
	var found []component
	for _, of := range room.Types {
		name, t := of.Name, s.types[room.Name+"."+of.Name]
		fields := s.structure(t)
		if fields == nil || !embeds(fields, "ResourceState") {
			continue
		}
		c := component{declared: t}
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
			for _, local := range s.locals(t.in, parameter.Type) {
				c.args = local
			}
		}
		found = append(found, c)
	}
	return found
}

// structure is the fields of a type, nil unless it is a struct.
func (s *source) structure(t declared) *ast.FieldList {
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
	locals           []string // types of components in its type
}

// fields are the exported fields of a type.
func (s *source) fields(t declared) []field {
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
		if len(names) == 0 { // embedded: what it has is part of the type
			for _, local := range s.locals(t.in, f.Type) {
				found = append(found, s.fields(s.types[local])...)
			}
			continue
		}
		text := f.Doc.Text() + f.Comment.Text()
		// One comment may be of fields that follow each other: then it names them.
		if last := len(found) - 1; text == "" && last >= 0 && strings.Contains(found[last].doc, names[0]) {
			text = found[last].doc
		}
		s.require(text, t.Name+"."+strings.Join(names, ", "))
		found = append(found, field{
			names: strings.Join(names, ", "), kind: s.text(f.Type), doc: text, locals: s.locals(t.in, f.Type),
		})
	}
	return found
}

// nested are the types that the arguments are made of, each after the one that needs it, without components.
func (s *source) nested(name string, isComponent map[string]bool) []declared {
	var found []declared
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

// locals are the exported types of components that an expression in a package names.
func (s *source) locals(in string, expression ast.Expr) []string {
	var found []string
	ast.Inspect(expression, func(node ast.Node) bool {
		name := ""
		selector, ofAnother := node.(*ast.SelectorExpr)
		if ofAnother {
			name = fmt.Sprintf("%s.%s", selector.X, selector.Sel)
		} else if id, ok := node.(*ast.Ident); ok {
			name = in + "." + id.Name
		}
		if _, known := s.types[name]; known {
			found = append(found, name)
		}
		return !ofAnother
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
	path, err := filepath.Rel(s.root, s.files.Position(of.Pos()).Filename)
	if err != nil {
		s.problem("%v", err)
	}
	return filepath.ToSlash(path)
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
