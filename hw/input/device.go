package input

import (
	"errors"
	"fmt"
	"os"

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
	if err := d.probe(fd, cfg); err != nil || d.Class == Unused {
		unix.Close(fd)
		return d, explain(node, err)
	}
	d.file = os.NewFile(uintptr(fd), node)
	return d, nil
}

// probe finds out what a device is.
func (d *device) probe(fd int, cfg Config) error {
	name, c, err := describe(fd)
	if err != nil {
		return err
	}
	d.Name, d.decoder = name, newDecoder(name, c, cfg.Keys)
	if d.Class = d.decoder.class; d.Class == Unused {
		return nil
	}
	if cfg.Grab {
		if err := grab(fd); err != nil {
			return err
		}
	}
	d.first, err = ask(fd, &c)
	// A key that is held already was pressed for somebody else.
	d.first.keys = nil
	return err
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

// run reads until the device is gone or closed.
func (d *device) run(s *Set) {
	var out []Event
	d.decoder.panel = *s.panel.Load()
	s.send(d.decoder.resync(d.first, out)...)
	buf := make([]byte, 64*recordSize)
	for {
		n, err := d.file.Read(buf)
		if err != nil {
			return
		}
		d.decoder.panel = *s.panel.Load()
		events, lost := d.decoder.Feed(buf[:n], out[:0])
		if lost {
			events = d.decoder.resync(d.ask(), events)
		}
		s.send(events...)
		out = events
	}
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
