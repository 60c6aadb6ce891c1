//go:build guest

package input

import (
	"slices"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// Requests of a device that a program makes up (include/uapi/linux/uinput.h).
const (
	uinput     = 'U' << ioctl.Kind
	uiCreate   = ioctl.None | uinput | 1
	uiDestroy  = ioctl.None | uinput | 2
	uiSetup    = ioctl.Write | uinput | 3 | unsafe.Sizeof(uinputSetup{})<<ioctl.Size
	uiAbs      = ioctl.Write | uinput | 4 | unsafe.Sizeof(uinputAbs{})<<ioctl.Size
	uiEvBit    = ioctl.Write | uinput | 100 | 4<<ioctl.Size
	uiKeyBit   = ioctl.Write | uinput | 101 | 4<<ioctl.Size
	uiAbsBit   = ioctl.Write | uinput | 103 | 4<<ioctl.Size
	uiSwBit    = ioctl.Write | uinput | 109 | 4<<ioctl.Size
	uiPropBit  = ioctl.Write | uinput | 110 | 4<<ioctl.Size
	madeUpName = "a device of the test"
)

type uinputSetup struct {
	ID   [4]uint16
	Name [80]byte
	FF   uint32
}

type uinputAbs struct {
	Code, _ uint16
	Info    absInfo
}

// madeUp is a device that the test makes up.
type madeUp struct {
	t  *testing.T
	fd int
}

func makeUp(t *testing.T, keys, switches []int, axes map[uint16]axis) *madeUp {
	t.Helper()
	fd, err := unix.Open("/dev/uinput", unix.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	m := &madeUp{t, fd}
	m.bits(uiEvBit, evSyn, evKey, evSw)
	m.bits(uiKeyBit, keys...)
	m.bits(uiSwBit, switches...)
	if len(axes) > 0 {
		m.bits(uiEvBit, evAbs)
		m.bits(uiPropBit, propDirect)
	}
	for code, a := range axes {
		m.bits(uiAbsBit, int(code))
		setup := uinputAbs{Code: code, Info: absInfo{Minimum: a.min, Maximum: a.max}}
		m.must(ioctl.Do(fd, uiAbs, unsafe.Pointer(&setup)))
	}
	var setup uinputSetup
	copy(setup.Name[:], madeUpName)
	m.must(ioctl.Do(fd, uiSetup, unsafe.Pointer(&setup)))
	m.must(ioctl.Int(fd, uiCreate, 0))
	return m
}

func (m *madeUp) bits(request uintptr, bits ...int) {
	for _, b := range bits {
		m.must(ioctl.Int(m.fd, request, b))
	}
}

func (m *madeUp) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *madeUp) send(records ...record) {
	m.t.Helper()
	_, err := unix.Write(m.fd, wire((recordSize-8)/2, records...))
	m.must(err)
}

func (m *madeUp) destroy() {
	m.must(ioctl.Int(m.fd, uiDestroy, 0))
	m.must(unix.Close(m.fd))
}

// hear waits for these events of the made up device; keys may repeat meanwhile.
func hear(t *testing.T, s *Set, want ...string) {
	t.Helper()
	late := time.After(30 * time.Second)
	for _, w := range want {
		for heard := false; !heard; {
			select {
			case e := <-s.Events():
				heard = e.Device == madeUpName && e.String() == w
				if e.Device == madeUpName && !heard && (e.Kind != Key || e.Value != Repeat) {
					t.Fatalf("heard %q, want %q", e, w)
				}
			case <-late:
				t.Fatalf("not heard: %q", w)
			}
		}
	}
}

func openSet(t *testing.T, cfg Config) *Set {
	t.Helper()
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestHeadset comes with its jack's state, and goes with a key pressed.
func TestHeadset(t *testing.T) {
	s := openSet(t, Config{})
	for range 5 {
		m := makeUp(t, []int{114, 115, 169}, []int{SwitchHeadphone}, nil)
		hear(t, s, madeUpName+" is there")
		m.send(record{evSw, SwitchHeadphone, 1}, report, record{evKey, 169, 1}, report)
		hear(t, s, "switch 2 is 1", "KEY_PHONE down")
		again := openSet(t, Config{}) // who comes later hears what is set, not what is pressed
		hear(t, again, madeUpName+" is there", "switch 2 is 1")
		if err := again.Close(); err != nil {
			t.Error(err)
		}
		m.destroy()
		hear(t, s, "KEY_PHONE up", madeUpName+" is gone")
	}
}

// TestHeldKey repeats although the driver doesn't do it.
func TestHeldKey(t *testing.T) {
	s := openSet(t, Config{})
	m := makeUp(t, []int{11}, nil, nil)
	defer m.destroy()
	hear(t, s, madeUpName+" is there")
	m.send(record{evKey, 11, 1}, report)
	hear(t, s, "KEY_0 down", "KEY_0 repeat", "KEY_0 repeat")
	m.send(record{evKey, 11, 0}, report)
	hear(t, s, "KEY_0 up")
}

// TestMultiTouch: fingers of a touch screen that tells them apart.
func TestMultiTouch(t *testing.T) {
	s := openSet(t, Config{Width: 240, Height: 320, Rotate: 90})
	m := makeUp(t, []int{btnTouch}, nil, map[uint16]axis{absX: {0, 319}, absY: {0, 239},
		absMTSlot: {0, 4}, absMTX: {0, 319}, absMTY: {0, 239}, absMTTracking: {0, 65535}})
	defer m.destroy()
	hear(t, s, madeUpName+" is there")
	m.send(record{evAbs, absMTSlot, 0}, record{evAbs, absMTTracking, 1}, record{evAbs, absMTX, 10}, record{evAbs, absMTY, 20},
		record{evAbs, absMTSlot, 1}, record{evAbs, absMTTracking, 2}, record{evAbs, absMTX, 319}, record{evAbs, absMTY, 239}, record{evKey, btnTouch, 1}, report)
	hear(t, s, "touch 0 down at 20,309", "touch 1 down at 239,0")
	m.send(record{evAbs, absMTX, 300}, report)
	hear(t, s, "touch 1 move at 239,19")
	m.send(record{evAbs, absMTTracking, -1}, record{evAbs, absMTSlot, 0}, record{evAbs, absMTTracking, -1}, record{evKey, btnTouch, 0}, report)
	hear(t, s, "touch 0 up at 20,309", "touch 1 up at 239,19")
}

// TestOverflow: the kernel's queue runs over while nobody reads, and then the
// state is what the device says.
func TestOverflow(t *testing.T) {
	m := makeUp(t, []int{30, 48, 46}, nil, map[uint16]axis{absX: {0, 99}, absY: {0, 99},
		absMTSlot: {0, 4}, absMTX: {0, 99}, absMTY: {0, 99}, absMTTracking: {0, 65535}})
	defer m.destroy()
	var d *device
	for _, one := range openSetDevices(t) {
		if one.Name == madeUpName {
			var err error
			if d, err = openDevice(one.Node, Config{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if d == nil {
		t.Fatal("the device isn't there")
	}
	m.send(record{evKey, 30, 1}, report)
	for i := range 2000 {
		m.send(record{evKey, 48, int32(1 - i%2)}, record{evAbs, absMTX, int32(i % 100)}, report)
	}
	m.send(record{evKey, 46, 1}, record{evAbs, absMTTracking, 5}, record{evAbs, absMTX, 42}, record{evAbs, absMTY, 50}, report)
	s := &Set{events: make(chan Event, 8*queue)}
	s.panel.Store(&panel{100, 100, 0})
	s.readers.Go(func() { d.run(s) })
	var events []Event
	for !slices.ContainsFunc(events, func(e Event) bool { return e.Kind == Touch }) {
		select {
		case e := <-s.events:
			events = append(events, e)
		case <-time.After(30 * time.Second):
			t.Fatalf("no touch among %v", told(events))
		}
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
	s.readers.Wait()
	checkKeys(t, events)
	if last := events[len(events)-1].String(); last != "touch 0 down at 42,50" {
		t.Errorf("heard %s at the end", last)
	}
}

func openSetDevices(t *testing.T) []Device {
	t.Helper()
	s := openSet(t, Config{})
	defer s.Close()
	return s.Devices()
}

// checkKeys tells whether A and C are down at the end, and B isn't.
func checkKeys(t *testing.T, events []Event) {
	t.Helper()
	down := map[uint16]bool{}
	for _, e := range events {
		if e.Kind == Key {
			down[e.Code] = e.Value != Up
		}
	}
	if !down[30] || down[48] || !down[46] {
		t.Errorf("down at the end: %v", down)
	}
}

// TestKeyboardIsLent: a keyboard is heard while it is taken, and nobody else can
// take it then.
func TestKeyboardIsLent(t *testing.T) {
	m := makeUp(t, []int{keyQ, keyP, 28}, nil, nil)
	defer m.destroy()
	s := openSet(t, Config{})
	othersCan := func(want bool) {
		t.Helper()
		other := openSet(t, Config{Grab: true})
		defer other.Close()
		i := slices.IndexFunc(other.Devices(), func(d Device) bool { return d.Name == madeUpName && d.Err == nil })
		if can := i >= 0; can != want {
			t.Errorf("others can take it: %v", can)
		}
	}
	for range 3 {
		othersCan(true)
		m.send(record{evKey, 28, 1}, report, record{evKey, 28, 0}, report) // heard by nobody
		s.Keyboards(true)
		othersCan(false)
		m.send(record{evKey, keyP, 1}, report)
		hear(t, s, madeUpName+" is there", "KEY_P down")
		s.Keyboards(false)
		m.send(record{evKey, keyP, 0}, report)
		hear(t, s, "KEY_P up", madeUpName+" is gone")
	}
}

// TestGrab: who takes a device for himself is the only one that hears it.
func TestGrab(t *testing.T) {
	m := makeUp(t, []int{169}, nil, nil)
	defer m.destroy()
	first := openSet(t, Config{Grab: true})
	hear(t, first, madeUpName+" is there")
	second := openSet(t, Config{Grab: true})
	for _, d := range second.Devices() {
		if d.Class != Unused && d.Err == nil {
			t.Errorf("%s is heard by two", d.Name)
		}
	}
	m.send(record{evKey, 169, 1}, report)
	hear(t, first, "KEY_PHONE down")
}
