package main

import (
	"go/ast"
	"go/token"
	"strconv"
)

// The methods of pulumi.Context by which an SDK names a type.
const (
	registers = "RegisterResource"
	invokes   = "Invoke"
)

// declaration is what the Go function that registers a resource, or invokes a
// function, says about it.
type declaration struct {
	pkg           *pkg
	args          string          // the type of its arguments, "" without any
	result        string          // the type that it fills in
	required      map[string]bool // Go names of the arguments that it insists on
	secretOutputs map[string]bool // property names
}

// findDeclaration looks in a file for the function that makes the call with
// the token.
func findDeclaration(p *pkg, file *ast.File, token, method string) (declaration, bool) {
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		result, ok := resultVariable(fn.Body, token, method)
		if !ok {
			continue
		}
		d := declaration{
			pkg:           p,
			args:          argsType(fn.Type.Params),
			required:      map[string]bool{},
			secretOutputs: map[string]bool{},
		}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if name, ok := n.Type.(*ast.Ident); ok && n.Names[0].Name == result {
					d.result = name.Name
				}
			case *ast.IfStmt:
				d.readCheck(n)
			case *ast.CallExpr:
				d.readSecretOutputs(n)
			}
			return true
		})
		return d, true
	}
	return declaration{}, false
}

// resultVariable returns the name of the variable whose address is handed to
// the call with the token.
func resultVariable(body *ast.BlockStmt, tok, method string) (name string, found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || selected(call.Fun) != method || len(call.Args) == 0 {
			return true
		}
		if literal(call.Args[0]) != tok {
			return true
		}
		found = true
		for _, arg := range call.Args {
			if ref, ok := arg.(*ast.UnaryExpr); ok && ref.Op == token.AND {
				if ident, ok := ref.X.(*ast.Ident); ok {
					name = ident.Name
				}
			}
		}
		return false
	})
	return name, found
}

// argsType returns the type behind the pointer parameter called args.
func argsType(params *ast.FieldList) string {
	for _, param := range params.List {
		star, ok := param.Type.(*ast.StarExpr)
		if !ok || len(param.Names) == 0 || param.Names[0].Name != "args" {
			continue
		}
		if name, ok := star.X.(*ast.Ident); ok {
			return name.Name
		}
	}
	return ""
}

// readCheck notes an argument whose absence makes the function return.
func (d *declaration) readCheck(n *ast.IfStmt) {
	cond, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || cond.Op != token.EQL || len(n.Body.List) == 0 {
		return
	}
	if _, returns := n.Body.List[0].(*ast.ReturnStmt); !returns {
		return
	}
	if arg, ok := argument(cond.X); ok {
		d.required[arg] = true
	}
}

// readSecretOutputs notes the outputs that the resource options make secret.
func (d *declaration) readSecretOutputs(n *ast.CallExpr) {
	if selected(n.Fun) != "AdditionalSecretOutputs" || len(n.Args) != 1 {
		return
	}
	list, ok := n.Args[0].(*ast.CompositeLit)
	if !ok {
		return
	}
	for _, element := range list.Elts {
		d.secretOutputs[literal(element)] = true
	}
}

// argument returns the X of an expression args.X.
func argument(expr ast.Expr) (string, bool) {
	selector, ok := expr.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	base, ok := selector.X.(*ast.Ident)
	return selector.Sel.Name, ok && base.Name == "args"
}

// selected returns the name behind the dot of an expression, if it has one.
func selected(expr ast.Expr) string {
	if selector, ok := expr.(*ast.SelectorExpr); ok {
		return selector.Sel.Name
	}
	return ""
}

// literal returns the value of a string literal, "" of anything else.
func literal(expr ast.Expr) string {
	basic, ok := expr.(*ast.BasicLit)
	if !ok {
		return ""
	}
	value, _ := strconv.Unquote(basic.Value) // a number is no text
	return value
}
