// Package report is what the programs in a guest print, as JSON, for the tests and
// figures on the host: both sides have the same fields.
package report

import (
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/ear"
)

// Tone is what cmd/qemutest/probe heard.
type Tone struct {
	ear.Heard
	// StoodStill is for how long the guest stood still at most, in ns.
	StoodStill time.Duration
}

// Return is how two devices that cmd/qemutest/replug plugged in came back, in the
// guest's time.
type Return struct {
	Audio, Camera Times
	// StoodStill is for how long the guest stood still at most meanwhile: no phone
	// could do anything then. In ns.
	StoodStill time.Duration
}

// Times are those of one device, in ns.
type Times struct {
	// Plugged is from when the driver's module was there to when the phone had the
	// device open, Allowed from when the device's nodes had the phone's group.
	Plugged, Allowed time.Duration
}

// Measurement is what one round of cmd/qemutest/measure gives for one phone.
type Measurement struct {
	Name string
	// Memory in bytes, at rest and in a call.
	IdleRSS, CallRSS int64
	// Wakeups a second at rest.
	Wakeups float64
	// CPU is the share of one processor that a call takes.
	CPU float64
	// MouthToEarMS is the delay from the microphone to the network and back to
	// the speaker.
	MouthToEarMS float64
	// Echoes that came back, of those sent.
	Echoes, Sent int
}
