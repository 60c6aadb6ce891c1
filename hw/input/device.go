package input

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// device is an open input device.
type device struct {
	Device
	file    *os.File // nil: it isn't heard
	decoder *Decoder
	first   state // of when it was opened
}

func openDevice(node string, cfg Config) (*device, error) {
	fd, err := unix.Open(node, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, explain(node, err)
	}
	d := &device{Device: Device{Node: node}}
	heard, err := d.probe(fd, cfg)
	if err != nil || !heard {
		unix.Close(fd)
		return d, explain(node, err)
	}
	d.file = os.NewFile(uintptr(fd), node)
	return d, nil
}

// probe finds out what a device is, and whether it is one to be heard.
func (d *device) probe(fd int, cfg Config) (heard bool, err error) {
	name, c, err := describe(fd)
	if err != nil {
		return false, err
	}
	d.Name, d.decoder = name, newDecoder(name, c, cfg.Keys)
	if d.Class = d.decoder.class; d.Class == Unused || !cfg.hears(&c) {
		return false, nil
	}
	if cfg.takes(&c) {
		if err := grab(fd); err != nil {
			return false, err
		}
	}
	d.first, err = ask(fd, &c)
	// A key that is held already was pressed for somebody else.
	d.first.keys = nil
	return true, err
}

func explain(node string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		err = ErrDenied
	case errors.Is(err, unix.EBUSY):
		err = errors.New("another program has taken it for itself: end that program")
	}
	return fmt.Errorf("input %s: %w", node, err)
}

// When a key repeats that the driver leaves to us, as keyboards do.
const (
	repeatAfter = 400 * time.Millisecond
	repeatEvery = 50 * time.Millisecond
)

// run reads until the device is gone or closed.
func (d *device) run(s *Set) {
	d.decoder.panel = *s.panel.Load()
	s.send(d.decoder.resync(d.first, nil)...)
	buf, out := make([]byte, 64*recordSize), []Event(nil)
	for {
		held := d.decoder.held
		n, err := d.file.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			s.send(d.decoder.repeat(out[:0])...)
			d.wake(repeatEvery)
			continue
		}
		if err != nil {
			return
		}
		d.decoder.panel = *s.panel.Load()
		out = d.take(buf[:n], out[:0])
		s.send(out...)
		if d.decoder.held != held {
			d.wake(repeatAfter)
		}
	}
}

// take makes events of what was read.
func (d *device) take(b []byte, out []Event) []Event {
	out, lost := d.decoder.Feed(b, out)
	if lost {
		out = d.decoder.resync(d.ask(), out)
	}
	return out
}

// wake ends the next read after a time, where a key is held that the driver
// doesn't repeat.
func (d *device) wake(after time.Duration) {
	var at time.Time
	if d.decoder.held != 0 && !d.decoder.caps.events.has(evRep) {
		at = time.Now().Add(after)
	}
	_ = d.file.SetReadDeadline(at) // a device that is gone tells at the next read
}

// ask asks for the state again. A device that doesn't answer is gone, as the next
// read tells; until then it is as it was.
func (d *device) ask() (now state) {
	conn, err := d.file.SyscallConn()
	if err == nil {
		var failed error
		err = conn.Control(func(fd uintptr) { now, failed = ask(int(fd), &d.decoder.caps) })
		err = errors.Join(err, failed)
	}
	if err != nil {
		now = state{keys: d.decoder.keys, switches: d.decoder.sw}
	}
	return now
}

func (d *device) close() error {
	if d.file == nil {
		return nil
	}
	err := d.file.Close()
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
