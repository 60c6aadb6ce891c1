package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// The kinds of failure, for errors.Is; fs.ErrNotExist and fs.ErrPermission are
// wrapped too.
var (
	// ErrDamaged: a file isn't what was saved. See DamagedError.
	ErrDamaged = errors.New("state file damaged")
	// ErrLocked: another process has the directory.
	ErrLocked = errors.New("state directory in use")
	// ErrFull: the disk is full; what was saved before is still there.
	ErrFull = errors.New("disk full")
	// ErrReadOnly: the file system is mounted read-only.
	ErrReadOnly = errors.New("read-only file system")
	// ErrClosed: the Store was closed.
	ErrClosed = errors.New("state store closed")
)

// DamagedError tells that the newest generation of an entry can't be read.
type DamagedError struct {
	Path string // of the damaged file
	// Recovered tells that the value before the last change was loaded in its
	// place. If not, nothing was loaded.
	Recovered bool
	Cause     error // what is wrong with the file
}

// Error tells what was lost and what to do.
func (e *DamagedError) Error() string {
	if e.Recovered {
		return fmt.Sprintf("state file %s is damaged (%v): its last change is lost and the state before it is used; "+
			"if this happens again, check the disk", e.Path, e.Cause)
	}
	return fmt.Sprintf("state file %s is damaged (%v) and there is no usable older one: its state is lost and starts anew; "+
		"if this happens again, check the disk", e.Path, e.Cause)
}

// Unwrap gives ErrDamaged and the cause.
func (e *DamagedError) Unwrap() []error { return []error{ErrDamaged, e.Cause} }

// explain adds to an error of the system what it means and what to do.
func explain(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: free some space on the file system of %s; the state saved before is kept (%w)", ErrFull, dir, err)
	case errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: mount that of %s writable or set state.dir to another directory (%w)", ErrReadOnly, dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this user may not use %s: give the directory to the user or set state.dir to another (%w)", dir, err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EEXIST):
		return fmt.Errorf("%s is not a directory: set state.dir to one (%w)", dir, err)
	}
	return err
}
