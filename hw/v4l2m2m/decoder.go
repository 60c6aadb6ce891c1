package v4l2m2m

import (
	"errors"
	"fmt"
	"image"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// DecoderConfig says what to decode.
type DecoderConfig struct {
	Device string      // its node; "" is the first that can
	Codec  v4l2.FourCC // 0 is H264
	// MaxPacket is how many bytes a packet may have; 0 is 256 KiB.
	MaxPacket int
}

// Picture is a decoded picture in 4:2:0. One Picture is meant to be read into
// again and again: it keeps its memory.
type Picture struct {
	image.YCbCr               // until the next Read into it
	Time        time.Duration // as Write was given it with the packet

	memory []byte
}

// Decoder is a hardware decoder. The size of its pictures is the stream's, and
// may change with any of them.
type Decoder struct {
	*codec
	cfg     DecoderConfig
	format  v4l2.Format // of the pictures, once known
	visible v4l2.Rectangle
	changed bool // the pictures to come have another format
	ended   bool // the last picture was read

	draining atomic.Bool // nothing will be written any more
}

// OpenDecoder opens a decoder. The error wraps ErrNone where there is none.
func OpenDecoder(cfg DecoderConfig) (*Decoder, error) {
	if cfg.Codec == 0 {
		cfg.Codec = v4l2.H264
	}
	if cfg.MaxPacket == 0 {
		cfg.MaxPacket = 256 << 10
	}
	dev, types, err := find(cfg.Device, cfg.Codec, decoder)
	if err != nil {
		return nil, err
	}
	d := &Decoder{codec: newCodec(dev, types), cfg: cfg}
	if err := d.setUp(); err != nil {
		return nil, d.abandon(err)
	}
	return d, nil
}

// setUp follows dev-decoder, "Initialization". The queue of pictures is made
// when the stream has told their size.
func (d *Decoder) setUp() error {
	coded := v4l2.Format{FourCC: d.cfg.Codec, Width: 320, Height: 240, Planes: 1}
	coded.Plane[0].Size = d.cfg.MaxPacket
	got, err := d.dev.SetFormat(d.types.output, coded)
	if err != nil {
		return err
	}
	if got.FourCC != d.cfg.Codec {
		return none(d.cfg.Codec, decoder.name)
	}
	if err := d.dev.Subscribe(v4l2.EventSourceChange); err != nil {
		return err
	}
	return d.setInput(got)
}

// Write gives the decoder a packet, which is a whole picture. at comes back with
// it. Write blocks while the decoder has all the packets that it has room for.
func (d *Decoder) Write(packet []byte, at time.Duration) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	if room := len(d.input.Plane(0, 0)); len(packet) == 0 || len(packet) > room {
		return fmt.Errorf("%s: a packet of %d bytes: from 1 to %d fit; see DecoderConfig.MaxPacket", d.dev.Path(), len(packet), room)
	}
	i, err := d.room()
	if err != nil {
		return err
	}
	copy(d.input.Plane(i, 0), packet)
	if err := d.input.EnqueueFilled(i, at, len(packet)); err != nil {
		return err
	}
	return d.start()
}

// start starts the queue of packets.
func (d *Decoder) start() error {
	defer d.poke()
	if d.started.Load() {
		return nil
	}
	if err := d.input.Start(); err != nil {
		return err
	}
	d.started.Store(true)
	return nil
}

// Drain makes the decoder work off what was written; Read gives that, and then
// io.EOF. Nothing can be written after it.
func (d *Decoder) Drain() error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	d.draining.Store(true)
	return d.stop()
}

// stop makes the device work off what it has. It forgets that when the queue of
// pictures is made anew, and refuses it while it does so already.
func (d *Decoder) stop() error {
	err := d.dev.DecoderCommand(v4l2.Stop)
	if errors.Is(err, unix.EBUSY) {
		return nil
	}
	return err
}

// Read blocks until there is a picture. Its error is ErrClosed after Close, and
// io.EOF after the last picture of a drained decoder.
func (d *Decoder) Read(p *Picture) error {
	if err := d.enter(); err != nil {
		return err
	}
	defer d.leave()
	for !d.ended {
		found, err := d.next(p)
		if found || err != nil {
			return err
		}
	}
	return io.EOF
}

// next takes a picture, or does what has to be done first.
func (d *Decoder) next(p *Picture) (found bool, err error) {
	if d.output == nil {
		return false, d.await()
	}
	done, err := d.output.Dequeue()
	switch {
	case errors.Is(err, v4l2.ErrDrained):
		return false, d.last()
	case errors.Is(err, v4l2.ErrAgain):
		return false, d.await()
	case err != nil:
		return false, err
	}
	if found, err = d.take(p, done); err != nil {
		return false, err
	}
	if done.Last {
		return found, d.last()
	}
	return found, d.output.Enqueue(done.Buffer)
}

// take copies a picture out.
func (d *Decoder) take(p *Picture, done v4l2.Done) (bool, error) {
	data := d.output.Data(done, 0)
	switch {
	case len(data) == 0 && done.Last:
		return false, nil
	case len(data) == 0 || done.Corrupt:
		d.dropped.Add(1)
		return false, nil
	}
	p.Time = done.Time
	return true, extract(p, data, d.format, d.visible)
}

// await waits for a picture, and for news of the stream.
func (d *Decoder) await() error {
	ready, err := d.wait()
	if err != nil || ready&v4l2.Event == 0 {
		return err
	}
	event, err := d.dev.NextEvent()
	if err != nil || event != v4l2.EventSourceChange {
		return err
	}
	d.changed = true
	if d.output == nil {
		return d.renew()
	}
	return nil // those of the old size come first, and the last of them is marked
}

// last is what comes after the last picture: the end, or those of another size
// (dev-decoder, "Dynamic Resolution Change").
func (d *Decoder) last() error {
	if err := d.pending(); err != nil {
		return err
	}
	if !d.changed {
		d.ended = true
		return nil
	}
	if err := errors.Join(d.output.Stop(), d.output.Free()); err != nil {
		return err
	}
	return d.renew()
}

// pending takes the event that belongs to a last picture, as both may have come
// at the same time.
func (d *Decoder) pending() error {
	ready, err := d.dev.Wait(v4l2.Event, 0)
	if err != nil || ready&v4l2.Event == 0 {
		return err
	}
	event, err := d.dev.NextEvent()
	d.changed = d.changed || event == v4l2.EventSourceChange
	return err
}

// renew makes the queue of pictures for the format that the stream has now.
func (d *Decoder) renew() error {
	d.changed, d.output = false, nil
	if err := d.setPictures(); err != nil {
		return err
	}
	least, err := d.dev.Control(v4l2.ControlMinCaptureBuffers)
	if err != nil {
		least = 1 // it needs no more than others
	}
	q, err := d.dev.NewQueue(d.types.capture, d.format, least+buffers)
	if err != nil {
		return err
	}
	d.output = q
	for i := range q.Buffers() {
		if err := q.Enqueue(i); err != nil {
			return err
		}
	}
	if err := q.Start(); err != nil || !d.draining.Load() {
		return err
	}
	return d.stop()
}

// setPictures asks for the size of the pictures, in a format that we know.
func (d *Decoder) setPictures() error {
	f, err := d.dev.Format(d.types.capture)
	if err != nil {
		return err
	}
	known, ok := raw(d.dev, d.types.capture)
	if !ok {
		return fmt.Errorf("%s gives neither I420 nor NV12: use a decoder in software", d.dev.Path())
	}
	f.FourCC, f.Planes = known, 1
	f.Plane = [v4l2.MaxPlanes]v4l2.PlaneFormat{}
	if d.format, err = d.dev.SetFormat(d.types.capture, f); err != nil {
		return err
	}
	if d.format.FourCC != known || d.format.Planes != 1 {
		return fmt.Errorf("%s gives %v in %d planes instead of %v: use a decoder in software", d.dev.Path(), d.format.FourCC, d.format.Planes, known)
	}
	d.visible = v4l2.Rectangle{Width: d.format.Width, Height: d.format.Height}
	if r, err := d.dev.Selection(d.types.capture, v4l2.Compose); err == nil {
		d.visible = r
	}
	return nil
}
