package componentdocs

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// wiring is where a component is made: file and method.
type wiring struct{ file, method string }

// wired finds the calls of constructors of the rooms in infra, by room and component.
func wired(root string, rooms []*doc.Package) (map[string][]wiring, error) {
	files := token.NewFileSet()
	parsed, err := parseFolder(files, filepath.Join(root, "infra"))
	if err != nil {
		return nil, err
	}
	found := map[string][]wiring{}
	for _, file := range parsed {
		for _, declaration := range file.Decls {
			method, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(method, func(node ast.Node) bool {
				call, ok := node.(*ast.SelectorExpr)
				if !ok || !strings.HasPrefix(call.Sel.Name, "New") ||
					!slices.ContainsFunc(rooms, func(room *doc.Package) bool { return room.Name == fmt.Sprint(call.X) }) {
					return true
				}
				name := fmt.Sprintf("%s.%s", call.X, strings.TrimPrefix(call.Sel.Name, "New"))
				where := wiring{"infra/" + filepath.Base(files.Position(call.Pos()).Filename), method.Name.Name}
				if known := found[name]; len(known) == 0 || known[len(known)-1] != where {
					found[name] = append(known, where)
				}
				return true
			})
		}
	}
	return found, nil
}
