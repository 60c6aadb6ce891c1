package uml

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Modules are the kernel modules of every guest: the overlay of its root, IPv6,
// links, and all that ESP takes.
func Modules() []string {
	return []string{
		"overlay", "ipv6", "veth", "dummy", "bridge", "tun",
		"xfrm_user", "af_key", "esp4", "esp6",
		"authenc", "hmac", "cbc", "ctr", "gcm", "ghash-generic", "sha512-generic", "seqiv", "echainiv", "jitterentropy_rng", "drbg",
	}
}

// modulesRoot is where Debian's package keeps the modules, a directory a
// release.
const modulesRoot = "/usr/lib/uml/modules"

// load loads modules with what they depend on. It needs no modprobe.
func load(names []string) error {
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return err
	}
	dir := filepath.Join(modulesRoot, unix.ByteSliceToString(u.Release[:]))
	f, err := os.Open(filepath.Join(dir, "modules.dep"))
	if err != nil {
		return fmt.Errorf("modules of the guest's kernel: %w", err)
	}
	defer f.Close()
	deps, err := readDependencies(f)
	if err != nil {
		return err
	}
	paths, err := deps.order(names)
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := insert(filepath.Join(dir, path)); err != nil {
			return err
		}
	}
	return nil
}

func insert(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	err = unix.FinitModule(int(f.Fd()), "", 0)
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return fmt.Errorf("load %s: %w", path, err)
	}
	return nil
}

// dependencies holds modules.dep: the files that a module needs, by its file;
// and the file of each module's name.
type dependencies struct {
	needs map[string][]string
	file  map[string]string
}

// readDependencies reads lines of "file: file file…", where the last one needed
// is to be loaded first.
func readDependencies(r io.Reader) (dependencies, error) {
	d := dependencies{needs: map[string][]string{}, file: map[string]string{}}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		file, needs, ok := strings.Cut(lines.Text(), ":")
		if !ok {
			continue
		}
		d.needs[file] = strings.Fields(needs)
		d.file[moduleName(file)] = file
	}
	return d, lines.Err()
}

// moduleName gives the name of a module's file; "-" and "_" are the same in it.
func moduleName(path string) string {
	return strings.ReplaceAll(strings.TrimSuffix(filepath.Base(path), ".ko"), "-", "_")
}

// order gives the files of modules and of what they need, in the order in which
// they can be loaded.
func (d dependencies) order(names []string) ([]string, error) {
	var files []string
	add := func(file string) {
		if !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	for _, name := range names {
		file, ok := d.file[moduleName(name)]
		if !ok {
			return nil, fmt.Errorf("the guest's kernel has no module %s", name)
		}
		for _, need := range slices.Backward(d.needs[file]) {
			add(need)
		}
		add(file)
	}
	return files, nil
}
