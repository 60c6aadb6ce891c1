package layout

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mayExpose are the folders whose code may look at session keys and RES: where
// ESP is made, where cards are played, and the network's side.
var mayExpose = []string{"protocol/aka", "protocol/esp", "protocol/pcap", "hw/ipsec", "hw/sim/simtest", "cmd/internal/hss", "cmd/internal/imscore"}

// TestKeysStayWhereTheyBelong finds every call that takes the wrapping off a
// key, outside of tests.
func TestKeysStayWhereTheyBelong(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	seen := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(root, path)
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if ok && (s.Sel.Name == "Expose" || s.Sel.Name == "ExposeRES") {
				seen++
				if !within(filepath.ToSlash(name), mayExpose) {
					t.Errorf("%s exposes a key", files.Position(s.Pos()))
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen == 0 {
		t.Error("no call found: was the method renamed?")
	}
}

func within(path string, folders []string) bool {
	for _, f := range folders {
		if strings.HasPrefix(path, f+"/") {
			return true
		}
	}
	return false
}
