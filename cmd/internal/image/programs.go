package image

import (
	"bytes"
	"debug/elf"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
)

// take copies files of packages into the root, and the libraries of those that
// are programs. A pattern that no file matches is an error.
func (t tree) take(from packageTree, list [][]string) error {
	for _, line := range list {
		for _, pattern := range line[1:] {
			if err := t.takePattern(from, pattern); err != nil {
				return fmt.Errorf("package %s: %w", line[0], err)
			}
		}
	}
	return nil
}

func (t tree) takePattern(from packageTree, pattern string) error {
	names, err := from.glob(pattern)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("it has no %s any more: look with dpkg -c what its files are called now", pattern)
	}
	for _, name := range names {
		if err := t.takeFolder(from, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// takeFolder copies a file, or all files below a folder.
func (t tree) takeFolder(from packageTree, name string) error {
	return filepath.WalkDir(filepath.Join(string(from), name), func(host string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return t.takeFile(from, merged(strings.TrimPrefix(host, string(from))), host)
	})
}

// takeFile copies a file, what it is a link to, and the libraries that it needs.
func (t tree) takeFile(from packageTree, name, host string) error {
	if t.has(name) {
		return nil
	}
	if err := t.copy(name, host); err != nil {
		return err
	}
	if target, err := os.Readlink(host); err == nil {
		if !path.IsAbs(target) {
			target = path.Join(path.Dir(name), target)
		}
		return t.takeFile(from, merged(target), from.find(merged(target)))
	}
	needs, err := libraries(host)
	if err != nil {
		return err
	}
	for _, need := range needs {
		if err := t.takeLibrary(from, need); err != nil {
			return err
		}
	}
	return nil
}

// takeLibrary copies a library by its path, or by its name from the directory of
// the packages' architecture.
func (t tree) takeLibrary(from packageTree, need string) error {
	pattern := need
	if path.Base(need) == need {
		pattern = "/lib/*-linux-gnu*/" + need
	}
	names, err := from.glob(pattern)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		return fmt.Errorf("library %s is in no package that was fetched", need)
	}
	return t.takeFile(from, merged(names[0]), filepath.Join(string(from), names[0]))
}

// libraries gives the libraries that an ELF file is linked to, and the path of
// its loader; nothing for other files.
func libraries(host string) ([]string, error) {
	f, err := elf.Open(host)
	if err != nil {
		return nil, nil // a script, or data
	}
	defer f.Close()
	needs, err := f.ImportedLibraries()
	if err != nil {
		return nil, err
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			loader := make([]byte, p.Filesz)
			if _, err := p.ReadAt(loader, 0); err != nil {
				return nil, err
			}
			needs = append(needs, string(bytes.TrimRight(loader, "\x00")))
		}
	}
	sort.Strings(needs)
	return needs, nil
}
