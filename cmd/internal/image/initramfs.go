package image

import (
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/imsphone/imsphone/cmd/internal/debian"
	"github.com/imsphone/imsphone/cmd/internal/kmod"
)

// applets are the programs of busybox that the initramfs has. The root has all.
var applets = []string{"sh", "mount", "insmod", "findfs", "usleep", "cat", "switch_root", "ls", "dmesg"}

// writeInitramfs writes the first root: busybox, the program init, and the
// modules that the root's storage takes, in the order of their loading.
func writeInitramfs(w io.Writer, init []byte, busybox string, k debian.Kernel, modules []string) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	a := &archive{w: z}
	for _, dir := range []string{"dev", "proc", "sys", "root", "bin", "lib", "lib/modules"} {
		a.dir(dir)
	}
	a.device("dev/console", 5, 1)
	if err := a.copy("bin/busybox", busybox, 0o755); err != nil {
		return err
	}
	for _, name := range applets {
		a.link("bin/"+name, "busybox")
	}
	if err := a.modules(k, modules); err != nil {
		return err
	}
	a.file("init", 0o755, init)
	if err := a.close(); err != nil {
		return err
	}
	return z.Close()
}

func (a *archive) copy(name, host string, perm fs.FileMode) error {
	content, err := os.ReadFile(host)
	if err == nil {
		a.file(name, perm, content)
	}
	return err
}

// modules adds modules and what they need, and the list lib/modules/order. What
// this kernel has built in is left out.
func (a *archive) modules(k debian.Kernel, names []string) error {
	deps, err := kmod.Read(k.Modules)
	if err != nil {
		return err
	}
	var there []string
	for _, name := range names {
		if deps.Has(name) {
			there = append(there, name)
		}
	}
	files, err := deps.Order(there)
	if err != nil {
		return err
	}
	var order strings.Builder
	for _, file := range files {
		order.WriteString(path.Base(file) + "\n")
		if err := a.copy("lib/modules/"+path.Base(file), filepath.Join(k.Modules, file), 0o644); err != nil {
			return err
		}
	}
	a.file("lib/modules/order", 0o644, []byte(order.String()))
	return nil
}
