package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Screen is the handheld's own screen.
type Screen struct {
	// Device is "none", "auto", a node such as "/dev/dri/card0" or "/dev/fb0", or
	// "memory": a screen for screenshots alone. Where it isn't written, it is the
	// board's.
	Device string `toml:"device"`
	// Rotate is how far the picture is turned clockwise, in degrees.
	Rotate int `toml:"rotate"`
	// Size is "480x640"; empty is what the screen prefers.
	Size string `toml:"size"`
	// Sleep is the time without a key after which the light goes out; 0 is never.
	Sleep Duration `toml:"sleep"`
}

// noScreen is no screen, no keys and no lights.
const noScreen = "none"

// Pixels reads Size: 0, 0 where there is none.
func (s Screen) Pixels() (w, h int, err error) {
	if s.Size == "" {
		return 0, 0, nil
	}
	first, second, _ := strings.Cut(s.Size, "x")
	w, errW := strconv.Atoi(first)
	h, errH := strconv.Atoi(second)
	if errW != nil || errH != nil || min(w, h) < 160 || max(w, h) > 4096 {
		return 0, 0, fmt.Errorf("size %q: write width and height in pixels, such as \"480x640\"", s.Size)
	}
	return w, h, nil
}

func (s Screen) check(fault func(key, format string, args ...any)) {
	if !slices.Contains([]string{noScreen, "auto", "memory"}, s.Device) && !strings.HasPrefix(s.Device, "/dev/") {
		fault("device", "device %q: write auto, none, memory, or a node such as \"/dev/dri/card0\"", s.Device)
	}
	if _, _, err := s.Pixels(); err != nil {
		fault("size", "%v", err)
	}
	if !slices.Contains([]int{0, 90, 180, 270}, s.Rotate) {
		fault("rotate", "rotate %d: write 0, 90, 180 or 270", s.Rotate)
	}
}
