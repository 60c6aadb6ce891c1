package audio

// Device is something that Config.Device can name.
type Device struct {
	Name              string // for Config.Device
	Description       string // for people
	Capture, Playback bool   // the directions that it has
	Default           bool   // used where no device is configured
}

// Devices lists the sound cards' devices, and after them the ones that need no
// hardware, which are always there. The error, if any, is that of the sound
// cards and says why they are missing.
func Devices() ([]Device, error) {
	list, err := cards()
	return append(list,
		Device{Name: "null", Description: "silence; what is played is dropped", Capture: true, Playback: true},
		Device{Name: "fake:tone=440", Description: "a tone; what is played is dropped", Capture: true, Playback: true},
		Device{Name: "wav:IN.wav,OUT.wav", Description: "plays one file, records another", Capture: true, Playback: true},
	), err
}
