package rtcp

// Packet types (RFC 3550 §12.1).
const (
	typeSR   = 200
	typeRR   = 201
	typeSDES = 202
	typeBYE  = 203
)

// Sizes in bytes.
const (
	headerSize = 8 // common header and SSRC
	senderSize = 20
	blockSize  = 24
)

// SenderInfo is the sender's part of an SR (RFC 3550 §6.4.1).
type SenderInfo struct {
	NTP     uint64 // wall clock
	RTP     uint32 // the same instant on the RTP clock
	Packets uint32 // RTP packets sent
	Octets  uint32 // payload octets sent
}

// Block is a report about one source (RFC 3550 §6.4.1).
type Block struct {
	SSRC     uint32 // the source that it is about
	Fraction uint8  // lost since the last report, in 1/256
	Lost     int32  // lost in all, 24 bits with sign
	Highest  uint32 // extended highest sequence number received
	Jitter   uint32 // interarrival jitter, RTP clock units
	LSR      uint32 // middle 32 bits of the last SR's NTP time; 0 for none
	DLSR     uint32 // time since that SR, in 1/65536 s
}

// IsRTCP tells the two kinds of packets on one port apart by their second byte
// (RFC 5761 §4): RTCP has packet types 192 to 223. It looks at nothing else.
func IsRTCP(b []byte) bool { return len(b) > 1 && b[1] >= 192 && b[1] <= 223 }
