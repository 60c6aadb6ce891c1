package pcsc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/internal/deadline"
	"github.com/imsphone/imsphone/hw/sim/internal/pcscwire"
)

// Socket is where pcscd listens.
const Socket = "/run/pcscd/pcscd.comm"

// patience is how long pcscd may take for an answer. A card may take seconds
// for AUTHENTICATE, and pcscd some more for a reader that is new.
const patience = 30 * time.Second

// client is a connection to pcscd.
type client struct {
	mu     sync.Mutex // a request and its answer belong together
	conn   net.Conn
	broken bool
}

// dial connects to pcscd and agrees on a version with it. socket may be "" for
// the usual place.
func dial(ctx context.Context, socket string) (*client, error) {
	if socket == "" {
		socket = Socket
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, explainDial(err)
	}
	c := &client{conn: conn}
	if err := c.agree(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

// agree offers a version, and the daemon's own if it is older.
func (c *client) agree(ctx context.Context) error {
	offer := pcscwire.VersionMsg{Major: pcscwire.Major, Minor: pcscwire.Minor}
	for range 2 {
		answer := offer
		if err := c.call(ctx, "greeting of pcscd", pcscwire.Version, &answer, nil); err != nil {
			return err
		}
		if answer.Result == pcscwire.Success {
			return nil
		}
		if answer.Major != pcscwire.Major || answer.Minor >= pcscwire.Minor || answer.Minor < pcscwire.OldestMinor {
			return fmt.Errorf("%w (%d.%d; known are %d.%d to %d.%d)", ErrVersion, answer.Major, answer.Minor,
				pcscwire.Major, pcscwire.OldestMinor, pcscwire.Major, pcscwire.Minor)
		}
		offer.Minor = answer.Minor
	}
	return fmt.Errorf("%w: it refuses its own", ErrVersion)
}

// call sends a command with its message and payload and fills the message with
// the answer.
func (c *client) call(ctx context.Context, doing string, command uint32, message any, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.guard(ctx, doing, func() error {
		if err := c.send(command, message, payload); err != nil {
			return err
		}
		return c.receive(message)
	})
}

// guard runs one exchange within ctx. After a failed one the connection is of
// no use, since a late answer would be taken for that of the next.
func (c *client) guard(ctx context.Context, doing string, exchange func() error) error {
	if c.broken {
		return fmt.Errorf("%s: %w", doing, apdu.ErrClosed)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	release, err := deadline.Within(ctx, c.conn)
	if err == nil {
		defer release()
		err = exchange()
	}
	if err == nil {
		return nil
	}
	c.broken = true
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) && errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%s: %w (%w)", doing, apdu.ErrSilent, ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: pcscd closed the connection: see its log, and whether polkit lets this user use cards (%w)", doing, err)
	}
	return fmt.Errorf("%s: pcscd: %w", doing, err)
}

func (c *client) send(command uint32, message any, payload []byte) error {
	var body []byte
	if message != nil {
		body = pcscwire.Encode(message)
	}
	b := pcscwire.Encode(pcscwire.Header{Size: uint32(len(body)), Command: command})
	_, err := c.conn.Write(append(append(b, body...), payload...))
	return err
}

func (c *client) receive(message any) error {
	b := make([]byte, pcscwire.Size(message))
	if _, err := io.ReadFull(c.conn, b); err != nil {
		return err
	}
	return pcscwire.Decode(b, message)
}

func (c *client) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = true
	return c.conn.Close()
}
