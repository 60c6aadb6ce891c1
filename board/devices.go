package board

import (
	"time"

	"github.com/imsphone/imsphone/hw/display"
	"github.com/imsphone/imsphone/hw/gpio"
	"github.com/imsphone/imsphone/hw/input"
)

// Display gives what hw/display has to know of the screen.
func (s Screen) Display() display.Config {
	return display.Config{Device: s.Device, Rotate: s.Rotate, Width: s.Width, Height: s.Height, Backlight: s.Backlight}
}

// Inputs gives what hw/input has to know for a panel of w × h pixels, which touches
// are told in.
func (p Profile) Inputs(w, h int) (input.Config, error) {
	keys, err := p.Input.Codes()
	if err != nil {
		return input.Config{}, err
	}
	cfg := input.Config{Width: w, Height: h, Rotate: p.Screen.Rotate, Keys: keys, Grab: p.Input.Grab}
	for _, l := range p.Lines {
		code, _ := input.KeyCode(l.Key) // Parse has looked
		cfg.Lines = append(cfg.Lines, input.Line{Chip: l.Chip, Code: code, Line: gpio.Line{Offset: l.Offset,
			ActiveLow: l.ActiveLow, PullUp: l.PullUp, PullDown: l.PullDown, Debounce: time.Duration(l.DebounceMS) * time.Millisecond}})
	}
	return cfg, nil
}
