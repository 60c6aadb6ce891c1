// Package qmp speaks QEMU's machine protocol: JSON commands to a running
// machine, over the socket that the machine was started with, or from within a
// guest over its port of that name.
package qmp

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
)

// Client drives one machine. Its methods may be used from any goroutine; each
// waits for the machine's answer.
type Client struct {
	rw io.ReadWriteCloser

	mu      sync.Mutex // one command at a time
	answers chan answer
	events  chan Event
	broken  error // why answers was closed
}

// Event is something that happened to the machine, such as DEVICE_DELETED.
type Event struct {
	Name string          `json:"event"`
	Data json.RawMessage `json:"data"`
}

// Error is a command that QEMU refuses.
type Error struct {
	Command string `json:"-"`
	Class   string `json:"class"`
	Text    string `json:"desc"`
}

func (e *Error) Error() string { return "QEMU: " + e.Command + ": " + e.Text }

type answer struct {
	Return json.RawMessage `json:"return"`
	Error  *Error          `json:"error"`
}

// Dial connects to a monitor's unix socket.
func Dial(path string) (*Client, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	return New(conn)
}

// eventsKept is how many events may wait for a reader before later ones are
// dropped.
const eventsKept = 100

// New greets the machine behind rw, which Close closes.
func New(rw io.ReadWriteCloser) (*Client, error) {
	c := &Client{rw: rw, answers: make(chan answer), events: make(chan Event, eventsKept)}
	go c.read()
	if err := c.Do("qmp_capabilities", nil, nil); err != nil {
		rw.Close()
		return nil, err
	}
	return c, nil
}

// read sorts what comes.
func (c *Client) read() {
	defer close(c.answers)
	for dec := json.NewDecoder(c.rw); ; {
		var line struct {
			answer
			Event
			Greeting json.RawMessage `json:"QMP"`
		}
		if c.broken = dec.Decode(&line); c.broken != nil {
			return
		}
		switch {
		case line.Greeting != nil:
		case line.Name != "":
			select {
			case c.events <- line.Event:
			default:
			}
		default:
			c.answers <- line.answer
		}
	}
}

// Events gives what happens to the machine.
func (c *Client) Events() <-chan Event { return c.events }

// Do runs a command; args is marshalled, and out gets what comes back, nil drops
// it.
func (c *Client) Do(command string, args, out any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	text, err := json.Marshal(struct {
		Execute   string `json:"execute"`
		Arguments any    `json:"arguments,omitempty"`
	}{command, args})
	if err != nil {
		return err
	}
	if _, err := c.rw.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("QEMU: %s: %w", command, err)
	}
	a, ok := <-c.answers
	switch {
	case !ok:
		return fmt.Errorf("QEMU: %s: %w", command, c.broken)
	case a.Error != nil:
		a.Error.Command = command
		return a.Error
	case out == nil:
		return nil
	}
	return json.Unmarshal(a.Return, out)
}

// Close lets go of the machine, which runs on.
func (c *Client) Close() error { return c.rw.Close() }

// Screenshot writes what the machine's screen shows to a PNG file of the host.
func (c *Client) Screenshot(path string) error {
	return c.Do("screendump", map[string]any{"filename": path, "format": "png"}, nil)
}

// AddDevice plugs a device in: options as those of -device, with driver and id.
func (c *Client) AddDevice(options map[string]any) error { return c.Do("device_add", options, nil) }

// RemoveDevice unplugs a device. The guest may take its time: the event
// DEVICE_DELETED tells the end.
func (c *Client) RemoveDevice(id string) error {
	return c.Do("device_del", map[string]any{"id": id}, nil)
}

// Key presses and releases a key by QEMU's name, such as "1", "ret" or
// "volumeup".
func (c *Client) Key(name string) error {
	for _, down := range []bool{true, false} {
		event := map[string]any{"type": "key", "data": map[string]any{"down": down,
			"key": map[string]any{"type": "qcode", "data": name}}}
		if err := c.input(event); err != nil {
			return err
		}
	}
	return nil
}

// touchRange is the span of an absolute axis (QEMU's INPUT_EVENT_ABS_MAX).
const touchRange = 0x7fff

// Touch presses and releases a touch screen at x, y of a screen of w × h pixels.
func (c *Client) Touch(x, y, w, h int) error {
	at := func(axis string, v, size int) map[string]any {
		return map[string]any{"type": "abs", "data": map[string]any{"axis": axis, "value": (2*v + 1) * touchRange / (2 * size)}}
	}
	button := func(down bool) map[string]any {
		return map[string]any{"type": "btn", "data": map[string]any{"down": down, "button": "left"}}
	}
	if err := c.input(at("x", x, w), at("y", y, h), button(true)); err != nil {
		return err
	}
	return c.input(button(false))
}

func (c *Client) input(events ...map[string]any) error {
	return c.Do("input-send-event", map[string]any{"events": events}, nil)
}

// Human asks a monitor of the human kind, for what has no command of its own.
func (c *Client) Human(line string) (string, error) {
	var out string
	err := c.Do("human-monitor-command", map[string]any{"command-line": line}, &out)
	return out, err
}
