package input

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// watch tells which files of a directory come or go, or can perhaps be opened now
// because their owner or mode has changed. The directory may come later itself,
// with the first device.
type watch struct {
	dir  string
	file *os.File
	buf  [4096]byte
	seen bool // the directory is watched
}

func newWatch(dir string) (*watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("watching %s: %w", dir, err)
	}
	w := &watch{dir: dir}
	if err := w.begin(fd); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("watching %s: %w", dir, err)
	}
	w.file = os.NewFile(uintptr(fd), "inotify")
	return w, nil
}

// begin watches the directory, or else the one that it will be in.
func (w *watch) begin(fd int) error {
	_, err := unix.InotifyAddWatch(fd, w.dir, unix.IN_CREATE|unix.IN_DELETE|unix.IN_ATTRIB|unix.IN_MOVED_TO|unix.IN_ONLYDIR)
	if w.seen = err == nil; err != unix.ENOENT {
		return err
	}
	_, err = unix.InotifyAddWatch(fd, filepath.Dir(w.dir), unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_ONLYDIR)
	return err
}

// next waits for news: the names of files, or nil for all of them.
func (w *watch) next() ([]string, error) {
	for {
		n, err := w.file.Read(w.buf[:])
		if err != nil {
			return nil, err
		}
		names, overflow := fileNames(w.buf[:n])
		if !w.seen {
			if w.retry(); w.seen {
				return nil, nil
			}
			continue
		}
		if overflow {
			return nil, nil
		}
		if len(names) > 0 {
			return names, nil
		}
	}
}

// retry watches the directory if it has come.
func (w *watch) retry() {
	conn, err := w.file.SyscallConn()
	if err == nil {
		_ = conn.Control(func(fd uintptr) { _ = w.begin(int(fd)) }) // the next event tries again
	}
}

func (w *watch) close() error { return w.file.Close() }

// fileNames reads what inotify(7) tells: for each event a watch, a mask,
// a cookie, a length, and a name of that length with NULs at its end.
func fileNames(b []byte) (names []string, overflow bool) {
	for len(b) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(b[4:])
		length := int(binary.NativeEndian.Uint32(b[12:]))
		b = b[unix.SizeofInotifyEvent:]
		if length < 0 || length > len(b) {
			return names, true
		}
		overflow = overflow || mask&unix.IN_Q_OVERFLOW != 0
		if name := unix.ByteSliceToString(b[:length]); name != "" {
			names = append(names, name)
		}
		b = b[length:]
	}
	return names, overflow
}
