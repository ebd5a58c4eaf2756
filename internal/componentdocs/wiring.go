package componentdocs

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"strings"
)

// wiring is where a component is made: file and method.
type wiring struct{ file, method string }

// wired finds the calls of constructors in infra.
func wired(root string) (map[string][]wiring, error) {
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
				if !ok || fmt.Sprint(call.X) != "components" || !strings.HasPrefix(call.Sel.Name, "New") {
					return true
				}
				name := strings.TrimPrefix(call.Sel.Name, "New")
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
