package layout

import (
	"encoding/json"
	"os/exec"
	"testing"
)

// TestImportRule lists every package of the module, on the platforms whose
// files differ, and checks what it imports outside of its tests.
func TestImportRule(t *testing.T) {
	for _, env := range [][]string{{"CGO_ENABLED=1"}, {"CGO_ENABLED=0", "GOARCH=arm"}} {
		cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", module+"...")
		cmd.Env = append(cmd.Environ(), env...)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		packages := 0
		for dec := json.NewDecoder(out); dec.More(); packages++ {
			var p struct {
				ImportPath string
				Imports    []string
			}
			if err := dec.Decode(&p); err != nil {
				t.Fatal(err)
			}
			for _, imp := range p.Imports {
				if v := violation(p.ImportPath, imp); v != "" {
					t.Errorf("%s imports %s: %s", p.ImportPath, imp, v)
				}
			}
		}
		if err := cmd.Wait(); err != nil || packages < 5 {
			t.Fatalf("go list gave %d packages: %v", packages, err)
		}
	}
}

func TestViolations(t *testing.T) {
	tests := []struct {
		pkg, imp string
		bad      bool
	}{
		{"protocol/sip", "strings", false},
		{"protocol/sip", "net", true},
		{"protocol/sip", "net/netip", false},
		{"protocol/reg", module + "protocol/sip", false},
		{"protocol/reg", module + "media/codec", true},
		{"media/session", "github.com/pion/rtp", false},
		{"media/session", module + "protocol/sip", true},
		{"actors", module + "hw/audio", true},
		{"actors", "github.com/asynkron/protoactor-go/actor", false},
		{"cmd/imsphone", "github.com/asynkron/protoactor-go/actor", true},
		{"hw/audio", module + "actors", true},
		{"cmd/imsphone", module + "hw/audio", false},
	}
	for _, tt := range tests {
		if got := violation(module+tt.pkg, tt.imp); (got != "") != tt.bad {
			t.Errorf("%s importing %s: %q", tt.pkg, tt.imp, got)
		}
	}
}
