package video

import (
	"encoding/binary"
	"time"

	"github.com/imsphone/imsphone/media/rtpend"
)

// meter counts one direction.
type meter struct {
	all           uint64 // pictures
	width, height int

	since          time.Time // when the next two began
	frames, octets uint64
}

// frame counts an image that the assembler has put together: its size stands at
// a fixed place behind the tables.
func (m *meter) frame(jpeg []byte) {
	m.all++
	m.frames++
	m.width, m.height = size(jpeg)
}

// size reads the size of an image that the assembler made.
func size(jpeg []byte) (width, height int) {
	for at := 2; at+9 < len(jpeg); at += 2 + int(binary.BigEndian.Uint16(jpeg[at+2:])) {
		if jpeg[at+1] == 0xC0 {
			return int(binary.BigEndian.Uint16(jpeg[at+7:])), int(binary.BigEndian.Uint16(jpeg[at+5:]))
		}
	}
	return 0, 0
}

// Direction is what one direction of a stream has to tell.
type Direction struct {
	Frames        uint64
	Width, Height int
	// Rate is in pictures a second, Bitrate in kbit/s of payload, both since
	// the Stats before.
	Rate, Bitrate float64
}

// read gives the figures and begins a new interval.
func (m *meter) read(now time.Time) Direction {
	d := Direction{Frames: m.all, Width: m.width, Height: m.height}
	if seconds := now.Sub(m.since).Seconds(); seconds > 0 {
		d.Rate, d.Bitrate = float64(m.frames)/seconds, float64(m.octets)*8/1000/seconds
	}
	m.since, m.frames, m.octets = now, 0, 0
	return d
}

// Stats is what a stream has to tell since it began.
type Stats struct {
	rtpend.Stats
	Sent, Received Direction
	// Skipped are pictures that weren't sent because of the bandwidth.
	Skipped uint64
	// Incomplete are pictures of the peer of which packets were lost.
	Incomplete uint64
}

// Stats gives the figures as of now. Rates are since the last call: there should
// be one caller.
func (s *Session) Stats(now time.Time) Stats {
	return Stats{Stats: s.end.Stats(), Sent: s.out.read(now), Received: s.in.read(now),
		Skipped: s.sender.skipped, Incomplete: s.assembler.Dropped}
}
