package audio

import (
	"errors"
	"os"

	"github.com/imsphone/imsphone/hw/audio/alsa"
)

// openMixer opens the mixer of the card that a device name means. Fakes, names
// that only ALSA's library knows and cards that are away have none.
func openMixer(device string) (mixer, error) {
	if name, err := parseDevice(device); err != nil || name.card == "" {
		return nil, errNoMixer
	}
	at, err := alsa.Find(os.DirFS("/proc/asound"), device, alsa.Playback)
	if err != nil {
		return nil, errNoMixer
	}
	m, err := alsa.OpenMixer(at.Card)
	switch {
	case errors.Is(err, alsa.ErrNoMixer), errors.Is(err, os.ErrNotExist):
		return nil, errNoMixer
	case err != nil:
		return nil, &DeviceError{Device: device, Direction: Playback, Kind: kindOf(err), Cause: err}
	}
	return m, nil
}
