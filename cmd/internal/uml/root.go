package uml

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// changeRoot makes the host's root, with the guest's changes in memory, the
// guest's root. dir is an empty directory.
func changeRoot(dir string, share []string) error {
	if err := mount(filesystem{"tmpfs", "tmpfs", dir, ""}); err != nil {
		return err
	}
	root, upper, workdir := filepath.Join(dir, "root"), filepath.Join(dir, "upper"), filepath.Join(dir, "work")
	for _, d := range []string{root, upper, workdir} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return err
		}
	}
	if err := mount(filesystem{"overlay", "overlay", root,
		"lowerdir=/,upperdir=" + upper + ",workdir=" + workdir}); err != nil {
		return err
	}
	for _, s := range share {
		// Mounted while hostfs can still be told where to look.
		if err := mount(filesystem{"hostfs", "hostfs", filepath.Join(root, s), s}); err != nil {
			return err
		}
	}
	if err := errors.Join(unix.Chroot(root), unix.Chdir("/")); err != nil {
		return fmt.Errorf("root: %w", err)
	}
	return mountSystem()
}

// filesystem is a line of fstab(5).
type filesystem struct{ source, kind, dir, options string }

// mountSystem mounts what programs expect, over what shines through from the
// host.
func mountSystem() error {
	for _, f := range []filesystem{
		{"proc", "proc", "/proc", ""},
		{"sysfs", "sysfs", "/sys", ""},
		{"devtmpfs", "devtmpfs", "/dev", ""},
		{"devpts", "devpts", "/dev/pts", "ptmxmode=0666"},
		{"tmpfs", "tmpfs", "/dev/shm", ""},
		{"tmpfs", "tmpfs", "/run", "mode=0755"},
	} {
		if err := mount(f); err != nil {
			return err
		}
	}
	return links()
}

func mount(f filesystem) error {
	if err := os.MkdirAll(f.dir, 0o755); err != nil {
		return err
	}
	if err := unix.Mount(f.source, f.dir, f.kind, 0, f.options); err != nil {
		return fmt.Errorf("mount %s on %s: %w", f.kind, f.dir, err)
	}
	return nil
}

// links adds to /dev what udev would, and to /run what start-up scripts would.
func links() error {
	var errs []error
	for name, target := range map[string]string{
		"/dev/fd": "/proc/self/fd", "/dev/stdin": "fd/0", "/dev/stdout": "fd/1", "/dev/stderr": "fd/2",
	} {
		errs = append(errs, os.Symlink(target, name))
	}
	return errors.Join(append(errs, os.MkdirAll("/run/lock", 0o1777))...)
}
