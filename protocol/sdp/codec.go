package sdp

import "strings"

// Codec is one payload type of an RTP stream with its a=rtpmap and a=fmtp
// (RFC 8866 §6.6, §6.15).
type Codec struct {
	// PayloadType is 0…127.
	PayloadType uint8
	// Name is the encoding name, compared without regard to case; "" for a
	// dynamic payload type that came without a=rtpmap.
	Name string
	// ClockRate is the RTP clock in Hz: 8000 for G.722 (RFC 3551 §4.5.2).
	ClockRate int
	// Channels is 1 or more; 0 counts as 1.
	Channels int
	// Fmtp are the format's parameters as they came.
	Fmtp string
}

// IsEvent tells whether the codec is telephone-event (RFC 4733).
func (c Codec) IsEvent() bool { return strings.EqualFold(c.Name, "telephone-event") }

// IsNoise tells whether the codec is comfort noise (RFC 3389).
func (c Codec) IsNoise() bool { return strings.EqualFold(c.Name, "CN") }

// carriesMedia tells whether a stream can consist of this codec alone.
func (c Codec) carriesMedia() bool { return c.Name != "" && !c.IsEvent() && !c.IsNoise() }

// Param gives the value of a parameter in Fmtp ("octet-align" in
// "octet-align=1; mode-set=7"), "" when it isn't there.
func (c Codec) Param(name string) string {
	for part := range strings.SplitSeq(c.Fmtp, ";") {
		key, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(trim(key), name) {
			return trim(value)
		}
	}
	return ""
}

// Matches tells whether both are the same codec in the sense of RFC 3264
// §6.1: the payload type plays no part, the parameters that change the wire
// format do.
func (c Codec) Matches(other Codec) bool {
	return c.sameEncoding(other) && c.sameFraming(other)
}

func (c Codec) sameEncoding(other Codec) bool {
	return c.Name != "" && strings.EqualFold(c.Name, other.Name) &&
		c.ClockRate == other.ClockRate && max(c.Channels, 1) == max(other.Channels, 1)
}

// framing lists the parameters that must be equal on both sides, with the
// value that stands when the parameter is missing.
var framing = map[string][]struct{ name, missing string }{
	// RFC 4867 §8.1, §8.2 and §8.3.1
	"amr":    {{"octet-align", "0"}, {"crc", "0"}, {"robust-sorting", "0"}, {"interleaving", ""}},
	"amr-wb": {{"octet-align", "0"}, {"crc", "0"}, {"robust-sorting", "0"}, {"interleaving", ""}},
	// RFC 6184 §8.2.2
	"h264": {{"packetization-mode", "0"}},
}

func (c Codec) sameFraming(other Codec) bool {
	for _, p := range framing[strings.ToLower(c.Name)] {
		mine, theirs := c.Param(p.name), other.Param(p.name)
		if mine == "" {
			mine = p.missing
		}
		if theirs == "" {
			theirs = p.missing
		}
		if mine != theirs {
			return false
		}
	}
	return true
}
