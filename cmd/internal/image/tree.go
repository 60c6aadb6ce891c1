package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// tree is a directory that becomes a file system. Paths in it begin with "/".
type tree string

func (t tree) host(name string) string { return filepath.Join(string(t), filepath.FromSlash(name)) }

func (t tree) has(name string) bool {
	_, err := os.Lstat(t.host(name))
	return err == nil
}

func (t tree) mkdir(names ...string) error {
	for _, name := range names {
		if err := os.MkdirAll(t.host(name), 0o755); err != nil {
			return err
		}
	}
	return nil
}

func (t tree) write(name string, perm fs.FileMode, content []byte) error {
	if err := t.mkdir(path.Dir(name)); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(t.host(name), content, perm), os.Chmod(t.host(name), perm))
}

func (t tree) link(name, target string) error {
	if err := t.mkdir(path.Dir(name)); err != nil {
		return err
	}
	return os.Symlink(target, t.host(name))
}

// copy takes a file of the host, or a link as a link.
func (t tree) copy(name, from string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return t.link(name, target)
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return t.write(name, 0o644|info.Mode().Perm()&0o111, content)
}

// copyAll takes the files below a folder of files. One that begins with "#!" is a
// program.
func (t tree) copyAll(files fs.FS, folder string) error {
	return fs.WalkDir(files, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		perm := fs.FileMode(0o644)
		if strings.HasPrefix(string(content), "#!") {
			perm = 0o755
		}
		return t.write(strings.TrimPrefix(name, folder), perm, content)
	})
}

// merged gives the path of a file of a package in a root where /bin, /sbin and
// /lib are links into /usr, as they are in Debian's and in ours.
func merged(name string) string {
	for _, top := range []string{"/bin/", "/sbin/", "/lib/"} {
		if strings.HasPrefix(name, top) {
			return "/usr" + name
		}
	}
	return name
}

// mergeUsr makes those links.
func (t tree) mergeUsr() error {
	var errs []error
	for _, top := range []string{"bin", "sbin", "lib"} {
		errs = append(errs, t.mkdir("/usr/"+top), t.link("/"+top, "usr/"+top))
	}
	return errors.Join(errs...)
}

// packageTree is where packages were unpacked, in a root that may not be merged.
type packageTree string

// glob finds the files of a pattern, as paths in the packages. A pattern below /bin,
// /sbin or /lib is looked for in /usr, too.
func (p packageTree) glob(pattern string) ([]string, error) {
	var names []string
	for _, pattern := range slices.Compact([]string{pattern, merged(pattern)}) {
		found, err := filepath.Glob(filepath.Join(string(p), pattern))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", pattern, err)
		}
		for _, f := range found {
			names = append(names, strings.TrimPrefix(f, string(p)))
		}
	}
	return names, nil
}

// find gives where a file of a merged root is on the host; "" is nowhere.
func (p packageTree) find(name string) string {
	for _, prefix := range []string{"", "/usr"} {
		if host := filepath.Join(string(p), prefix, strings.TrimPrefix(name, "/usr")); exists(host) {
			return host
		}
	}
	return ""
}

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}
