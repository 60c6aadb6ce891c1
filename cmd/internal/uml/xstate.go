package uml

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed preload/xstate.c
var xstate []byte

// wideRegisters is the processor feature, as /proc/cpuinfo names it, whose
// registers are more than user-mode Linux has room for: it would panic with
// "ptrace set fp regs failed". They are the tiles of AMX, 8 KiB.
const wideRegisters = "amx_tile"

// preload gives what the kernel's environment needs on this processor. It
// compiles what it needs into dir.
func preload(dir string) ([]string, error) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || !hasFeature(string(info), wideRegisters) {
		return nil, err
	}
	source, library := filepath.Join(dir, "xstate.c"), filepath.Join(dir, "xstate.so")
	if err := os.WriteFile(source, xstate, 0o600); err != nil {
		return nil, err
	}
	if out, err := exec.Command("cc", "-O2", "-shared", "-fPIC", "-o", library, source).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("on this processor, user-mode Linux takes a C compiler (apt-get install gcc libc6-dev): %w: %s", err, out)
	}
	return []string{"LD_PRELOAD=" + library}, nil
}

// hasFeature looks into the flags of /proc/cpuinfo.
func hasFeature(info, name string) bool {
	for line := range strings.Lines(info) {
		if key, flags, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "flags" {
			for flag := range strings.FieldsSeq(flags) {
				if flag == name {
					return true
				}
			}
			return false
		}
	}
	return false
}
