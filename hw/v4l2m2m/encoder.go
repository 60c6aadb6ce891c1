package v4l2m2m

import (
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// EncoderConfig says what to encode, and how. What a device has no control for
// is left to it.
type EncoderConfig struct {
	Device        string      // its node; "" is the first that can
	Codec         v4l2.FourCC // 0 is H264
	Width, Height int         // pixels
	Rate          int         // pictures a second; 0 is 25
	Bitrate       int         // bit/s; 0 is the device's
	KeyInterval   int         // pictures from one key frame to the next; 0 is the device's
	Profile       int         // one of v4l2.H264Profile…; 0 is baseline
	Level         int         // of H.264 in tenths: 31 is 3.1; 0 is the device's
}

// Packet is a compressed picture. One Packet is meant to be read into again and
// again: it keeps its memory.
type Packet struct {
	Data     []byte        // until the next Read into it
	Time     time.Duration // as Write was given it
	KeyFrame bool
}

// Encoder is a hardware encoder.
type Encoder struct {
	*codec
	cfg    EncoderConfig
	format v4l2.Format // of the pictures
	ended  bool        // the last packet was read
}

// OpenEncoder opens an encoder. The error wraps ErrNone where there is none.
func OpenEncoder(cfg EncoderConfig) (*Encoder, error) {
	if cfg.Codec == 0 {
		cfg.Codec = v4l2.H264
	}
	if cfg.Rate == 0 {
		cfg.Rate = 25
	}
	dev, types, err := find(cfg.Device, cfg.Codec, encoder)
	if err != nil {
		return nil, err
	}
	e := &Encoder{codec: newCodec(dev, types), cfg: cfg}
	if err := e.setUp(); err != nil {
		return nil, e.abandon(err)
	}
	return e, nil
}

// setUp follows dev-encoder, "Initialization"; but the controls come first,
// since the Raspberry Pi's driver looks at profile and level when its format is
// set.
func (e *Encoder) setUp() error {
	if err := e.setControls(); err != nil {
		return err
	}
	coded, err := e.dev.SetFormat(e.types.capture, e.coded())
	if err != nil {
		return err
	}
	if coded.FourCC != e.cfg.Codec {
		return none(e.cfg.Codec, encoder.name)
	}
	if err := e.setPictures(); err != nil {
		return err
	}
	if e.output, err = e.dev.NewQueue(e.types.capture, coded, buffers); err != nil {
		return err
	}
	return e.setInput(e.format)
}

// coded is the format of the packets. A key frame takes less than its pixels.
func (e *Encoder) coded() v4l2.Format {
	f := v4l2.Format{FourCC: e.cfg.Codec, Width: e.cfg.Width, Height: e.cfg.Height, Planes: 1}
	f.Plane[0].Size = max(64<<10, e.cfg.Width*e.cfg.Height)
	return f
}

// setPictures sets the format of what is encoded.
func (e *Encoder) setPictures() error {
	format, ok := raw(e.dev, e.types.output)
	if !ok {
		return fmt.Errorf("%s takes neither I420 nor NV12: use an encoder in software", e.dev.Path())
	}
	var err error
	e.format, err = e.dev.SetFormat(e.types.output, v4l2.Format{FourCC: format, Width: e.cfg.Width, Height: e.cfg.Height, Planes: 1})
	if err != nil {
		return err
	}
	// Not every device looks at the rate.
	_, _ = e.dev.SetInterval(e.types.output, v4l2.Interval{Numerator: 1, Denominator: uint32(e.cfg.Rate)})
	if visible := e.crop(); e.format.FourCC != format || e.format.Planes != 1 || visible.Width != e.cfg.Width || visible.Height != e.cfg.Height {
		return fmt.Errorf("%s can't encode %dx%d: it answers %dx%d; ask for another size", e.dev.Path(), e.cfg.Width, e.cfg.Height, visible.Width, visible.Height)
	}
	return nil
}

// crop leaves out what the device made the pictures larger by, and gives the
// size that it encodes. A device whose sizes need no rounding may refuse it.
func (e *Encoder) crop() v4l2.Rectangle {
	_ = e.dev.SetSelection(e.types.output, v4l2.Crop, v4l2.Rectangle{Width: e.cfg.Width, Height: e.cfg.Height})
	visible, err := e.dev.Selection(e.types.output, v4l2.Crop)
	if err != nil {
		return v4l2.Rectangle{Width: e.format.Width, Height: e.format.Height}
	}
	return visible
}

// setControls sets what is asked for.
func (e *Encoder) setControls() error {
	type setting struct {
		id    v4l2.ControlID
		value int
	}
	settings := []setting{{v4l2.ControlRepeatHeader, 1}}
	if e.cfg.Codec == v4l2.H264 {
		settings = append(settings, setting{v4l2.ControlH264Profile, e.cfg.Profile})
	}
	if level, ok := v4l2.H264Level(e.cfg.Level); ok {
		settings = append(settings, setting{v4l2.ControlH264Level, level})
	} else if e.cfg.Level != 0 {
		return fmt.Errorf("H.264 has no level %d.%d", e.cfg.Level/10, e.cfg.Level%10)
	}
	if e.cfg.Bitrate != 0 {
		settings = append(settings, setting{v4l2.ControlBitrateMode, v4l2.BitrateConstant}, setting{v4l2.ControlBitrate, e.cfg.Bitrate})
	}
	if e.cfg.KeyInterval != 0 {
		settings = append(settings, setting{v4l2.ControlGOPSize, e.cfg.KeyInterval}, setting{v4l2.ControlH264Period, e.cfg.KeyInterval})
	}
	for _, s := range settings {
		if err := e.control(s.id, s.value); err != nil {
			return err
		}
	}
	return nil
}

// control sets a control that the device may lack.
func (e *Encoder) control(id v4l2.ControlID, value int) error {
	err := e.dev.SetControl(id, value)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTTY) {
		return nil
	}
	return err
}

// SetBitrate changes the wished bitrate, in bit/s, while it runs.
func (e *Encoder) SetBitrate(bitrate int) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	return e.control(v4l2.ControlBitrate, bitrate)
}

// Write gives the encoder a picture of the configured size, in 4:2:0 or 4:2:2.
// at comes back with its packet; key asks for a key frame. Write blocks while
// the encoder has all the pictures that it has room for.
func (e *Encoder) Write(p *image.YCbCr, at time.Duration, key bool) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	if p.Rect.Dx() != e.cfg.Width || p.Rect.Dy() != e.cfg.Height {
		return fmt.Errorf("%s: a picture of %v: the encoder was opened for %dx%d", e.dev.Path(), p.Rect.Size(), e.cfg.Width, e.cfg.Height)
	}
	i, err := e.room()
	if err != nil {
		return err
	}
	used, err := fill(e.input.Plane(i, 0), e.format, p)
	if err == nil && key {
		err = e.control(v4l2.ControlForceKeyFrame, 1)
	}
	if err != nil {
		e.spare = append(e.spare, i)
		return fmt.Errorf("%s: %w", e.dev.Path(), err)
	}
	if err := e.input.EnqueueFilled(i, at, used); err != nil {
		return err
	}
	return e.start()
}

// start starts the queues once there is a picture: the Raspberry Pi's driver
// wants to have one then.
func (e *Encoder) start() error {
	if e.started.Load() {
		return nil
	}
	if err := e.input.Start(); err != nil {
		return err
	}
	for i := range e.output.Buffers() {
		if err := e.output.Enqueue(i); err != nil {
			return err
		}
	}
	if err := e.output.Start(); err != nil {
		return err
	}
	e.started.Store(true)
	e.poke()
	return nil
}

// Drain makes the encoder work off what was written; Read gives that, and then
// io.EOF. Nothing can be written after it.
func (e *Encoder) Drain() error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	return e.dev.EncoderCommand(v4l2.Stop)
}

// Read blocks until there is a packet. Its error is ErrClosed after Close, and
// io.EOF after the last packet of a drained encoder.
func (e *Encoder) Read(p *Packet) error {
	if err := e.enter(); err != nil {
		return err
	}
	defer e.leave()
	for !e.ended {
		found, err := e.next(p)
		if found || err != nil {
			return err
		}
	}
	return io.EOF
}

// next takes a packet, or waits for what comes.
func (e *Encoder) next(p *Packet) (found bool, err error) {
	if !e.started.Load() {
		_, err := e.wait()
		return false, err
	}
	done, err := e.output.Dequeue()
	switch {
	case errors.Is(err, v4l2.ErrDrained):
		e.ended = true
		return false, nil
	case errors.Is(err, v4l2.ErrAgain):
		_, err := e.wait()
		return false, err
	case err != nil:
		return false, err
	}
	e.ended = done.Last
	data := e.output.Data(done, 0)
	if found = len(data) > 0 && !done.Corrupt; found {
		p.Data, p.Time, p.KeyFrame = append(p.Data[:0], data...), done.Time, done.KeyFrame
	} else if !done.Last {
		e.dropped.Add(1)
	}
	return found, e.output.Enqueue(done.Buffer)
}
