package v4l2

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Device is an open video device. Its methods may be called by several
// goroutines, but for Close, which comes last; only Wake may come even after it. A
// driver that hangs makes them hang, but for Wake.
type Device struct {
	path string
	fd   int
	wake int // an eventfd that ends Wait

	mu     sync.Mutex
	closed bool // wake is somebody else's number by now
}

// Open opens the node at path, such as /dev/video0. Nothing waits for the
// device but Wait. The error is an *os.PathError.
//
// The node isn't handed to Go's poller on purpose: for the kernel, polling a
// device without buffers is the wish to read() it, and starts it.
func Open(path string) (*Device, error) {
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, errors.Join(&os.PathError{Op: "eventfd", Path: path, Err: err}, unix.Close(fd))
	}
	return &Device{path: path, fd: fd, wake: wake}, nil
}

// Path is what Open was given.
func (d *Device) Path() string { return d.path }

// Close lets go of the device, which stops it.
func (d *Device) Close() error {
	return errors.Join(unix.Close(d.fd), d.closeWake())
}

// closeWake doesn't wait for the driver, as Close may: Wake must not.
func (d *Device) closeWake() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	return unix.Close(d.wake)
}

// fail tells which request failed.
func (d *Device) fail(request string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %s: %w", d.path, request, err)
}

// Ready is what a device has for the program.
type Ready uint8

// What Wait waits for, and tells.
const (
	Readable Ready = 1 << iota // a captured buffer is done
	Writable                   // an output buffer is free again
	Event                      // an event is pending
	Failed                     // the device is gone, or doesn't stream
	Woken                      // Wake was called
)

// Wait blocks until the device has something of what, was woken or limit has
// passed (0 is then returned). Failed and Woken are told always.
func (d *Device) Wait(what Ready, limit time.Duration) (Ready, error) {
	fds := [2]unix.PollFd{{Fd: int32(d.fd), Events: what.poll()}, {Fd: int32(d.wake), Events: unix.POLLIN}}
	deadline := time.Now().Add(limit)
	for {
		left := max(0, time.Until(deadline)+time.Millisecond-1)
		_, err := unix.Poll(fds[:], int(left/time.Millisecond))
		if err != unix.EINTR {
			return ready(fds), d.fail("poll", err)
		}
	}
}

func (r Ready) poll() (events int16) {
	if r&Readable != 0 {
		events |= unix.POLLIN
	}
	if r&Writable != 0 {
		events |= unix.POLLOUT
	}
	if r&Event != 0 {
		events |= unix.POLLPRI
	}
	return events
}

func ready(fds [2]unix.PollFd) (r Ready) {
	if fds[1].Revents != 0 {
		r |= Woken
	}
	for _, e := range [...]struct {
		event int16
		ready Ready
	}{{unix.POLLIN, Readable}, {unix.POLLOUT, Writable}, {unix.POLLPRI, Event}, {unix.POLLERR | unix.POLLHUP | unix.POLLNVAL, Failed}} {
		if fds[0].Revents&e.event != 0 {
			r |= e.ready
		}
	}
	return r
}

// Wake ends every Wait, now and from now on. After Close it does nothing.
func (d *Device) Wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	one := [8]byte{1, 1, 1, 1, 1, 1, 1, 1}
	_, _ = unix.Write(d.wake, one[:]) // it only fails where it is full, so woken
}

// Caps are the capabilities of a device's node.
type Caps uint32

// The capabilities that imsphone looks at (V4L2_CAP_…).
const (
	CapVideoCapture   Caps = 0x00000001
	CapVideoCaptureMP Caps = 0x00001000
	CapM2MMP          Caps = 0x00004000
	CapM2M            Caps = 0x00008000
	CapStreaming      Caps = 0x04000000

	capDeviceCaps Caps = 0x80000000
)

// Capability tells what a device is.
type Capability struct {
	Driver string // "uvcvideo"
	Card   string // the name for people, "HD Webcam C525"
	Bus    string // where it is plugged in, "usb-3f980000.usb-1.2"
	Caps   Caps   // of this node, not of the whole device
}

// Capability asks what the device is (VIDIOC_QUERYCAP).
func (d *Device) Capability() (Capability, error) {
	var c capability
	if err := d.ioctl(reqQueryCap, unsafe.Pointer(&c)); err != nil {
		return Capability{}, d.fail("QUERYCAP", err)
	}
	caps := Caps(c.capabilities)
	if caps&capDeviceCaps != 0 {
		caps = Caps(c.deviceCaps)
	}
	return Capability{Driver: text(c.driver[:]), Card: text(c.card[:]), Bus: text(c.busInfo[:]), Caps: caps}, nil
}

// text is a string of C.
func text(b []byte) string {
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	return string(bytes.ToValidUTF8(b, []byte("?")))
}
