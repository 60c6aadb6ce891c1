package input

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

func TestSizes(t *testing.T) {
	for name, s := range map[string]struct{ got, want uintptr }{
		"absinfo":   {unsafe.Sizeof(absInfo{}), 24},
		"slots":     {unsafe.Sizeof(slotValues{}), 4 + 4*maxFingers},
		"record":    {uintptr(recordSize), map[uintptr]uintptr{4: 16, 8: 24}[unsafe.Sizeof(uintptr(0))]},
		"EVIOCGABS": {eviocAbs + absY, 0x80184541},
		"EVIOCGRAB": {eviocGrab, 0x40044590},
		"EVIOCGKEY": {eviocKeys, 0x80004518},
	} {
		if s.got != s.want {
			t.Errorf("%s: %#x, want %#x", name, s.got, s.want)
		}
	}
}

func TestKeyNames(t *testing.T) {
	for name, code := range map[string]uint16{"KEY_PHONE": 169, "KEY_ESC": 1, "KEY_NUMERIC_STAR": 522, "700": 700} {
		if got, ok := KeyCode(name); !ok || got != code {
			t.Errorf("%s: %d, %v", name, got, ok)
		}
		if got := KeyName(code); got != name {
			t.Errorf("%d: %s", code, got)
		}
	}
	for _, name := range []string{"", "PHONE", "0", "-1", "768", "70000"} {
		if got, ok := KeyCode(name); ok {
			t.Errorf("%q: %d", name, got)
		}
	}
}

// TestSet opens a directory that comes later, with files that are no devices:
// they are listed, with the reason why they aren't heard.
func TestSet(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "input")
	s, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Devices()) != 0 {
		t.Errorf("devices %+v", s.Devices())
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if _, open := <-s.Events(); open {
		t.Error("an event after Close")
	}

	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"event10", "event9", "mouse0"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if s, err = Open(Config{Dir: dir, Lines: []Line{{Chip: "/dev/gpiochip999", Code: 169}}}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var got []string
	for _, d := range s.Devices() {
		got = append(got, filepath.Base(d.Node))
		if d.Err == nil || !strings.Contains(d.Err.Error(), d.Node) {
			t.Errorf("%s: %v", d.Node, d.Err)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, []string{"event10", "event9", "gpiochip999"}) {
		t.Errorf("devices %q", got)
	}
}

// TestWhatIsTyped: a keyboard is heard while it is the phone's, and by nobody else
// then; what has no letters is everybody's.
func TestWhatIsTyped(t *testing.T) {
	combined := multi
	combined.keys = set(btnTouch, keyQ, keyP)
	for _, test := range []struct {
		cfg          Config
		of           caps
		hears, takes bool
	}{
		{Config{}, keyboard, false, true}, {Config{typed: true}, keyboard, true, true}, {Config{Grab: true}, keyboard, true, true},
		{Config{}, combined, false, true}, {Config{}, multi, true, false},
		{Config{}, headset, true, false}, {Config{}, keypad, true, false}, {Config{Grab: true}, keypad, true, true},
	} {
		if hears, takes := test.cfg.hears(&test.of), test.cfg.takes(&test.of); hears != test.hears || hears && takes != test.takes {
			t.Errorf("%v with %+v: hears %v, takes %v", test.of.classify(), test.cfg, hears, takes)
		}
	}
}

// TestKeyboards closes those that are heard when they are left to others.
func TestKeyboards(t *testing.T) {
	s, err := Open(Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Keyboards(true)
	heard := map[string]*os.File{}
	for name, c := range map[string]caps{"keyboard": keyboard, "headset": headset} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		heard[name] = r
		s.devices[name] = &device{file: r, decoder: newDecoder(name, c, nil)}
	}
	s.Keyboards(true)
	for name, ours := range map[string]bool{"keyboard": false, "headset": true} {
		s.Keyboards(false)
		if err := heard[name].SetDeadline(time.Time{}); (err == nil) != ours {
			t.Errorf("the %s is open: %v", name, err == nil)
		}
	}
}

// TestSendNeverBlocks: without a reader, moves are lost first, then all.
func TestSendNeverBlocks(t *testing.T) {
	s := &Set{events: make(chan Event, queue)}
	for range queue {
		s.send(Event{Kind: Touch, Value: Move})
	}
	if n := len(s.events); n != queue/2+1 || s.Dropped() != queue-uint64(n) {
		t.Errorf("%d moves wait, %d are lost", n, s.Dropped())
	}
	for range queue {
		s.send(Event{Kind: Key, Value: Down})
	}
	if len(s.events) != queue || s.Dropped() != queue {
		t.Errorf("%d wait, %d are lost", len(s.events), s.Dropped())
	}
}

func TestExplain(t *testing.T) {
	if err := explain("/dev/input/event0", unix.EACCES); !errors.Is(err, ErrDenied) || !strings.Contains(err.Error(), "group input") {
		t.Errorf("got %v", err)
	}
}

func TestFileNames(t *testing.T) {
	event := func(mask uint32, name string) []byte {
		b := make([]byte, 16, 32)
		binary.NativeEndian.PutUint32(b[4:], mask)
		if name != "" {
			binary.NativeEndian.PutUint32(b[12:], 16)
			b = append(b, name+strings.Repeat("\x00", 16-len(name))...)
		}
		return b
	}
	two := slices.Concat(event(unix.IN_CREATE, "event1"), event(unix.IN_ATTRIB, "mouse0"))
	if names, overflow := fileNames(two); !slices.Equal(names, []string{"event1", "mouse0"}) || overflow {
		t.Errorf("%q, %v", names, overflow)
	}
	for _, mask := range []uint32{unix.IN_Q_OVERFLOW, unix.IN_IGNORED} {
		if names, lost := fileNames(slices.Concat(two, event(mask, ""))); len(names) != 2 || !lost {
			t.Errorf("%#x: %q, %v", mask, names, lost)
		}
	}
	if _, overflow := fileNames(two[:40]); overflow { // less than an event at the end
		t.Error("overflow")
	}
	if _, overflow := fileNames(two[:60]); !overflow {
		t.Error("a name that is cut off isn't noticed")
	}
}
