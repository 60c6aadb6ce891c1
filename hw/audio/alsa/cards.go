package alsa

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// ErrNoCard says that there is no card of a name, or none at all.
var ErrNoCard = errors.New("no such sound card")

// Card is a sound card.
type Card struct {
	Number int
	// ID is its short name, as in hw:CARD=Device; Name is for people.
	ID, Name string
	Devices  []Device
}

// Device is a PCM device of a card.
type Device struct {
	Number            int
	Name              string // for people
	Capture, Playback bool
}

// has tells whether the device has a direction.
func (d Device) has(direction Direction) bool {
	if direction == Playback {
		return d.Playback
	}
	return d.Capture
}

// Cards lists the machine's cards from the kernel's own list, which proc holds:
// the file system of /proc/asound. No such list means no cards.
func Cards(proc fs.FS) ([]Card, error) {
	var list []Card
	err := eachLine(proc, "cards", func(line string) {
		if c, ok := parseCard(line); ok {
			list = append(list, c)
		}
	})
	if err != nil {
		return nil, err
	}
	err = eachLine(proc, "pcm", func(line string) {
		card, d, ok := parseDevice(line)
		if i := slices.IndexFunc(list, func(c Card) bool { return c.Number == card }); ok && i >= 0 {
			list[i].Devices = append(list[i].Devices, d)
		}
	})
	return list, err
}

// eachLine calls do for the lines of a file, of which there may be none.
func eachLine(proc fs.FS, file string, do func(line string)) error {
	f, err := proc.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("list the sound cards: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		do(lines.Text())
	}
	return lines.Err()
}

// parseCard reads the first of a card's two lines:
//
//	 1 [Device         ]: USB-Audio - USB Audio Device
//		                      C-Media USB Audio Device at usb-…
func parseCard(line string) (Card, bool) {
	head, name, found := strings.Cut(line, "]: ")
	number, id, bracket := strings.Cut(head, "[")
	n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 16)
	if !found || !bracket || err != nil {
		return Card{}, false
	}
	if _, short, ok := strings.Cut(name, " - "); ok {
		name = short
	}
	return Card{Number: int(n), ID: strings.TrimSpace(id), Name: strings.TrimSpace(name)}, true
}

// parseDevice reads a line of the list of devices; the last parts tell how many
// subdevices there are:
//
//	01-00: USB Audio : USB Audio : playback 1 : capture 1
func parseDevice(line string) (card int, d Device, ok bool) {
	parts := strings.Split(line, ": ")
	first, second, found := strings.Cut(parts[0], "-")
	c, err1 := strconv.ParseUint(first, 10, 16)
	n, err2 := strconv.ParseUint(second, 10, 16)
	if !found || err1 != nil || err2 != nil {
		return 0, d, false
	}
	d.Number = int(n)
	for i, part := range parts[1:] {
		part = strings.TrimSpace(part)
		switch {
		case strings.HasPrefix(part, "playback "):
			d.Playback = true
		case strings.HasPrefix(part, "capture "):
			d.Capture = true
		case i == 0:
			d.Name = part
		}
	}
	return int(c), d, true
}

// Find gives the device that an ALSA name means, for one direction. The default
// card is the first one that both captures and plays, a headset for example, or
// else the first one with the direction.
func Find(proc fs.FS, alsaName string, direction Direction) (Address, error) {
	n, err := parseName(alsaName)
	if err != nil {
		return Address{}, err
	}
	list, err := Cards(proc)
	if err != nil {
		return Address{}, err
	}
	if n.card == "" {
		return findDefault(list, direction)
	}
	i := slices.IndexFunc(list, func(c Card) bool { return c.ID == n.card || strconv.Itoa(c.Number) == n.card })
	if i < 0 {
		return Address{}, fmt.Errorf("%w: %s (there are %s)", ErrNoCard, n.card, ids(list))
	}
	return Address{Card: list[i].Number, Device: n.device, Subdevice: n.subdevice}, nil
}

func findDefault(list []Card, direction Direction) (Address, error) {
	for _, both := range []bool{true, false} {
		for _, c := range list {
			for _, d := range c.Devices {
				if d.has(direction) && (!both || d.Capture && d.Playback) {
					return Address{Card: c.Number, Device: d.Number, Subdevice: -1}, nil
				}
			}
		}
	}
	return Address{}, fmt.Errorf("%w (there are %s)", ErrNoCard, ids(list))
}

func ids(list []Card) string {
	if len(list) == 0 {
		return "none"
	}
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = c.ID
	}
	return strings.Join(names, ", ")
}
