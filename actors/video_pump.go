package actors

import (
	"net/netip"
	"sync"
	"time"

	"github.com/imsphone/imsphone/media/video"
)

// videoPump carries a stream's pictures, outside of any mailbox: one goroutine
// reads RTP, one reads RTCP, one is paced by the camera, and one decodes what
// has arrived for the screen. The session between them is under mu, which is
// never held while a picture is compressed or decoded.
type videoPump struct {
	sock   RTPSocket
	port   VideoPort
	call   string
	tell   func(msg any) // to the stream's mailbox
	wg     sync.WaitGroup
	viewer *viewer

	mu      sync.Mutex
	session *video.Session // nil until configured
	loop    *cameraLoop
	lag     *time.Duration // of what is heard, nil for not known
}

// cameraLoop is one run of the camera's goroutine.
type cameraLoop struct {
	camera Camera
	// wanted is cleared, under the pump's lock, by who ends the loop on purpose.
	wanted bool
}

func newVideoPump(sock RTPSocket, port VideoPort, call string, tell func(any)) *videoPump {
	return &videoPump{sock: sock, port: port, call: call, tell: tell, viewer: newViewer(port, call)}
}

func (p *videoPump) start() {
	p.wg.Go(func() { readPackets(p.sock.ReadRTP, p.received) })
	p.wg.Go(func() { readPackets(p.sock.ReadRTCP, p.reported) })
	p.wg.Go(p.viewer.run)
}

// close ends all goroutines without waiting for a camera that hangs.
func (p *videoPump) close() {
	p.stopLoop()
	p.sock.Close()
	p.viewer.close()
}

func (p *videoPump) received(packet []byte, from netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return
	}
	if jpeg, _ := p.session.Receive(time.Now(), packet, from); jpeg != nil && p.port.HasScreen() {
		p.viewer.show(jpeg, p.due(time.Now()))
	}
}

// maxAlign is how long a picture may wait for the sound that belongs to it.
const maxAlign = 500 * time.Millisecond

// due is when the picture that has come is to be shown: when the sound of the
// same moment is heard, as far as both streams' reports tell (RFC 3550 §6.4.1).
func (p *videoPump) due(now time.Time) time.Time {
	taken, ok := p.session.Taken()
	if !ok || p.lag == nil {
		return now
	}
	return now.Add(min(max(taken.Add(*p.lag).Sub(now), 0), maxAlign))
}

// align sets how far what is heard is behind.
func (p *videoPump) align(lag *time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lag = lag
}

func (p *videoPump) reported(packet []byte, from netip.AddrPort) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session != nil {
		p.session.ReceiveRTCP(time.Now(), packet, from)
	}
}

// configure sets what the session does from now on; nil ends it.
func (p *videoPump) configure(cfg *video.Config) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case cfg == nil:
		if p.session != nil {
			sayGoodbye(p.sock, p.session)
		}
		p.session = nil
	case p.session == nil:
		p.session = video.New(time.Now(), *cfg)
	default:
		p.session.Reconfigure(time.Now(), *cfg)
	}
	if p.session == nil || !p.session.Receives() {
		p.viewer.blank()
	}
}

// tick sends the report that is due and gives the figures; false without a
// session.
func (p *videoPump) tick(now time.Time) (video.Stats, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return video.Stats{}, false
	}
	if report, ok := p.session.Report(now, nil); ok {
		_ = p.sock.WriteRTCP(report, p.session.RemoteRTCP())
	}
	return p.session.Stats(now), true
}

// run lets the camera pace the stream from now on, in the place of the one
// before.
func (p *videoPump) run(camera Camera) {
	l := &cameraLoop{camera: camera, wanted: true}
	p.mu.Lock()
	old := p.loop
	p.loop = l // before the one before ends: that isn't the end of all video then
	p.mu.Unlock()
	if old != nil {
		closeCamera(old.camera)
	}
	p.wg.Go(func() { p.pace(l) })
}

func (p *videoPump) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.loop != nil
}

// stopLoop ends the camera's goroutine; its cameraEnded comes when it has let
// go, unless another run has taken its place.
func (p *videoPump) stopLoop() {
	p.mu.Lock()
	l := p.loop
	if l != nil {
		l.wanted = false
	}
	p.mu.Unlock()
	if l != nil {
		closeCamera(l.camera)
	}
}

// shot is what one turn of the camera's goroutine works on, allocated once a
// run.
type shot struct {
	frame   video.Frame
	encoder video.Encoder
	packet  []byte
	taken   int
}

func (p *videoPump) pace(l *cameraLoop) {
	s := &shot{packet: make([]byte, 0, maxDatagram)}
	var err error
	for {
		if err = l.camera.Read(&s.frame); err != nil {
			break
		}
		p.turn(l, s)
	}
	p.ended(l, err)
}

// turn sends a picture in bursts.
func (p *videoPump) turn(l *cameraLoop, s *shot) {
	quality, sends := p.ready(l)
	if !sends {
		return
	}
	p.preview(s)
	m, err := s.encoder.Encode(&s.frame, quality)
	if err != nil {
		return // a broken picture is like one that the camera left out
	}
	p.mu.Lock()
	ok := p.session != nil && p.session.Capture(time.Now(), s.frame.Captured, m)
	p.mu.Unlock()
	for ok {
		var pause time.Duration
		if pause, ok = p.burst(s, len(m.Scan)); ok {
			time.Sleep(pause)
		}
	}
}

// ready tells whether the loop's pictures are to be sent, and how good.
func (p *videoPump) ready(l *cameraLoop) (quality int, sends bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil || p.loop != l || !p.session.Sends() {
		return 0, false
	}
	return p.session.Quality(), true
}

// burst sends the next packets of a picture; false after the last one.
func (p *videoPump) burst(s *shot, size int) (pause time.Duration, more bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.session == nil {
		return 0, false
	}
	for range p.session.Burst() {
		packet, ok := p.session.Packet(s.packet[:0])
		if !ok {
			return 0, false
		}
		// A send that fails is a lost packet: RTCP tells.
		_ = p.sock.WriteRTP(packet, p.session.Remote())
	}
	return p.session.Pause(size), true
}

// previewEvery is how many of a camera's compressed pictures one is decoded of
// for our own screen; what isn't compressed is shown as it comes.
const previewEvery = 3

func (p *videoPump) preview(s *shot) {
	if !p.port.HasScreen() {
		return
	}
	picture := s.frame.Raw
	if s.taken++; picture == nil && s.taken%previewEvery == 1 {
		picture, _ = video.Decode(s.frame.JPEG) // the encoder says what is wrong
	}
	if picture != nil {
		p.port.Show(Ours, p.call, picture)
	}
}

// ended says that the loop is over, with the error of a camera that failed.
func (p *videoPump) ended(l *cameraLoop, err error) {
	closeCamera(l.camera)
	p.mu.Lock()
	wanted := l.wanted
	current := p.loop == l
	if current {
		p.loop = nil
	}
	p.mu.Unlock()
	if !current {
		return // another run has taken over
	}
	if p.port.HasScreen() {
		p.port.Show(Ours, p.call, nil)
	}
	if !wanted {
		err = nil
	}
	p.tell(cameraEnded{err})
}
