package camera

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// The kinds of failure; a *DeviceError wraps one of them.
var (
	// ErrClosed: the Camera was closed.
	ErrClosed = errors.New("camera closed")
	// ErrBusy: another program has the camera.
	ErrBusy = errors.New("busy")
	// ErrNotFound: there is no camera of that name.
	ErrNotFound = errors.New("not found")
	// ErrDenied: the user may not use the camera.
	ErrDenied = errors.New("permission denied")
	// ErrUnsupported: it is no camera, or has no format that we know.
	ErrUnsupported = errors.New("not supported")
	// ErrLost: the camera went away or fell silent while in use; open it again.
	ErrLost = errors.New("camera lost")
	// ErrStuck: the camera's driver hangs and was left behind.
	ErrStuck = errors.New("camera hangs")
)

// DeviceError tells which camera failed in what way.
type DeviceError struct {
	Device string // as in the Config, or its node; "" is any
	Kind   error  // one of the Err… of this package, or nil for another failure
	Cause  error  // what the system said; may be nil
}

// Error is a sentence that says what to do.
func (e *DeviceError) Error() string {
	const other = "set video.camera to another one; `imsphone devices` lists them"
	name := "camera " + e.Device
	if e.Device == "" {
		name = "any camera"
	}
	switch e.Kind {
	case ErrBusy:
		return fmt.Sprintf("%s is busy (used by another program): close it or %s", name, other)
	case ErrNotFound:
		return fmt.Sprintf("%s was not found: plug it in or %s", name, other)
	case ErrDenied:
		return fmt.Sprintf("%s may not be used by this user: add the user to the group \"video\" and log in again", name)
	case ErrUnsupported:
		return fmt.Sprintf("%s can't be used (%v): %s", name, e.Cause, other)
	case ErrLost:
		return fmt.Sprintf("%s was lost (%v): plug it in again; the phone keeps trying to open it", name, e.Cause)
	case ErrStuck:
		return fmt.Sprintf("%s hangs and was left behind: unplug it and plug it in again if it can't be opened", name)
	}
	return fmt.Sprintf("%s can't be used (%v): %s", name, e.Cause, other)
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

// failure makes a *DeviceError of what the system said.
func failure(device string, err error) error {
	var known *DeviceError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &DeviceError{Device: device, Kind: kind(err), Cause: err}
}

func kind(err error) error {
	switch {
	case errors.Is(err, unix.EBUSY):
		return ErrBusy
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		return ErrDenied
	case errors.Is(err, unix.ENOENT), errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return ErrNotFound
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EINVAL):
		return ErrUnsupported
	}
	return nil
}
