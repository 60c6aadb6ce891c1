package hotplug

import (
	"bytes"
	"strconv"
)

// Action is what became of a device.
type Action uint8

// The actions that the kernel knows, as far as they matter here.
const (
	// Other is every action that isn't listed below, such as offline.
	Other Action = iota
	// Add: the device is there, and its node can be opened.
	Add
	// Remove: the device and its node are gone.
	Remove
	// Change: something about the device is different now.
	Change
	// Bind and Unbind: a driver took the device, or let go of it.
	Bind
	Unbind
	// Missed: there was more news than could be kept. The Event has nothing else
	// in it, and it is worth looking at all devices anew.
	Missed
)

// String gives the kernel's word for it.
func (a Action) String() string {
	return [...]string{"other", "add", "remove", "change", "bind", "unbind", "missed"}[a]
}

// actionOf reads the kernel's word.
func actionOf(word []byte) Action {
	for a := Add; a < Missed; a++ {
		if string(word) == a.String() {
			return a
		}
	}
	return Other
}

// Event is news of one device.
type Event struct {
	Action Action
	// Subsystem is the kernel's name for the kind of device: "sound",
	// "video4linux", "input", "drm", "graphics", "usb", …
	Subsystem string
	// DevName is the device's node below /dev, such as "snd/pcmC1D0p" or
	// "video0"; "" where it has none.
	DevName string
	// DevPath is the device's place below /sys, such as
	// "/devices/platform/snd_aloop.0/sound/card0".
	DevPath string
	// Major and Minor are the node's number; 0 where it has none.
	Major, Minor int
}

// parse reads one message of the kernel; false where it isn't one.
//
//	ACTION@DEVPATH NUL KEY=VALUE NUL KEY=VALUE NUL …
func parse(b []byte) (Event, bool) {
	head, rest, _ := bytes.Cut(b, []byte{0})
	if action, path, found := bytes.Cut(head, []byte{'@'}); !found || len(action) == 0 || len(path) == 0 || path[0] != '/' {
		return Event{}, false // udevd's own messages begin with "libudev"
	}
	var e Event
	for len(rest) > 0 {
		var field []byte
		field, rest, _ = bytes.Cut(rest, []byte{0})
		key, value, _ := bytes.Cut(field, []byte{'='})
		e.set(string(key), value)
	}
	return e, e.DevPath != ""
}

func (e *Event) set(key string, value []byte) {
	switch key {
	case "ACTION":
		e.Action = actionOf(value)
	case "DEVPATH":
		e.DevPath = string(value)
	case "SUBSYSTEM":
		e.Subsystem = string(value)
	case "DEVNAME":
		e.DevName = string(value)
	case "MAJOR":
		e.Major = number(value)
	case "MINOR":
		e.Minor = number(value)
	}
}

// number reads a device number; 0 is none.
func number(value []byte) int {
	n, err := strconv.ParseUint(string(value), 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
