package statetable

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Implementers lists the types of the package in the current folder that have a
// method of that name: those of an interface that a private method closes.
func Implementers(t testing.TB, method string) []string {
	t.Helper()
	var list []string
	for _, decl := range declarations(t) {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Recv == nil || f.Name.Name != method {
			continue
		}
		if name, ok := f.Recv.List[0].Type.(*ast.Ident); ok {
			list = append(list, name.Name)
		}
	}
	return enough(t, list, "types with a method "+method)
}

// Constants lists the constants of a type in the package in the current folder.
func Constants(t testing.TB, typ string) []string {
	t.Helper()
	var list []string
	for _, decl := range declarations(t) {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		ours := false
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			if v.Type != nil || len(v.Values) > 0 {
				name, _ := v.Type.(*ast.Ident) // else iota goes on with the type before
				ours = name != nil && name.Name == typ
			}
			for _, name := range v.Names {
				if ours && name.Name != "_" {
					list = append(list, name.Name)
				}
			}
		}
	}
	return enough(t, list, "constants of type "+typ)
}

// enough fails where nothing was found: something was renamed.
func enough(t testing.TB, list []string, what string) []string {
	t.Helper()
	if len(list) == 0 {
		t.Errorf("the source has no %s", what)
	}
	slices.Sort(list)
	return list
}

// declarations are those of the package's files, without its tests.
func declarations(t testing.TB) []ast.Decl {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []ast.Decl
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, file.Decls...)
	}
	return list
}
