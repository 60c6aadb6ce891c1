package audio

import (
	"errors"
	"fmt"
)

// The kinds of failure; a *DeviceError wraps one of them.
var (
	// ErrClosed: the Stream was closed.
	ErrClosed = errors.New("audio stream closed")
	// ErrBusy: another program has the device.
	ErrBusy = errors.New("busy")
	// ErrNotFound: there is no device of that name.
	ErrNotFound = errors.New("not found")
	// ErrDenied: the user may not use the device.
	ErrDenied = errors.New("permission denied")
	// ErrNoBackend: this program, or this machine, can't drive sound cards.
	ErrNoBackend = errors.New("no sound card support")
	// ErrLost: the device went away or fell silent while in use; open it again.
	ErrLost = errors.New("device lost")
	// ErrStuck: the device's driver hangs and was left behind.
	ErrStuck = errors.New("device hangs")
)

// Direction tells what a device is used for.
type Direction uint8

// The two directions of sound.
const (
	Capture Direction = iota
	Playback
)

// String gives the name that the configuration file uses.
func (d Direction) String() string {
	if d == Playback {
		return "playback"
	}
	return "capture"
}

// DeviceError tells which device failed in what way.
type DeviceError struct {
	Device    string // as in the Config
	Direction Direction
	Kind      error // one of the Err… of this package, or nil for another failure
	Cause     error // what the system said; may be nil
}

// InDirection tells whether err is that of a device for d.
func InDirection(err error, d Direction) bool {
	var device *DeviceError
	return errors.As(err, &device) && device.Direction == d
}

// Error is a sentence that says what to do.
func (e *DeviceError) Error() string {
	switch e.Kind {
	case ErrBusy:
		return fmt.Sprintf("audio device %s is busy (used by another program): close it or set audio.%s to another device; "+
			"`imsphone devices` lists them", e.Device, e.Direction)
	case ErrNotFound:
		return fmt.Sprintf("audio device %s was not found: plug it in or set audio.%s to another device; "+
			"`imsphone devices` lists them", e.Device, e.Direction)
	case ErrDenied:
		return fmt.Sprintf("audio device %s may not be used by this user: add the user to the group \"audio\" and log in again", e.Device)
	case ErrNoBackend:
		return fmt.Sprintf("audio device %s can't be used: %v; without a sound card set audio.%s to \"null\" or \"wav:IN.wav,OUT.wav\"",
			e.Device, e.Cause, e.Direction)
	case ErrLost:
		return fmt.Sprintf("audio device %s was lost (%v): plug it in again; the phone keeps trying to open it", e.Device, e.Cause)
	case ErrStuck:
		return fmt.Sprintf("audio device %s hangs and was left behind: unplug it and plug it in again if it can't be opened", e.Device)
	}
	return fmt.Sprintf("audio device %s can't be used for %s (%v): set audio.%s to another device; "+
		"`imsphone devices` lists them", e.Device, e.Direction, e.Cause, e.Direction)
}

// Unwrap gives the kind and the cause.
func (e *DeviceError) Unwrap() []error {
	var errs []error
	if e.Kind != nil {
		errs = append(errs, e.Kind)
	}
	if e.Cause != nil {
		errs = append(errs, e.Cause)
	}
	return errs
}
