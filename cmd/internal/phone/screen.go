package phone

import (
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/board"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/screen/driver"
)

// StartScreen shows the face of a phone on the screen that the configuration
// names, else the board; nil is none.
func StartScreen(c config.Screen, b board.Profile, p driver.Phone, log zerolog.Logger) (*driver.Screen, error) {
	switch c.Device {
	case "", "none":
		return nil, nil
	}
	cfg := driver.Config{Sleep: time.Duration(c.Sleep), Log: log}
	if c.Device == "memory" {
		w, h, err := c.Pixels()
		if err != nil {
			return nil, err
		}
		cfg.Panel = memory(w, h)
		return driver.Start(cfg, p)
	}
	panel, err := openPanel(c, b, log)
	if err != nil {
		return nil, err
	}
	cfg.Panel, cfg.Input, cfg.Lamp = panel, panel.events(), panel.show
	return driver.Start(cfg, p)
}

// memory is a screen that nobody sees; its size is that of a small handheld
// where none is asked for.
func memory(w, h int) driver.Memory {
	if w == 0 {
		return driver.Memory{Width: 320, Height: 240}
	}
	return driver.Memory{Width: w, Height: h}
}
