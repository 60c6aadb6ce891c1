package uml

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/cmd/internal/kmod"
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
	deps, err := kmod.Read(dir)
	if err != nil {
		return err
	}
	paths, err := deps.Order(names)
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
