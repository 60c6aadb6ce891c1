package resolver

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"
)

// maxFile is how much of a system file is read.
const maxFile = 1 << 20

// watched is a parsed file that is read again when it changes.
type watched[T any] struct {
	path  string
	parse func([]byte) (T, error)
	none  T // where there is no file

	mu      sync.Mutex
	changed time.Time
	size    int64
	value   T
	read    bool
}

// get gives the file's value as it is now.
func (w *watched[T]) get() (T, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	info, err := os.Stat(w.path)
	if errors.Is(err, fs.ErrNotExist) {
		w.read = false
		return w.none, nil
	}
	if err != nil {
		return w.none, err
	}
	if w.read && info.ModTime().Equal(w.changed) && info.Size() == w.size {
		return w.value, nil
	}
	value, err := w.load()
	if err != nil {
		return w.none, fmt.Errorf("%s: %w", w.path, err)
	}
	w.value, w.read, w.changed, w.size = value, true, info.ModTime(), info.Size()
	return value, nil
}

func (w *watched[T]) load() (T, error) {
	f, err := os.Open(w.path)
	if err != nil {
		return w.none, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return w.none, err
	}
	return w.parse(text)
}
