package usbaudio

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/usbip"
)

// start is when each test begins.
var start = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

// at is some milliseconds later.
func at(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }

// bench is a headset on a bench: its mouth counts, what it plays is kept.
type bench struct {
	*Headset
	t     *testing.T
	count int16
	heard []int16
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t}
	b.Headset = New(func(pcm []int16) {
		for i := range pcm {
			pcm[i] = b.count
			b.count++
		}
	}, func(pcm []int16) { b.heard = append(b.heard, pcm...) })
	return b
}

// answer is what the host reads of one.
type answer struct {
	unlinked     bool
	seq          uint32
	status       int32
	length       int
	data, packet []byte
}

// answers reads what the headset gave. In are the numbers of the requests that it
// sends data for, with how many packets.
func (b *bench) answers(out []byte, in map[uint32]int) (all []answer) {
	b.t.Helper()
	from := bytes.NewReader(out)
	for from.Len() > 0 {
		var head [12]uint32
		if err := binary.Read(from, binary.BigEndian, &head); err != nil {
			b.t.Fatal(err)
		}
		a := answer{unlinked: head[0] == 4, seq: head[1], status: int32(head[5]), length: int(head[6])}
		if _, sends := in[a.seq]; sends && !a.unlinked {
			a.data = make([]byte, a.length)
		}
		a.packet = make([]byte, 16*head[8])
		_, err1 := io.ReadFull(from, a.data)
		if _, err2 := io.ReadFull(from, a.packet); err1 != nil || err2 != nil {
			b.t.Fatal(err1, err2)
		}
		all = append(all, a)
	}
	return all
}

// control does a control transfer.
func (b *bench) control(setup [8]byte, data ...byte) (answer []byte, ok bool) {
	b.t.Helper()
	r := usbip.Request{Seq: 1, In: setup[0]&0x80 != 0, Setup: setup, Data: data, Length: int(setup[6]) | int(setup[7])<<8}
	in := map[uint32]int{}
	if r.In {
		in[1] = 0
	}
	all := b.answers(b.Handle(start, r, nil), in)
	if len(all) != 1 || all[0].status != 0 && all[0].status != int32(usbip.Stall) {
		b.t.Fatalf("%x: %+v", setup, all)
	}
	return all[0].data, all[0].status == 0
}

// TestDescriptors: what the host reads hangs together, whatever part it asks for.
func TestDescriptors(t *testing.T) {
	b := newBench(t)
	device, ok := b.control([8]byte{0x80, 6, 0, 1, 0, 0, 18, 0})
	if !ok || len(device) != 18 || device[0] != 18 || device[17] != 1 {
		t.Errorf("device %x", device)
	}
	head, _ := b.control([8]byte{0x80, 6, 0, 2, 0, 0, 9, 0})
	all, ok := b.control([8]byte{0x80, 6, 0, 2, 0, 0, 0xff, 0x0f})
	if !ok || !bytes.HasPrefix(all, head) || len(all) != int(binary.LittleEndian.Uint16(head[2:])) {
		t.Fatalf("%x does not begin %x, of %d bytes", head, all, len(all))
	}
	count := map[byte]int{}
	var packets []int
	for d := all; len(d) > 0; d = d[d[0]:] {
		if d[0] < 2 || int(d[0]) > len(d) {
			t.Fatalf("a descriptor of %d bytes, of %d", d[0], len(d))
		}
		count[d[1]]++
		if d[1] == endpointType {
			packets = append(packets, int(binary.LittleEndian.Uint16(d[4:])))
		}
		if d[0] == 10 && d[2] == header && binary.LittleEndian.Uint16(d[5:]) != 10+12+10+9+12+9+9 {
			t.Errorf("the audio function has %d bytes", binary.LittleEndian.Uint16(d[5:]))
		}
	}
	if count[interfaceType] != 6 || count[audioType] != 1+6+2*2 || !slices.Equal(packets, []int{192, 96, 1}) {
		t.Errorf("%v, packets of %v", count, packets)
	}
	if s, ok := b.control([8]byte{0x80, 6, 2, 3, 9, 4, 255, 0}); !ok || !bytes.Equal(s[2:8], []byte{'U', 0, 'S', 0, 'B', 0}) {
		t.Errorf("string %q", s)
	}
	if r, ok := b.control([8]byte{0x81, 6, 0, 0x22, 3, 0, 255, 0}); !ok || !bytes.Equal(r, keyReport()) {
		t.Errorf("report %x", r)
	}
	for _, bad := range [][8]byte{{0x80, 6, 3, 3}, {0x80, 6, 0, 6, 0, 0, 10}, {0x81, 6, 0, 0x22, 2, 0, 10}, {0xc0, 1}, {0x00, 9, 2}, {0x01, 11, 1, 0, 4}, {0x01, 11, 2, 0, 1}} {
		if _, ok := b.control(bad); ok {
			t.Errorf("%x is answered", bad)
		}
	}
}

// TestVolume: what is set is read, and what is played and heard is as loud.
func TestVolume(t *testing.T) {
	for _, unit := range []byte{speakerVolume, microphoneVolume} {
		b := newBench(t)
		for request, want := range map[byte][]byte{getCurrent: {0, 0}, getMin: {0, 0xd0}, getMax: {0, 0}, getSpacing: {0, 1}} {
			if got, ok := b.control([8]byte{0xa1, request, 0, volumeControl, 0, unit, 2, 0}); !ok || !bytes.Equal(got, want) {
				t.Errorf("unit %d, request %#x: %x", unit, request, got)
			}
		}
		for _, set := range []struct{ to, want []byte }{{[]byte{0, 0xfa}, []byte{0, 0xfa}}, {[]byte{0, 0x80}, []byte{0, 0xd0}}, {[]byte{1, 0}, []byte{0, 0}}} {
			b.control([8]byte{0x21, setCurrent, 0, volumeControl, 0, unit, 2, 0}, set.to...)
			if got, _ := b.control([8]byte{0xa1, getCurrent, 0, volumeControl, 0, unit, 2, 0}); !bytes.Equal(got, set.want) {
				t.Errorf("unit %d set to %x is %x", unit, set.to, got)
			}
		}
		b.control([8]byte{0x21, setCurrent, 0, muteControl, 0, unit, 1, 0}, 1)
		if got, _ := b.control([8]byte{0xa1, getCurrent, 0, muteControl, 0, unit, 1, 0}); !bytes.Equal(got, []byte{1}) {
			t.Errorf("unit %d muted is %x", unit, got)
		}
		for _, bad := range [][8]byte{{0x21, setCurrent, 0, muteControl, 0, unit, 2, 0}, {0x21, 2, 0, muteControl, 0, unit, 1, 0}, {0xa1, getMin, 0, muteControl, 0, unit}, {0xa1, getCurrent, 0, muteControl, 0, 1}} {
			if _, ok := b.control(bad, make([]byte, bad[6])...); ok {
				t.Errorf("%x is answered", bad)
			}
		}
	}
	b := newBench(t)
	b.speakerVolume.level = -6 * 256
	b.Advance(at(1), b.Handle(start, playback(1, 1, 1000), nil))
	if len(b.heard) != samplesPerFrame || b.heard[0] < 498 || b.heard[0] > 504 {
		t.Errorf("1000 at −6 dB is %v", b.heard)
	}
}

// playback is a request to play a sample in packets of a millisecond; the right
// channel has another one.
func playback(seq uint32, packets int, sample int16) usbip.Request {
	r := usbip.Request{Seq: seq, Endpoint: speakerEndpoint, Length: packets * speakerPacket}
	for n := range packets {
		r.Packets = append(r.Packets, usbip.Packet{Offset: n * speakerPacket, Length: speakerPacket})
		for range samplesPerFrame {
			r.Data = binary.LittleEndian.AppendUint16(r.Data, uint16(sample))
			r.Data = binary.LittleEndian.AppendUint16(r.Data, 0x7fff)
		}
	}
	return r
}

// capture is a request to hear for so many milliseconds, with room for more.
func capture(seq uint32, packets int) usbip.Request {
	r := usbip.Request{Seq: seq, In: true, Endpoint: microphoneEndpoint, Length: packets * 100}
	for n := range packets {
		r.Packets = append(r.Packets, usbip.Packet{Offset: n * 100, Length: 100})
	}
	return r
}

// TestPlayback: packets take their time, one request after the other.
func TestPlayback(t *testing.T) {
	b := newBench(t)
	out := b.Handle(start, playback(1, 5, 100), nil)
	out = b.Handle(at(1), playback(2, 3, 200), out)
	for _, step := range []struct{ ms, heard int }{{4, 0}, {5, 5}, {7, 5}, {8, 8}, {30, 8}} {
		if out = b.Advance(at(step.ms), out); len(b.heard) != step.heard*samplesPerFrame {
			t.Errorf("after %d ms %d samples", step.ms, len(b.heard))
		}
	}
	all := b.answers(out, nil)
	if len(all) != 2 || all[0].seq != 1 || all[0].length != 5*speakerPacket || all[1].seq != 2 || len(all[1].packet) != 3*16 {
		t.Errorf("%+v", all)
	}
	if b.heard[0] != 100 || b.heard[5*samplesPerFrame] != 200 || b.Busy() {
		t.Errorf("heard %d, %d; busy %v", b.heard[0], b.heard[5*samplesPerFrame], b.Busy())
	}
}

// TestCapture: what is heard comes without a seam, also over requests, and each
// packet says how much it holds.
func TestCapture(t *testing.T) {
	b := newBench(t)
	out := b.Handle(start, capture(1, 2), nil)
	out = b.Advance(at(9), b.Handle(start, capture(2, 1), out))
	var pcm []byte
	for _, a := range b.answers(out, map[uint32]int{1: 2, 2: 1}) {
		pcm = append(pcm, a.data...)
		for p := a.packet; len(p) > 0; p = p[16:] {
			if n := binary.BigEndian.Uint32(p[8:]); n != micPacket {
				t.Errorf("a packet of %d bytes", n)
			}
		}
	}
	if len(pcm) != 3*micPacket {
		t.Fatalf("%d bytes", len(pcm))
	}
	for i := range len(pcm) / 2 {
		if s := binary.LittleEndian.Uint16(pcm[2*i:]); s != uint16(i) {
			t.Fatalf("sample %d is %d", i, s)
		}
	}
	small := capture(3, 1)
	small.Packets[0].Length = micPacket - 1
	if all := b.answers(b.Handle(at(10), small, nil), map[uint32]int{3: 1}); len(all) != 1 || all[0].status != int32(usbip.Stall) {
		t.Errorf("too small a packet: %+v", all)
	}
}

// TestLateHost: the headset keeps time while the host is late for less than its
// patience, and begins anew after that.
func TestLateHost(t *testing.T) {
	for _, test := range []struct{ late, complete, starts int }{
		{late: 0, complete: 20, starts: 1},
		{late: 5, complete: 20, starts: 1},
		{late: 299, complete: 309, starts: 1}, // as soon as it comes
		{late: 301, complete: 321, starts: 2},
	} {
		b := newBench(t)
		b.Advance(at(10), b.Handle(start, playback(1, 10, 1), nil))
		ms := 10 + test.late
		b.Handle(at(ms), playback(2, 10, 1), nil)
		for ; len(b.heard) == 10*samplesPerFrame && ms < 1000; ms++ {
			b.Advance(at(ms+1), nil)
		}
		if ms != test.complete || b.Starts() != test.starts {
			t.Errorf("%d ms late: complete at %d ms, %d starts", test.late, ms, b.Starts())
		}
	}
}

// TestUnlink: what is taken back in time is neither played nor answered, and the
// stream begins anew after it.
func TestUnlink(t *testing.T) {
	b := newBench(t)
	out := b.Handle(start, playback(1, 5, 1), nil)
	out = b.Handle(start, capture(2, 5), out)
	out = b.Handle(start, usbip.Request{Seq: 3, In: true, Endpoint: keysEndpoint, Length: 1}, out)
	for victim := range uint32(4) {
		out = b.Handle(at(1), usbip.Request{Seq: 10 + victim, Unlink: true, Victim: victim}, out)
	}
	b.Press(Hook)
	out = b.Advance(at(100), out)
	var got []int32
	for _, a := range b.answers(out, nil) {
		if !a.unlinked {
			t.Errorf("%+v", a)
		}
		got = append(got, a.status)
	}
	if !slices.Equal(got, []int32{0, -104, -104, -104}) || len(b.heard) > 0 || b.count > 0 {
		t.Errorf("%v, %d samples played, %d captured", got, len(b.heard), b.count)
	}
	b.Handle(at(101), playback(20, 5, 1), nil)
	if b.Advance(at(105), nil); len(b.heard) > 0 || b.Starts() != 2 {
		t.Errorf("%d samples after 4 ms of 5, %d starts", len(b.heard), b.Starts())
	}
}

// TestAlternate: a stream that is closed and opened again begins anew.
func TestAlternate(t *testing.T) {
	b := newBench(t)
	b.Advance(at(5), b.Handle(start, playback(1, 5, 1), nil))
	for _, alternate := range []byte{0, 1} {
		b.control([8]byte{0x01, setInterface, alternate, 0, speakerInterface})
		if got, ok := b.control([8]byte{0x81, getInterface, 0, 0, speakerInterface, 0, 1, 0}); !ok || got[0] != alternate {
			t.Errorf("setting %d is %v", alternate, got)
		}
	}
	b.Handle(at(50), playback(2, 5, 1), nil)
	if b.Starts() != 2 {
		t.Errorf("%d starts", b.Starts())
	}
}

// TestKeys: a key is pressed and let go, in two reports, as soon as the host asks.
func TestKeys(t *testing.T) {
	b := newBench(t)
	ask := func(seq uint32) usbip.Request {
		return usbip.Request{Seq: seq, In: true, Endpoint: keysEndpoint, Length: 1}
	}
	out := b.Handle(start, ask(1), nil)
	if len(out) > 0 {
		t.Error("a report without a key")
	}
	b.Press(Mute)
	out = b.Handle(start, ask(2), b.Advance(start, out))
	all := b.answers(out, map[uint32]int{1: 0, 2: 0})
	if len(all) != 2 || !bytes.Equal(all[0].data, []byte{4}) || !bytes.Equal(all[1].data, []byte{0}) {
		t.Errorf("%+v", all)
	}
}

// FuzzSetup: no control transfer does harm, and none is answered with more than
// was asked for.
func FuzzSetup(f *testing.F) {
	f.Add([]byte{0x80, 6, 0, 2, 0, 0, 255, 0}, []byte{})
	f.Add([]byte{0x21, 1, 0, 2, 0, 2, 2, 0}, []byte{0, 0xf0})
	f.Fuzz(func(t *testing.T, setup, data []byte) {
		h := New(func([]int16) {}, func([]int16) {})
		r := usbip.Request{Seq: 1, Data: data, Length: len(data)}
		copy(r.Setup[:], setup)
		if r.In = r.Setup[0]&0x80 != 0; r.In {
			r.Data, r.Length = nil, int(binary.LittleEndian.Uint16(r.Setup[6:]))
		}
		if got, _ := h.transfer(r); len(got) > r.Length {
			t.Fatalf("%d bytes of %d", len(got), r.Length)
		}
	})
}
