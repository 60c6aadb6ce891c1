//go:build !cgo || !linux

package audio

import "errors"

// errNoCgo tells how to get a program that drives sound cards.
var errNoCgo = errors.New("this imsphone was built without sound card support: install the Linux build made with CGO_ENABLED=1")

func openCardSource(cfg Config) (source, error) {
	return nil, &DeviceError{Device: cfg.Capture, Direction: Capture, Kind: ErrNoBackend, Cause: errNoCgo}
}

func openCardSink(cfg Config) (sink, error) {
	return nil, &DeviceError{Device: cfg.Playback, Direction: Playback, Kind: ErrNoBackend, Cause: errNoCgo}
}

// cards lists the sound cards' devices.
func cards() ([]Device, error) {
	return nil, &DeviceError{Device: "default", Direction: Capture, Kind: ErrNoBackend, Cause: errNoCgo}
}
