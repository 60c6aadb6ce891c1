package alsa

import (
	"fmt"
	"strconv"
	"strings"
)

// Direction tells what a device is used for.
type Direction uint8

// The two directions of sound.
const (
	Capture Direction = iota
	Playback
)

// Address is a PCM device of a card.
type Address struct {
	Card, Device int
	// Subdevice is one of several equal ones of the device; -1 is any.
	Subdevice int
}

// path is the device's node.
func (a Address) path(direction Direction) string {
	return fmt.Sprintf("/dev/snd/pcmC%dD%d%c", a.Card, a.Device, "cp"[direction])
}

// name is a parsed ALSA name.
type name struct {
	card              string // number or id; "" is the default one
	device, subdevice int
}

// parseName reads the names that mean a device as it is:
//
//	default, sysdefault, sysdefault:CARD
//	hw:CARD, hw:CARD,DEVICE, hw:CARD,DEVICE,SUBDEVICE
//	hw:CARD=CARD,DEV=DEVICE,SUBDEV=SUBDEVICE
//
// CARD is a card's number or id. plughw is the same as hw.
func parseName(s string) (name, error) {
	n := name{subdevice: -1}
	kind, args, found := strings.Cut(s, ":")
	switch kind {
	case "default", "sysdefault", "hw", "plughw":
	default:
		return n, fmt.Errorf("%q is a name of ALSA's library, which this imsphone doesn't use: write hw:CARD,DEVICE; `imsphone devices` lists them", s)
	}
	if !found && strings.HasSuffix(kind, "hw") {
		return n, fmt.Errorf("%q names no card: write hw:CARD,DEVICE; `imsphone devices` lists them", s)
	}
	if !found {
		return n, nil
	}
	for i, arg := range strings.Split(args, ",") {
		key, value, named := strings.Cut(arg, "=")
		if !named {
			key, value = [...]string{"CARD", "DEV", "SUBDEV", ""}[min(i, 3)], arg
		}
		if err := n.set(key, value); err != nil {
			return n, fmt.Errorf("%q: %w", s, err)
		}
	}
	return n, nil
}

func (n *name) set(key, value string) error {
	number, err := strconv.ParseUint(value, 10, 16)
	switch {
	case key == "CARD" && value != "":
		n.card = value
	case key == "DEV" && err == nil:
		n.device = int(number)
	case key == "SUBDEV" && err == nil:
		n.subdevice = int(number)
	default:
		return fmt.Errorf("%s=%s can't be read: write hw:CARD,DEVICE, such as hw:1,0 or hw:CARD=Device,DEV=0", key, value)
	}
	return nil
}
