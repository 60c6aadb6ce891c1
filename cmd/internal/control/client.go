package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"time"
)

// ErrNotRunning says that no phone answers at the socket.
var ErrNotRunning = errors.New("no phone is running")

// Client is one connection to a phone. It is for one goroutine.
type Client struct {
	conn net.Conn
	in   lines
}

// Dial connects to the phone at path.
func Dial(path string) (*Client, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, unreached(path, err)
	}
	return &Client{conn: conn, in: newLines(conn)}, nil
}

// DialAny connects to the phone at the first of the sockets that one answers at.
func DialAny(paths []string) (*Client, error) {
	failed := fmt.Errorf("%w at %s: start the service imsphone, or imsphone run, or name its socket with --socket",
		ErrNotRunning, strings.Join(paths, " or at "))
	for _, path := range paths {
		c, err := Dial(path)
		if err == nil {
			return c, nil
		}
		if len(paths) == 1 || !errors.Is(err, ErrNotRunning) {
			failed = err
		}
	}
	return nil, failed
}

// unreached says why the phone at path doesn't answer.
func unreached(path string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the phone at %s takes commands from root and the members of its group: use sudo, or become one and log in again", path)
	}
	return fmt.Errorf("%w at %s: start it with imsphone run, or name its socket with --socket", ErrNotRunning, path)
}

// Close ends the connection.
func (c *Client) Close() error { return c.conn.Close() }

// Do sends a command and decodes the answer's data into out, which may be nil.
// Events that come meanwhile are dropped: subscribe on a connection of its own.
func (c *Client) Do(command string, params, out any) error {
	raw, err := json.Marshal(params)
	if err != nil {
		return err
	}
	c.conn.SetDeadline(time.Now().Add(commandTime + writeTime))
	if err := writeLine(c.conn, Request{Command: command, Params: raw, Token: command}); err != nil {
		return fmt.Errorf("the phone is gone: %w", err)
	}
	for {
		line, err := c.in.next()
		if err != nil {
			return fmt.Errorf("the phone is gone: %w", err)
		}
		var resp Response
		if err := json.Unmarshal(line, &resp); err != nil {
			return fmt.Errorf("the phone's answer can't be read: %w", err)
		}
		if !resp.Response {
			continue
		}
		if !resp.OK {
			return errors.New(resp.Error)
		}
		if out == nil || len(resp.Data) == 0 {
			return nil
		}
		return json.Unmarshal(resp.Data, out)
	}
}

// Subscribe asks for events; read them with Next.
func (c *Client) Subscribe() error { return c.Do("subscribe", nil, nil) }

// Next gives the next event as its line of JSON, waiting for it until deadline
// (the zero time waits for ever). The bytes are valid until the next call.
func (c *Client) Next(deadline time.Time) ([]byte, error) {
	c.conn.SetDeadline(deadline)
	return c.in.next()
}
