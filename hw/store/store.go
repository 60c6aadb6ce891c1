package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Store is a state directory. Its methods are safe for concurrent use.
type Store struct {
	dir string

	mu   sync.Mutex
	lock *os.File // nil once closed
}

// Open makes dir if needed, for this user only, and takes it for this process.
// The error wraps ErrLocked if another has it.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, explain(dir, err)
	}
	f, err := lock(dir)
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, lock: f}
	if err := s.sweep(); err != nil {
		f.Close()
		return nil, explain(dir, err)
	}
	return s, nil
}

// sweep removes what a Save that never ended has left.
func (s *Store) sweep() error {
	left, err := filepath.Glob(filepath.Join(s.dir, ".*"+suffix+"[0-9]*"))
	if err != nil {
		return err
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}

// Close lets others use the directory.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lock == nil {
		return nil
	}
	f := s.lock
	s.lock = nil
	return f.Close()
}

// The names of an entry's files end like this.
const (
	suffix    = ".json"
	oldSuffix = suffix + ".old" // the generation before
)

// path gives the entry's file. Names consist of letters, digits, - and _.
func (s *Store) path(name string) (string, error) {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	if s.lock == nil {
		return "", ErrClosed
	}
	if name == "" || strings.Trim(name, allowed) != "" {
		return "", fmt.Errorf("state name %q: only letters, digits, - and _ can be used", name)
	}
	return filepath.Join(s.dir, name+suffix), nil
}

// Load reads the entry name into v, as encoding/json does. An error wraps
// fs.ErrNotExist if nothing was ever saved. If it is a *DamagedError, v holds
// the generation before where it says so; after any other error v may hold
// parts of something and has to be discarded.
func (s *Store) Load(name string, v any) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	path, err := s.path(name)
	if err != nil {
		return err
	}
	err = s.load(path, v)
	var damage *DamagedError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// Also what a Save leaves that ends between its two renames: then
		// nothing is lost but the change that it never completed.
		return s.load(old(path), v)
	case errors.As(err, &damage):
		damage.Recovered = s.load(old(path), v) == nil
	}
	return err
}

// load reads the file at path.
func (s *Store) load(path string, v any) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return explain(s.dir, err)
	}
	body, err := payload(content)
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	if err != nil {
		return &DamagedError{Path: path, Cause: err}
	}
	return nil
}

// old gives the file of the generation before that in path.
func old(path string) string { return strings.TrimSuffix(path, suffix) + oldSuffix }
