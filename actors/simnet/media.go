package simnet

import (
	"net/netip"
	"sync"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/media/tone"
	"github.com/imsphone/imsphone/protocol/transport"
)

type rtpPort struct {
	net  *Net
	addr netip.Addr
}

func (p rtpPort) LocalFor(netip.Addr) (netip.Addr, error) { return p.addr, nil }

func (p rtpPort) Open(addr netip.Addr, _ string) (actors.RTPSocket, error) {
	n := p.net
	n.mu.Lock()
	defer n.mu.Unlock()
	s := &rtpSocket{net: n, at: netip.AddrPortFrom(addr, n.port()), rtp: newQueue(mediaQueue), rtcp: newQueue(mediaQueue)}
	n.media[s.at] = s.rtp
	n.media[s.control()] = s.rtcp
	return s, nil
}

// rtpSocket is a stream's pair of ports.
type rtpSocket struct {
	net       *Net
	at        netip.AddrPort
	rtp, rtcp *queue
}

func (s *rtpSocket) control() netip.AddrPort {
	return netip.AddrPortFrom(s.at.Addr(), s.at.Port()+1)
}

func (s *rtpSocket) LocalPort() uint16 { return s.at.Port() }

func (s *rtpSocket) ReadRTP(b []byte) (int, netip.AddrPort, error)  { return receive(s.rtp, b) }
func (s *rtpSocket) ReadRTCP(b []byte) (int, netip.AddrPort, error) { return receive(s.rtcp, b) }

func receive(q *queue, b []byte) (int, netip.AddrPort, error) {
	p, ok := q.next()
	if !ok {
		return 0, netip.AddrPort{}, errClosed
	}
	return copy(b, p.data), p.flow.Remote, nil
}

func (s *rtpSocket) WriteRTP(b []byte, to netip.AddrPort) error { return s.net.deliver(s.at, to, b) }
func (s *rtpSocket) WriteRTCP(b []byte, to netip.AddrPort) error {
	return s.net.deliver(s.control(), to, b)
}

func (n *Net) deliver(from, to netip.AddrPort, b []byte) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if q := n.media[to]; q != nil {
		q.push(packet{due: time.Now().Add(n.Latency), flow: transport.Flow{Local: to, Remote: from}, data: append([]byte(nil), b...)})
	}
	return nil
}

func (s *rtpSocket) Close() error {
	s.net.mu.Lock()
	defer s.net.mu.Unlock()
	delete(s.net.media, s.at)
	delete(s.net.media, s.control())
	s.rtp.close()
	s.rtcp.close()
	return nil
}

type audioPort struct{ net *Net }

func (p audioPort) Open(rate int, period time.Duration) (actors.AudioStream, error) {
	return newAudio(tone.Sine(rate, toneHz), period, p.net.Deaf), nil
}

func (p audioPort) Silence(rate int, period time.Duration) actors.AudioStream {
	return newAudio(nil, period, p.net.Deaf)
}

// toneHz is what a simulated microphone hears.
const toneHz = 440

// audio is a paced device: it captures a tone, or silence, and swallows what is
// played.
type audio struct {
	ticker *time.Ticker    // nil where deaf
	mic    *tone.Generator // nil hears nothing
	done   chan struct{}
	once   sync.Once
}

func newAudio(mic *tone.Generator, period time.Duration, deaf bool) *audio {
	a := &audio{done: make(chan struct{}), mic: mic}
	if !deaf {
		a.ticker = time.NewTicker(period)
	}
	return a
}

func (a *audio) Read(pcm []int16) error {
	var tick <-chan time.Time
	if a.ticker != nil {
		tick = a.ticker.C
	}
	select {
	case <-tick:
		clear(pcm)
		if a.mic != nil {
			a.mic.Fill(pcm)
		}
		return nil
	case <-a.done:
		return errClosed
	}
}

func (a *audio) Write([]int16) error { return nil }

func (a *audio) Close() error {
	a.once.Do(func() {
		if a.ticker != nil {
			a.ticker.Stop()
		}
		close(a.done)
	})
	return nil
}
