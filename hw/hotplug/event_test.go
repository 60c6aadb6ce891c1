package hotplug

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// message writes fields as the kernel does.
func message(fields ...string) []byte { return []byte(strings.Join(fields, "\x00") + "\x00") }

func TestParse(t *testing.T) {
	const card = "/devices/platform/snd_aloop.0/sound/card0"
	for _, test := range []struct {
		name string
		in   []byte
		want Event // the zero Event: no message of the kernel
	}{
		{"a sound device", message("add@"+card+"/pcmC0D1c", "ACTION=add", "DEVPATH="+card+"/pcmC0D1c", "SUBSYSTEM=sound",
			"MAJOR=116", "MINOR=4", "DEVNAME=snd/pcmC0D1c", "SEQNUM=1234"),
			Event{Action: Add, Subsystem: "sound", DevName: "snd/pcmC0D1c", DevPath: card + "/pcmC0D1c", Major: 116, Minor: 4}},
		{"a card has no node", message("remove@"+card, "ACTION=remove", "DEVPATH="+card, "SUBSYSTEM=sound"),
			Event{Action: Remove, Subsystem: "sound", DevPath: card}},
		{"a driver", message("unbind@/devices/x", "ACTION=unbind", "DEVPATH=/devices/x", "SUBSYSTEM=platform", "DRIVER=a=b"),
			Event{Action: Unbind, Subsystem: "platform", DevPath: "/devices/x"}},
		{"another action", message("offline@/devices/x", "ACTION=offline", "DEVPATH=/devices/x"), Event{DevPath: "/devices/x"}},
		{"the last field isn't ended", []byte("change@/d\x00ACTION=change\x00DEVPATH=/d\x00SUBSYSTEM=drm"),
			Event{Action: Change, Subsystem: "drm", DevPath: "/d"}},
		{"numbers that are none", message("add@/d", "ACTION=add", "DEVPATH=/d", "MAJOR=x", "MINOR=-1"), Event{Action: Add, DevPath: "/d"}},
		{"udevd", append([]byte("libudev\x00\xfe\xed\xca\xfe"), message("ACTION=add", "DEVPATH=/d")...), Event{}},
		{"nothing", nil, Event{}},
		{"no path", message("add@", "ACTION=add", "DEVPATH=/d"), Event{}},
		{"only the head", message("add@/devices/x"), Event{}},
	} {
		got, ok := parse(test.in)
		if want := test.want != (Event{}); ok != want || want && got != test.want {
			t.Errorf("%s: %+v, %v; want %+v", test.name, got, ok, test.want)
		}
	}
}

func TestRead(t *testing.T) {
	good := message("add@/d", "ACTION=add", "DEVPATH=/d")
	kernel := &unix.SockaddrNetlink{}
	if e, ok, err := read(good, kernel, nil); !ok || err != nil || e.Action != Add {
		t.Errorf("the kernel's word: %+v, %v, %v", e, ok, err)
	}
	if _, ok, err := read(good, &unix.SockaddrNetlink{Pid: 77}, nil); ok || err != nil {
		t.Error("another process was believed")
	}
	if e, ok, err := read(nil, nil, unix.ENOBUFS); !ok || err != nil || e.Action != Missed {
		t.Errorf("an overrun: %+v, %v, %v", e, ok, err)
	}
	if _, _, err := read(nil, nil, unix.EIO); !errors.Is(err, unix.EIO) {
		t.Errorf("another error: %v", err)
	}
}

func TestWants(t *testing.T) {
	sound, input := Event{Action: Add, Subsystem: "sound"}, Event{Action: Add, Subsystem: "input"}
	all, some := &Watcher{}, &Watcher{subsystems: []string{"video4linux", "sound"}}
	if !all.wants(sound) || !all.wants(input) || !some.wants(sound) || some.wants(input) || !some.wants(Event{Action: Missed}) {
		t.Error("the wrong events are handed on")
	}
}

// TestWatch opens a real socket, where there is netlink, and closes it twice.
func TestWatch(t *testing.T) {
	w, err := Watch(func(Event) {}, "sound")
	if err != nil {
		t.Skip(err)
	}
	for range 2 {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(message("add@/d", "ACTION=add", "DEVPATH=/d", "SUBSYSTEM=sound", "DEVNAME=snd/pcmC0D0p", "MAJOR=1", "MINOR=2"))
	f.Add([]byte("libudev\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, ok := parse(b)
		if !ok {
			return
		}
		// What was read is written and read again: nothing is made up.
		again, ok := parse(message("x@/", "ACTION="+e.Action.String(), "DEVPATH="+e.DevPath, "SUBSYSTEM="+e.Subsystem, "DEVNAME="+e.DevName))
		again.Major, again.Minor = e.Major, e.Minor
		if !ok || again != e || e.Major < 0 || e.Minor < 0 {
			t.Errorf("%+v became %+v", e, again)
		}
	})
}
