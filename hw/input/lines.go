package input

import (
	"errors"
	"slices"

	"github.com/imsphone/imsphone/hw/gpio"
)

// lines are the bare GPIO lines of one chip.
type lines struct {
	Device
	open  *gpio.Lines // nil: they aren't heard
	codes map[int]uint16
	down  map[int]bool
}

// openLines opens the lines that the board has, chip by chip.
func (s *Set) openLines() {
	var chips []string
	for _, l := range s.cfg.Lines {
		if !slices.Contains(chips, l.Chip) {
			chips = append(chips, l.Chip)
		}
	}
	for _, chip := range chips {
		l := openChip(chip, s.cfg.Lines)
		s.lines = append(s.lines, l)
		if l.open != nil {
			s.readers.Go(func() { s.hear(l) })
		}
	}
}

func openChip(chip string, all []Line) *lines {
	l := &lines{Device: Device{Node: chip, Name: "gpio", Class: Buttons}, codes: map[int]uint16{}, down: map[int]bool{}}
	var wanted []gpio.Line
	for _, one := range all {
		if one.Chip == chip {
			wanted = append(wanted, one.Line)
			l.codes[one.Offset] = one.Code
		}
	}
	l.open, l.Err = gpio.Open(chip, wanted)
	return l
}

// hear makes key events of edges until the lines are closed.
func (s *Set) hear(l *lines) {
	for {
		e, err := l.open.Read()
		if err != nil {
			return
		}
		if l.down[e.Offset] != e.Active {
			l.down[e.Offset] = e.Active
			s.send(l.event(e))
		}
	}
}

func (l *lines) event(e gpio.Edge) Event {
	out := Event{Kind: Key, Code: l.codes[e.Offset], Value: Up, Device: l.Name}
	if e.Active {
		out.Value = Down
	}
	return out
}

func (l *lines) close() error {
	if l.open == nil {
		return nil
	}
	err := l.open.Close()
	if errors.Is(err, gpio.ErrClosed) {
		return nil
	}
	return err
}
