// Package kmod reads what depmod(8) writes: which kernel modules need which
// others.
package kmod

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Dependencies holds modules.dep: the files that a module needs, by its file;
// and the file of each module's name. Files are named from the directory of
// their kernel's release on.
type Dependencies struct {
	needs map[string][]string
	file  map[string]string
}

// Read reads the modules.dep of a directory such as /lib/modules/6.1.0-40-armmp.
func Read(dir string) (Dependencies, error) {
	text, err := os.ReadFile(filepath.Join(dir, "modules.dep"))
	if err != nil {
		return Dependencies{}, fmt.Errorf("modules of a kernel: %w", err)
	}
	return Parse(string(text))
}

// Parse reads lines of "file: file file…", where the last one needed is to be
// loaded first.
func Parse(text string) (Dependencies, error) {
	d := Dependencies{needs: map[string][]string{}, file: map[string]string{}}
	lines := bufio.NewScanner(strings.NewReader(text))
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

// Has tells whether the kernel has a module of that name as a file.
func (d Dependencies) Has(name string) bool {
	_, ok := d.file[moduleName(name)]
	return ok
}

// Order gives the files of modules and of what they need, in the order in which
// they can be loaded.
func (d Dependencies) Order(names []string) ([]string, error) {
	var files []string
	add := func(file string) {
		if !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	for _, name := range names {
		file, ok := d.file[moduleName(name)]
		if !ok {
			return nil, fmt.Errorf("the kernel has no module %s", name)
		}
		for _, need := range slices.Backward(d.needs[file]) {
			add(need)
		}
		add(file)
	}
	return files, nil
}
