package audio

import (
	"fmt"
	"strconv"
	"strings"
)

// deviceName is a parsed Config.Device.
type deviceName struct {
	card   string  // ALSA name; "" is a fake
	tone   float64 // Hz; 0 is none
	file   string  // WAV file as microphone; "" is none
	loop   bool    // file begins again at its end
	record string  // WAV file that keeps what is played; "" is none
}

// parseDevice reads a device name as Config.Device describes it.
func parseDevice(name string) (deviceName, error) {
	kind, rest, found := strings.Cut(name, ":")
	switch {
	case name == "null", name == "fake":
		return deviceName{}, nil
	case kind == "fake" && found:
		return parseFake(rest)
	case kind == "wav" && found:
		in, out, _ := strings.Cut(rest, ",")
		return deviceName{file: in, record: out}, nil
	case strings.ContainsRune(name, 0) || len(name) > maxCardName:
		return deviceName{}, fmt.Errorf("audio device %.20q…: no ALSA name; `imsphone devices` lists them", name)
	}
	return deviceName{card: name}, nil
}

// IsCard tells whether a Config's device is a sound card, or at least no fake.
func IsCard(device string) bool {
	name, err := parseDevice(device)
	return err == nil && name.card != ""
}

// maxCardName is the longest ALSA name in bytes that the sound library takes.
const maxCardName = 255

func parseFake(options string) (deviceName, error) {
	d := deviceName{loop: true}
	for option := range strings.SplitSeq(options, ",") {
		key, value, found := strings.Cut(option, "=")
		switch {
		case option == "", option == "silence":
		case key == "tone" && found:
			hz, err := strconv.ParseFloat(value, 64)
			if err != nil || !(hz > 0) {
				return d, fmt.Errorf("audio device fake: tone=%s: write a frequency in Hz, as in fake:tone=440", value)
			}
			d.tone = hz
		case key == "record" && found:
			d.record = value
		case strings.HasSuffix(strings.ToLower(option), ".wav"):
			d.file = option
		default:
			return d, fmt.Errorf("audio device fake: unknown option %q: use tone=HZ, silence, FILE.wav or record=FILE.wav", option)
		}
	}
	if d.file != "" && d.tone != 0 {
		return d, fmt.Errorf("audio device fake: both tone and %s: choose one of them", d.file)
	}
	return d, nil
}

// openSource opens the microphone that cfg, which is complete, names.
func openSource(cfg Config) (source, error) {
	name, err := parseDevice(cfg.Capture)
	if err != nil {
		return nil, err
	}
	if name.card != "" {
		return openCardSource(cfg)
	}
	mic, err := name.microphone(cfg.Rate)
	if err != nil {
		return nil, &DeviceError{Device: cfg.Capture, Direction: Capture, Cause: err}
	}
	return newFakeSource(cfg, mic), nil
}

func (d deviceName) microphone(rate int) (Microphone, error) {
	switch {
	case d.file != "":
		return newPlayer(d.file, rate, d.loop)
	case d.tone != 0:
		return newTone(d.tone, rate)
	}
	return silence{}, nil
}

// openSink opens the speaker that cfg, which is complete, names.
func openSink(cfg Config) (sink, error) {
	name, err := parseDevice(cfg.Playback)
	if err != nil {
		return nil, err
	}
	if name.card != "" {
		return openCardSink(cfg)
	}
	if name.record == "" {
		return newFakeSink(cfg, nowhere{}), nil
	}
	rec, err := newRecorder(name.record, cfg.Rate)
	if err != nil {
		return nil, &DeviceError{Device: cfg.Playback, Direction: Playback, Cause: err}
	}
	return newFakeSink(cfg, rec), nil
}
