package componentdocs

import (
	"fmt"
	"go/ast"
	"go/doc"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

const componentPrefix = "legops:components:"

// made is what one stack makes: how many resources of a type below components of a type. The component itself counts
// under its own type.
type made map[string]map[string]int

// readMade counts what is in a golden preview, which names each resource as "<type> <name>" and its parent by name.
func readMade(path string) (made, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var resources map[string]struct{ Parent string }
	if err := yaml.Unmarshal(text, &resources); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	kinds := map[string]string{}   // of components, by name
	parents := map[string]string{} // of everything else, by name
	for key, resource := range resources {
		kind, name, _ := strings.Cut(key, " ")
		if strings.HasPrefix(kind, componentPrefix) {
			kinds[name] = kind
		} else {
			parents[name] = resource.Parent
		}
	}
	counts := made{}
	count := func(component, kind string) {
		if counts[component] == nil {
			counts[component] = map[string]int{}
		}
		counts[component][kind]++
	}
	for key, resource := range resources {
		kind, _, _ := strings.Cut(key, " ")
		if strings.HasPrefix(kind, componentPrefix) {
			count(kind, kind)
			continue
		}
		above := resource.Parent
		for above != "" && kinds[above] == "" {
			above = parents[above]
		}
		if above != "" {
			count(kinds[above], kind)
		}
	}
	return counts, nil
}

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
