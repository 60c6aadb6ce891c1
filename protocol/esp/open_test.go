package esp

import (
	"bytes"
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
)

func TestOpenAppends(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		sealed, err := s.Seal([]byte("before"), []byte("payload"), 6)
		if err != nil || !bytes.HasPrefix(sealed, []byte("before")) {
			t.Fatalf("%q, %v", sealed, err)
		}
		packet := bytes.Clone(sealed[6:])
		got, next, err := o.Open([]byte("got "), packet)
		if err != nil || string(got) != "got payload" || next != 6 {
			t.Fatalf("%q, %d, %v", got, next, err)
		}
		if !bytes.Equal(packet, sealed[6:]) {
			t.Error("packet changed")
		}
	})
}

// TestBitFlips flips every bit of a packet: each is refused, none moves the
// window, and the packet itself is accepted after all of them.
func TestBitFlips(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		packet := mustSeal(t, s, payload(50))
		before := o.window
		for bit := range len(packet) * 8 {
			packet[bit/8] ^= 1 << (bit % 8)
			if got, _, err := o.Open(nil, packet); err == nil || got != nil {
				t.Fatalf("bit %d: %x, %v", bit, got, err)
			}
			packet[bit/8] ^= 1 << (bit % 8)
		}
		if o.window != before {
			t.Fatal("a forged packet moved the window")
		}
		stats := o.Stats()
		if stats.Packets != 0 || stats.AuthFailures == 0 || stats.Malformed != 32 ||
			stats.AuthFailures+stats.Malformed+stats.Replays != uint64(len(packet)*8) {
			t.Errorf("%+v", stats)
		}
		if _, _, err := o.Open(nil, packet); err != nil {
			t.Fatal(err)
		}
	})
}

// TestTruncation cuts a packet at every length, from either end.
func TestTruncation(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		packet := mustSeal(t, s, payload(50))
		for n := range packet {
			for _, cut := range [][]byte{packet[:n], packet[len(packet)-n:]} {
				if got, _, err := o.Open(nil, cut); err == nil || got != nil {
					t.Fatalf("%d bytes of %d: %x, %v", n, len(packet), got, err)
				}
			}
		}
		if _, _, err := o.Open(nil, append(packet, 0, 0, 0, 0)); err == nil {
			t.Fatal("a longer packet was accepted")
		}
		if _, _, err := o.Open(nil, packet); err != nil {
			t.Fatal(err)
		}
	})
}

func TestReplays(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		var packets [][]byte
		for range 130 {
			packets = append(packets, mustSeal(t, s, []byte("x")))
		}
		for _, step := range []struct {
			index int
			want  error
		}{
			{64, nil}, {64, ErrReplay}, {1, nil}, {0, ErrReplay}, {1, ErrReplay},
			{129, nil}, {65, ErrReplay}, {66, nil}, {66, ErrReplay}, {128, nil},
		} {
			_, _, err := o.Open(nil, packets[step.index])
			if err != step.want {
				t.Fatalf("packet %d: %v, want %v", step.index, err, step.want)
			}
		}
		if got := o.Stats(); got.Packets != 5 || got.Bytes != 5 || got.Replays != 5 || got.AuthFailures != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// TestForgedFuture checks that a forged packet far ahead doesn't shut out the
// real ones.
func TestForgedFuture(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		real := mustSeal(t, s, []byte("x"))
		forged := bytes.Clone(real)
		forged[4] = 0x80
		_, _, err := o.Open(nil, forged)
		wantErr(t, err, ErrAuth)
		if _, _, err := o.Open(nil, real); err != nil {
			t.Fatal(err)
		}
	})
}

// TestAuthenticButBroken opens packets of a peer that has the keys and pads
// wrongly.
func TestAuthenticButBroken(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		for _, test := range []struct {
			name    string
			trailer string // of 16 bytes of body
			want    error
		}{
			{"right", "01 02 02 11", nil},
			{"no padding", "aa aa 00 11", nil},
			{"all padding", "01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0e 11", nil},
			{"more padding than body", "0f 11", ErrPadding},
			{"255 bytes of padding", "ff 11", ErrPadding},
			{"zeros", "00 00 02 11", ErrPadding},
			{"from zero", "00 01 02 11", ErrPadding},
			{"last one wrong", "01 02 04 03 11", ErrPadding},
			{"dummy", "01 02 02 3b", ErrDummy},
		} {
			t.Run(test.name, func(t *testing.T) {
				s, o := pair(t, suite)
				p := make([]byte, s.Len(14))
				copy(p, bin(t, "00c0ffee 00000005"))
				body := p[headerLen+s.shape.iv:][:16]
				trailer := bin(t, test.trailer)
				copy(body[16-len(trailer):], trailer)
				s.t.seal(p)
				got, next, err := o.Open(nil, p)
				if err != test.want {
					t.Fatalf("%v, want %v", err, test.want)
				}
				if err != nil && got != nil {
					t.Errorf("payload %x", got)
				}
				if err == ErrDummy && next != NoNextHeader {
					t.Errorf("next header %d", next)
				}
				if o.window.top != 5 {
					t.Error("an authentic packet didn't move the window")
				}
			})
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	everySuite(t, func(t *testing.T, suite secagree.Suite) {
		s, o := pair(t, suite)
		packet := mustSeal(t, s, []byte("x"))
		_, _, err := o.Open(nil, nil)
		wantErr(t, err, ErrShort)
		_, _, err = o.Open(nil, packet[:len(packet)-1])
		wantErr(t, err, ErrShort)
		_, _, err = o.Open(nil, append(bytes.Clone(packet), 0))
		wantErr(t, err, ErrAlign)
		other := bytes.Clone(packet)
		other[3]++
		_, _, err = o.Open(nil, other)
		wantErr(t, err, ErrSPI)
		zero := bytes.Clone(packet)
		zero[7] = 0
		_, _, err = o.Open(nil, zero)
		wantErr(t, err, ErrReplay)
		if got := o.Stats(); got != (Stats{Replays: 1, Malformed: 4}) {
			t.Errorf("%+v", got)
		}
	})
}
