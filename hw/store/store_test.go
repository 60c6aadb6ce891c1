package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// state is what the tests keep.
type state struct {
	N    int
	Text string
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func save(t *testing.T, s *Store, n int) {
	t.Helper()
	if err := s.Save("x", state{n, "text"}); err != nil {
		t.Fatal(err)
	}
}

// expect loads and compares; 0 expects that nothing can be loaded.
func expect(t *testing.T, s *Store, n int, kind error) error {
	t.Helper()
	var v state
	err := s.Load("x", &v)
	if !errors.Is(err, kind) {
		t.Fatalf("Load: %v, want %v", err, kind)
	}
	if n != 0 && v != (state{n, "text"}) {
		t.Fatalf("loaded %+v, want generation %d (%v)", v, n, err)
	}
	return err
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestSaveLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := open(t, dir)
	expect(t, s, 0, fs.ErrNotExist)
	for n := 1; n <= 3; n++ {
		save(t, s, n)
		expect(t, s, n, nil)
	}
	if got := files(t, dir); !slices.Equal(got, []string{"lock", "x.json", "x.json.old"}) {
		t.Errorf("files %v", got)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	expect(t, open(t, dir), 3, nil)
	for name, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, "x.json"): 0o600, filepath.Join(dir, "lock"): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

// TestGolden holds the file's form against one made with other tools.
func TestGolden(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	save(t, s, 1)
	got, err := os.ReadFile(filepath.Join(dir, "x.json"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("testdata", "x.json"))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestTruncated cuts the newest file at every byte: the generation before is
// loaded, with one sentence on it, and the phone can save again.
func TestTruncated(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	save(t, s, 1)
	save(t, s, 2)
	path := filepath.Join(dir, "x.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		err := expect(t, s, 1, ErrDamaged)
		var damage *DamagedError
		if !errors.As(err, &damage) || !damage.Recovered || damage.Path != path || !strings.Contains(err.Error(), "the state before it is used") {
			t.Fatalf("cut to %d bytes: %v", n, err)
		}
	}
	save(t, s, 3)
	expect(t, s, 3, nil)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 1, nil) // the damaged generation never took the sound one's place
}

// TestFlipped changes every bit of the newest file.
func TestFlipped(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	save(t, s, 1)
	save(t, s, 2)
	path := filepath.Join(dir, "x.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 * len(whole) {
		bad := slices.Clone(whole)
		bad[i/8] ^= 1 << (i % 8)
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		expect(t, s, 1, ErrDamaged)
	}
}

func TestBothDamaged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	save(t, s, 1)
	save(t, s, 2)
	for _, name := range []string{"x.json", "x.json.old"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("junk"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := expect(t, s, 0, ErrDamaged)
	var damage *DamagedError
	if !errors.As(err, &damage) || damage.Recovered || !strings.Contains(err.Error(), "starts anew") {
		t.Errorf("got %v", err)
	}
	save(t, s, 3)
	expect(t, s, 3, nil)
}

// TestOtherVersion: a sound file whose value doesn't fit.
func TestOtherVersion(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.Save("x", map[string]string{"N": "no number"}); err != nil {
		t.Fatal(err)
	}
	expect(t, s, 0, ErrDamaged)
}

// writer makes the writing that Save would make.
func writer(t *testing.T, s *Store, n int) *writing {
	t.Helper()
	content, err := encode(state{n, "text"})
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.path("x")
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(path)
	return &writing{dir: s.dir, path: path, content: content, keep: err == nil}
}

// TestPowerCut ends a Save after each of its steps, with nothing cleaned up:
// the old or the new value is there, no file of the torn one stays, and the
// next Save works.
func TestPowerCut(t *testing.T) {
	steps := len((&writing{}).steps())
	for _, before := range []int{0, 1, 2} { // generations that exist
		for cut := range steps + 1 {
			t.Run(fmt.Sprintf("%d generations, %d steps", before, cut), func(t *testing.T) {
				dir := t.TempDir()
				s := open(t, dir)
				for n := range before {
					save(t, s, n+1)
				}
				for _, step := range writer(t, s, 9).steps()[:cut] {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
				s.Close()
				s = open(t, dir)
				replaced := cut >= steps-1
				switch {
				case replaced:
					expect(t, s, 9, nil)
				case before == 0:
					expect(t, s, 0, fs.ErrNotExist)
				default:
					expect(t, s, before, nil)
				}
				for _, name := range files(t, dir) {
					if strings.HasPrefix(name, ".") {
						t.Errorf("%s is left behind", name)
					}
				}
				save(t, s, 10)
				expect(t, s, 10, nil)
			})
		}
	}
}

// TestFailingStep makes each step of a Save fail in turn, as a full disk does.
func TestFailingStep(t *testing.T) {
	for cut := range len((&writing{}).steps()) {
		dir := t.TempDir()
		s := open(t, dir)
		save(t, s, 1)
		w := writer(t, s, 2)
		for _, step := range w.steps()[:cut] {
			if err := step(); err != nil {
				t.Fatal(err)
			}
		}
		w.cleanup()
		if cut < 5 {
			expect(t, s, 1, nil)
		} else {
			expect(t, s, 2, nil)
		}
		for _, name := range files(t, dir) {
			if strings.HasPrefix(name, ".") {
				t.Errorf("failed at step %d: %s is left behind", cut, name)
			}
		}
	}
}

// TestUnchanged: saving the same again writes nothing.
func TestUnchanged(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	save(t, s, 1)
	before, err := os.Stat(filepath.Join(dir, "x.json"))
	if err != nil {
		t.Fatal(err)
	}
	save(t, s, 1)
	after, err := os.Stat(filepath.Join(dir, "x.json"))
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was written anew (%v)", err)
	}
	if got := files(t, dir); !slices.Equal(got, []string{"lock", "x.json"}) {
		t.Errorf("files %v", got)
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	_, err := Open(dir)
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("a second Open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("a second Close: %v", err)
	}
	open(t, dir)
	if err := s.Save("x", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("Save after Close: %v", err)
	}
	if err := s.Load("x", new(int)); !errors.Is(err, ErrClosed) {
		t.Errorf("Load after Close: %v", err)
	}
}

func TestNames(t *testing.T) {
	s := open(t, t.TempDir())
	for _, name := range []string{"", "..", "a/b", "a.json", "ä", "a\x00"} {
		if err := s.Save(name, 1); err == nil {
			t.Errorf("saved as %q", name)
		}
	}
	if err := s.Save("A-z_09", 1); err != nil {
		t.Error(err)
	}
}

func TestConcurrent(t *testing.T) {
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 5 {
				if err := s.Save("x", state{8*n + i, "text"}); err != nil {
					t.Error(err)
				}
				var v state
				if err := s.Load("x", &v); err != nil || v.Text != "text" {
					t.Error(v, err)
				}
			}
		})
	}
	wg.Wait()
}

func TestUnusableDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{file, filepath.Join(file, "sub")} {
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "is not a directory: set state.dir") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestUnsavable(t *testing.T) {
	s := open(t, t.TempDir())
	if err := s.Save("x", make(chan int)); err == nil {
		t.Error("saved a channel")
	}
	expect(t, s, 0, fs.ErrNotExist)
}

// TestDirectoryGone: the error of the system comes through.
func TestDirectoryGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := open(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.Save("x", 1); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "state x isn't saved") {
		t.Errorf("got %v", err)
	}
}

func TestExplain(t *testing.T) {
	for errno, want := range map[syscall.Errno]struct {
		kind  error
		words string
	}{
		syscall.ENOSPC: {ErrFull, "free some space"},
		syscall.EDQUOT: {ErrFull, "free some space"},
		syscall.EROFS:  {ErrReadOnly, "set state.dir"},
		syscall.EACCES: {fs.ErrPermission, "give the directory to the user"},
		syscall.EIO:    {syscall.EIO, "input/output"},
	} {
		err := explain("/state", &fs.PathError{Op: "open", Path: "/state/x.json", Err: errno})
		if !errors.Is(err, want.kind) || !errors.Is(err, errno) || !strings.Contains(err.Error(), want.words) {
			t.Errorf("%v became %v", errno, err)
		}
	}
}
