package input

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// wire writes records as the kernel does for longs of that many bytes.
func wire(long int, records ...record) (b []byte) {
	for _, r := range records {
		b = append(b, make([]byte, 2*long)...) // the time
		b = binary.NativeEndian.AppendUint16(b, r.kind)
		b = binary.NativeEndian.AppendUint16(b, r.code)
		b = binary.NativeEndian.AppendUint32(b, uint32(r.value))
	}
	return b
}

// set makes a bitset of its members.
func set(members ...int) bitset {
	b := make(bitset, keyMax/8+1)
	for _, m := range members {
		b.set(m, true)
	}
	return b
}

var (
	keyboard = caps{keys: set(2, keyQ, keyP, 28)}
	keypad   = caps{keys: set(2, 3, 169)}
	headset  = caps{keys: set(114, 115, 226), switches: set(SwitchHeadphone)}
	jack     = caps{switches: set(SwitchHeadphone, SwitchMicrophone)}
	single   = caps{keys: set(btnTouch), abs: set(absX, absY), x: axis{0, 4095}, y: axis{0, 4095}}
	tablet   = caps{keys: set(btnLeft, 0x111, 0x112), abs: set(absX, absY), x: axis{0, 32767}, y: axis{0, 32767}}
	multi    = caps{keys: set(btnTouch), abs: set(absX, absY, absMTSlot, absMTX, absMTY, absMTTracking), props: set(propDirect),
		x: axis{0, 479}, y: axis{0, 639}, slots: 5}
)

func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		name string
		caps caps
		want Class
	}{
		{"keyboard", keyboard, Keyboard}, {"keypad", keypad, Keypad}, {"numeric keypad", caps{keys: set(0x201, 0x20a)}, Keypad},
		{"headset", headset, Buttons}, {"power button", caps{keys: set(116)}, Buttons}, {"jack", jack, Switches},
		{"single touch", single, Touchscreen}, {"pointer of a virtual machine", tablet, Touchscreen}, {"multi-touch", multi, Touchscreen},
		{"mouse", caps{keys: set(btnLeft, 0x111)}, Unused}, {"accelerometer", caps{abs: set(0, 1, 2)}, Unused},
		{"touchpad", caps{keys: set(btnLeft, btnToolFinger, btnTouch), abs: set(absX, absY)}, Unused},
		{"drawing board", caps{keys: set(btnToolPen, btnTouch), abs: set(absX, absY)}, Unused},
		{"pen screen", caps{keys: set(btnToolPen, btnTouch), abs: set(absX, absY), props: set(propDirect)}, Touchscreen},
		{"gamepad", caps{keys: set(0x130, btnLeft), abs: set(absX, absY)}, Unused},
		{"nothing", caps{}, Unused},
	} {
		if got := tt.caps.classify(); got != tt.want {
			t.Errorf("%s is %v, want %v", tt.name, got, tt.want)
		}
	}
}

var report = record{kind: evSyn, code: synReport}

// TestDecode holds what scripts of records mean, on both sizes of longs.
func TestDecode(t *testing.T) {
	tests := []struct {
		name    string
		caps    caps
		records []record
		want    string
	}{
		{"a key", keyboard, []record{{4, 4, 30}, {evKey, 28, 1}, report, {evKey, 28, 2}, report, {evKey, 28, 0}, report},
			"KEY_ENTER down, KEY_ENTER repeat, KEY_ENTER up"},
		{"a key that the board means as another", keyboard, []record{{evKey, 61, 1}, {evKey, 61, 0}}, "KEY_PHONE down, KEY_PHONE up"},
		{"what doesn't follow", keyboard, []record{{evKey, 28, 0}, {evKey, 28, 2}, {evKey, 28, 1}, {evKey, 28, 1}, {evKey, 28, 7}, {evKey, 28, -1}},
			"KEY_ENTER down"},
		{"no key", keyboard, []record{{evKey, 0x300, 1}, {evKey, btnLeft, 1}, {7, 28, 1}}, ""},
		{"a jack", jack, []record{{evSw, SwitchHeadphone, 1}, {evSw, SwitchHeadphone, 1}, report, {evSw, SwitchHeadphone, 0}, {evSw, 99, 1}},
			"switch 2 is 1, switch 2 is 0"},
		{"single touch", single, []record{{evAbs, absX, 2048}, {evAbs, absY, 4095}, {evKey, btnTouch, 1}, report,
			{evAbs, absX, 0}, report, report, {evKey, btnTouch, 0}, report, {evAbs, absX, 9}, report},
			"touch 0 down at 240,639, touch 0 move at 0,639, touch 0 up at 0,639"},
		{"a pointer", tablet, []record{{evAbs, absX, 16384}, {evAbs, absY, 16384}, report, {evKey, btnLeft, 1}, report, {evKey, btnLeft, 0}, report},
			"touch 0 down at 240,320, touch 0 up at 240,320"},
		{"two fingers", multi, []record{{evAbs, absMTSlot, 0}, {evAbs, absMTTracking, 7}, {evAbs, absMTX, 10}, {evAbs, absMTY, 20},
			{evAbs, absMTSlot, 1}, {evAbs, absMTTracking, 8}, {evAbs, absMTX, 30}, {evAbs, absMTY, 40}, {evKey, btnTouch, 1}, report,
			{evAbs, absMTX, 31}, report, {evAbs, absMTTracking, -1}, report, {evAbs, absMTSlot, 0}, {evAbs, absMTTracking, -1}, report},
			"touch 0 down at 10,20, touch 1 down at 30,40, touch 1 move at 31,40, touch 1 up at 31,40, touch 0 up at 10,20"},
		{"another finger in the same place", multi, []record{{evAbs, absMTTracking, 7}, {evAbs, absMTX, 10}, report, {evAbs, absMTTracking, 8}, report},
			"touch 0 down at 10,0, touch 0 up at 10,0, touch 0 down at 10,0"},
		{"more fingers than are told apart", multi, []record{{evAbs, absMTSlot, 99}, {evAbs, absMTTracking, 7}, {evAbs, absMTSlot, -1}, {evAbs, absMTTracking, 8}, report}, ""},
		{"places without a screen", keyboard, []record{{evAbs, absX, 5}, {evKey, btnTouch, 1}, report}, ""},
		{"half a record", keyboard, nil, ""},
	}
	for _, tt := range tests {
		for _, long := range []int{4, 8} {
			d := newDecoder("x", tt.caps, map[uint16]uint16{61: 169})
			d.size, d.panel = 2*long+8, panel{480, 640, 0}
			events, lost := d.Feed(append(wire(long, tt.records...), 1, 2, 3), nil)
			if got := told(events); got != tt.want || lost {
				t.Errorf("%s, %d bytes a long:\ngot  %s (lost %v)\nwant %s", tt.name, long, got, lost, tt.want)
			}
		}
	}
}

func told(events []Event) string {
	lines := make([]string, len(events))
	for i, e := range events {
		lines[i] = e.String()
	}
	return strings.Join(lines, ", ")
}

// TestDropped: between SYN_DROPPED and the next report nothing counts, and then
// the state is what the device says.
func TestDropped(t *testing.T) {
	d := newDecoder("x", keyboard, nil)
	d.size = 24
	events, lost := d.Feed(wire(8, record{evKey, 28, 1}, record{evKey, 30, 1}, record{kind: evSyn, code: synDropped}, record{evKey, 28, 0}, record{evKey, 31, 1}), nil)
	if got := told(events); got != "KEY_ENTER down, KEY_A down" || lost {
		t.Fatalf("%s, lost %v", got, lost)
	}
	events, lost = d.Feed(wire(8, report, record{evKey, 48, 1}), nil)
	if got := told(events); got != "KEY_B down" || !lost {
		t.Fatalf("%s, lost %v", got, lost)
	}
	events = d.resync(state{keys: set(30, 33, 48), switches: set(SwitchLid)}, nil)
	if got := told(events); got != "KEY_ENTER up, KEY_F down, switch 0 is 1" {
		t.Errorf("got %s", got)
	}
	if got := told(d.release(nil)); got != "KEY_A up, KEY_F up, KEY_B up" {
		t.Errorf("when it is gone: %s", got)
	}
}

// TestRepeat: the key that was pressed last repeats, until it is let go.
func TestRepeat(t *testing.T) {
	d := newDecoder("x", keypad, map[uint16]uint16{2: 169})
	long := (d.size - 8) / 2
	for _, step := range []struct {
		record record
		want   string
	}{
		{record{evKey, 3, 1}, "KEY_2 repeat"}, {record{evKey, 2, 1}, "KEY_PHONE repeat"}, {record{evKey, 3, 0}, "KEY_PHONE repeat"}, {record{evKey, 2, 0}, ""},
	} {
		d.Feed(wire(long, step.record), nil)
		if got := told(d.repeat(nil)); got != step.want {
			t.Errorf("after %+v: %q, want %q", step.record, got, step.want)
		}
	}
}

func TestDroppedTouch(t *testing.T) {
	d := newDecoder("x", multi, nil)
	d.panel = panel{480, 640, 0}
	d.resync(state{fingers: []contact{{true, 1, 2}, {true, 3, 4}}}, nil)
	events := d.resync(state{fingers: []contact{{false, 1, 2}, {true, 5, 4}, {true, 6, 6}}}, nil)
	if got := told(events); got != "touch 0 up at 1,2, touch 1 move at 5,4, touch 2 down at 6,6" {
		t.Errorf("got %s", got)
	}
	if got := told(d.release(nil)); got != "touch 1 up at 5,4, touch 2 up at 6,6" {
		t.Errorf("when it is gone: %s", got)
	}
}

// TestPlace turns the corners of a touch screen of 320 × 240.
func TestPlace(t *testing.T) {
	x, y := axis{-100, 219}, axis{0, 239}
	for _, tt := range []struct {
		rotate         int
		upperLeft, off string
	}{
		{0, "0,0", "10,20"}, {90, "0,319", "20,309"}, {180, "319,239", "309,219"}, {270, "239,0", "219,10"},
	} {
		p := panel{320, 240, tt.rotate}
		if tt.rotate%180 != 0 {
			p.w, p.h = 240, 320
		}
		at := func(vx, vy int32) string {
			px, py := p.place(vx, vy, x, y)
			return fmt.Sprintf("%d,%d", px, py)
		}
		if a, b := at(-100, 0), at(-90, 20); a != tt.upperLeft || b != tt.off {
			t.Errorf("%d degrees: %s and %s", tt.rotate, a, b)
		}
		if px, py := p.place(-2147483648, 2147483647, x, y); px < 0 || py < 0 || px >= p.w || py >= p.h {
			t.Errorf("%d degrees: a finger beside the screen is at %d,%d", tt.rotate, px, py)
		}
	}
	if px, py := (panel{}).place(5, 5, x, axis{}); px != 0 || py != 0 {
		t.Errorf("without a screen: %d,%d", px, py)
	}
}

// FuzzFeed holds for any bytes that each key and finger goes down before it
// repeats or moves and goes up, that touches are on the panel, and that no cut
// between two reads makes a difference.
func FuzzFeed(f *testing.F) {
	f.Add(uint8(0), wire(4, record{evKey, 28, 1}, report))
	f.Add(uint8(1), wire(4, record{evAbs, absMTSlot, 1}, record{evAbs, absMTTracking, 8}, report, record{kind: evSyn, code: synDropped}, report))
	f.Add(uint8(2), wire(4, record{evAbs, absX, 77}, record{evKey, btnLeft, 1}, report, record{evSw, 2, 1}))
	kinds := []caps{keyboard, multi, tablet, jack}
	f.Fuzz(func(t *testing.T, kind uint8, b []byte) {
		c := kinds[int(kind)%len(kinds)]
		decoder := func() *Decoder {
			d := newDecoder("x", c, nil)
			d.size, d.panel = 16, panel{480, 640, 90}
			return d
		}
		d := decoder()
		events, _ := d.Feed(b, nil)
		events = d.release(events)
		checkOrder(t, events)

		var cut []Event
		for d := decoder(); len(b) >= 16; b = b[16:] {
			cut, _ = d.Feed(b[:16], cut)
			if len(b) < 32 {
				cut = d.release(cut)
			}
		}
		if !slices.Equal(cut, events) {
			t.Fatalf("record by record: %s\nat once: %s", told(cut), told(events))
		}
	})
}

func checkOrder(t *testing.T, events []Event) {
	down := map[string]bool{}
	for _, e := range events {
		if e.Kind == Touch && (e.X < 0 || e.Y < 0 || e.X >= 480 || e.Y >= 640) {
			t.Fatalf("%v is beside the panel", e)
		}
		if e.Kind == Switch {
			continue
		}
		what := fmt.Sprint(e.Kind, e.Code)
		if down[what] == (e.Value == Down) {
			t.Fatalf("%v comes out of order in %s", e, told(events))
		}
		down[what] = e.Value != Up
	}
	for what, still := range down {
		if still {
			t.Fatalf("%s is still down when its device is gone", what)
		}
	}
}

func BenchmarkFeed(b *testing.B) {
	d := newDecoder("x", multi, nil)
	d.panel = panel{480, 640, 90}
	long := (d.size - 8) / 2
	move := wire(long, record{evAbs, absMTTracking, 1}, record{evAbs, absMTX, 3}, record{evAbs, absMTY, 4}, report, record{evAbs, absMTX, 5}, report)
	var out []Event
	b.ReportAllocs()
	for b.Loop() {
		out, _ = d.Feed(move, out[:0])
	}
}
