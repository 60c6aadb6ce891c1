package usbip

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

// unhex reads bytes in hexadecimal; blanks are of no meaning.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const (
	getDescriptor = "00000001 00000007 00010002 00000001 00000000 00000200 00000040 00000000 ffffffff 00000000 8006000100004000"
	unlink        = "00000002 00000009 00010002 00000000 00000000 00000007 000000000000000000000000000000000000000000000000"
	sound         = "00000001 00000008 00010002 00000000 00000001 00000002 00000006 00000000 00000002 00000001 0000000000000000" +
		"010203040506" + "00000000 00000004 00000000 00000000" + "00000004 00000002 00000000 00000000"
)

// TestRead: requests as the kernel's documentation has them.
func TestRead(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       Request
	}{
		{"control", getDescriptor, Request{Seq: 7, In: true, Length: 64, Setup: [8]byte{0x80, 6, 0, 1, 0, 0, 0x40, 0}, Data: []byte{}}},
		{"of an older kernel", strings.Replace(getDescriptor, "ffffffff", "00000000", 1),
			Request{Seq: 7, In: true, Length: 64, Setup: [8]byte{0x80, 6, 0, 1, 0, 0, 0x40, 0}, Data: []byte{}}},
		{"unlink", unlink, Request{Seq: 9, Unlink: true, Victim: 7}},
		{"isochronous", sound, Request{Seq: 8, Endpoint: 1, Length: 6, Data: []byte{1, 2, 3, 4, 5, 6}, Packets: []Packet{{0, 4}, {4, 2}}}},
	} {
		b := unhex(t, test.text)
		got, err := Read(bytes.NewReader(b))
		if err != nil || !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
		for n := range b {
			want := io.ErrUnexpectedEOF
			if n == 0 {
				want = io.EOF
			}
			if _, err := Read(bytes.NewReader(b[:n])); err != want {
				t.Errorf("%s, cut after %d bytes: %v", test.name, n, err)
			}
		}
	}
}

// TestReadRefuses: what no kernel sends takes no memory.
func TestReadRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"command":        strings.Replace(getDescriptor, "00000001", "00000005", 1),
		"endpoint":       strings.Replace(getDescriptor, "00000001 00000000 00000200", "00000001 00000010 00000200", 1),
		"length":         strings.Replace(getDescriptor, "00000040 00000000", "80000000 00000000", 1),
		"packets":        strings.Replace(getDescriptor, "ffffffff", "00010000", 1),
		"packet outside": strings.Replace(sound, "00000004 00000002", "00000004 00000003", 1),
		"packet far":     strings.Replace(sound, "00000004 00000002", "ffffffff 00000002", 1),
	} {
		if _, err := Read(bytes.NewReader(unhex(t, text))); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAnswers: byte for byte.
func TestAnswers(t *testing.T) {
	in := Request{Seq: 7, In: true, Length: 64}
	out := Request{Seq: 8, Endpoint: 1, Data: []byte{1, 2, 3, 4, 5, 6}, Packets: []Packet{{0, 4}, {4, 2}}}
	capture := Request{Seq: 10, In: true, Endpoint: 2, Length: 8, Packets: []Packet{{0, 4}, {4, 4}}}
	const rest = "000000000000000000000000"
	for _, test := range []struct {
		name string
		got  []byte
		want string
	}{
		{"data", AppendAnswer(nil, in, OK, []byte{1, 2, 3}), "00000003 00000007" + rest + "00000000 00000003 00000000 00000000 00000000 0000000000000000 010203"},
		{"stall", AppendAnswer(nil, in, Stall, nil), "00000003 00000007" + rest + "ffffffe0 00000000 00000000 00000000 00000000 0000000000000000"},
		{"taken", AppendAnswer(nil, Request{Seq: 1, Data: []byte{1, 2}}, OK, nil), "00000003 00000001" + rest + "00000000 00000002 00000000 00000000 00000000 0000000000000000"},
		{"unlinked", AppendUnlinked(nil, Request{Seq: 9, Unlink: true, Victim: 7}, Unlinked), "00000004 00000009" + rest + "ffffff98 00000000 00000000 00000000 00000000 0000000000000000"},
		{"played", AppendPackets(nil, out, nil, 0), "00000003 00000008" + rest + "00000000 00000006 00000000 00000002 00000000 0000000000000000" +
			"00000000 00000004 00000004 00000000" + "00000004 00000002 00000002 00000000"},
		{"captured", AppendPackets(nil, capture, []byte{1, 2, 3, 4}, 2), "00000003 0000000a" + rest + "00000000 00000004 00000000 00000002 00000000 0000000000000000" +
			"01020304" + "00000000 00000004 00000002 00000000" + "00000004 00000004 00000002 00000000"},
	} {
		if want := unhex(t, test.want); !bytes.Equal(test.got, want) {
			t.Errorf("%s:\n%x, want\n%x", test.name, test.got, want)
		}
	}
}

// FuzzRead: a request lies within what was read, and its packets within it.
func FuzzRead(f *testing.F) {
	for _, text := range []string{getDescriptor, unlink, sound} {
		f.Add(unhex(f, text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		from := bytes.NewReader(b)
		r, err := Read(from)
		if err != nil {
			return
		}
		took := len(b) - from.Len()
		if want := headerSize + len(r.Data) + packetSize*len(r.Packets); took != want {
			t.Fatalf("took %d bytes, not %d", took, want)
		}
		for _, p := range r.Packets {
			if p.Offset < 0 || p.Length < 0 || p.Offset+p.Length > r.Length {
				t.Fatalf("packet %+v of %d bytes", p, r.Length)
			}
		}
		if !r.In && len(r.Data) != r.Length && !r.Unlink {
			t.Fatalf("%d bytes of %d", len(r.Data), r.Length)
		}
	})
}
