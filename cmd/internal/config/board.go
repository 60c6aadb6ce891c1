package config

import (
	"cmp"

	"github.com/imsphone/imsphone/board"
)

// autoBoard leaves it to the device tree which board it is.
const autoBoard = "auto"

// find gets the profile; here finds that of the machine.
func (b *Board) find(here func() board.Profile) (err error) {
	if b.Name == "" || b.Name == autoBoard {
		b.Profile = here()
		return nil
	}
	b.Profile, err = board.Find(b.Name)
	return err
}

// complete fills in the devices that aren't written: the board's, or else ALSA's
// default. A device that is written is meant for both directions, and not for
// ringing where the board has another one for that.
func (a *Audio) complete(p board.Audio) {
	if a.Device == "" {
		a.Capture, a.Playback = cmp.Or(a.Capture, p.Capture), cmp.Or(a.Playback, p.Playback)
	}
	a.Device = cmp.Or(a.Device, "default")
	a.Ring = cmp.Or(a.Ring, p.Ring)
}

// completeSIM takes the board's SIM where the account names neither one nor the
// keys of a soft one.
func (m *IMS) completeSIM(p board.Profile) {
	if m.SIM == "" && m.SecretFile == "" && m.IMSI == "" {
		m.SIM = p.SIM
	}
	m.SIM = cmp.Or(m.SIM, "soft")
}
