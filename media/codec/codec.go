// Package codec turns PCM into RTP payloads and back: one file a codec, and a
// catalogue that names them with their RTP parameters (RFC 3551 §6).
package codec

// Encoder turns linear PCM into the payload of one RTP packet. An Encoder
// holds the state of one direction of one stream and is not safe for
// concurrent use.
type Encoder interface {
	// Encode appends the payload for pcm (mono, 16 bit, at the codec's
	// SampleRate) to dst and returns the extended slice. It does not allocate
	// when dst has room.
	Encode(dst []byte, pcm []int16) []byte
}

// Decoder turns RTP payloads into linear PCM. A Decoder holds the state of one
// direction of one stream and is not safe for concurrent use.
type Decoder interface {
	// Decode appends the samples of payload (mono, 16 bit, at the codec's
	// SampleRate) to dst and returns the extended slice. A payload that the
	// codec can't have made is an error, and dst is returned unchanged.
	Decode(dst []int16, payload []byte) ([]int16, error)
}

// Spec describes a codec as SDP and RTP see it.
type Spec struct {
	// Name is the encoding name of a=rtpmap ("PCMU", "G722").
	Name string
	// PayloadType is the static RTP payload type (RFC 3551 table 4), or -1
	// where the type is always dynamic.
	PayloadType int
	// ClockRate is the RTP timestamp rate in Hz. For G.722 this is 8000
	// although it samples at 16000 (RFC 3551 §4.5.2).
	ClockRate int
	// SampleRate is the rate in Hz of the PCM that the codec takes and gives.
	SampleRate int
	// NewEncoder and NewDecoder make fresh state for one direction.
	NewEncoder func() Encoder
	NewDecoder func() Decoder
}
