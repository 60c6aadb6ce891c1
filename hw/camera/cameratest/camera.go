// Package cameratest gives tests a camera without hardware.
package cameratest

import (
	"errors"
	"sync"
	"time"

	"github.com/imsphone/imsphone/hw/camera"
	"github.com/imsphone/imsphone/hw/v4l2"
)

// Camera is a camera without hardware: the test says what it sees. It paces
// like a real one, also in a testing/synctest bubble. The zero value sees
// grey in YUYV at 320 by 240. It is safe for concurrent use.
type Camera struct {
	// Mode is what it is set to; the zero value follows the wish. Set it before
	// Open.
	Mode camera.Mode

	mu      sync.Mutex
	film    [][]byte // still to be seen; the last one stays
	opened  int
	openErr error
	lost    error
}

// Open opens the camera; it takes the place of camera.Open. It can be open
// more than once, as if all shared it.
func (c *Camera) Open(cfg camera.Config) (camera.Camera, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := errors.Join(c.openErr, c.lost); err != nil {
		return nil, err
	}
	c.opened++
	mode := c.mode(cfg)
	return camera.OpenFake(cfg, mode, &lens{camera: c, grey: grey(mode)}), nil
}

// mode is what Open sets.
func (c *Camera) mode(cfg camera.Config) camera.Mode {
	if c.Mode != (camera.Mode{}) {
		return c.Mode
	}
	m := camera.Mode{Format: v4l2.YUYV, Width: cfg.Width, Height: cfg.Height, Interval: time.Second / time.Duration(max(cfg.Rate, 1))}
	if m.Width == 0 || m.Height == 0 {
		m.Width, m.Height = 320, 240
	}
	if cfg.Rate == 0 {
		m.Interval = time.Second / 25
	}
	m.Stride = 2 * m.Width
	return m
}

// Show queues what the camera sees next, a frame each: bytes in its format. A
// nil is a corrupt frame. The last one is seen until there is another.
func (c *Camera) Show(frames ...[]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.film = append(c.film, frames...)
}

// Opened tells how many times the camera is open.
func (c *Camera) Opened() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.opened
}

// Refuse makes Open fail with err, camera.ErrBusy for example, in the way a
// real one does; nil lets it succeed again.
func (c *Camera) Refuse(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.openErr = nil
	if err != nil {
		c.openErr = &camera.DeviceError{Device: "cameratest", Kind: err}
	}
}

// Unplug makes Read fail, and Open, as if the camera was pulled out.
func (c *Camera) Unplug() {
	c.setLost(&camera.DeviceError{Device: "cameratest", Kind: camera.ErrNotFound})
}

// Plug undoes Unplug for the next Open.
func (c *Camera) Plug() { c.setLost(nil) }

func (c *Camera) setLost(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lost = err
}

// lens is what one that opened the camera sees.
type lens struct {
	camera *Camera
	grey   []byte
}

func (l *lens) Look(f *camera.Frame) error {
	l.camera.mu.Lock()
	defer l.camera.mu.Unlock()
	film := l.camera.film
	if len(film) > 1 {
		l.camera.film = film[1:]
	}
	switch {
	case l.camera.lost != nil:
		return l.camera.lost
	case len(film) > 0:
		f.Data = film[0]
	default:
		f.Data = l.grey
	}
	return nil
}

func (l *lens) Close() {
	l.camera.mu.Lock()
	defer l.camera.mu.Unlock()
	l.camera.opened--
}

// grey is a frame of a raw format of which every byte says the middle.
func grey(m camera.Mode) []byte {
	b := make([]byte, 2*m.Stride*m.Height)
	for i := range b {
		b[i] = 128
	}
	return b
}
