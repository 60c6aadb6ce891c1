package alsa

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestParseName(t *testing.T) {
	for _, test := range []struct {
		in   string
		want name
		bad  string // in the error
	}{
		{"default", name{"", 0, -1}, ""},
		{"sysdefault", name{"", 0, -1}, ""},
		{"sysdefault:CARD=Device", name{"Device", 0, -1}, ""},
		{"hw:0", name{"0", 0, -1}, ""},
		{"hw:1,2", name{"1", 2, -1}, ""},
		{"hw:Loopback,1,3", name{"Loopback", 1, 3}, ""},
		{"plughw:CARD=Device,DEV=1", name{"Device", 1, -1}, ""},
		{"hw:DEV=1,SUBDEV=0,CARD=2", name{"2", 1, 0}, ""},
		{"hw", name{}, "names no card"},
		{"hw:", name{}, "can't be read"},
		{"hw:0,x", name{}, "DEV=x can't be read"},
		{"hw:0,1,2,3", name{}, "can't be read"},
		{"hw:0,99999999", name{}, "can't be read"},
		{"hw:CARD=0,COLOUR=red", name{}, "COLOUR=red can't be read"},
		{"pulse", name{}, "name of ALSA's library"},
		{"dmix:0", name{}, "name of ALSA's library"},
		{"", name{}, "name of ALSA's library"},
	} {
		got, err := parseName(test.in)
		if test.bad != "" {
			if err == nil || !strings.Contains(err.Error(), test.bad) {
				t.Errorf("%q: %v, want …%s…", test.in, err, test.bad)
			}
		} else if got != test.want || err != nil {
			t.Errorf("%q: %+v, %v; want %+v", test.in, got, err, test.want)
		}
	}
}

// proc is the lists of a machine with a jack, HDMI and a headset.
func proc() fstest.MapFS {
	return fstest.MapFS{
		"cards": {Data: []byte(` 0 [vc4hdmi        ]: vc4-hdmi - vc4-hdmi
                      vc4-hdmi
 1 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones
                      bcm2835 Headphones
 3 [Device         ]: USB-Audio - USB: [Audio] Device
                      C-Media USB Audio Device at usb-0000:01:00.0-1.2, full speed
`)},
		"pcm": {Data: []byte(`00-00: MAI PCM i2s-hifi-0 : MAI PCM i2s-hifi-0 : playback 1
01-00: bcm2835 Headphones : bcm2835 Headphones : playback 8
03-00: USB Audio : USB Audio : playback 1 : capture 1
03-01: USB Audio #1 : USB Audio #1 : capture 1
`)},
	}
}

func TestCards(t *testing.T) {
	got, err := Cards(proc())
	want := []Card{
		{Number: 0, ID: "vc4hdmi", Name: "vc4-hdmi", Devices: []Device{{Name: "MAI PCM i2s-hifi-0", Playback: true}}},
		{Number: 1, ID: "Headphones", Name: "bcm2835 Headphones", Devices: []Device{{Name: "bcm2835 Headphones", Playback: true}}},
		{Number: 3, ID: "Device", Name: "USB: [Audio] Device", Devices: []Device{
			{Name: "USB Audio", Capture: true, Playback: true}, {Number: 1, Name: "USB Audio #1", Capture: true}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for _, none := range []fstest.MapFS{{}, {"cards": {Data: []byte("--- no soundcards ---\n")}, "pcm": {Data: []byte("x\n-: a\n")}}} {
		if got, err := Cards(none); len(got) != 0 || err != nil {
			t.Errorf("no cards: %v, %v", got, err)
		}
	}
}

func TestFind(t *testing.T) {
	only := proc()
	only["pcm"].Data = []byte("01-00: bcm2835 Headphones : bcm2835 Headphones : playback 8\n03-01: USB Audio #1 : USB Audio #1 : capture 1\n")
	for _, test := range []struct {
		machine   fstest.MapFS
		name      string
		direction Direction
		want      string // path; "" is ErrNoCard
	}{
		{proc(), "default", Playback, "/dev/snd/pcmC3D0p"},
		{proc(), "default", Capture, "/dev/snd/pcmC3D0c"},
		{only, "sysdefault", Playback, "/dev/snd/pcmC1D0p"},
		{only, "default", Capture, "/dev/snd/pcmC3D1c"},
		{proc(), "hw:1", Playback, "/dev/snd/pcmC1D0p"},
		{proc(), "hw:CARD=Device,DEV=1", Capture, "/dev/snd/pcmC3D1c"},
		{proc(), "plughw:Headphones", Playback, "/dev/snd/pcmC1D0p"},
		{proc(), "hw:2", Playback, ""},
		{proc(), "hw:Nothing", Playback, ""},
		{fstest.MapFS{}, "default", Capture, ""},
	} {
		at, err := Find(test.machine, test.name, test.direction)
		if test.want == "" {
			if !errors.Is(err, ErrNoCard) {
				t.Errorf("%s: %v, %v", test.name, at, err)
			}
		} else if err != nil || at.path(test.direction) != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, at.path(test.direction), err, test.want)
		}
	}
}

func FuzzParseName(f *testing.F) {
	for _, s := range []string{"default", "hw:1,0", "plughw:CARD=Device,DEV=0", "hw:DEV=1,SUBDEV=2,CARD=x", "dmix", "hw:,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := parseName(s)
		if err == nil && (n.device < 0 || n.subdevice < -1 || n.device > 65535 || strings.Contains(n.card, ",")) {
			t.Errorf("%q: %+v", s, n)
		}
	})
}
