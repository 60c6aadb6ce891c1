package session

import (
	"time"

	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/media/jitter"
	"github.com/imsphone/imsphone/media/plc"
)

// player makes PCM of what the jitter buffer gives.
type player struct {
	ticks     int // RTP clock units a frame
	decoders  []decoder
	concealer *plc.Concealer
	noise     codec.Noise
	noisy     bool  // the peer sent comfort noise last
	level     uint8 // of it, −dBov

	decoded []int16 // one packet
	skipped []int16 // a packet that is left out, to blend from
	ready   []int16 // decoded and not played yet
	quiet   bool    // the last frame is hardly heard

	stamp  uint32    // of the last packet that was played
	played time.Time // when that was
}

// decoder is a codec under its payload type. One that is no longer agreed on
// is kept for a while: its packets may still be under way.
type decoder struct {
	Payload
	state codec.Decoder
	until time.Time // zero: for good
}

// lingers is how long the packets of the former codec are taken.
const lingers = 2 * time.Second

func newPlayer(cfg *Config) player {
	longest := max(cfg.Codec.SampleRate/5, 2*jitter.MaxPayload) // samples of a packet
	return player{
		concealer: plc.New(cfg.Codec.SampleRate),
		decoded:   make([]int16, 0, longest),
		skipped:   make([]int16, 0, longest),
		ready:     make([]int16, 0, 2*longest),
	}
}

// accept sets the codecs that the peer may send.
func (p *player) accept(now time.Time, cfg *Config) {
	old := p.decoders
	p.ticks = int(int64(cfg.Ptime) * int64(cfg.Codec.ClockRate) / int64(time.Second))
	p.decoders = nil
	for _, payload := range cfg.payloads() {
		d := decoder{Payload: payload}
		for _, was := range old {
			if was.Type == payload.Type && sameCodec(was.Codec, payload.Codec) {
				d.state = was.state
			}
		}
		if d.state == nil {
			d.state = payload.Codec.NewDecoder()
		}
		p.decoders = append(p.decoders, d)
	}
	for _, was := range old {
		if was.until.IsZero() {
			was.until = now.Add(lingers)
		}
		if p.find(now, was.Type) == nil && now.Before(was.until) {
			p.decoders = append(p.decoders, was)
		}
	}
}

// find gives the decoder of a payload type, nil where there is none at now.
func (p *player) find(now time.Time, payloadType uint8) *decoder {
	for i := range p.decoders {
		d := &p.decoders[i]
		if d.Type == payloadType && (d.until.IsZero() || now.Before(d.until)) {
			return d
		}
	}
	return nil
}

// silence forgets what was to be played.
func (p *player) silence() {
	p.ready, p.skipped, p.noisy = p.ready[:0], p.skipped[:0], false
}

// Playout fills pcm, one frame for the loudspeaker at the codec's SampleRate,
// with what is to be heard now: the peer's audio, what conceals its gaps, its
// comfort noise, or silence.
func (s *Session) Playout(now time.Time, pcm []int16) {
	if !s.cfg.Receive {
		clear(pcm)
		return
	}
	p := &s.player
	for len(p.ready) < len(pcm) {
		s.playNext(now)
	}
	n := copy(pcm, p.ready)
	p.ready = p.ready[:copy(p.ready, p.ready[n:])]
	p.quiet = isQuiet(pcm)
}

// playNext adds the jitter buffer's next frame to what is ready.
func (s *Session) playNext(now time.Time) {
	p := &s.player
	f := s.buffer.Pop(now, p.quiet)
	samples := max(1, f.Ticks*s.cfg.Codec.SampleRate/s.cfg.Codec.ClockRate)
	switch f.Kind {
	case jitter.Audio, jitter.Skip:
		if s.playPacket(f) {
			p.played = now
		} else {
			p.fill(samples, p.concealer.Conceal)
		}
	case jitter.Empty:
		p.fill(samples, p.idle)
	default:
		p.fill(samples, p.conceal)
	}
}

// playPacket decodes a packet. False where that can't be.
func (s *Session) playPacket(f jitter.Frame) bool {
	p := &s.player
	if isNoise(f.PayloadType, s.cfg.NoiseType) {
		return s.playNoise(f)
	}
	// What was accepted is played, even if its codec's time is over by now.
	d := p.find(time.Time{}, f.PayloadType)
	if d == nil {
		return false
	}
	pcm, err := d.state.Decode(p.decoded[:0], f.Payload)
	if err != nil || len(pcm) == 0 {
		return false
	}
	p.decoded, p.noisy, p.stamp = pcm, false, f.Timestamp
	s.buffer.Advance(len(pcm) * s.cfg.Codec.ClockRate / s.cfg.Codec.SampleRate)
	if f.Kind == jitter.Skip {
		p.skipped = append(p.skipped[:0], pcm...)
		return true
	}
	blend(pcm, p.skipped)
	p.skipped = p.skipped[:0]
	p.concealer.Good(pcm)
	p.ready = append(p.ready, pcm...)
	return true
}

// playNoise takes a comfort noise packet, which stands for the time up to the
// next packet: here for one frame of it.
func (s *Session) playNoise(f jitter.Frame) bool {
	p := &s.player
	shape, err := codec.ParseNoise(f.Payload)
	if err != nil {
		return false
	}
	p.noise.Shape(shape)
	p.noisy, p.level = true, shape.Level
	s.buffer.Advance(p.ticks)
	if f.Kind == jitter.Audio {
		p.fill(p.ticks*s.cfg.Codec.SampleRate/s.cfg.Codec.ClockRate, p.conceal)
	}
	return true
}

// fill adds n samples that something makes.
func (p *player) fill(n int, with func([]int16)) {
	at := len(p.ready)
	for len(p.ready) < at+n {
		p.ready = append(p.ready, 0)
	}
	with(p.ready[at:])
}

// conceal makes what stands for a frame that isn't there.
func (p *player) conceal(pcm []int16) {
	if p.noisy {
		p.noise.Fill(pcm, p.level)
		return
	}
	p.concealer.Conceal(pcm)
}

// idle makes what is heard when nothing is being sent. The concealer has faded
// out before.
func (p *player) idle(pcm []int16) {
	if p.noisy {
		p.noise.Fill(pcm, p.level)
	}
}

// blend goes over from one piece of audio to another over their length.
func blend(to, from []int16) {
	n := min(len(to), len(from))
	for i := range n {
		to[i] = int16((int32(from[i])*int32(n-i) + int32(to[i])*int32(i)) / int32(n))
	}
}

// quietLevel is a mean amplitude that is hardly heard, about −50 dBov.
const quietLevel = 100

func isQuiet(pcm []int16) bool {
	sum := 0
	for _, v := range pcm {
		if v < 0 {
			sum -= int(v)
		} else {
			sum += int(v)
		}
	}
	return sum <= quietLevel*len(pcm)
}
