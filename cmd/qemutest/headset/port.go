//go:build linux

package main

import (
	"io"

	"golang.org/x/sys/unix"
)

// port is the device's end of a connection to the virtual host controller. Its
// calls block a thread: Go's own waiting would take several times as many.
type port struct{ fd int }

// Read waits for what the host says.
func (p *port) Read(b []byte) (int, error) {
	for {
		n, err := unix.Read(p.fd, b)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return 0, err
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

// Write tells the host all of b.
func (p *port) Write(b []byte) (done int, err error) {
	for done < len(b) {
		n, err := unix.SendmsgN(p.fd, b[done:], nil, nil, unix.MSG_NOSIGNAL)
		if err != nil && err != unix.EINTR {
			return done, err
		}
		done += max(n, 0)
	}
	return done, nil
}

// await waits for so many milliseconds, -1 is for ever, and tells whether Read would
// give something at once, if only an end or an error.
func (p *port) await(ms int) (ready bool) {
	fds := []unix.PollFd{{Fd: int32(p.fd), Events: unix.POLLIN}}
	for {
		if n, err := unix.Poll(fds, ms); err != unix.EINTR {
			return n > 0 || err != nil
		}
	}
}

// hangUp ends the connection: both sides read its end.
func (p *port) hangUp() error { return unix.Shutdown(p.fd, unix.SHUT_RDWR) }

// Close lets go of the connection. Nobody may use it any more.
func (p *port) Close() error { return unix.Close(p.fd) }
