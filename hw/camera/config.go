package camera

import (
	"fmt"
	"time"

	"github.com/imsphone/imsphone/hw/v4l2"
)

// Config says which camera to open, and what is wished of it.
type Config struct {
	// Device names the camera: by its node (/dev/video0, or a link to it such as
	// /dev/v4l/by-id/…), its name ("HD Webcam C525") or where it is plugged in
	// ("usb-3f980000.usb-1.2"); "" is the first one.
	Device string
	// Width and Height are the wished size in pixels, after Turn; 0 is 320 by
	// 240. The nearest that the camera has is taken: rather larger than smaller.
	Width, Height int
	// Rate is the wished number of frames a second; 0 is 25.
	Rate int
	// JPEG tells that compressed frames are welcome; they are taken otherwise
	// only from a camera that has nothing else, or not at that rate. A camera
	// that has to be turned is not asked for them.
	JPEG bool
	// Format is the only one to be taken, for a camera whose other ones are
	// broken; 0 is any.
	Format v4l2.FourCC
	// Turn is how the camera is built in.
	Turn Turn
}

// The values of a Config that leaves them zero.
const (
	defaultWidth  = 320
	defaultHeight = 240
	defaultRate   = 25
)

// Bounds of a Config.
const (
	maxSide = 8192 // pixels
	maxRate = 240  // frames a second
)

// complete fills in what cfg leaves open and checks the rest.
func (cfg Config) complete() (Config, error) {
	if cfg.Width == 0 && cfg.Height == 0 {
		cfg.Width, cfg.Height = defaultWidth, defaultHeight
	}
	if cfg.Rate == 0 {
		cfg.Rate = defaultRate
	}
	if cfg.Width < 1 || cfg.Height < 1 || cfg.Width > maxSide || cfg.Height > maxSide {
		return cfg, fmt.Errorf("camera: a picture of %d by %d: each side has to be from 1 to %d pixels", cfg.Width, cfg.Height, maxSide)
	}
	if cfg.Rate < 1 || cfg.Rate > maxRate {
		return cfg, fmt.Errorf("camera: %d frames a second: it has to be from 1 to %d", cfg.Rate, maxRate)
	}
	return cfg, nil
}

// raw gives the wished size before it is turned.
func (cfg Config) raw() (width, height int) {
	if cfg.Turn.quarter() {
		return cfg.Height, cfg.Width
	}
	return cfg.Width, cfg.Height
}

// interval is the wished time between two frames.
func (cfg Config) interval() v4l2.Interval {
	return v4l2.Interval{Numerator: 1, Denominator: uint32(cfg.Rate)}
}

// Mode is what a camera was set to.
type Mode struct {
	Format        v4l2.FourCC
	Width, Height int           // pixels, before Config.Turn
	Stride        int           // bytes from one line to the next of a raw format
	Interval      time.Duration // between two frames; 0 where the camera doesn't tell
}

// String is for logs: "YUYV 320x240, 25 frames/s".
func (m Mode) String() string {
	if m.Interval <= 0 {
		return fmt.Sprintf("%v %dx%d", m.Format, m.Width, m.Height)
	}
	return fmt.Sprintf("%v %dx%d, %.3g frames/s", m.Format, m.Width, m.Height, float64(time.Second)/float64(m.Interval))
}

// compressed tells whether frames are JPEG.
func (m Mode) compressed() bool { return m.Format == v4l2.MJPEG || m.Format == v4l2.JPEG }

// size is how many bytes a frame has at least.
func (m Mode) size() int {
	switch m.Format {
	case v4l2.MJPEG, v4l2.JPEG:
		return 4 // SOI, EOI
	case v4l2.NV12, v4l2.YU12:
		return m.Stride*m.Height + m.Stride*((m.Height+1)/2)
	}
	return m.Stride * m.Height
}
