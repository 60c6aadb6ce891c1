package config

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/imsphone/imsphone/board"
)

// onPDA is a machine whose device tree says that it is one.
func onPDA() board.Profile { return board.Detect([]byte("imsphone,pda\x00")) }

// TestAudioOfBoard: the configuration goes before the board, the board before
// the default.
func TestAudioOfBoard(t *testing.T) {
	for text, want := range map[string]Audio{
		"":                              {Device: "default", Capture: "hw:0,0", Playback: "hw:0,0"},
		"[audio]\ncapture = \"hw:1\"\n": {Device: "default", Capture: "hw:1", Playback: "hw:0,0"},
		"[audio]\ndevice = \"hw:2\"\n":  {Device: "hw:2"},
		"[board]\nname = \"generic\"\n": {Device: "default"},
		"[board]\nname = \"generic\"\n[audio]\nplayback = \"x\"\n": {Device: "default", Playback: "x"},
	} {
		c, err := parse("f", []byte(text+account), onPDA)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := (Audio{Device: c.Audio.Device, Capture: c.Audio.Capture, Playback: c.Audio.Playback}); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

// TestDevicesOfBoard: so it is with the other devices.
func TestDevicesOfBoard(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(path, []byte("description = \"mine\"\n[audio]\nring = \"hw:7\"\n[camera]\ndevice = \"/dev/video7\"\n[screen]\ndevice = \"/dev/fb7\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	type devices struct{ ring, camera, screen string }
	for text, want := range map[string]devices{
		"[board]\nname = \"" + path + "\"\n": {"hw:7", "/dev/video7", "/dev/fb7"},
		"[board]\nname = \"" + path + "\"\n[audio]\nring = \"r\"\n[video]\ncamera = \"none\"\n[screen]\ndevice = \"auto\"\n": {"r", "none", "auto"},
		"[board]\nname = \"generic\"\n": {"", "", "none"},
		"[board]\nname = \"virt\"\n":    {"", "", "auto"},
	} {
		c, err := Parse("f", []byte(text+account))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if got := (devices{c.Audio.Ring, c.Video.Camera, c.Screen.Device}); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestSIMOfBoard(t *testing.T) {
	for keys, want := range map[string]string{
		"":               "modem:/dev/ttyUSB2",
		"sim = \"pcsc\"": "pcsc",
		"secret_file = \"k\"\nimsi = \"001010000000001\"": "soft",
	} {
		c, err := parse("f", []byte("[[account]]\n[account.ims]\n"+keys+"\n"), onPDA)
		if err != nil {
			t.Errorf("%q: %v", keys, err)
		} else if got := c.Accounts[0].IMS.SIM; got != want {
			t.Errorf("%q: %s, want %s", keys, got, want)
		}
	}
}

func TestOwnProfile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.toml")
	if err := os.WriteFile(path, []byte("description = \"mine\"\n[audio]\ncapture = \"hw:7\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Parse("f", []byte("[board]\nname = \""+path+"\"\n"+account))
	if err != nil || c.Board.Profile.Name != "mine" || c.Audio.Capture != "hw:7" {
		t.Errorf("%+v, %v", c, err)
	}
}
