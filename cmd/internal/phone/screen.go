package phone

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/screen/driver"
)

// StartScreen shows the face of a phone on the screen that the configuration
// names; nil is none.
func StartScreen(c config.Screen, p driver.Phone, log zerolog.Logger) (*driver.Screen, error) {
	if c.Device == "none" {
		return nil, nil
	}
	w, h, err := c.Pixels()
	if err != nil {
		return nil, err
	}
	cfg := driver.Config{Sleep: time.Duration(c.Sleep), Log: log}
	switch c.Device {
	case "memory":
		cfg.Panel = memory(w, h)
	default:
		return nil, fmt.Errorf("screen.device %q: write none or memory", c.Device)
	}
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
