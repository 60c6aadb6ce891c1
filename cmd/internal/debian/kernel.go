package debian

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Kernel is an unpacked kernel of Debian's.
type Kernel struct {
	// Release is what uname -r says in it.
	Release string
	// Image is the kernel; Modules the directory of its modules, with what
	// depmod writes; Trees that of its device trees.
	Image, Modules, Trees string
}

// Kernel fetches and unpacks the kernel of a flavour, such as armmp, rpi or
// arm64, unless the cache has it.
func (a *Apt) Kernel(ctx context.Context, flavour string) (Kernel, error) {
	names, err := a.Depends(ctx, "linux-image-"+flavour)
	if err != nil {
		return Kernel{}, err
	}
	for _, name := range names {
		if release, ok := strings.CutPrefix(name, "linux-image-"); ok {
			return a.kernel(ctx, name, release)
		}
	}
	return Kernel{}, fmt.Errorf("linux-image-%s leads to no kernel", flavour)
}

func (a *Apt) kernel(ctx context.Context, name, release string) (Kernel, error) {
	dir := filepath.Join(a.dir, name)
	k := Kernel{
		Release: release,
		Image:   filepath.Join(dir, "boot", "vmlinuz-"+release),
		Modules: filepath.Join(dir, "lib", "modules", release),
		Trees:   filepath.Join(dir, "usr", "lib", name),
	}
	if _, err := os.Stat(filepath.Join(k.Modules, "modules.dep")); err == nil {
		return k, nil
	}
	debs, err := a.Download(ctx, name)
	if err != nil {
		return k, err
	}
	unlock, err := a.lock()
	if err != nil {
		return k, err
	}
	defer unlock()
	if err := Unpack(ctx, dir, debs...); err != nil {
		return k, err
	}
	if out, err := exec.CommandContext(ctx, "depmod", "-b", dir, release).CombinedOutput(); err != nil {
		return k, fmt.Errorf("depmod (Debian's package kmod): %w\n%s", err, out)
	}
	return k, nil
}
