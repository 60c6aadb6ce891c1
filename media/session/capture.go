package session

import (
	"errors"
	"time"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/rtpend"
)

// sender is the outgoing direction.
type sender struct {
	stamp   uint32 // of the next frame
	encoder codec.Encoder
	keys    *dtmf.Sender
	muted   bool
	silent  bool      // nothing was sent for the last frame: the next begins a talkspurt
	quiet   int       // frames since the last comfort noise while muted
	last    time.Time // of the last Capture
	zero    []int16
}

// configure follows a change of media. The codec's state goes on where the
// codec does.
func (o *sender) configure(old, cfg *Config) {
	if o.encoder == nil || !sameCodec(old.Codec, cfg.Codec) {
		o.encoder = cfg.Codec.NewEncoder()
	}
	switch {
	case cfg.EventClock == 0:
		o.keys = nil
	case o.keys == nil || old.Ptime != cfg.Ptime || old.EventClock != cfg.EventClock:
		o.keys = dtmf.NewSender(cfg.EventClock, cfg.Ptime)
	}
	o.silent = o.silent || !old.Send
}

// noiseEvery is how many frames of a muted microphone one comfort noise packet
// stands for; noiseLevel is its level in −dBov, all but silent.
const (
	noiseEvery = 10
	noiseLevel = 78
)

// Capture takes one frame of the microphone, Config.Ptime of PCM at the codec's
// SampleRate, and appends the RTP packet to out that is to be sent at once.
// False where nothing is to be sent: out is unchanged then.
//
// While a key is sent its packets stand in for audio (RFC 4733 §2.5.1.1). While
// muted comfort noise is sent where it was agreed on, else silence, so that the
// path stays open. In a direction that doesn't send nothing is, yet time goes
// by.
func (s *Session) Capture(now time.Time, pcm []int16, out []byte) ([]byte, bool) {
	o := &s.sender
	s.leap(now)
	stamp := o.stamp
	o.stamp += uint32(len(pcm) * s.cfg.Codec.ClockRate / s.cfg.Codec.SampleRate)
	switch {
	case len(pcm) == 0 || !s.cfg.Send || !s.end.Remote().IsValid():
		o.silent = true
		return out, false
	case o.keys != nil && o.keys.Busy():
		return s.sendKey(out, stamp)
	case !o.muted:
		return s.sendAudio(out, stamp, pcm), true
	case s.cfg.NoiseType == 0:
		return s.sendAudio(out, stamp, o.nothing(len(pcm))), true
	}
	return s.sendNoise(out, stamp)
}

// leap moves the timestamp over a time in which nobody captured, as while a
// device is opened again. Small differences are the device's clock and stay.
func (s *Session) leap(now time.Time) {
	o := &s.sender
	if gap := now.Sub(o.last); !o.last.IsZero() && gap > 5*s.cfg.Ptime {
		o.stamp += uint32(s.end.Config().Ticks(gap - s.cfg.Ptime))
		o.silent = true
	}
	o.last = now
}

func (s *Session) sendAudio(out []byte, stamp uint32, pcm []int16) []byte {
	o := &s.sender
	marker := o.silent
	o.silent = false
	return s.end.Seal(out, s.cfg.PayloadType, stamp, marker, o.encoder.Encode(rtpend.Header(out), pcm))
}

func (s *Session) sendKey(out []byte, stamp uint32) ([]byte, bool) {
	o := &s.sender
	o.silent = true
	p, begun, first, ok := o.keys.Next(stamp)
	if !ok {
		return out, false
	}
	return s.end.Seal(out, s.cfg.EventType, begun, first, p.Append(rtpend.Header(out))), true
}

func (s *Session) sendNoise(out []byte, stamp uint32) ([]byte, bool) {
	o := &s.sender
	o.silent = true
	if o.quiet++; o.quiet%noiseEvery != 1 {
		return out, false
	}
	return s.end.Seal(out, s.cfg.NoiseType, stamp, false, codec.AppendNoise(rtpend.Header(out), noiseLevel)), true
}

// nothing gives n samples of silence.
func (o *sender) nothing(n int) []int16 {
	if len(o.zero) < n {
		o.zero = make([]int16, n)
	}
	return o.zero[:n]
}

// Mute silences the microphone, or no longer.
func (s *Session) Mute(muted bool) {
	s.sender.muted, s.sender.quiet = muted, 0
}

// Errors of SendDTMF.
var (
	ErrNoEvents = errors.New("the other side takes no telephone events")
	ErrKeysFull = errors.New("too many keys are waiting: send them later")
)

// SendDTMF queues a key for a duration. Audio pauses while it is sent.
func (s *Session) SendDTMF(e dtmf.Event, duration time.Duration) error {
	switch {
	case s.sender.keys == nil:
		return ErrNoEvents
	case !s.sender.keys.Press(e, duration):
		return ErrKeysFull
	}
	return nil
}
