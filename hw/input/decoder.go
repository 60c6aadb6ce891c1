package input

import (
	"encoding/binary"
	"unsafe"
)

// recordSize is the size of the kernel's struct input_event here: two longs for
// the time, then type, code and value. It is 16 bytes on 32-bit platforms, which
// keep it after 2038, and 24 on 64-bit ones.
const recordSize = 2*int(unsafe.Sizeof(uintptr(0))) + 8

// record is a struct input_event without its time.
type record struct {
	kind, code uint16
	value      int32
}

func parse(b []byte) record {
	b = b[len(b)-8:]
	return record{binary.NativeEndian.Uint16(b), binary.NativeEndian.Uint16(b[2:]), int32(binary.NativeEndian.Uint32(b[4:]))}
}

// maxFingers is how many fingers are told apart: who needs more plays the piano.
const maxFingers = 10

// finger is a contact with a touch screen.
type finger struct {
	down  bool
	fresh bool // it was lifted and put down again
	x, y  int32
	told  struct {
		down bool
		x, y int // pixels
	}
}

// Decoder makes events of what one device sends. It is a pure function of the
// bytes that it is fed: the state of keys and fingers that it keeps is theirs.
//
// For each key, and for each finger, events are [Down], then any number of
// [Repeat] or [Move], then [Up].
type Decoder struct {
	name   string
	caps   caps
	class  Class
	remap  map[uint16]uint16
	panel  panel
	keys   bitset // pressed
	held   uint16 // the last of them; 0 is none
	sw     bitset // set
	slot   int
	finger [maxFingers]finger
	lost   bool // between SYN_DROPPED and the report that ends what is incomplete
	size   int  // of a record
}

func newDecoder(name string, c caps, remap map[uint16]uint16) *Decoder {
	return &Decoder{name: name, caps: c, class: c.classify(), remap: remap,
		keys: make(bitset, keyMax/8+1), sw: make(bitset, swMax/8+1), size: recordSize}
}

// Feed takes whole records and appends the events that they mean to out. lost
// tells that the kernel's queue was full: the device has to be asked for its
// state, which [Decoder.resync] takes.
func (d *Decoder) Feed(b []byte, out []Event) (events []Event, lost bool) {
	for ; len(b) >= d.size; b = b[d.size:] {
		r := parse(b[:d.size])
		if d.lost {
			if r.kind == evSyn && r.code == synReport {
				d.lost, lost = false, true
			}
			continue
		}
		out = d.step(r, out)
	}
	return out, lost
}

func (d *Decoder) step(r record, out []Event) []Event {
	switch r.kind {
	case evSyn:
		return d.sync(r, out)
	case evKey:
		return d.key(r.code, r.value, out)
	case evAbs:
		d.abs(r)
	case evSw:
		return d.toggle(r.code, r.value != 0, out)
	}
	return out
}

func (d *Decoder) sync(r record, out []Event) []Event {
	switch r.code {
	case synDropped:
		d.lost = true
	case synReport:
		return d.report(out)
	}
	return out
}

func (d *Decoder) key(code uint16, value int32, out []Event) []Event {
	if code > keyMax || value < Up || value > Repeat {
		return out
	}
	if d.class == Touchscreen && (code == btnTouch || code == btnLeft) {
		if d.caps.slots == 0 {
			d.finger[0].down = value != Up
		}
		return out
	}
	if code >= btnMisc && code < keyOK {
		return out // buttons of mice and joysticks are no keys
	}
	// What doesn't follow from the state before tells nothing new.
	if down := d.keys.has(int(code)); down == (value == Down) {
		return out
	}
	d.keys.set(int(code), value != Up)
	switch {
	case value == Down:
		d.held = code
	case value == Up && d.held == code:
		d.held = 0
	}
	return append(out, Event{Kind: Key, Code: d.meant(code), Value: value, Device: d.name})
}

// repeat tells once more that the last key is down, for devices whose driver
// doesn't.
func (d *Decoder) repeat(out []Event) []Event {
	if d.held == 0 {
		return out
	}
	return d.key(d.held, Repeat, out)
}

// meant is the key that the board's map makes of one.
func (d *Decoder) meant(code uint16) uint16 {
	if to, ok := d.remap[code]; ok {
		return to
	}
	return code
}

func (d *Decoder) toggle(code uint16, on bool, out []Event) []Event {
	if code > swMax || d.sw.has(int(code)) == on {
		return out
	}
	d.sw.set(int(code), on)
	return append(out, d.switched(code, on))
}

func (d *Decoder) switched(code uint16, on bool) Event {
	e := Event{Kind: Switch, Code: code, Device: d.name}
	if on {
		e.Value = 1
	}
	return e
}

// abs notes where a finger is; report tells it.
func (d *Decoder) abs(r record) {
	if d.caps.slots == 0 {
		switch r.code {
		case absX:
			d.finger[0].x = r.value
		case absY:
			d.finger[0].y = r.value
		}
		return
	}
	if r.code == absMTSlot {
		d.slot = int(r.value)
	}
	if d.slot < 0 || d.slot >= maxFingers {
		return
	}
	f := &d.finger[d.slot]
	switch r.code {
	case absMTX:
		f.x = r.value
	case absMTY:
		f.y = r.value
	case absMTTracking:
		f.fresh = r.value >= 0
		f.down = f.fresh
	}
}

// report tells what fingers did since the last report.
func (d *Decoder) report(out []Event) []Event {
	if d.class != Touchscreen {
		return out
	}
	for i := range d.finger {
		out = d.touched(i, out)
	}
	return out
}

func (d *Decoder) touched(i int, out []Event) []Event {
	f := &d.finger[i]
	x, y := f.told.x, f.told.y
	if f.down {
		x, y = d.panel.place(f.x, f.y, d.caps.x, d.caps.y)
	}
	event := Event{Kind: Touch, Code: uint16(i), X: x, Y: y, Device: d.name}
	lifted := f.told.down && (!f.down || f.fresh)
	if lifted {
		up := event
		up.Value, up.X, up.Y = Up, f.told.x, f.told.y
		out = append(out, up)
	}
	switch {
	case f.down && (!f.told.down || lifted):
		event.Value = Down
		out = append(out, event)
	case f.down && (x != f.told.x || y != f.told.y):
		event.Value = Move
		out = append(out, event)
	}
	f.fresh, f.told.down, f.told.x, f.told.y = false, f.down, x, y
	return out
}

// state is what a device says about itself when it is asked.
type state struct {
	keys, switches bitset
	fingers        []contact // by slot, or the only one
}

// contact is a finger of a state.
type contact struct {
	down bool
	x, y int32
}

// resync tells how the device's state differs from what was told.
func (d *Decoder) resync(s state, out []Event) []Event {
	for code := range keyMax + 1 {
		if now := s.keys.has(code); now != d.keys.has(code) {
			out = d.key(uint16(code), map[bool]int32{false: Up, true: Down}[now], out)
		}
	}
	for code := range swMax + 1 {
		out = d.toggle(uint16(code), s.switches.has(code), out)
	}
	for i := range min(len(s.fingers), maxFingers) {
		f, c := &d.finger[i], s.fingers[i]
		f.down, f.fresh, f.x, f.y = c.down, false, c.x, c.y
	}
	return d.report(out)
}

// release lets go of all keys and fingers of a device that is gone.
func (d *Decoder) release(out []Event) []Event {
	return d.resync(state{switches: d.sw, fingers: make([]contact, maxFingers)}, out)
}
