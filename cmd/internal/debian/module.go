package debian

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// Module is a module of the kernel's own source that Debian doesn't build.
type Module struct {
	Name   string // of the module: vicodec
	Source string // its directory in the kernel's source
	Option string // the kernel's option that it belongs to: CONFIG_VIDEO_VICODEC
}

// Build compiles a module for a kernel for 32-bit ARM, against the kernel's own
// headers, and gives its path in the cache. It needs make, xz and a compiler
// (Debian's packages make, xz-utils, gcc-arm-linux-gnueabihf).
func (a *Apt) Build(ctx context.Context, k Kernel, m Module) (string, error) {
	path := filepath.Join(a.dir, "modules-"+k.Release, m.Name+".ko")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	dir, err := os.MkdirTemp(a.dir, "module-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	source, err := a.unpackForBuild(ctx, dir, k, m)
	if err != nil {
		return "", err
	}
	headers := filepath.Join(dir, "usr", "src", "linux-headers-"+k.Release)
	if err := relocate(filepath.Join(headers, "Makefile"), dir); err != nil {
		return "", err
	}
	if err := command(ctx, "make", "-C", headers, "M="+source, "ARCH=arm", "CROSS_COMPILE=arm-linux-gnueabihf-",
		"CC=arm-linux-gnueabihf-gcc", m.Option+"=m", "modules"); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, os.Rename(filepath.Join(source, m.Name+".ko"), path)
}

// unpackForBuild unpacks what a module is built of, and gives the directory of
// its source: the kernel's headers, those that all kernels share, the programs
// that build, which run here, and the module's part of the kernel's source.
func (a *Apt) unpackForBuild(ctx context.Context, dir string, k Kernel, m Module) (string, error) {
	headers := "linux-headers-" + k.Release
	needed, err := a.Depends(ctx, headers)
	if err != nil {
		return "", err
	}
	common, kbuild := dependency(needed, "linux-headers-"), dependency(needed, "linux-kbuild-")
	version := strings.TrimPrefix(kbuild, "linux-kbuild-")
	if common == "" || version == "" {
		return "", fmt.Errorf("%s needs neither common headers nor linux-kbuild: %q", headers, needed)
	}
	here, err := Open(ctx, filepath.Dir(a.dir), runtime.GOARCH) // Debian's names are Go's for what builds
	if err != nil {
		return "", err
	}
	tools, err := here.Download(ctx, kbuild)
	if err != nil {
		return "", err
	}
	archives, err := a.Download(ctx, headers, common, "linux-source-"+version)
	if err != nil {
		return "", err
	}
	if err := Unpack(ctx, dir, append(archives, tools...)...); err != nil {
		return "", err
	}
	tree := "linux-source-" + version
	err = command(ctx, "tar", "-xJf", filepath.Join(dir, "usr", "src", tree+".tar.xz"), "-C", dir, tree+"/"+m.Source)
	return filepath.Join(dir, tree, m.Source), err
}

// dependency gives the name that begins with prefix.
func dependency(names []string, prefix string) string {
	for _, n := range names {
		if strings.HasPrefix(n, prefix) {
			return n
		}
	}
	return ""
}

// relocate makes the headers' Makefile look for the common ones in dir.
func relocate(makefile, dir string) error {
	text, err := os.ReadFile(makefile)
	if err != nil {
		return err
	}
	moved := bytes.ReplaceAll(text, []byte("/usr/src/"), []byte(filepath.Join(dir, "usr", "src")+"/"))
	return os.WriteFile(makefile, moved, 0o644)
}

// command runs a program whose output is told only where it fails.
func command(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w: to build a kernel module, install make, xz-utils and gcc-arm-linux-gnueabihf", err)
	}
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, bytes.TrimSpace(out))
	}
	return nil
}
