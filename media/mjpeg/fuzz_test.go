package mjpeg

import (
	"bytes"
	"image/jpeg"
	"testing"

	"github.com/imsphone/imsphone/media/bars"
)

func countOf(t testing.TB, b []byte) int {
	t.Helper()
	_, count, ok := bars.Read(decoded(t, b))
	if !ok {
		t.Fatal("the picture has no code")
	}
	return count
}

// FuzzParse: what is accepted goes through packets, and comes out as an image
// with the same data, size and tables; the standard library's decoder judges the
// header.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"422.jpg", "restarts.jpg", "own-tables.jpg", "progressive.jpg", "optimised.jpg"} {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil || len(m.Scan) > maxScan {
			return
		}
		var p Packetiser
		var a Assembler
		var out []byte
		for _, s := range cut(&p, m, 0, 0, max(1200, len(m.Scan)/1000)) {
			out = push(t, &a, s)
		}
		again, err := Parse(out)
		if err != nil {
			t.Fatalf("what came out can't be read: %v", err)
		}
		if !bytes.Equal(again.Scan, m.Scan) || !bytes.Equal(again.Luma, m.Luma) || !bytes.Equal(again.Chroma, m.Chroma) ||
			again.Sampling != m.Sampling || again.Restart != m.Restart || blocks(again.Width) != blocks(m.Width) || blocks(again.Height) != blocks(m.Height) {
			t.Fatal("what came out isn't what went in")
		}
		if size, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || size.Width != again.Width || size.Height != again.Height {
			t.Fatalf("the decoder reads %v (%v)", size, err)
		}
	})
}

// FuzzPush: payloads of any kind neither crash nor make an image whose header
// can't be read.
func FuzzPush(f *testing.F) {
	var p Packetiser
	for _, name := range []string{"422.jpg", "422-restarts.jpg", "own-tables.jpg"} {
		for _, s := range cut(&p, parsed(f, file(f, name)), 0, 0, 400)[:2] {
			f.Add(s.payload, s.payload, uint16(1), true)
		}
	}
	f.Fuzz(func(t *testing.T, one, two []byte, step uint16, marker bool) {
		var a Assembler
		for i, payload := range [][]byte{one, two, one, two} {
			out, err := a.Push(uint16(i)*step, uint32(i/2), marker == (i%2 == 1), payload)
			if err != nil || out == nil {
				continue
			}
			if _, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil {
				t.Fatalf("an image that can't be read: %v", err)
			}
		}
	})
}
