package audio

import (
	"fmt"
	"time"

	"github.com/imsphone/imsphone/hw/audio/wav"
)

// Config says which device to open and in what pieces its sound comes.
type Config struct {
	// Device names the device for both directions:
	//
	//	default, hw:1,0, plughw:CARD=Device, …  an ALSA name ("" is "default")
	//	null                                    silence; what is played is dropped
	//	fake[:OPTION[,OPTION]]                  a paced fake without hardware
	//	wav:IN[,OUT]                            plays IN once, then silence; records OUT
	//
	// The fake's options: tone=HZ, silence (as without option) or a WAV FILE,
	// played over and over, as microphone; record=FILE keeps what is played since
	// the device was opened, which is anew for each call and after a hold.
	Device string
	// Capture and Playback override Device for one direction; "" doesn't.
	Capture, Playback string
	// Rate is the sampling rate in Hz, 8000 to 48000; 0 is 8000.
	Rate int
	// Period is the time between two Reads; it has to hold a whole number of
	// samples. 0 is 20 ms.
	Period time.Duration
	// Periods is how many periods of captured sound may wait before the oldest is
	// dropped. Half as many are kept in a sound card's speaker, which starts once
	// one more than that was written, and more where it runs dry; a fake's speaker
	// holds as many, and waits for as many as there are more than 4. 0 is 4.
	Periods int
	// Gain, if any, makes what is played less loud.
	Gain *Gain
}

// The values of a Config that leaves them zero.
const (
	defaultRate    = wav.MinRate
	defaultPeriod  = 20 * time.Millisecond
	defaultPeriods = 4
)

// complete fills in what cfg leaves open and checks the rest.
func (cfg Config) complete() (Config, error) {
	if cfg.Device == "" {
		cfg.Device = "default"
	}
	if cfg.Capture == "" {
		cfg.Capture = cfg.Device
	}
	if cfg.Playback == "" {
		cfg.Playback = cfg.Device
	}
	if cfg.Rate == 0 {
		cfg.Rate = defaultRate
	}
	if cfg.Period == 0 {
		cfg.Period = defaultPeriod
	}
	if cfg.Periods == 0 {
		cfg.Periods = defaultPeriods
	}
	return cfg, cfg.check()
}

func (cfg Config) check() error {
	if cfg.Rate < wav.MinRate || cfg.Rate > wav.MaxRate {
		return fmt.Errorf("audio: %d Hz: the rate has to be from %d to %d Hz", cfg.Rate, wav.MinRate, wav.MaxRate)
	}
	if cfg.Period < time.Millisecond || cfg.Period > time.Second {
		return fmt.Errorf("audio: a period of %v: it has to be from 1 ms to 1 s", cfg.Period)
	}
	if int64(cfg.Period)*int64(cfg.Rate)%int64(time.Second) != 0 {
		return fmt.Errorf("audio: a period of %v at %d Hz is no whole number of samples", cfg.Period, cfg.Rate)
	}
	if cfg.Periods < 2 || cfg.Periods > 100 {
		return fmt.Errorf("audio: %d periods: at least 2 and at most 100 have to fit", cfg.Periods)
	}
	return nil
}

// frame is the number of samples in one period of a checked cfg.
func (cfg Config) frame() int {
	return int(int64(cfg.Period) * int64(cfg.Rate) / int64(time.Second))
}
