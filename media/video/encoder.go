package video

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"

	"github.com/imsphone/imsphone/media/mjpeg"
)

// Encoder makes of a camera's pictures what RTP carries. The zero value is
// ready. What it gives is good until the next picture.
type Encoder struct {
	buf     bytes.Buffer
	out     *bufio.Writer
	options jpeg.Options
}

// Encode gives a picture as it can be sent. A camera's own JPEG is taken as it
// is where RFC 2435 can carry it; everything else is compressed with the given
// quality, 1 to 100.
func (e *Encoder) Encode(f *Frame, quality int) (mjpeg.Image, error) {
	if f.JPEG == nil && f.Raw == nil {
		return mjpeg.Image{}, errors.New("the camera gave an empty picture")
	}
	if f.JPEG == nil {
		return e.compress(f.Raw, quality)
	}
	m, err := mjpeg.Parse(f.JPEG)
	if !errors.Is(err, mjpeg.ErrUnsuited) {
		return m, err
	}
	picture, decodeErr := jpeg.Decode(bytes.NewReader(f.JPEG))
	if decodeErr != nil {
		return m, fmt.Errorf("%w, and it can't be decoded: %w", err, decodeErr)
	}
	return e.compress(inColour(picture), quality)
}

func (e *Encoder) compress(m image.Image, quality int) (mjpeg.Image, error) {
	e.buf.Reset()
	if e.out == nil {
		e.out = bufio.NewWriter(&e.buf)
	}
	e.out.Reset(&e.buf)
	e.options.Quality = quality
	if err := jpeg.Encode(e.out, m, &e.options); err != nil {
		return mjpeg.Image{}, fmt.Errorf("the picture can't be compressed: %w", err)
	}
	return mjpeg.Parse(e.buf.Bytes())
}

// inColour gives a grey picture its missing components.
func inColour(m image.Image) image.Image {
	grey, ok := m.(*image.Gray)
	if !ok {
		return m
	}
	c := image.NewYCbCr(grey.Rect, image.YCbCrSubsampleRatio420)
	for y := grey.Rect.Min.Y; y < grey.Rect.Max.Y; y++ {
		copy(c.Y[c.YOffset(grey.Rect.Min.X, y):][:grey.Rect.Dx()], grey.Pix[grey.PixOffset(grey.Rect.Min.X, y):])
	}
	for i := range c.Cb {
		c.Cb[i], c.Cr[i] = 128, 128
	}
	return c
}

// Decode gives the picture of an image that Session.Receive gave.
func Decode(b []byte) (*image.YCbCr, error) {
	m, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("the far end's picture can't be decoded: %w", err)
	}
	picture, ok := m.(*image.YCbCr)
	if !ok {
		return nil, fmt.Errorf("the far end's picture is %T", m)
	}
	return picture, nil
}
