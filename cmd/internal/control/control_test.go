package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// echo is a Handler that gives back its parameters and one event for each
// command.
type echo struct{ events chan any }

func (e *echo) Do(_ context.Context, command string, params json.RawMessage) (any, error) {
	if command == "fail" {
		return nil, errors.New("it failed: try another")
	}
	e.events <- map[string]any{"event": true, "type": command}
	return map[string]any{"command": command, "params": params}, nil
}

func (e *echo) Subscribe() (<-chan any, func()) { return e.events, func() {} }

func serve(t *testing.T) string {
	t.Helper()
	return serveAs(t, &echo{events: make(chan any, 8)})
}

func serveAs(t *testing.T, h Handler) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run", "s")
	s, err := Listen(path, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return path
}

func dial(t *testing.T, path string) *Client {
	t.Helper()
	c, err := Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestCommandsAndEvents(t *testing.T) {
	path := serve(t)
	events := dial(t, path)
	if err := events.Subscribe(); err != nil {
		t.Fatal(err)
	}
	c := dial(t, path)
	var out struct {
		Command string
		Params  struct{ URI string }
	}
	if err := c.Do("call", map[string]string{"uri": "sip:bob@b"}, &out); err != nil || out.Command != "call" || out.Params.URI != "sip:bob@b" {
		t.Fatalf("%+v, %v", out, err)
	}
	if err := c.Do("fail", nil, nil); err == nil || err.Error() != "it failed: try another" {
		t.Fatalf("fail: %v", err)
	}
	line, err := events.Next(time.Time{})
	if err != nil || !strings.Contains(string(line), `"type":"call"`) {
		t.Fatalf("event %s, %v", line, err)
	}
}

// eager has an event ready before anyone subscribes.
type eager struct {
	echo
	event any
}

func (e *eager) Subscribe() (<-chan any, func()) {
	events := make(chan any, 1)
	events <- e.event
	return events, func() {}
}

// TestNoEventOvertakesTheAnswer: a client drops what comes before its answer.
func TestNoEventOvertakesTheAnswer(t *testing.T) {
	path := serveAs(t, &eager{event: map[string]any{"event": true, "type": "first"}})
	for range 100 {
		c := dial(t, path)
		if err := c.Subscribe(); err != nil {
			t.Fatal(err)
		}
		if line, err := c.Next(time.Time{}); err != nil || !strings.Contains(string(line), "first") {
			t.Fatalf("%s, %v", line, err)
		}
		c.Close()
	}
}

// TestALostEventEndsTheSession: who misses one knows it.
func TestALostEventEndsTheSession(t *testing.T) {
	c := dial(t, serveAs(t, &eager{event: func() {}})) // which can't be sent
	if err := c.Subscribe(); err != nil {
		t.Fatal(err)
	}
	if line, err := c.Next(time.Now().Add(time.Minute)); !errors.Is(err, io.EOF) {
		t.Fatalf("%s, %v", line, err)
	}
}

func TestGarbageGetsAnAnswer(t *testing.T) {
	conn, err := net.Dial("unix", serve(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte("not json\n{\"command\":\"x\",\"token\":\"9\"}\n"))
	in := bufio.NewScanner(conn)
	for _, want := range []string{`"ok":false`, `"token":"9"`} {
		if !in.Scan() || !strings.Contains(in.Text(), want) {
			t.Fatalf("%q lacks %s", in.Text(), want)
		}
	}
}

func TestALineWithoutEndIsRefused(t *testing.T) {
	conn, err := net.Dial("unix", serve(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go conn.Write(make([]byte, maxLine+4096))
	in := bufio.NewScanner(conn)
	if !in.Scan() || !strings.Contains(in.Text(), errLineTooLong.Error()) {
		t.Fatalf("%q", in.Text())
	}
}

func TestOneSocketOnePhone(t *testing.T) {
	path := serve(t)
	if _, err := Listen(path, &echo{}); err == nil || !strings.Contains(err.Error(), "another phone") {
		t.Errorf("second phone: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// TestAdmission: the group has the socket where it alone has the directory.
func TestAdmission(t *testing.T) {
	for dir, want := range map[os.FileMode]os.FileMode{0o700: 0o600, 0o750: 0o660, 0o770: 0o660, 0o740: 0o600, 0o755: 0o600, 0o777: 0o600, 0o751: 0o600} {
		path := filepath.Join(t.TempDir(), "s")
		if err := os.Chmod(filepath.Dir(path), dir); err != nil {
			t.Fatal(err)
		}
		s, err := Listen(path, &echo{})
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("in a directory of mode %o: %v, %v", dir, info.Mode(), err)
		}
		s.Close()
	}
}

func TestADeadSocketIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	if _, err := Dial(path); !errors.Is(err, ErrNotRunning) {
		t.Errorf("Dial of a dead socket: %v", err)
	}
	s, err := Listen(path, &echo{})
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}

// TestForbidden: a phone that somebody else runs isn't one that doesn't run.
func TestForbidden(t *testing.T) {
	err := unreached("/x", &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.EACCES)})
	if errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), "use sudo") {
		t.Error(err)
	}
}

// TestDialAny takes the phone that answers; where none does, the one that may not
// be asked is worth more words than those that aren't there.
func TestDialAny(t *testing.T) {
	none, other := filepath.Join(t.TempDir(), "none"), filepath.Join(t.TempDir(), "other")
	phone := serve(t)
	for _, paths := range [][]string{{phone, none}, {none, phone}} {
		c, err := DialAny(paths)
		if err != nil {
			t.Fatalf("%q: %v", paths, err)
		}
		c.Close()
	}
	_, err := DialAny([]string{none, other})
	if !errors.Is(err, ErrNotRunning) || !strings.Contains(err.Error(), none) || !strings.Contains(err.Error(), other) {
		t.Errorf("two that aren't there: %v", err)
	}
	_, one := DialAny([]string{none})
	if _, want := Dial(none); one == nil || one.Error() != want.Error() {
		t.Errorf("one that isn't there: %v, want %v", one, want)
	}
}
