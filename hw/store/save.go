package store

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/google/renameio/v2"
)

// Save writes v as the newest generation of the entry name. When it returns nil
// the value survives a power cut; when it returns an error, the value before is
// still there. A value that is saved already is not written again, for the
// medium's sake.
func (s *Store) Save(name string, v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := s.path(name)
	if err != nil {
		return err
	}
	content, err := encode(v)
	if err != nil {
		return err
	}
	saved, err := os.ReadFile(path)
	if err == nil && bytes.Equal(saved, content) {
		return nil
	}
	_, damage := payload(saved)
	w := &writing{dir: s.dir, path: path, content: content, keep: err == nil && damage == nil}
	defer w.cleanup()
	for _, step := range w.steps() {
		if err := step(); err != nil {
			return explain(s.dir, fmt.Errorf("state %s isn't saved: %w", name, err))
		}
	}
	return nil
}

// writing is one Save under way.
type writing struct {
	dir, path string
	content   []byte
	keep      bool // what is at path is sound: it becomes the generation before
	file      *renameio.PendingFile
}

// steps gives what is done one after the other. After each of them the
// directory holds the old or the new value, whole.
func (w *writing) steps() []func() error {
	return []func() error{w.create, w.write, w.sync, w.demote, w.replace, w.syncDir}
}

func (w *writing) create() (err error) {
	w.file, err = renameio.NewPendingFile(w.path, renameio.WithTempDir(w.dir), renameio.WithStaticPermissions(0o600))
	return err
}

func (w *writing) write() error {
	_, err := w.file.Write(w.content)
	return err
}

// sync comes before demote, so that a full disk shows before anything is
// moved.
func (w *writing) sync() error { return w.file.Sync() }

// demote makes the current generation the one before.
func (w *writing) demote() error {
	if !w.keep {
		return nil
	}
	return os.Rename(w.path, old(w.path))
}

func (w *writing) replace() error { return w.file.CloseAtomicallyReplace() }

// syncDir makes the renames last. Some file systems can't, and need not.
func (w *writing) syncDir() error {
	dir, err := os.Open(w.dir)
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// cleanup removes the new file unless it is in place. Where that fails, the
// next Open does it.
func (w *writing) cleanup() {
	if w.file != nil {
		w.file.Cleanup()
	}
}
