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

// Return is how long two devices that cmd/qemutest/replug plugged in took to come
// back: from when the driver's module was there to when the phone had the device
// open. In ns of the guest's time.
type Return struct{ Audio, Camera time.Duration }

// Measurement is what one round of cmd/qemutest/measure gives for one phone.
type Measurement struct {
	Name string
	// Memory in bytes, at rest and in a call.
	IdleRSS, CallRSS int64
	// Wakeups a second, at rest and in a call. They hardly depend on how busy the
	// host is.
	Wakeups, CallWakeups float64
	// CPU is the share of one processor that a call takes.
	CPU float64
	// MouthToEarMS is the delay from the microphone to the network and back to
	// the speaker.
	MouthToEarMS float64
	// Echoes that came back, of those sent.
	Echoes, Sent int
}
