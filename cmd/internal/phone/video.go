package phone

import (
	"errors"
	"fmt"
	"image"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
)

// Screen shows the pictures of video calls.
type Screen interface {
	// Ready tells whether there is a screen by now.
	Ready() bool
	// Show is as in [actors.VideoPort].
	Show(whose, call string, picture *image.YCbCr)
}

// videoAnswers are the values of video.answer.
var videoAnswers = map[string]actors.VideoAnswer{
	"receive": actors.VideoReceive, "ask": actors.VideoAsk, "both": actors.VideoBoth, "off": actors.VideoOff,
}

// videoPort opens the camera that the configuration names.
type videoPort struct {
	cfg    config.Video
	open   openCamera
	screen Screen
}

var errNoCamera = errors.New("video.camera is \"none\": the far end sees a blank picture")

func (p videoPort) OpenCamera(wish actors.VideoWish) (actors.Camera, error) {
	name := p.cfg.Camera
	fake, isFake := strings.CutPrefix(name, "fake:")
	switch {
	case name == "none":
		return nil, errNoCamera
	case isFake:
		source, err := fakeSource(fake)
		if err != nil {
			return nil, err
		}
		return newBars(wish, source), nil
	}
	return openDevice(p.open, name, wish)
}

// fakeSource reads "bars" or "bars=N": colour bars with number N in them.
func fakeSource(name string) (uint8, error) {
	kind, number, numbered := strings.Cut(name, "=")
	n, err := strconv.ParseUint(number, 10, 8)
	if kind != "bars" || numbered && (err != nil || n > maxSource) {
		return 0, fmt.Errorf("video.camera \"fake:%s\": write fake:bars, or fake:bars=N with N up to %d", name, maxSource)
	}
	return uint8(n), nil
}

func (videoPort) Blank(wish actors.VideoWish) actors.Camera { return newGrey(wish) }

func (p videoPort) HasScreen() bool { return p.screen != nil && p.screen.Ready() }

func (p videoPort) Show(whose, call string, picture *image.YCbCr) {
	if p.screen != nil {
		p.screen.Show(whose, call, picture)
	}
}
