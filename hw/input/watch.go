package input

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// watch tells which files of a directory come or go, or can perhaps be opened now
// because their owner or mode has changed. The directory itself may come later,
// with the first device, and goes with the last one.
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

// begin watches the directory, or else the one that it will be in; it may come just
// before that is watched.
func (w *watch) begin(fd int) error {
	if err := w.enter(fd); err != unix.ENOENT {
		return err
	}
	_, err := unix.InotifyAddWatch(fd, filepath.Dir(w.dir), unix.IN_CREATE|unix.IN_MOVED_TO|unix.IN_ONLYDIR)
	if err != nil {
		return err
	}
	if err := w.enter(fd); err != unix.ENOENT {
		return err
	}
	return nil
}

// enter watches the directory, if it is there.
func (w *watch) enter(fd int) error {
	_, err := unix.InotifyAddWatch(fd, w.dir, unix.IN_CREATE|unix.IN_DELETE|unix.IN_ATTRIB|unix.IN_MOVED_TO|unix.IN_ONLYDIR)
	w.seen = err == nil
	return err
}

// next waits for news: the names of files, or nil for all of them.
func (w *watch) next() ([]string, error) {
	for {
		n, err := w.file.Read(w.buf[:])
		if err != nil {
			return nil, err
		}
		names, lost := fileNames(w.buf[:n])
		if lost || !w.seen {
			if w.retry(); w.seen {
				return nil, nil
			}
		}
		if len(names) > 0 {
			return names, nil
		}
	}
}

// retry watches the directory if it has come, or come back.
func (w *watch) retry() {
	conn, err := w.file.SyscallConn()
	if err == nil {
		_ = conn.Control(func(fd uintptr) { _ = w.begin(int(fd)) }) // the next event tries again
	}
}

func (w *watch) close() error { return w.file.Close() }

// fileNames reads what inotify(7) tells: for each event a watch, a mask,
// a cookie, a length, and a name of that length with NULs at its end. lost says that
// there were more than could be told, or that a watch has ended as its directory is
// gone.
func fileNames(b []byte) (names []string, lost bool) {
	for len(b) >= unix.SizeofInotifyEvent {
		mask := binary.NativeEndian.Uint32(b[4:])
		length := int(binary.NativeEndian.Uint32(b[12:]))
		b = b[unix.SizeofInotifyEvent:]
		if length < 0 || length > len(b) {
			return names, true
		}
		lost = lost || mask&(unix.IN_Q_OVERFLOW|unix.IN_IGNORED) != 0
		if name := unix.ByteSliceToString(b[:length]); name != "" {
			names = append(names, name)
		}
		b = b[length:]
	}
	return names, lost
}
