package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Video is about the camera and what becomes of video in calls.
type Video struct {
	Enabled bool `toml:"enabled"`
	// Camera names the device: "" is the board's, or else the first one, "none"
	// none at all, "fake:bars" colour bars with a number.
	Camera string `toml:"camera"`
	// Size is "WIDTHxHEIGHT" in pixels, Rate in pictures a second.
	Size string `toml:"size"`
	Rate int    `toml:"rate"`
	// Bandwidth in kbit/s bounds each direction; 0 is no bound.
	Bandwidth int `toml:"bandwidth"`
	// Answer is what becomes of video that the far end offers: ask, receive,
	// both or off.
	Answer string `toml:"answer"`
}

// Bounds of a picture: RFC 2435 has no larger one, and a smaller one says
// nothing.
const (
	minSide = 32
	maxSide = 2040
)

// Pixels reads Size.
func (v Video) Pixels() (width, height int, err error) {
	first, second, _ := strings.Cut(v.Size, "x")
	width, errW := strconv.Atoi(first)
	height, errH := strconv.Atoi(second)
	if errW != nil || errH != nil || min(width, height) < minSide || max(width, height) > maxSide {
		return 0, 0, fmt.Errorf("size %q: write width and height in pixels, %d to %d, such as \"320x240\"", v.Size, minSide, maxSide)
	}
	return width, height, nil
}

func (v Video) check(k *checker) {
	if _, _, err := v.Pixels(); err != nil {
		k.fault("video", 0, "size", "%v", err)
	}
	if v.Rate < 1 || v.Rate > 60 {
		k.fault("video", 0, "rate", "rate %d: write 1 to 60 (pictures a second)", v.Rate)
	}
	if v.Bandwidth != 0 && (v.Bandwidth < 32 || v.Bandwidth > 1_000_000) {
		k.fault("video", 0, "bandwidth", "bandwidth %d: write kbit/s, 32 to 1000000, or 0 for no bound", v.Bandwidth)
	}
	switch v.Answer {
	case "ask", "receive", "both", "off":
	default:
		k.fault("video", 0, "answer", "answer %q: write ask, receive, both or off", v.Answer)
	}
}
