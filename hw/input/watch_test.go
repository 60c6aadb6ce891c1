package input

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestWatch: the directory comes with the first device and goes with the last one,
// over and over; it may be back before anybody looks.
func TestWatch(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "input")
	w, err := newWatch(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	w.file.SetReadDeadline(time.Now().Add(20 * time.Second)) // or a failure takes ten minutes
	node := filepath.Join(dir, "event0")
	plug := func() {
		t.Helper()
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, want ...string) {
		t.Helper()
		if got, err := w.next(); err != nil || !slices.Equal(got, want) || (got == nil) != (want == nil) {
			t.Fatalf("%s: %q, %v", what, got, err)
		}
	}
	plug()
	want("the directory has come")
	for _, seen := range []bool{true, false, true, false} {
		if err := os.WriteFile(node, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		want("a device has come", "event0")
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if seen {
			want("both are gone", "event0")
		}
		plug()
		want("the directory is back")
	}
}

// TestScanForgets: a device that couldn't be heard and is gone isn't listed any more.
func TestScanForgets(t *testing.T) {
	dir := t.TempDir()
	gone := filepath.Join(dir, "event7")
	s := &Set{cfg: Config{Dir: dir}, devices: map[string]*device{gone: {Device: Device{Node: gone, Err: ErrDenied}}}}
	if s.scan(); len(s.Devices()) != 0 {
		t.Errorf("devices %+v", s.Devices())
	}
}
