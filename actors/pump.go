package actors

import (
	"fmt"
	"math"
	"net/netip"
	"sync"
	"time"

	"github.com/imsphone/imsphone/media/dtmf"
	"github.com/imsphone/imsphone/media/session"
	"github.com/imsphone/imsphone/media/tone"
)

// pump carries a stream's media, outside of any mailbox: one goroutine reads
// RTP, one reads RTCP, and one is paced by the sound device: each frame it
// captures goes out as a packet, and one frame comes out of the jitter buffer
// for the speaker. The session between them is under mu, which is held for
// microseconds; the device's own callbacks never see it.
type pump struct {
	sock RTPSocket
	tell func(msg any) // to the stream's mailbox
	wg   sync.WaitGroup

	mu      sync.Mutex
	session *session.Session // nil until configured
	codec   string
	loop    *loop
	muted   bool
	ring    *tone.Generator // plays instead of silence before any media
	waiting *tone.Generator // plays on top of the far end; nil plays nothing
}

// loop is one run of the device goroutine.
type loop struct {
	stream AudioStream
	rate   int
	silent bool
	// wanted is cleared, under the pump's lock, by who ends the loop on
	// purpose.
	wanted bool
}

func newPump(sock RTPSocket, tell func(any)) *pump { return &pump{sock: sock, tell: tell} }

func (p *pump) start() {
	p.wg.Go(func() { readPackets(p.sock.ReadRTP, p.received) })
	p.wg.Go(func() { readPackets(p.sock.ReadRTCP, p.reported) })
}

// close ends all goroutines without waiting for a device that hangs.
func (p *pump) close() {
	p.stopLoop()
	p.sock.Close()
}

func (p *pump) received(packet []byte, from netip.AddrPort) {
	p.mu.Lock()
	if p.session == nil {
		p.mu.Unlock()
		return
	}
	p.session.Receive(time.Now(), packet, from)
	events := p.session.Events()
	p.mu.Unlock()
	for _, e := range events {
		p.tell(streamNews{digit: e.String()})
	}
}

func (p *pump) reported(packet []byte, from netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session != nil {
		p.session.ReceiveRTCP(time.Now(), packet, from)
	}
}

// configure sets what the session does from now on; nil ends it.
func (p *pump) configure(cfg *session.Config, codec string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codec = codec
	switch {
	case cfg == nil:
		if p.session != nil {
			sayGoodbye(p.sock, p.session)
		}
		p.session = nil
	case p.session == nil:
		p.session = session.New(time.Now(), *cfg)
	default:
		p.session.Reconfigure(time.Now(), *cfg)
	}
}

// run lets the device pace the stream from now on, in the place of the one
// before.
func (p *pump) run(stream AudioStream, rate int, silent bool) {
	l := &loop{stream: stream, rate: rate, silent: silent, wanted: true}
	p.mu.Lock()
	old := p.loop
	p.loop = l // before the one before ends: that isn't the end of all sound then
	p.mu.Unlock()
	if old != nil {
		closeAway(old.stream)
	}
	p.wg.Go(func() { p.pace(l) })
}

func (p *pump) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.loop != nil
}

func (p *pump) isSilent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.loop != nil && p.loop.silent
}

// stopLoop ends the device goroutine; its loopEnded comes when it has let go,
// unless another run has taken its place.
func (p *pump) stopLoop() {
	p.mu.Lock()
	l := p.loop
	if l != nil {
		l.wanted = false
	}
	p.mu.Unlock()
	if l != nil {
		closeAway(l.stream)
	}
}

// frame is what one turn of the device goroutine works on, allocated once a
// run.
type frame struct {
	mic, speaker []int16
	tone         []int16 // on top of speaker
	packet       []byte
	report       []byte
}

// statsEvery is how often a stream tells its quality.
const statsEvery = 2 * time.Second

func (p *pump) pace(l *loop) {
	samples := samplesOf(l.rate)
	f := &frame{mic: make([]int16, samples), speaker: make([]int16, samples), tone: make([]int16, samples),
		packet: make([]byte, 0, maxDatagram), report: make([]byte, 0, maxDatagram)}
	next := time.Now().Add(statsEvery)
	var err error
	for {
		if err = l.stream.Read(f.mic); err != nil {
			break
		}
		now := time.Now()
		p.turn(now, l, f)
		if err = l.stream.Write(f.speaker); err != nil {
			break
		}
		if now.After(next) {
			next = now.Add(statsEvery)
			p.tellQuality(now)
		}
	}
	p.ended(l, err)
}

// turn sends what was captured and fills what is to be heard.
func (p *pump) turn(now time.Time, l *loop, f *frame) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil || l.rate != p.cfgRate() {
		p.idle(f)
		return
	}
	if p.muted {
		clear(f.mic)
	}
	if packet, ok := p.session.Capture(now, f.mic, f.packet[:0]); ok {
		// A send that fails is a lost packet: RTCP tells.
		_ = p.sock.WriteRTP(packet, p.session.Remote())
	}
	p.session.Playout(now, f.speaker)
	if p.waiting != nil {
		p.waiting.Fill(f.tone)
		mix(f.speaker, f.tone)
	}
	if report, ok := p.session.Report(now, f.report[:0]); ok {
		_ = p.sock.WriteRTCP(report, p.session.RemoteRTCP())
	}
}

// idle plays the ringing tone, or nothing, while there is no session.
func (p *pump) idle(f *frame) {
	clear(f.speaker)
	if p.ring != nil {
		p.ring.Fill(f.speaker)
	}
}

func (p *pump) cfgRate() int { return p.session.SampleRate() }

func (p *pump) tellQuality(now time.Time) {
	p.mu.Lock()
	if p.session == nil {
		p.mu.Unlock()
		return
	}
	stats := p.session.Stats(now)
	q := quality(stats)
	news := streamNews{quality: &q, codec: p.codec}
	if stats.LagKnown {
		news.lag = &stats.Lag
	}
	p.mu.Unlock()
	p.tell(news)
}

// ended says that the loop is over, with the error of a device that failed.
func (p *pump) ended(l *loop, err error) {
	closeAway(l.stream)
	p.mu.Lock()
	wanted := l.wanted
	current := p.loop == l
	if current {
		p.loop = nil
	}
	p.mu.Unlock()
	switch {
	case !current: // another run has taken over
	case wanted:
		p.tell(loopEnded{err})
	default:
		p.tell(loopEnded{})
	}
}

func (p *pump) mute(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.muted = on
}

func (p *pump) ringback(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ring = nil
	if on {
		p.ring = tone.Ringback(ringRate)
	}
}

// waitingTone tells of a waiting call, on top of what the far end says.
func (p *pump) waitingTone(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = nil
	if on && p.session != nil {
		p.waiting = tone.Waiting(p.cfgRate())
	}
}

// mix adds b to a.
func mix(a, b []int16) {
	for i, v := range b {
		a[i] = int16(min(max(int32(a[i])+int32(v), math.MinInt16), math.MaxInt16))
	}
}

// samplesOf is the length of a frame at rate Hz.
func samplesOf(rate int) int { return rate * int(frameTime/time.Millisecond) / 1000 }

func (p *pump) sendDigits(digits string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return fmt.Errorf("there is no audio to send digits in")
	}
	events, err := dtmf.ParseDigits(digits)
	if err != nil {
		return err
	}
	for _, e := range events {
		if err := p.session.SendDTMF(e, digitTime); err != nil {
			return err
		}
	}
	return nil
}
