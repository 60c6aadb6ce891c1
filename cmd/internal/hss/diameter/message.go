package diameter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Flags are the command flags of a message (RFC 6733 §3).
type Flags uint8

// The command flags.
const (
	Request       Flags = 0x80
	Proxiable     Flags = 0x40
	Error         Flags = 0x20
	Retransmitted Flags = 0x10

	knownFlags = Request | Proxiable | Error | Retransmitted
)

// Message is one Diameter message (RFC 6733 §3):
//
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------+-----------------------------------------------+
//	|       1       |        Length: header and padded AVPs         |
//	+-+-+-+-+-------+-----------------------------------------------+
//	|R|P|E|T|   0   |                 Command                       |
//	+-+-+-+-+-------+-----------------------------------------------+
//	|                         Application                           |
//	+---------------------------------------------------------------+
//	|        HopByHop, by which an answer finds its request         |
//	+---------------------------------------------------------------+
//	|                          EndToEnd                             |
//	+---------------------------------------------------------------+
//	|                          AVPs …                               |
//	+---------------------------------------------------------------+
type Message struct {
	Flags       Flags
	Command     uint32
	Application uint32
	HopByHop    uint32
	EndToEnd    uint32
	AVPs        []AVP
}

const (
	version       = 1
	messageHeader = 20
	// MaxLength is the greatest message that [Read] and [Parse] take, in
	// octets. The CSCFs that we know refuse greater ones, too.
	MaxLength = 1 << 16
)

// ErrMessage: the octets are not a Diameter message, and nothing after them can
// be read either.
var ErrMessage = errors.New("malformed Diameter message: close the connection")

// Parse reads a message that fills b. The AVPs' data alias b.
func Parse(b []byte) (Message, error) {
	n, err := length(b)
	if err != nil {
		return Message{}, err
	}
	if n != len(b) {
		return Message{}, fmt.Errorf("%w: its length says %d, it has %d octets", ErrMessage, n, len(b))
	}
	m := Message{
		Flags:       Flags(b[4]) & knownFlags,
		Command:     uint24(b[5:]),
		Application: binary.BigEndian.Uint32(b[8:]),
		HopByHop:    binary.BigEndian.Uint32(b[12:]),
		EndToEnd:    binary.BigEndian.Uint32(b[16:]),
	}
	m.AVPs, err = ParseAVPs(b[messageHeader:])
	return m, err
}

// length gives the length that a message's header announces.
func length(b []byte) (int, error) {
	if len(b) < messageHeader {
		return 0, fmt.Errorf("%w: %d octets are shorter than a header", ErrMessage, len(b))
	}
	if b[0] != version {
		return 0, fmt.Errorf("%w: version %d", ErrMessage, b[0])
	}
	n := int(uint24(b[1:]))
	if n < messageHeader || n > MaxLength || n%4 != 0 {
		return 0, fmt.Errorf("%w: a length of %d", ErrMessage, n)
	}
	return n, nil
}

// Append appends the message's octets to dst.
func (m Message) Append(dst []byte) []byte {
	start := len(dst)
	dst = append(dst, version, 0, 0, 0, byte(m.Flags), byte(m.Command>>16), byte(m.Command>>8), byte(m.Command))
	dst = binary.BigEndian.AppendUint32(dst, m.Application)
	dst = binary.BigEndian.AppendUint32(dst, m.HopByHop)
	dst = binary.BigEndian.AppendUint32(dst, m.EndToEnd)
	dst = appendAVPs(dst, m.AVPs)
	n := len(dst) - start
	dst[start+1], dst[start+2], dst[start+3] = byte(n>>16), byte(n>>8), byte(n)
	return dst
}

// Read takes one message from a stream. It gives io.EOF where the stream ends
// between messages.
func Read(r io.Reader) (Message, error) {
	header := make([]byte, messageHeader)
	if _, err := io.ReadFull(r, header); err != nil {
		return Message{}, err
	}
	n, err := length(header)
	if err != nil {
		return Message{}, err
	}
	b := append(header, make([]byte, n-messageHeader)...)
	if _, err := io.ReadFull(r, b[messageHeader:]); err != nil {
		return Message{}, fmt.Errorf("%w: the stream ends within it: %w", ErrMessage, err)
	}
	return Parse(b)
}

// IsRequest tells a request from an answer.
func (m Message) IsRequest() bool { return m.Flags&Request != 0 }

// Answer starts the answer to a request: same command, identifiers and
// Proxiable flag, no AVPs but the Session-Id, which comes first (RFC 6733
// §6.2).
func (m Message) Answer() Message {
	a := m
	a.Flags &= Proxiable
	a.AVPs = nil
	if s, ok := Find(m.AVPs, SessionID); ok {
		a.AVPs = []AVP{s}
	}
	return a
}
