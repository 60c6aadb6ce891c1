package phone

import (
	"cmp"
	"errors"
	"io"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/audio"
	"github.com/imsphone/imsphone/hw/hotplug"
	"github.com/imsphone/imsphone/media/tone"
)

// soundPort opens what the configuration names; an account's call asks for the
// rate of its codec.
type soundPort struct {
	cfg      config.Audio
	log      zerolog.Logger
	gain     *audio.Gain
	loudness *audio.Loudness
}

func newSound(cfg config.Audio, log zerolog.Logger) soundPort {
	p := soundPort{cfg: cfg, log: log, gain: &audio.Gain{}}
	p.loudness = audio.NewLoudness(p.playback(), p.gain)
	return p
}

// playback is the device that calls are heard from.
func (p soundPort) playback() string { return cmp.Or(p.cfg.Playback, p.cfg.Device, "default") }

// Open opens the devices of both directions, or of the one that is there: a board
// without a microphone can listen.
func (p soundPort) Open(rate int, period time.Duration) (actors.AudioStream, error) {
	cfg := audio.Config{Device: p.cfg.Device, Capture: p.cfg.Capture, Playback: p.cfg.Playback,
		Rate: rate, Period: period, Gain: p.gain}
	s, err := p.open(cfg)
	switch {
	case !errors.Is(err, audio.ErrNotFound):
		return s, err // one that is there, but can't be used yet, is tried again soon
	case audio.InDirection(err, audio.Capture):
		cfg.Capture = "null"
	default:
		cfg.Playback = "null"
	}
	half, halfErr := p.open(cfg)
	if halfErr != nil {
		return nil, err
	}
	return half, err
}

func (p soundPort) open(cfg audio.Config) (actors.AudioStream, error) {
	cfg.Periods = p.cfg.Periods()
	s, err := audio.Open(cfg)
	if err != nil {
		return nil, err
	}
	return audioStream{s, p.log}, nil
}

func (p soundPort) Silence(rate int, period time.Duration) actors.AudioStream {
	s, err := audio.Open(audio.Config{Device: "null", Rate: rate, Period: period})
	if err != nil {
		panic(err) // the null device opens at every rate of a codec
	}
	return audioStream{s, p.log}
}

// audioStream leaves a full speaker queue to the stream's own counters, which the
// log has at the end.
type audioStream struct {
	audio.Stream
	log zerolog.Logger
}

func (s audioStream) Write(pcm []int16) error {
	_, err := s.Stream.Write(pcm)
	return err
}

func (s audioStream) Close() error {
	err := s.Stream.Close()
	s.log.Debug().Interface("periods", s.Stats()).Err(err).Msg("an audio device is closed")
	return err
}

// ringPort rings with a WAV file or a tone.
type ringPort struct {
	soundPort
	device string
}

// ring is where incoming calls ring: where nothing is said on the playback device,
// as long as that is a sound card and no recording.
func (p soundPort) ring() actors.RingPort {
	device := cmp.Or(p.cfg.Ring, p.playback())
	if p.cfg.Ring == "" && !audio.IsCard(device) {
		return nil
	}
	return ringPort{p, device}
}

func (p ringPort) Shared() bool { return p.device == p.playback() }

func (p ringPort) Open(rate int, period time.Duration) (actors.AudioStream, error) {
	cfg := audio.Config{Capture: "null", Playback: p.device, Rate: rate, Period: period}
	if file := p.cfg.RingSound; file != "" {
		cfg.Capture = "fake:" + file
		s, err := p.open(cfg)
		if err == nil || !audio.InDirection(err, audio.Capture) {
			return s, err
		}
		p.log.Warn().Err(err).Msg("audio.ring_sound can't be played: it rings with a tone")
		cfg.Capture = "null"
	}
	s, err := p.open(cfg)
	if err != nil {
		return nil, err
	}
	return toneStream{s, tone.Ringing(rate)}, nil
}

// toneStream hears a tone instead of its microphone.
type toneStream struct {
	actors.AudioStream
	tone *tone.Generator
}

func (s toneStream) Read(pcm []int16) error {
	err := s.AudioStream.Read(pcm)
	s.tone.Fill(pcm)
	return err
}

// volumePort is the volume of the playback device.
type volumePort struct{ *audio.Loudness }

func (p volumePort) Volume() (actors.Volume, error) {
	percent, muted, own, err := p.Get()
	v := actors.Volume{Percent: percent, Muted: muted, Control: "software"}
	if own {
		v.Control = "mixer"
	}
	return v, err
}

func (p volumePort) SetVolume(v actors.Volume) error { return p.Set(v.Percent, v.Muted) }

// hotplugPort watches what the actors have devices of.
type hotplugPort struct{}

// actorDevices are the subsystems of these.
var actorDevices = [...]string{"sound", "video4linux"}

// Watch hands on what the kernel tells. Where news was missed all devices count
// as changed.
func (hotplugPort) Watch(changed func(actors.DeviceChange)) (io.Closer, error) {
	return hotplug.Watch(func(e hotplug.Event) {
		if e.Action != hotplug.Missed {
			changed(actors.DeviceChange{Subsystem: e.Subsystem, Name: e.DevName, Removed: e.Action == hotplug.Remove || e.Action == hotplug.Unbind})
			return
		}
		for _, subsystem := range actorDevices {
			changed(actors.DeviceChange{Subsystem: subsystem})
		}
	}, actorDevices[:]...)
}
