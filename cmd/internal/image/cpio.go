package image

import (
	"fmt"
	"io"
	"io/fs"
)

// Modes of files as the kernel has them (inode(7)).
const (
	modeDir  = 0o040000
	modeFile = 0o100000
	modeChar = 0o020000
	modeLink = 0o120000
)

// archive writes cpio's "newc" form, which the kernel unpacks as its first root
// (Documentation/driver-api/early-userspace/buffer-format.rst). Everything in it
// is root's. The first error stays, and is what close gives.
type archive struct {
	w     io.Writer
	inode int
	err   error
}

func (a *archive) dir(name string) { a.entry(name, modeDir|0o755, 0, 0, nil) }

func (a *archive) file(name string, perm fs.FileMode, content []byte) {
	a.entry(name, modeFile|int(perm), 0, 0, content)
}

func (a *archive) link(name, target string) { a.entry(name, modeLink|0o777, 0, 0, []byte(target)) }

func (a *archive) device(name string, major, minor int) {
	a.entry(name, modeChar|0o600, major, minor, nil)
}

// entry writes a header of 13 numbers in 8 digits, the name, and the content, each
// filled up to 4 bytes.
func (a *archive) entry(name string, mode, major, minor int, content []byte) {
	a.inode++
	header := fmt.Sprintf("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00",
		a.inode, mode, 0, 0, 1, 0, len(content), 0, 0, major, minor, len(name)+1, 0, name)
	a.write([]byte(header))
	a.write(content)
}

func (a *archive) write(b []byte) {
	if a.err != nil {
		return
	}
	if _, a.err = a.w.Write(b); a.err == nil && len(b)%4 != 0 {
		_, a.err = a.w.Write(make([]byte, 4-len(b)%4))
	}
}

// close writes the end of the archive.
func (a *archive) close() error {
	a.entry("TRAILER!!!", 0, 0, 0, nil)
	return a.err
}
