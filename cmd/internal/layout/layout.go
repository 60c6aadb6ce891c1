// Package layout holds the import rule of the project as a test: which of the
// top-level folders may import what. The README draws the picture.
package layout

import "strings"

const module = "github.com/imsphone/imsphone/"

// rule says what the packages of one top-level folder may import: prefixes of
// this module's own folders, and of third-party modules. The standard library
// is judged by forbidden alone.
type rule struct {
	own, others []string
	// forbidden are standard packages that don't belong in the folder.
	forbidden []string
}

// effects are the standard packages that touch the machine: the pure folders
// must do without them.
var effects = []string{"net", "net/http", "os", "os/exec", "syscall", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "crypto/tls"}

var rules = map[string]rule{
	"protocol": {own: []string{"protocol/"}, others: []string{"github.com/pion/sdp/v3"}, forbidden: effects},
	"media":    {own: []string{"media/"}, others: []string{"github.com/pion/rtp", "github.com/pion/rtcp"}, forbidden: effects},
	"hw": {own: []string{"hw/", "protocol/"}, others: []string{"golang.org/x/sys", "github.com/gen2brain/malgo",
		"github.com/miekg/dns", "github.com/google/renameio/v2", "github.com/vishvananda/netlink", "gvisor.dev/gvisor"}},
	// The profiles are files in the configuration's language.
	"board": {own: []string{"board/", "hw/"}, others: []string{"github.com/pelletier/go-toml/v2"}},
	"actors": {own: []string{"actors/", "protocol/", "media/"},
		// concurrent-map is a part of protoactor, see newSystem.
		others: []string{"github.com/asynkron/protoactor-go", "github.com/orcaman/concurrent-map", "github.com/rs/zerolog"}},
}

// onlyActors is imported by actors/ alone.
const onlyActors = "github.com/asynkron/protoactor-go"

// violation tells what is wrong with pkg importing imp; "" is nothing.
func violation(pkg, imp string) string {
	folder, _, _ := strings.Cut(strings.TrimPrefix(pkg, module), "/")
	if strings.HasPrefix(imp, onlyActors) && folder != "actors" {
		return "only actors/ may import protoactor"
	}
	r, ruled := rules[folder]
	if !ruled {
		return ""
	}
	if own, ok := strings.CutPrefix(imp, module); ok {
		if hasPrefix(own+"/", r.own) {
			return ""
		}
		return folder + "/ may import only " + strings.Join(r.own, ", ") + " of this module"
	}
	if !strings.Contains(strings.SplitN(imp, "/", 2)[0], ".") {
		for _, f := range r.forbidden {
			if imp == f {
				return folder + "/ is pure: no " + f
			}
		}
		return ""
	}
	if hasPrefix(imp+"/", r.others) {
		return ""
	}
	return folder + "/ may not import this module"
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, strings.TrimSuffix(p, "/")+"/") {
			return true
		}
	}
	return false
}
