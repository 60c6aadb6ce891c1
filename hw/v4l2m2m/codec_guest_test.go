//go:build guest

package v4l2m2m

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"math"
	"testing"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// The guest has the kernel's test codec (vicodec), whose compression is called
// FWHT; its interface is that of all codecs. It has no pictures smaller than 640
// by 360.

const frameTime = 40 * time.Millisecond

// wave is soft: a triangle with period 64, from 0 to 255.
func wave(x int) uint8 {
	x &= 63
	return uint8(min(x, 63-x) * 255 / 31)
}

// moving is a picture with soft shades that wander, number n of them.
func moving(w, h, n int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	p := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	for y := range h {
		for x := range w {
			p.Y[y*p.YStride+x] = wave(x+5*n)/2 + wave(y-3*n)/2
		}
	}
	for y := range len(p.Cb) / p.CStride {
		v := wave(y*2 + n)
		if ratio == image.YCbCrSubsampleRatio422 {
			v = wave(y/2*2 + n)
		}
		for x := range p.CStride {
			p.Cb[y*p.CStride+x], p.Cr[y*p.CStride+x] = wave(2*x-4*n), v
		}
	}
	return p
}

// psnr tells how alike two pictures of 4:2:0 are, in dB, over all planes.
func psnr(a, b *image.YCbCr) float64 {
	sum, n := 0, 0
	compare := func(p, q []byte) {
		for i := range p {
			d := int(p[i]) - int(q[i])
			sum += d * d
		}
		n += len(p)
	}
	compare(a.Y, b.Y)
	compare(a.Cb, b.Cb)
	compare(a.Cr, b.Cr)
	return 10 * math.Log10(255*255*float64(n)/max(float64(sum), 1e-9))
}

// isKey looks into the header of a packet of FWHT: vicodec doesn't flag them.
func isKey(p Packet) bool { return binary.BigEndian.Uint32(p.Data[20:])&(1<<10) != 0 }

func openEncoder(t *testing.T, w, h int) *Encoder {
	t.Helper()
	e, err := OpenEncoder(EncoderConfig{Codec: v4l2.FWHT, Width: w, Height: h, KeyInterval: 8, Bitrate: 256000})
	if err != nil {
		t.Fatalf("%v: this test runs in a guest with vicodec, as `make guest-camera` has it", err)
	}
	t.Cleanup(func() { closed(t, e) })
	return e
}

func openDecoder(t *testing.T) *Decoder {
	t.Helper()
	d, err := OpenDecoder(DecoderConfig{Codec: v4l2.FWHT})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, d) })
	return d
}

// closed closes a codec; in an emulated machine that may take its time.
func closed(t *testing.T, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil && !errors.Is(err, ErrStuck) {
		t.Errorf("close: %v", err)
	}
}

// encode gives the packets of n moving pictures.
func encode(t *testing.T, w, h, n int) []Packet {
	t.Helper()
	e := openEncoder(t, w, h)
	failed := make(chan error, 1)
	go func() {
		for i := range n {
			if err := e.Write(moving(w, h, i, image.YCbCrSubsampleRatio420), time.Duration(i)*frameTime, false); err != nil {
				failed <- fmt.Errorf("write %d: %w", i, err)
				return
			}
		}
		failed <- e.Drain()
	}()
	var list []Packet
	for {
		var p Packet
		err := e.Read(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("packet %d: %v", len(list), err)
		}
		list = append(list, p)
	}
	if err := <-failed; err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEncode(t *testing.T) {
	const n = 20
	packets := encode(t, 640, 360, n)
	if len(packets) != n {
		t.Fatalf("%d packets of %d pictures", len(packets), n)
	}
	for i, p := range packets {
		if p.Time != time.Duration(i)*frameTime {
			t.Errorf("packet %d is of %v", i, p.Time)
		}
		if key := i%8 == 0; isKey(p) != key {
			t.Errorf("packet %d: key frame %v, want %v", i, !key, key)
		}
		if len(p.Data) == 0 || len(p.Data) > 640*360 {
			t.Errorf("packet %d has %d bytes", i, len(p.Data))
		}
	}
}

// decode feeds packets to a decoder, and compares each picture that it gives
// with what was encoded: want gives its size by its number.
func decode(t *testing.T, packets []Packet, want func(i int) *image.YCbCr) {
	t.Helper()
	d := openDecoder(t)
	failed := make(chan error, 1)
	go func() {
		for i, p := range packets {
			if err := d.Write(p.Data, time.Duration(i)*frameTime); err != nil {
				failed <- fmt.Errorf("write %d: %w", i, err)
				return
			}
		}
		failed <- d.Drain()
	}()
	var p Picture
	count := 0
	for ; ; count++ {
		err := d.Read(&p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("picture %d: %v", count, err)
		}
		i := int(p.Time / frameTime)
		if i != count {
			t.Errorf("picture %d came as number %d", i, count)
		}
		original := want(i)
		if p.Rect != original.Rect {
			t.Fatalf("picture %d is %v, want %v", i, p.Rect, original.Rect)
		}
		if like := psnr(&p.YCbCr, original); like < 30 {
			t.Errorf("picture %d: %.1f dB", i, like)
		} else if i == 0 {
			t.Logf("picture 0: %.1f dB, %d bytes", like, len(packets[0].Data))
		}
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
	if count != len(packets) || d.Dropped() != 0 {
		t.Errorf("%d pictures of %d packets, %d dropped", count, len(packets), d.Dropped())
	}
}

func TestDecode(t *testing.T) {
	for _, size := range []image.Point{{640, 360}, {640, 480}, {642, 362}} {
		t.Run(fmt.Sprintf("%dx%d", size.X, size.Y), func(t *testing.T) {
			decode(t, encode(t, size.X, size.Y, 12), func(i int) *image.YCbCr {
				return moving(size.X, size.Y, i, image.YCbCrSubsampleRatio420)
			})
		})
	}
}

// TestOtherSize: a stream that becomes larger, and smaller again.
func TestOtherSize(t *testing.T) {
	const n = 4
	sizes := []image.Point{{640, 480}, {800, 600}, {640, 360}}
	var packets []Packet
	for _, s := range sizes {
		packets = append(packets, encode(t, s.X, s.Y, n)...)
	}
	decode(t, packets, func(i int) *image.YCbCr {
		s := sizes[i/n]
		return moving(s.X, s.Y, i%n, image.YCbCrSubsampleRatio420)
	})
}

// TestOneByOne: without a drain, as in a call; pictures of 4:2:2 as from a
// camera; nothing is allocated.
func TestOneByOne(t *testing.T) {
	e, d := openEncoder(t, 640, 360), openDecoder(t)
	picture := moving(640, 360, 0, image.YCbCrSubsampleRatio422)
	var packet Packet
	var shown Picture
	at := time.Duration(0)
	step := func() {
		at += frameTime
		if err := errors.Join(e.Write(picture, at, false), e.Read(&packet), d.Write(packet.Data, packet.Time), d.Read(&shown)); err != nil {
			t.Fatal(err)
		}
		if shown.Time != at {
			t.Fatalf("%v in, %v out", at, shown.Time)
		}
	}
	for range 10 {
		step()
	}
	if n := testing.AllocsPerRun(50, step); n > 0 {
		t.Errorf("%g allocations a picture", n)
	}
	if like := psnr(&shown.YCbCr, moving(640, 360, 0, image.YCbCrSubsampleRatio420)); like < 30 {
		t.Errorf("%.1f dB", like)
	}
}

func TestCloseEndsReads(t *testing.T) {
	for _, write := range []bool{false, true} {
		e, d := openEncoder(t, 640, 360), openDecoder(t)
		ended := make(chan error)
		go func() {
			var p Packet
			err := error(nil)
			for err == nil {
				err = e.Read(&p)
			}
			ended <- err
		}()
		go func() { ended <- d.Read(new(Picture)) }()
		if write {
			if err := e.Write(moving(640, 360, 0, image.YCbCrSubsampleRatio420), 0, true); err != nil {
				t.Fatal(err)
			}
		}
		closed(t, e)
		closed(t, d)
		for range 2 {
			if err := <-ended; !errors.Is(err, ErrClosed) {
				t.Errorf("read: %v", err)
			}
		}
		if err := d.Write([]byte{1}, 0); !errors.Is(err, ErrClosed) {
			t.Errorf("write: %v", err)
		}
	}
}

// TestGarbage: a decoder that is given anything but its codec says nothing, or
// drops it, and can be closed.
func TestGarbage(t *testing.T) {
	d := openDecoder(t)
	for i := range 3 {
		if err := d.Write(bytes.Repeat([]byte{byte(i), 0xa5}, 500), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Write(make([]byte, 10<<20), 0); err == nil {
		t.Error("10 MiB are a packet")
	}
}

func TestSizeThatIsTooSmall(t *testing.T) {
	if _, err := OpenEncoder(EncoderConfig{Codec: v4l2.FWHT, Width: 320, Height: 240}); err == nil {
		t.Error("an encoder of other pictures was opened")
	}
}

func TestNone(t *testing.T) {
	if _, err := OpenEncoder(EncoderConfig{Width: 320, Height: 240}); !errors.Is(err, ErrNone) {
		t.Errorf("H.264: %v", err)
	}
	if _, err := OpenDecoder(DecoderConfig{Device: "/dev/null"}); !errors.Is(err, ErrNone) {
		t.Errorf("/dev/null: %v", err)
	}
}
