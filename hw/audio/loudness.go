package audio

import (
	"errors"
	"sync"
)

// Loudness is the volume of a playback device: that of the sound card where it
// has one, else a Gain. It is safe for concurrent use, and may block as long as
// the card's driver does.
type Loudness struct {
	device string
	gain   *Gain

	mu sync.Mutex
}

// errNoMixer says that the card has no volume, or that there is no card.
var errNoMixer = errors.New("no volume of its own")

// mixer is a sound card's own volume.
type mixer interface {
	Volume() (percent int, err error)
	SetVolume(percent int) error
	CanMute() bool
	Muted() (bool, error)
	Mute(muted bool) error
	Close() error
}

// NewLoudness is the volume of the device that Config.Playback names; gain is
// also that of the streams' Config.
func NewLoudness(device string, gain *Gain) *Loudness { return &Loudness{device: device, gain: gain} }

// Get reads the volume, from 0 to 100 percent, and tells whether it is the card's
// own.
func (l *Loudness) Get() (percent int, muted, own bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	percent, muted = l.gain.Get()
	m, err := openMixer(l.device)
	if errors.Is(err, errNoMixer) {
		return percent, muted, false, nil
	}
	if err != nil {
		return percent, muted, false, err
	}
	defer m.Close()
	if percent, err = m.Volume(); err == nil && m.CanMute() {
		muted, err = m.Muted()
	}
	return percent, muted, true, err
}

// Set sets the volume and the mute. What the card can't do the gain does.
func (l *Loudness) Set(percent int, muted bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	m, err := openMixer(l.device)
	if errors.Is(err, errNoMixer) {
		l.gain.Set(percent, muted)
		return nil
	}
	if err != nil {
		return err
	}
	defer m.Close()
	l.gain.Set(100, muted && !m.CanMute())
	if m.CanMute() {
		err = m.Mute(muted)
	}
	return errors.Join(err, m.SetVolume(percent))
}
