package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/control"
	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/hw/camera"
	"github.com/imsphone/imsphone/hw/v4l2"
)

// imsphone runs the command line and gives its exit code and output.
func imsphone(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, &out, &errs)
	return code, out.String(), errs.String()
}

// file writes a file of the test and gives its path.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const goodConfig = "[board]\nname = \"generic\"\n[[account]]\nuser = \"sip:alice@example.org\"\n"

// TestExitCodes holds the codes of the package comment, with what is said.
func TestExitCodes(t *testing.T) {
	good, bad := file(t, goodConfig), file(t, "[[account]]\n\nuser = \"alice\"\n")
	nobody := filepath.Join(t.TempDir(), "none")
	quiet := serve(t, fakePhone{})
	sentence := `user "sip:alice": write an address such as "sip:alice@example.org"`
	tests := []struct {
		name, args     string
		code           int
		stdout, stderr string
	}{
		{"version", "--version", 0, "imsphone dev\n", ""},
		{"check", "check " + good, 0, good + " is right: 1 account(s)\nboard generic: any Linux machine\n", ""},
		{"check of --config", "check --config " + good, 0, good + " is right: 1 account(s)\nboard generic: any Linux machine\n", ""},
		{"check as JSON", "check --json " + good, 0, `{"board":"generic","file":"` + good + `","ok":true,"problems":[]}` + "\n", ""},
		{"example", "check --example", 0, config.Example, ""},
		{"broken", "check " + bad, 2, "", "imsphone: " + bad + ":3: " + sentence + "\n"},
		{"broken as JSON", "check --json " + bad, 2,
			`{"file":"` + bad + `","ok":false,"problems":[{"file":"` + bad + `","line":3,"text":` + quote(sentence) + "}]}\n", ""},
		{"run of broken", "run --config " + bad, 2, "", "imsphone: " + bad + ":3: " + sentence + "\n"},
		{"run of missing", "run --config " + nobody, 2, "",
			"imsphone: " + nobody + ": can't read the configuration (no such file or directory): create it, or name another with --config\n"},
		{"unknown command", "dance", 2, "", "imsphone: unexpected argument dance\n"},
		{"unknown flag", "status --loud", 2, "", "imsphone: unknown flag --loud\n"},
		{"no phone", "status --socket " + nobody, 3, "",
			"imsphone: no phone is running at " + nobody + ": start it with imsphone run, or name its socket with --socket\n"},
		{"no phone, JSON", "hangup --json --socket " + nobody, 3,
			`{"error":"no phone is running at ` + nobody + `: start it with imsphone run, or name its socket with --socket","ok":false}` + "\n", ""},
		{"no event", "events --timeout 1ms --socket " + quiet, 4, "", "imsphone: timed out: no event within 1ms\n"},
		{"no answer", "call sip:bob@example.org --wait --timeout 1ms --socket " + quiet, 4, "",
			"imsphone: timed out: call 7 was not answered within 1ms\n"},
		{"call", "call <bob> --socket " + quiet, 0, "call 7\n", ""},
		{"call as JSON", "call bob --json --socket " + quiet, 0, `{"call":"7"}` + "\n", ""},
		{"refused", "hangup --socket " + quiet, 1, "", "imsphone: there is no call <7>\n"},
		{"refused as JSON", "hangup --json --socket " + quiet, 1, `{"error":"there is no call <7>","ok":false}` + "\n", ""},
		{"done", "mute --json --socket " + quiet, 0, `{"ok":true}` + "\n", ""},
		{"video", "video on --json --socket " + quiet, 0, `{"ok":true}` + "\n", ""},
		{"video, wrong", "video maybe --socket " + quiet, 2, "", "imsphone: <mode> must be one of \"on\",\"receive\",\"off\" but got \"maybe\"\n"},
		{"nothing to draw", "trace --socket " + quiet, 1, "", "imsphone: there are no messages to draw yet\n"},
		{"lint of missing", "lint " + nobody, 1, "", "imsphone: open " + nobody + ": no such file or directory\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			code, stdout, stderr := imsphone(strings.Fields(tt.args)...)
			if code != tt.code || stdout != tt.stdout || stderr != tt.stderr {
				t.Errorf("exit code %d, want %d\nstdout %q\n  want %q\nstderr %q\n  want %q", code, tt.code, stdout, tt.stdout, stderr, tt.stderr)
			}
		})
	}
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// TestHelp names every command.
func TestHelp(t *testing.T) {
	code, stdout, _ := imsphone("--help")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, command := range strings.Fields("run status explain call answer hangup hold resume mute unmute video dtmf register events trace check lint devices tui screenshot") {
		if !strings.Contains(stdout, "\n  "+command+" ") {
			t.Errorf("%s is missing", command)
		}
	}
	if code, _, stderr := imsphone(); code != exitUsage || !strings.HasPrefix(stderr, "imsphone: expected one of ") {
		t.Errorf("without a command: %d, %q", code, stderr)
	}
}

// TestDevices: devices without hardware are listed although there is no card.
func TestDevices(t *testing.T) {
	var out bytes.Buffer
	webcam := camera.Info{Path: "/dev/video0", Name: "C525", Modes: []camera.Mode{{Format: v4l2.YUYV, Width: 640, Height: 480}}}
	list := devices([]audio.Device{{Name: "null", Description: "silence"}}, []camera.Info{webcam})
	err := showDevices(console{out: &out}, list, audio.ErrNoBackend)
	if !errors.Is(err, audio.ErrNoBackend) || out.String() != "null                     silence\n/dev/video0              camera \"C525\", up to YUYV 640x480\n" {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := showDevices(console{out: &out}, list, nil); err != nil || out.Len() == 0 {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestBoard: what a board sets is told.
func TestBoard(t *testing.T) {
	var out bytes.Buffer
	p, err := board.Find("pda")
	if err != nil {
		t.Fatal(err)
	}
	printBoard(&out, p)
	for _, line := range []string{"board pda: a PDA: 320x240, keypad\n", "\n      audio.capture = hw:0,0\n", "\n      sim = modem:/dev/ttyUSB2\n"} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%q is missing in\n%s", line, out.String())
		}
	}
}

// fakePhone answers as a phone would that makes call 7 and then is silent.
type fakePhone struct{ events []any }

func (f fakePhone) Do(_ context.Context, command string, _ json.RawMessage) (any, error) {
	switch command {
	case "call":
		return callMade{"7"}, nil
	case "hangup":
		return nil, errors.New("there is no call <7>")
	case "trace":
		return []struct{}{}, nil
	}
	return struct{}{}, nil
}

func (f fakePhone) Subscribe() (<-chan any, func()) {
	ch := make(chan any, len(f.events))
	for _, e := range f.events {
		ch <- e
	}
	return ch, func() {}
}

// serve listens as a phone and gives the socket.
func serve(t *testing.T, h control.Handler) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	server, err := control.Listen(path, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return path
}

// TestWait: --wait passes over other calls' events and ends with its own call.
func TestWait(t *testing.T) {
	event := func(call, kind, text string) any {
		return eventLine{true, actors.Event{Class: "call", Type: kind, Call: call, Text: text}}
	}
	for _, tt := range []struct {
		kind, stdout, stderr string
		code                 int
	}{
		{"answered", "call 7 answered\n", "", 0},
		{"ended", "", "imsphone: call 7 ended: Busy Here\n", exitFailed},
	} {
		socket := serve(t, fakePhone{events: []any{event("6", "ended", "other"), event("7", "ringing", ""), event("7", tt.kind, "Busy Here")}})
		code, stdout, stderr := imsphone("call", "bob", "--wait", "--socket", socket)
		if code != tt.code || stdout != tt.stdout || stderr != tt.stderr {
			t.Errorf("%s: %d %q %q", tt.kind, code, stdout, stderr)
		}
	}
}

// TestEvents prints one event, as text and as the socket's own line.
func TestEvents(t *testing.T) {
	h := fakePhone{events: []any{eventLine{true, actors.Event{Class: "call", Type: "ringing", Call: "7", Remote: "sip:bob@example.org"}}}}
	code, stdout, stderr := imsphone("events", "--socket", serve(t, h))
	if code != 0 || !strings.HasSuffix(stdout, " call ringing 7 sip:bob@example.org\n") {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
	code, stdout, stderr = imsphone("events", "--json", "--socket", serve(t, h))
	var e struct {
		Event             bool
		Class, Type, Call string
	}
	if err := json.Unmarshal([]byte(stdout), &e); err != nil || code != 0 || !e.Event || e.Class+e.Type+e.Call != "callringing7" {
		t.Errorf("%d %q %q %v", code, stdout, stderr, err)
	}
}
