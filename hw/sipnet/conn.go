package sipnet

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// conn is one TCP or TLS connection.
type conn struct {
	socket *Socket
	flow   transport.Flow
	raw    net.Conn // the TCP connection
	nc     net.Conn // what messages go through: raw or TLS over it

	key      dialKey // of a connection that we opened
	accepted bool
	useful   atomic.Bool // a whole message came

	queue chan []byte
	drain chan struct{} // closed: write what is queued, then close
	dead  chan struct{} // closed: broken, see err
	once  sync.Once
	err   error // why it died; readable once dead is closed
}

// fail ends the connection; the first reason counts.
func (c *conn) fail(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.dead)
		if c.socket.cfg.reset {
			dropUnsent(c.raw)
		}
		c.raw.Close() // what it says no longer matters
	})
}

// broken tells whether c has failed.
func (c *conn) broken() bool {
	select {
	case <-c.dead:
		return true
	default:
		return false
	}
}

// send queues a copy of b.
func (c *conn) send(b []byte) error {
	if c.broken() {
		return about(c.flow.Proto, c.flow.Remote, fmt.Errorf("%w (%w)", ErrNoFlow, c.err))
	}
	select {
	case c.queue <- bytes.Clone(b):
		return nil
	default:
		return about(c.flow.Proto, c.flow.Remote, ErrCongested)
	}
}

// write is the goroutine that writes the queue.
func (c *conn) write() {
	for {
		select {
		case b := <-c.queue:
			if err := c.put(b); err != nil {
				c.fail(err)
				return
			}
		case <-c.drain:
			c.fail(c.flush())
			return
		case <-c.dead:
			return
		}
	}
}

// flush writes what is queued and tells why the connection ends.
func (c *conn) flush() error {
	for {
		select {
		case b := <-c.queue:
			if err := c.put(b); err != nil {
				return err
			}
		default:
			if t, ok := c.nc.(*tls.Conn); ok {
				t.CloseWrite() // the farewell is a courtesy
			}
			return ErrClosed
		}
	}
}

func (c *conn) put(b []byte) error {
	if err := c.nc.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	select {
	case <-c.drain: // may have come between: hurry sets the shorter deadline, but once
		c.hurry()
	default:
	}
	_, err := c.nc.Write(b)
	return err
}

// hurry lets a write end soon, as the Socket is being closed.
func (c *conn) hurry() {
	c.nc.SetWriteDeadline(c.socket.drainBy) // only fails once it's closed
}

// read is the goroutine that reads the connection to its end, which it
// returns.
func (c *conn) read() error {
	w := watch{keepAlive: c.socket.cfg.KeepAlive, heard: time.Now()}
	if c.accepted {
		w.idle = c.socket.cfg.IdleTimeout
	}
	var framer sip.Framer
	buf := make([]byte, 16<<10)
	for {
		if err := c.nc.SetReadDeadline(w.deadline()); err != nil {
			return err
		}
		n, err := c.nc.Read(buf)
		if n > 0 {
			if err := c.take(&framer, &w, buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			if err := c.onDeadline(&w); err != nil {
				return err
			}
		case err != nil:
			return err
		}
	}
}

func (c *conn) onDeadline(w *watch) error {
	ping, err := w.due(time.Now())
	if err == nil && ping {
		c.send(keepAlivePing) // a full queue shows life enough
	}
	return err
}

// The keep-alive of RFC 5626 §3.5.1.
var (
	keepAlivePing = []byte("\r\n\r\n")
	keepAlivePong = []byte("\r\n")
)

// take hands up the messages that data completes and answers keep-alives.
func (c *conn) take(framer *sip.Framer, w *watch, data []byte) error {
	framer.Push(data)
	completed := false
	for {
		raw, ok, err := framer.Next()
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		completed = true
		c.useful.Store(true)
		c.socket.recv(transport.Inbound{Flow: c.flow, Data: raw})
	}
	pong := framer.Pongs() > 0
	for range framer.Pings() {
		if c.send(keepAlivePong) != nil {
			break
		}
	}
	partial := !completed && len(bytes.Trim(data, "\r\n")) > 0
	w.received(time.Now(), completed, partial, pong)
	return nil
}
