package actors

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/media/session"
	"github.com/imsphone/imsphone/protocol/sdp"
)

// streamActor controls one m= line: it owns the sockets and the session, asks
// for the sound device while there is something to hear or say, and never
// touches a packet itself (see pump).
type streamActor struct {
	*env
	log  zerolog.Logger
	addr netip.Addr
	// cname is the same in all streams of the call (RFC 3550 §6.5.1).
	cname string
	pump  *pump

	agreed  *sdp.Agreed
	ringing bool   // plays the ringing tone
	held    bool   // we have put the far end on hold: it hears nothing of us
	rate    int    // at which there is or will be sound, in Hz; 0 none
	asked   bool   // we have the device, or wait for it
	lost    string // what the user knows to be missing; empty for nothing
	// yielded is when we last had to give the device away.
	yielded *acquireAudio
}

// Messages between a Call and its Stream.
type (
	// streamOpened is the Stream's first word.
	streamOpened struct {
		kind string // "audio" or "video"
		port uint16
		err  error
	}
	// configureStream lets the stream run as agreed; nil stops it.
	configureStream struct{ agreed *sdp.Agreed }
	// ringback plays the ringing tone until media or the end comes.
	ringback struct{ on bool }
	// holding puts the far end on hold, or takes it back: meanwhile the device is
	// free for another call, and what goes out is silence.
	holding       struct{ on bool }
	streamCommand struct {
		verb  verb
		arg   string
		reply func(error)
	}
	// streamNews goes up to the Call.
	streamNews struct {
		digit   string
		quality *Quality
		// lag is with the quality: how far what is heard is behind (see
		// session.Stats); nil where that isn't known.
		lag   *time.Duration
		codec string
		kind  string
		text  string
	}
	// loopEnded is the pump's word that it has let go of the device, with the error
	// of one that failed.
	loopEnded struct{ err error }
)

func newStreamActor(e *env, log zerolog.Logger, addr netip.Addr, cname string) *streamActor {
	return &streamActor{env: e, log: log, addr: addr, cname: cname}
}

func (s *streamActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		s.open(ctx)
	case *actor.Stopped:
		s.close()
	case configureStream:
		s.configure(ctx, msg.agreed)
	case ringback:
		s.ringing = msg.on
		if s.pump != nil {
			s.pump.ringback(msg.on)
			s.reconcile(ctx)
		}
	case holding:
		s.held = msg.on
		if s.pump != nil {
			s.reconcile(ctx)
		}
	case waitingTone:
		if s.pump != nil {
			s.pump.waitingTone(msg.on)
		}
	case streamCommand:
		msg.reply(s.command(msg))
	case audioGranted:
		s.granted(ctx, msg)
	case audioMissing:
		s.missing(ctx, msg)
	case audioRevoked:
		s.revoked(ctx, msg)
	case loopEnded:
		s.ended(ctx, msg)
	case audioRestarted:
		s.askAgain(ctx)
	case streamNews:
		ctx.Send(ctx.Parent(), msg)
	}
}

func (s *streamActor) open(ctx actor.Context) {
	sock, err := s.ports.RTP.Open(s.addr, "audio")
	if err != nil {
		ctx.Send(ctx.Parent(), streamOpened{kind: "audio", err: fmt.Errorf("no media port: %w", err)})
		return
	}
	root, self := ctx.ActorSystem().Root, ctx.Self()
	s.pump = newPump(sock, func(msg any) { root.Send(self, msg) })
	s.pump.start()
	ctx.Send(ctx.Parent(), streamOpened{kind: "audio", port: sock.LocalPort()})
}

func (s *streamActor) close() {
	if s.pump != nil {
		s.pump.close()
	}
}

func (s *streamActor) configure(ctx actor.Context, agreed *sdp.Agreed) {
	s.agreed = agreed
	if s.pump == nil {
		return
	}
	if agreed == nil {
		s.ringing = false
		s.pump.configure(nil, "")
		s.reconcile(ctx)
		return
	}
	cfg, err := s.sessionConfig(agreed)
	if err != nil {
		s.log.Error().Err(err).Msg("the agreed stream can't run")
		ctx.Send(ctx.Parent(), streamNews{kind: "media-failed", text: err.Error()})
		return
	}
	s.pump.configure(&cfg, cfg.Codec.Name)
	s.reconcile(ctx)
}

// sessionConfig turns an agreement into what the RTP session needs.
func (s *streamActor) sessionConfig(a *sdp.Agreed) (session.Config, error) {
	chosen, ok := a.Codec()
	if !ok {
		return session.Config{}, fmt.Errorf("no audio codec was agreed on")
	}
	spec, ok := s.media.spec(chosen)
	if !ok {
		return session.Config{}, fmt.Errorf("codec %s was agreed on but is not here", chosen.Name)
	}
	cfg := session.Config{
		SSRC: rand.Uint32(), SeqStart: uint16(rand.Uint32()), TSStart: rand.Uint32(),
		CNAME: s.cname, Random: rand.Float64,
		Codec: spec, PayloadType: chosen.PayloadType, ReceiveType: chosen.PayloadType, Ptime: frameTime,
		JitterMin: s.media.JitterMin, JitterMax: s.media.JitterMax,
		Remote: a.Remote, RemoteRTCP: a.RemoteRTCP,
		Send: a.Direction.Sends(), Receive: a.Direction.Receives(),
	}
	cfg.EventType, cfg.EventClock, _ = a.TelephoneEvent()
	for _, c := range a.Recv {
		switch {
		case c.IsEvent() && c.ClockRate == cfg.EventClock:
			cfg.EventReceiveType = c.PayloadType
		case c.Name == chosen.Name && c.ClockRate == chosen.ClockRate:
			cfg.ReceiveType = c.PayloadType
		}
	}
	return cfg, nil
}

// quality gives a session's figures as events and status show them.
func quality(s session.Stats) Quality {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return Quality{SentPackets: s.SentPackets, ReceivedPackets: s.ReceivedPackets, LostPackets: s.Lost, LatePackets: s.Late,
		SkippedFrames: s.Skipped, StretchedFrames: s.Stretched, Strangers: s.Strangers, LossPercent: s.LossPercent,
		JitterMS: ms(s.Jitter), RoundTripMS: ms(s.RoundTrip), OneWayMS: ms(s.OneWay), R: s.R, MOS: s.MOS}
}

// wantedRate is the sampling rate at which the device is needed now; 0 where
// it isn't.
func (s *streamActor) wantedRate() int {
	switch {
	case s.agreed != nil && s.agreed.Direction != sdp.Inactive:
		if chosen, ok := s.agreed.Codec(); ok {
			if spec, ok := s.media.spec(chosen); ok {
				return spec.SampleRate
			}
		}
	case s.ringing:
		return ringRate
	}
	return 0
}

// reconcile asks for the device, lets it go or changes its rate, one step at a
// time: a loop of another rate is ended first, and loopEnded comes back here.
func (s *streamActor) reconcile(ctx actor.Context) {
	want := s.wantedRate()
	if s.rate != 0 && s.rate != want && s.pump.running() {
		s.pump.stopLoop()
		return
	}
	changed := s.rate != want
	s.rate = want
	switch {
	case want == 0:
		s.release(ctx)
	case s.held:
		if changed || s.asked {
			s.beSilent()
		}
		s.release(ctx)
	case changed || !s.asked:
		s.acquire(ctx)
	}
}

// acquire asks for the device.
func (s *streamActor) acquire(ctx actor.Context) {
	s.asked = true
	s.tellAudio(ctx, acquireAudio{owner: ctx.Self(), rate: s.rate})
}

// release says that the device isn't needed any more.
func (s *streamActor) release(ctx actor.Context) {
	if s.asked {
		s.asked = false
		s.tellAudio(ctx, releaseAudio{ctx.Self()})
	}
}

// beSilent goes on without a device, which is closed if there is one.
func (s *streamActor) beSilent() {
	s.pump.run(s.ports.Audio.Silence(s.rate, frameTime), s.rate, true)
}

// askAgain is for a stream that was still waiting for its device when the
// Audio actor failed; one that has a device goes on with it.
func (s *streamActor) askAgain(ctx actor.Context) {
	if s.asked && (!s.pump.running() || s.pump.isSilent()) {
		s.acquire(ctx)
	}
}

func (s *streamActor) tellAudio(ctx actor.Context, msg any) { ctx.Send(s.audio.Load(), msg) }

// granted takes the device. Where we have changed our mind meanwhile, or had to
// yield it before it was here, the Audio actor knows already, and waits for this
// one to be closed.
func (s *streamActor) granted(ctx actor.Context, msg audioGranted) {
	if !s.asked || msg.turn.rate != s.rate || msg.turn == s.yielded {
		closeAway(msg.stream)
		return
	}
	switch {
	case msg.half != nil:
		s.tellLost(ctx, msg.half.Error())
	case s.lost != "":
		s.lost = ""
		ctx.Send(ctx.Parent(), streamNews{kind: "audio-back", text: "the audio device is back"})
	}
	s.pump.run(msg.stream, s.rate, false)
}

// missing lets the call live on without a device: the far end hears silence
// until it can be opened.
func (s *streamActor) missing(ctx actor.Context, msg audioMissing) {
	if !s.asked {
		return
	}
	s.tellLost(ctx, msg.err.Error())
	s.beSilent()
}

// tellLost tells the user what is missing, once.
func (s *streamActor) tellLost(ctx actor.Context, why string) {
	if s.lost == why {
		return
	}
	s.lost = why
	s.log.Warn().Str("why", why).Msg("an audio device is missing")
	ctx.Send(ctx.Parent(), streamNews{kind: "audio-lost", text: why})
}

// revoked lends the device to another stream and goes on in silence until it is
// back.
func (s *streamActor) revoked(ctx actor.Context, msg audioRevoked) {
	if !s.asked {
		return // it is released already
	}
	s.yielded = msg.turn
	s.beSilent()
	s.tellAudio(ctx, yieldAudio(msg))
	s.reconcile(ctx) // a loop that was to end first doesn't tell of its end any more
}

// ended follows a loop that has let go of its device: because we wanted so, or
// because the device failed.
func (s *streamActor) ended(ctx actor.Context, msg loopEnded) {
	switch {
	case s.pump.running(): // another one has taken its place meanwhile
	case msg.err != nil && s.asked && s.wantedRate() == s.rate:
		s.tellLost(ctx, "the audio device failed: "+msg.err.Error())
		s.beSilent()
		s.acquire(ctx)
	default:
		s.rate = 0
	}
	s.reconcile(ctx)
}

func (s *streamActor) command(cmd streamCommand) error {
	switch cmd.verb {
	case verbMute:
		s.pump.mute(true)
	case verbUnmute:
		s.pump.mute(false)
	case verbDTMF:
		return s.pump.sendDigits(cmd.arg)
	}
	return nil
}

// ringRate is the sampling rate in Hz at which the ringing tone is played
// before a codec was agreed on, and digitTime how long a digit is pressed.
const (
	ringRate  = 8000
	digitTime = 100 * time.Millisecond
)
