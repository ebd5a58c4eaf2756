package cloud

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"legops/internal/checkout"
	"legops/internal/recorder"
	"legops/internal/registered"
	"legops/internal/settings"
)

// apiTypes are the types of Kubernetes objects in Go, as their source has them: compiling them would cost more than all else here.
type apiTypes struct {
	t        *testing.T
	modules  map[string]string              // folders, by path
	packages map[string]map[string]declared // by path and name
}

// declared is a type in the file that declares it.
type declared struct {
	expr    ast.Expr
	home    string            // path of the package
	imports map[string]string // paths, by name in the file
}

// member is a field of a struct, as JSON has it.
type member struct {
	typ        declared
	omitsEmpty bool
}

// kubernetesSource finds the modules that Pulumi's provider and the control plane of the tests are built with.
func kubernetesSource(t *testing.T) *apiTypes {
	t.Helper()
	k := &apiTypes{t: t, modules: map[string]string{}, packages: map[string]map[string]declared{}}
	download := exec.Command("go", "mod", "download", "-json", "k8s.io/api", "k8s.io/apimachinery")
	download.Dir = "../../../tools/kubernetes"
	out, err := download.Output()
	require.NoError(t, err)
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var module struct{ Path, Dir string }
		err := decoder.Decode(&module)
		if errors.Is(err, io.EOF) {
			return k
		}
		require.NoError(t, err)
		k.modules[module.Path] = module.Dir
	}
}

// find is a type of a package.
func (k *apiTypes) find(home, name string) (declared, bool) {
	if k.packages[home] == nil {
		k.packages[home] = map[string]declared{}
		module := strings.Join(strings.Split(home, "/")[:2], "/")
		files, err := filepath.Glob(filepath.Join(k.modules[module], strings.TrimPrefix(home, module), "*.go"))
		require.NoError(k.t, err)
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				k.read(home, file)
			}
		}
	}
	found, ok := k.packages[home][name]
	return found, ok
}

func (k *apiTypes) read(home, file string) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	require.NoError(k.t, err)
	imports := map[string]string{}
	for _, i := range parsed.Imports {
		from, _ := strconv.Unquote(i.Path.Value)
		name := path.Base(from)
		if i.Name != nil {
			name = i.Name.Name
		}
		imports[name] = from
	}
	for _, declaration := range parsed.Decls {
		if general, ok := declaration.(*ast.GenDecl); ok {
			for _, spec := range general.Specs {
				if typ, ok := spec.(*ast.TypeSpec); ok {
					k.packages[home][typ.Name.Name] = declared{typ.Type, home, imports}
				}
			}
		}
	}
}

// resolve follows names to a struct, a list, a map or what is none of them. A pointer stays one.
func (k *apiTypes) resolve(d declared) declared {
	for {
		home, name := d.home, ""
		switch expr := d.expr.(type) {
		case *ast.Ident:
			name = expr.Name
		case *ast.SelectorExpr:
			home, name = d.imports[expr.X.(*ast.Ident).Name], expr.Sel.Name
		}
		if !strings.HasPrefix(home, "k8s.io/") {
			return d
		}
		next, ok := k.find(home, name)
		if !ok {
			return d
		}
		d = next
	}
}

// members are the fields of a struct, those of embedded ones among them; nil of anything else, and of what has a form of its own in JSON.
func (k *apiTypes) members(d declared) map[string]member {
	fields, ok := d.expr.(*ast.StructType)
	if !ok || slices.ContainsFunc(fields.Fields.List, func(f *ast.Field) bool { return f.Tag == nil || strings.Contains(f.Tag.Value, `json:"-"`) }) {
		return nil
	}
	all := map[string]member{}
	for _, field := range fields.Fields.List {
		tag, _ := strconv.Unquote(field.Tag.Value)
		name, options, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		typ := declared{field.Type, d.home, d.imports}
		if name == "" {
			for inner, m := range k.members(k.resolve(typ)) {
				all[inner] = m
			}
			continue
		}
		all[name] = member{typ, strings.Contains(options, "omitempty")}
	}
	return all
}

// leaf is told of a field that has a value: whether it is a pointer, and else whether a zero value is left out.
type leaf func(where, field string, pointer, omitsEmpty bool)

// walk goes through a value of a type.
func (k *apiTypes) walk(where string, value any, d declared, see leaf) {
	if star, ok := d.expr.(*ast.StarExpr); ok {
		d.expr = star.X
	}
	d = k.resolve(d)
	switch value := value.(type) {
	case []any:
		list, ok := d.expr.(*ast.ArrayType)
		if !assert.True(k.t, ok, "%s is no list in Kubernetes", where) {
			return
		}
		for _, element := range value {
			k.walk(where, element, declared{list.Elt, d.home, d.imports}, see)
		}
	case map[string]any:
		if _, free := d.expr.(*ast.MapType); free {
			assert.Contains(k.t, freeForm, path.Base(strings.ReplaceAll(where, ".", "/")), "%s: anybody makes up its keys", where)
			return
		}
		fields := k.members(d)
		for name, inner := range value {
			field, ok := fields[name]
			if !assert.True(k.t, ok, "%s has no field %s in Kubernetes", where, name) {
				continue
			}
			switch inner.(type) {
			case []any, map[string]any:
				k.walk(where+"."+name, inner, field.typ, see)
			default:
				_, pointer := field.typ.expr.(*ast.StarExpr)
				see(where+"."+name, name, pointer, field.omitsEmpty)
			}
		}
	}
}

// packageOf is the package of a group and version, which has the group's name up to the first dot.
func packageOf(apiVersion string) string {
	group, version := path.Split(apiVersion)
	name, _, _ := strings.Cut(strings.TrimSuffix(group, "/"), ".")
	return path.Join("k8s.io/api", name, version)
}

// The list of fields whose zero value is sent is true of every field that an object of the stacks has.
func TestKeptZerosAreThoseOfKubernetes(t *testing.T) {
	k := kubernetesSource(t)
	used := map[string]bool{}
	planned := checkout.Config(t, "../../..", "dev")
	planned.Applications[0].Schedules = []settings.Schedule{{Name: "tidy", Cron: "@daily", TimeZone: "UTC", Command: []settings.CommandWord{"tidy"}, DeadlineSeconds: 60}}
	planned.Applications[0].Migrate = &settings.Migration{Command: []settings.CommandWord{"migrate"}, TimeoutSeconds: 60}
	for stack, r := range map[string]*recorder.Recorder{
		"dev": registered.Real(t, "../../..", "dev"), "test": registered.Real(t, "../../..", "test"), "prod": registered.Real(t, "../../..", "prod"),
		"dev with a schedule and a migration": registered.Stack(t, "dev", planned),
	} {
		g, objects := r.Graph(), 0
		for _, made := range g.Resources {
			parts := strings.Split(made.Type, ":")
			if parts[0] != "kubernetes" {
				continue
			}
			objects++
			kind, found := k.find(packageOf(parts[1]), strings.TrimSuffix(parts[2], "Patch"))
			require.True(t, found, made.URN)
			k.walk(string(made.URN), map[string]any(made.Inputs), kind, func(where, field string, pointer, omitsEmpty bool) {
				used[field] = true
				kept := slices.Contains(keptZeros, field)
				// A pointer in a NetworkPolicy and none in a Service, and empty both refuse it.
				assert.False(t, pointer && !kept && field != "protocol", "%s is a pointer, so its zero value is sent: add %s to keptZeros", where, field)
				assert.False(t, kept && !pointer && omitsEmpty, "%s is no pointer, so its zero value is dropped: take %s out of keptZeros", where, field)
			})
		}
		assert.Greater(t, objects, 100, stack)
	}
	// What no stack has is a pointer wherever Kubernetes has it.
	for _, name := range keptZeros {
		for home, types := range k.packages {
			for typ, d := range types {
				field, ok := k.members(d)[name]
				if !ok || used[name] || !strings.HasPrefix(home, "k8s.io/api/") {
					continue
				}
				_, pointer := field.typ.expr.(*ast.StarExpr)
				assert.True(t, pointer || !field.omitsEmpty, "%s of %s in %s", name, typ, home)
			}
		}
	}
}
