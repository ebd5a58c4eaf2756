package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// module is where a Go module lies on disk, and at which version.
type module struct{ dir, version string }

// goList finds a module of the build in the module cache.
func goList(name string) (module, error) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}\t{{.Version}}", name).Output()
	if err != nil {
		return module{}, fmt.Errorf("go list -m %s: %w", name, err)
	}
	dir, version, _ := strings.Cut(strings.TrimSpace(string(out)), "\t")
	if dir == "" {
		return module{}, fmt.Errorf("module %s is not downloaded", name)
	}
	return module{dir, version}, nil
}

// sdk is the source of one Pulumi Go SDK.
type sdk struct {
	name       string // the package part of its tokens
	importPath string // of its root package
	root       string // directory of its root package
	files      map[string][]string
	packages   map[string]*pkg
}

// openSDK indexes the files of an SDK by name, without reading them.
func openSDK(name, modulePath string, m module) (*sdk, error) {
	s := &sdk{
		name:       name,
		importPath: path.Join(modulePath, "go", name),
		root:       filepath.Join(m.dir, "go", name),
		files:      map[string][]string{},
		packages:   map[string]*pkg{},
	}
	err := filepath.WalkDir(s.root, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			base := strings.ToLower(d.Name())
			s.files[base] = append(s.files[base], file)
		}
		return err
	})
	return s, err
}

// pkg returns the package in the directory, which is relative to the root.
func (s *sdk) pkg(dir string) *pkg {
	if s.packages[dir] == nil {
		s.packages[dir] = &pkg{
			sdk:      s,
			dir:      dir,
			decls:    map[string]typ{},
			elements: map[string]typ{},
			parsed:   map[string]*ast.File{},
		}
	}
	return s.packages[dir]
}

// find returns the declaration that registers the resource type or invokes
// the function. The modules of tokens do not follow the directories closely,
// but each type has a file of its own name.
func (s *sdk) find(token, method string) (declaration, error) {
	base := token[strings.LastIndex(token, ":")+1:]
	if strings.HasPrefix(token, providerPrefix) {
		base = "provider"
	}
	for _, file := range s.files[strings.ToLower(base)+".go"] {
		source, err := os.ReadFile(file)
		if err != nil {
			return declaration{}, err
		}
		if !strings.Contains(string(source), strconv.Quote(token)) {
			continue
		}
		dir, err := filepath.Rel(s.root, filepath.Dir(file))
		if err != nil {
			return declaration{}, err
		}
		p := s.pkg(filepath.ToSlash(dir))
		parsed, err := p.parse(file)
		if err != nil {
			return declaration{}, err
		}
		if d, ok := findDeclaration(p, parsed, token, method); ok {
			return d, nil
		}
	}
	return declaration{}, fmt.Errorf("%s knows no such type", s.importPath)
}

// typ is a type expression with the file scope that its names resolve in.
type typ struct {
	expr    ast.Expr
	pkg     *pkg
	imports map[string]string // import paths by local name
}

func (t typ) with(expr ast.Expr) typ { return typ{expr, t.pkg, t.imports} }

// pkg is one Go package of an SDK, parsed file by file as types are needed.
type pkg struct {
	sdk      *sdk
	dir      string
	decls    map[string]typ // declared types by name
	elements map[string]typ // what a type's ElementType method reflects on
	parsed   map[string]*ast.File
}

// key names the package by its SDK and directory.
func (p *pkg) key() string {
	dir := p.dir
	if dir == "." {
		dir = "index"
	}
	return p.sdk.name + ":" + dir
}

// tiers are the files that hold the nested types, then all others: the code
// of the big packages takes seconds to parse.
var tiers = []string{"pulumi[TE]*.go", "*.go"}

// lookup returns the named entry of one of the package's indexes, parsing
// more of the package until it is found.
func (p *pkg) lookup(index map[string]typ, name string) (typ, error) {
	if t, ok := index[name]; ok {
		return t, nil
	}
	for _, pattern := range tiers {
		files, err := filepath.Glob(filepath.Join(p.sdk.root, filepath.FromSlash(p.dir), pattern))
		if err != nil {
			return typ{}, err
		}
		for _, file := range files {
			if _, err := p.parse(file); err != nil {
				return typ{}, err
			}
		}
		if t, ok := index[name]; ok {
			return t, nil
		}
	}
	return typ{}, fmt.Errorf("no type %s in %s", name, p.importPath())
}

// parse reads a file once and indexes its types.
func (p *pkg) parse(file string) (*ast.File, error) {
	if parsed, ok := p.parsed[file]; ok {
		return parsed, nil
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	scope := typ{pkg: p, imports: importsOf(parsed)}
	for _, decl := range parsed.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				if spec, ok := spec.(*ast.TypeSpec); ok {
					p.decls[spec.Name.Name] = scope.with(spec.Type)
				}
			}
		case *ast.FuncDecl:
			if receiver, elem, ok := elementType(decl); ok {
				p.elements[receiver] = scope.with(elem)
			}
		}
	}
	p.parsed[file] = parsed
	return parsed, nil
}

func importsOf(file *ast.File) map[string]string {
	imports := map[string]string{}
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser accepts only well-formed paths
		}
		name := path.Base(importPath)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		imports[name] = importPath
	}
	return imports
}

// elementType reads the T out of a method of the form
//
//	func (R) ElementType() reflect.Type { return reflect.TypeOf((*T)(nil)).Elem() }
//
// by which every input and output type of an SDK says what it carries.
func elementType(fn *ast.FuncDecl) (receiver string, elem ast.Expr, ok bool) {
	if fn.Recv == nil || fn.Name.Name != "ElementType" {
		return "", nil, false
	}
	recv, ok := fn.Recv.List[0].Type.(*ast.Ident)
	if !ok {
		return "", nil, false
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if paren, isParen := n.(*ast.ParenExpr); isParen && elem == nil {
			if star, isStar := paren.X.(*ast.StarExpr); isStar {
				elem = star.X
			}
		}
		return elem == nil
	})
	return recv.Name, elem, elem != nil
}
