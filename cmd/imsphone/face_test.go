package main

import (
	"bytes"
	"context"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/control"
	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// startPhone starts a phone that keeps to this machine, with what its
// configuration says besides.
func startPhone(t *testing.T, more string) (*phone.Phone, *config.Config) {
	t.Helper()
	cfg, err := config.Parse("test", []byte("[state]\ndir = \""+t.TempDir()+"\"\n[audio]\ndevice = \"null\"\n"+more+
		"[[account]]\nuser = \"sip:alice@127.0.0.1\"\nregister = false\nlocal = \"127.0.0.1:0\"\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := phone.Start(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.Stop(context.Background())
		p.Close()
	})
	return p, cfg
}

// TestScreenshot asks a whole phone for what its screen shows.
func TestScreenshot(t *testing.T) {
	p, cfg := startPhone(t, "[screen]\ndevice = \"memory\"\nsize = \"480x640\"\n")
	h := handler{p, openFace(*cfg, "", zerolog.Nop())}
	if h.face == nil {
		t.Fatal("there is no screen")
	}
	defer h.face.Close()
	h.face.Start(facedPhone{p, h})
	socket := filepath.Join(t.TempDir(), "s")
	server, err := control.Listen(socket, h)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()

	path := filepath.Join(t.TempDir(), "shot.png")
	if code, stdout, stderr := imsphone("screenshot", path, "--socket", socket); code != 0 || stdout != path+"\n" {
		t.Fatalf("exit code %d, %q, %q", code, stdout, stderr)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if m, err := png.DecodeConfig(bytes.NewReader(data)); err != nil || m.Width != 480 || m.Height != 640 {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestFaceCommands: what the face asks for is what the control socket knows.
func TestFaceCommands(t *testing.T) {
	p, _ := startPhone(t, "")
	f := facedPhone{p, handler{p: p}}
	for command, want := range map[screen.Command]string{
		{Name: "call", URI: "112"}:            "this phone can't make emergency calls, and nobody has been called: use another phone, now",
		{Name: "hangup", Call: "7"}:           "there is no call \"7\": status lists the calls",
		{Name: "register"}:                    "",
		{Name: "dtmf", Call: "", Digits: "1"}: "there is no call to send digits to",
	} {
		_, err := f.Do(t.Context(), command)
		if got := errorText(err); got != want {
			t.Errorf("%+v: %q", command, got)
		}
	}
	if _, err := (handler{p: p}).Do(t.Context(), "screenshot", nil); err == nil {
		t.Error("a phone without a screen gave a screenshot")
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestTUIWantsATerminal(t *testing.T) {
	t.Setenv("TERM", "dumb")
	if code, _, stderr := imsphone("tui", "--socket", filepath.Join(t.TempDir(), "none")); code != 1 || stderr != "imsphone: "+errNoTerminal.Error()+"\n" {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}
