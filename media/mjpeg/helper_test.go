package mjpeg

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/imsphone/imsphone/media/bars"
)

// encoded is a picture of 4:2:0 with the tables of a quality.
func encoded(t testing.TB, width, height, quality, count int) []byte {
	t.Helper()
	m := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	bars.Draw(m, 3, count)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parsed(t testing.TB, b []byte) Image {
	t.Helper()
	m, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sent is a payload as its RTP packet would carry it.
type sent struct {
	seq     uint16
	stamp   uint32
	marker  bool
	payload []byte
}

// cut gives an image's packets.
func cut(p *Packetiser, m Image, seq uint16, stamp uint32, size int) []sent {
	var list []sent
	for p.Begin(m); p.More(); seq++ {
		payload, last := p.Next(nil, size)
		list = append(list, sent{seq, stamp, last, payload})
	}
	return list
}

func push(t testing.TB, a *Assembler, s sent) []byte {
	t.Helper()
	b, err := a.Push(s.seq, s.stamp, s.marker, s.payload)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoded(t testing.TB, b []byte) *image.YCbCr {
	t.Helper()
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m.(*image.YCbCr)
}
