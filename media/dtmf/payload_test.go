package dtmf

import (
	"bytes"
	"errors"
	"testing"
)

func TestPayload(t *testing.T) {
	for _, tt := range []struct {
		wire string
		want Payload
	}{
		// Dialling 911 with volume 7.
		{"\x09\x07\x01\x90", Payload{Event: 9, Volume: 7, Duration: 400}},
		{"\x09\x87\x06\x40", Payload{Event: 9, Volume: 7, Duration: 1600, End: true}},
		{"\x01\x07\x07\xd0", Payload{Event: 1, Volume: 7, Duration: 2000}},
		{"\x10\xbf\xff\xff", Payload{Event: Flash, Volume: 63, Duration: 65535, End: true}},
		{"\x00\x00\x00\x00", Payload{}},
	} {
		got, err := ParsePayload([]byte(tt.wire))
		if err != nil || got != tt.want {
			t.Errorf("%x → %+v, %v; want %+v", tt.wire, got, err, tt.want)
		}
		if wire := tt.want.Append([]byte("head")); string(wire) != "head"+tt.wire {
			t.Errorf("%+v → %x", tt.want, wire)
		}
	}
}

func TestPayloadsThatAreTooShort(t *testing.T) {
	for n := range 4 {
		if _, err := ParsePayload(make([]byte, n)); !errors.Is(err, ErrPayload) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

func TestPayloadVolumeIsBounded(t *testing.T) {
	if b := (Payload{Volume: 200}).Append(nil); b[1] != 63 {
		t.Errorf("% x", b)
	}
}

func FuzzPayload(f *testing.F) {
	f.Add([]byte{5, 0x8a, 3, 0x20})
	f.Add([]byte{5, 0x4a, 3, 0x20, 1, 2, 3, 4})
	f.Add([]byte{5, 0xff, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParsePayload(b)
		if err != nil {
			if len(b) >= 4 {
				t.Errorf("% x: %v", b, err)
			}
			return
		}
		want := bytes.Clone(b[:4])
		want[1] &^= 0x40 // the reserved bit
		if again := p.Append(nil); !bytes.Equal(again, want) {
			t.Errorf("% x → %+v → % x", b, p, again)
		}
	})
}
