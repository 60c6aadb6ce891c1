package video

import (
	"time"

	"github.com/imsphone/imsphone/media/mjpeg"
	"github.com/imsphone/imsphone/media/rtpend"
)

// sender is the outgoing direction.
type sender struct {
	packetiser mjpeg.Packetiser
	epoch      time.Time // TSStart on the clock
	stamp      uint32    // of the picture that is being sent
	begun      bool
	skipped    uint64 // pictures that would have been too much

	credit  float64 // bits that may be sent, negative where too many were
	last    time.Time
	quality int
}

const (
	// burst is how many packets are sent at once: what the smallest socket
	// buffers and queues on the way take.
	burst = 6
	// packetOverhead is what the headers of IPv4, UDP and RTP add.
	packetOverhead = 40

	firstQuality, worstQuality, bestQuality = 60, 15, 85
)

// Capture begins to send a picture that was taken at a time; Packet gives its
// packets. False where it isn't sent: by the direction, or because those before
// have used up the bandwidth.
func (s *Session) Capture(now, taken time.Time, m mjpeg.Image) bool {
	o := &s.sender
	if !s.cfg.Send || !s.end.Remote().IsValid() || o.packetiser.More() {
		return false
	}
	s.adapt(len(m.Scan))
	if !s.afford(now) {
		o.skipped++
		return false
	}
	stamp := s.stamp(taken)
	if o.begun && int32(stamp-o.stamp) <= 0 {
		stamp = o.stamp + 1 // two pictures never share a timestamp
	}
	o.stamp, o.begun = stamp, true
	o.packetiser.Begin(m)
	s.out.frames++
	s.out.all++
	s.out.width, s.out.height = m.Width, m.Height
	return true
}

// stamp gives a time on the RTP clock.
func (s *Session) stamp(at time.Time) uint32 {
	return s.cfg.TSStart + uint32(s.end.Config().Ticks(at.Sub(s.sender.epoch)))
}

// afford tells whether another picture fits into the bandwidth, averaged over
// half a second.
func (s *Session) afford(now time.Time) bool {
	o := &s.sender
	rate := float64(s.cfg.Bandwidth) * 1000
	if rate == 0 {
		return true
	}
	if o.last.IsZero() {
		o.credit = rate / 2
	}
	o.credit = min(o.credit+rate*now.Sub(o.last).Seconds(), rate/2)
	o.last = now
	return o.credit > 0
}

// adapt moves the quality of pictures that we compress ourselves to where they
// fit into the bandwidth.
func (s *Session) adapt(size int) {
	o := &s.sender
	if s.cfg.Bandwidth == 0 {
		return
	}
	share := s.cfg.Bandwidth * 1000 / 8 / s.cfg.Rate
	switch {
	case size > share:
		o.quality = max(o.quality-5, worstQuality)
	case size < share*3/4:
		o.quality = min(o.quality+1, bestQuality)
	}
}

// Quality is what pictures should be compressed with now, 1 to 100.
func (s *Session) Quality() int { return s.sender.quality }

// Packet appends the next packet of the picture to out; false where all were
// sent.
func (s *Session) Packet(out []byte) ([]byte, bool) {
	o := &s.sender
	if !o.packetiser.More() {
		return out, false
	}
	packet, last := o.packetiser.Next(rtpend.Header(out), s.cfg.PayloadSize)
	size := len(packet) - len(out)
	o.credit -= float64(8 * (size + packetOverhead - rtpend.HeaderSize))
	s.out.octets += uint64(size - rtpend.HeaderSize)
	return s.end.Seal(out, s.cfg.PayloadType, o.stamp, last, packet), true
}

// Burst is how many packets may be sent at once.
func (s *Session) Burst() int { return burst }

// Pause is how long to wait after a burst, so that the picture of size bytes
// takes half of its time.
func (s *Session) Pause(size int) time.Duration {
	bursts := size / (burst * s.cfg.PayloadSize)
	if bursts == 0 {
		return 0
	}
	return s.cfg.interval() / 2 / time.Duration(bursts)
}
