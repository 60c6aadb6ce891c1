package sip

import (
	"errors"
	"strings"
	"testing"
)

const framed = "OPTIONS sip:a@b SIP/2.0\r\nl: 3\r\n\r\nabc"

// frames feeds data in pieces of that size and gives all messages.
func frames(data string, piece int) (list []string, f *Framer, err error) {
	f = new(Framer)
	for len(data) > 0 {
		n := min(piece, len(data))
		f.Push([]byte(data[:n]))
		data = data[n:]
		for {
			raw, ok, err := f.Next()
			if err != nil {
				return list, f, err
			}
			if !ok {
				break
			}
			list = append(list, string(raw))
		}
	}
	return list, f, nil
}

func TestFramer(t *testing.T) {
	folded := "SIP/2.0 200 OK\r\nContent-Length\t:\r\n  2\r\nX: y\r\n\r\n\r\n"
	bare := "BYE sip:a@b SIP/2.0\nl:0\n\n"
	stream := "\r\n\r\n" + framed + framed + "\r\n\r\n" + folded + bare + "\r\n" + framed
	want := []string{framed, framed, folded, bare, framed}
	for piece := 1; piece <= len(stream); piece++ {
		got, f, err := frames(stream, piece)
		if err != nil {
			t.Fatalf("pieces of %d: %v", piece, err)
		}
		eq(t, "messages", got, want)
		if n := f.Pings(); n < 2 {
			t.Errorf("pieces of %d: %d pings", piece, n)
		}
		if n := f.Pongs(); n < 1 || f.Pings() != 0 || f.Pongs() != 0 {
			t.Errorf("pieces of %d: %d pongs", piece, n)
		}
	}
}

func TestFramerKeepAlive(t *testing.T) {
	for _, tt := range []struct {
		pieces       []string
		pings, pongs int
	}{
		{[]string{"\r\n\r\n"}, 1, 0},
		{[]string{"\r\n"}, 0, 1},
		{[]string{"\r", "\n"}, 0, 1},
		{[]string{"\r\n", "\r\n"}, 1, 1}, // a ping split on its way, or two pongs: both are served
		{[]string{"\r\n\r", "\n"}, 1, 0},
		{[]string{"\r\n\r\n\r\n"}, 1, 1},
		{[]string{"\n"}, 0, 0},
		{[]string{"\r"}, 0, 0},
	} {
		var f Framer
		for _, p := range tt.pieces {
			f.Push([]byte(p))
			if _, ok, err := f.Next(); ok || err != nil {
				t.Errorf("%q: %v %v", tt.pieces, ok, err)
			}
		}
		if i, o := f.Pings(), f.Pongs(); i != tt.pings || o != tt.pongs {
			t.Errorf("%q: %d pings, %d pongs", tt.pieces, i, o)
		}
	}
}

func TestFramerFaults(t *testing.T) {
	const start = "OPTIONS sip:a@b SIP/2.0\r\n"
	for _, tt := range []struct {
		stream string
		want   error
	}{
		{start + "To: x\r\n\r\n", ErrNoContentLength},
		{start + "l: -1\r\n\r\n", ErrContentLength},
		{start + "l: five\r\n\r\n", ErrContentLength},
		{start + "l: 1\r\nl: 2\r\n\r\nab", ErrContentLength},
		{start + "l: 99999999999999999999\r\n\r\nab", ErrContentLength},
		{start + "l: 65536\r\n\r\nab", ErrTooLong},
		{start + "l: 4294967295\r\n\r\nab", ErrTooLong},
		{start + "X: " + strings.Repeat("x", MaxMessage) + "\r\n", ErrTooLong},
		{"\x16\x03\x01\x02\x00\x01", ErrNotSIP},
		{strings.Repeat("x", 100), ErrNotSIP},
		{"{\"json\":1}", ErrNotSIP},
	} {
		for _, piece := range []int{len(tt.stream), 1000, 1} {
			_, f, err := frames(tt.stream, piece)
			if !errors.Is(err, tt.want) {
				t.Errorf("%.60q in pieces of %d: %v, want %v", tt.stream, piece, err, tt.want)
				continue
			}
			f.Push([]byte(framed))
			if _, ok, err := f.Next(); ok || !errors.Is(err, tt.want) {
				t.Errorf("%.60q: went on after the fault", tt.stream)
			}
		}
	}
	// As long as it may be.
	head := start + "l: 65000\r\n\r\n"
	if got, _, err := frames(head+strings.Repeat("x", 65000), 4096); err != nil || len(got) != 1 {
		t.Errorf("%d messages, %v", len(got), err)
	}
	// The same Content-Length twice still frames; Check refuses it.
	if got, _, err := frames(start+"l: 2\r\nContent-Length: 2\r\n\r\nab", 7); err != nil || len(got) != 1 {
		t.Errorf("%d messages, %v", len(got), err)
	}
}
