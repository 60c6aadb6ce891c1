package calltest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/imsphone/imsphone/protocol/sdp"
)

// DefaultLocal is what a phone of the lab can do: G.711 both ways, G.722.
func DefaultLocal(at netip.AddrPort) sdp.Local {
	return sdp.Local{
		Addr: at.Addr(), SessionID: 1000,
		Streams: []sdp.Stream{{Kind: "audio", Port: 40000, Codecs: []sdp.Codec{
			{PayloadType: 9, Name: "G722", ClockRate: 8000},
			{PayloadType: 0, Name: "PCMU", ClockRate: 8000},
			{PayloadType: 8, Name: "PCMA", ClockRate: 8000},
		}}},
	}
}

// OtherLocal is the same on another port, with PCMA alone.
func OtherLocal(l sdp.Local) sdp.Local {
	return withStream(l, 41000, sdp.Codec{PayloadType: 8, Name: "PCMA", ClockRate: 8000})
}

// ForeignLocal has no codec in common with DefaultLocal.
func ForeignLocal(l sdp.Local) sdp.Local {
	return withStream(l, 40000, sdp.Codec{PayloadType: 96, Name: "opus", ClockRate: 48000, Channels: 2})
}

// WithVideo gives the local a video stream in that direction; answerOnly keeps
// it out of offers until the other side has offered it.
func WithVideo(l sdp.Local, d sdp.Direction, answerOnly bool) sdp.Local {
	l.Streams = append(slices.Clone(l.Streams), sdp.Stream{Kind: "video", Port: 40002, Direction: d, AnswerOnly: answerOnly,
		Codecs: []sdp.Codec{{PayloadType: 26, Name: "JPEG", ClockRate: 90000}}})
	return l
}

func withStream(l sdp.Local, port uint16, codecs ...sdp.Codec) sdp.Local {
	l.Streams = []sdp.Stream{{Kind: "audio", Port: port, Codecs: codecs}}
	return l
}

// describe tells how the streams run: "PCMU to 192.0.2.2:40000 sendrecv".
func describe(a *sdp.Agreement) string {
	if a == nil {
		return "stopped"
	}
	var all []string
	for i := range a.Streams {
		s := &a.Streams[i]
		if s.Rejected {
			all = append(all, "no "+s.Kind)
			continue
		}
		c, _ := s.Codec()
		all = append(all, fmt.Sprintf("%s to %s %s", c.Name, s.Remote, s.Direction))
	}
	return strings.Join(all, ", ")
}
