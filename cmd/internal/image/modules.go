package image

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/cmd/internal/debian"
	"github.com/imsphone/imsphone/cmd/internal/kmod"
)

// takeModules copies the kernel's modules that the patterns match, by path below
// kernel/, with those that they need, and makes the index for modprobe. Kernels
// differ: a pattern may match nothing.
func (t tree) takeModules(tl tools, k debian.Kernel, patterns []string) error {
	names, err := matching(os.DirFS(filepath.Join(k.Modules, "kernel")), patterns)
	if err != nil {
		return err
	}
	deps, err := kmod.Read(k.Modules)
	if err != nil {
		return err
	}
	files, err := deps.Order(names)
	if err != nil {
		return err
	}
	base := "/usr/lib/modules/" + k.Release
	for _, file := range append(files, "modules.builtin", "modules.builtin.modinfo", "modules.order") {
		if err := t.copy(path.Join(base, file), filepath.Join(k.Modules, file)); err != nil {
			return err
		}
	}
	if err := tl.run("depmod", "-b", string(t), k.Release); err != nil {
		return err
	}
	// kmod reads its indices (.bin), in which it finds an alias at once.
	for _, name := range []string{"alias", "builtin", "builtin.modinfo", "dep", "order", "symbols"} {
		if err := os.Remove(t.host(base + "/modules." + name)); err != nil {
			return err
		}
	}
	return nil
}

// matching gives the names of the modules that match a pattern.
func matching(modules fs.FS, patterns []string) ([]string, error) {
	var names []string
	for _, pattern := range patterns {
		found, err := fs.Glob(modules, pattern)
		if err != nil {
			return nil, fmt.Errorf("modules: %s: %w", pattern, err)
		}
		for _, f := range found {
			names = append(names, strings.TrimSuffix(path.Base(f), ".ko"))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
