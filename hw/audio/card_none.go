//go:build !linux

package audio

import "errors"

// errNoLinux tells what this system can't do.
var errNoLinux = errors.New("imsphone drives sound cards on Linux only")

func openCardSource(cfg Config) (source, error) {
	return nil, &DeviceError{Device: cfg.Capture, Direction: Capture, Kind: ErrNoBackend, Cause: errNoLinux}
}

func openCardSink(cfg Config) (sink, error) {
	return nil, &DeviceError{Device: cfg.Playback, Direction: Playback, Kind: ErrNoBackend, Cause: errNoLinux}
}

// cards lists the sound cards' devices.
func cards() ([]Device, error) {
	return nil, &DeviceError{Device: "default", Direction: Capture, Kind: ErrNoBackend, Cause: errNoLinux}
}
