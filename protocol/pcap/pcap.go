// Package pcap writes signalling as a capture file that Wireshark and tshark
// read (pcapng, draft-ietf-opsawg-pcapng): what came out of the SAs, in plain
// text, as if it had been captured between IPsec and SIP.
package pcap

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// Packet is one SIP message on its way.
type Packet struct {
	Time     time.Time
	From, To netip.AddrPort // of one IP version
	Proto    transport.Proto
	Payload  []byte
	// Comment is shown beside the packet; empty is none.
	Comment string
}

// Writer writes a capture. It is not safe for concurrent use.
type Writer struct {
	w   io.Writer
	buf []byte
	seq map[stream]uint32 // of the next byte of each direction
}

// stream is one direction of a TCP connection.
type stream struct{ from, to netip.AddrPort }

// The block types and options of pcapng.
const (
	sectionHeader   = 0x0A0D0D0A
	interfaceBlock  = 1
	enhancedPacket  = 6
	byteOrder       = 0x1A2B3C4D
	linkTypeRaw     = 101 // packets begin with their IP header
	optComment      = 1
	optApplication  = 4 // of the section: who wrote it
	optResolution   = 9 // of the interface: of its time stamps
	nanosecondsUnit = 9 // 10⁻⁹ s
	maxPayload      = 65535 - 40 - 20
)

// NewWriter begins a capture on w.
func NewWriter(w io.Writer) (*Writer, error) {
	p := &Writer{w: w, seq: map[stream]uint32{}}
	header := binary.LittleEndian.AppendUint32(nil, byteOrder)
	header = binary.LittleEndian.AppendUint16(header, 1) // version 1.0
	header = binary.LittleEndian.AppendUint16(header, 0)
	header = binary.LittleEndian.AppendUint64(header, 1<<64-1) // of unknown length
	header = option(header, optApplication, []byte("imsphone"))
	header = option(header, 0, nil)
	if err := p.block(sectionHeader, header); err != nil {
		return nil, err
	}
	link := binary.LittleEndian.AppendUint16(nil, linkTypeRaw)
	link = append(link, 0, 0, 0, 0, 0, 0) // reserved; packets of any length
	link = option(link, optResolution, []byte{nanosecondsUnit})
	link = option(link, 0, nil)
	return p, p.block(interfaceBlock, link)
}

// Write adds a packet. A message that fits no IP packet is an error.
func (p *Writer) Write(x Packet) error {
	if x.From.Addr().Unmap().Is4() != x.To.Addr().Unmap().Is4() || len(x.Payload) > maxPayload {
		return fmt.Errorf("a message of %d bytes from %s to %s can't be written as one packet", len(x.Payload), x.From, x.To)
	}
	p.buf = p.packet(p.buf[:0], x)
	stamp := uint64(x.Time.UnixNano())
	b := binary.LittleEndian.AppendUint32(nil, 0) // the only interface
	b = binary.LittleEndian.AppendUint32(b, uint32(stamp>>32))
	b = binary.LittleEndian.AppendUint32(b, uint32(stamp))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.buf)))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(p.buf)))
	b = pad(append(b, p.buf...))
	if x.Comment != "" {
		b = option(b, optComment, []byte(x.Comment))
		b = option(b, 0, nil)
	}
	return p.block(enhancedPacket, b)
}

// block frames a body, whose length is a multiple of four.
func (p *Writer) block(kind uint32, body []byte) error {
	length := uint32(len(body) + 12)
	b := binary.LittleEndian.AppendUint32(nil, kind)
	b = binary.LittleEndian.AppendUint32(b, length)
	b = append(b, body...)
	b = binary.LittleEndian.AppendUint32(b, length)
	_, err := p.w.Write(b)
	return err
}

func option(b []byte, code uint16, value []byte) []byte {
	b = binary.LittleEndian.AppendUint16(b, code)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

// packet makes the IP packet of a message.
func (p *Writer) packet(b []byte, x Packet) []byte {
	from, to := x.From.Addr().Unmap(), x.To.Addr().Unmap()
	var segment []byte
	protocol := byte(17)
	if x.Proto == transport.UDP {
		segment = udp(x)
	} else {
		protocol, segment = 6, p.tcp(x)
	}
	sum := checksum(0, pseudoHeader(from, to, protocol, len(segment)))
	at := 6 // of the checksum within UDP; TCP has it at 16
	if protocol == 6 {
		at = 16
	}
	check := ^fold(checksum(sum, segment))
	if check == 0 && protocol == 17 {
		check = 0xffff // 0 means none (RFC 768)
	}
	binary.BigEndian.PutUint16(segment[at:], check)
	if from.Is4() {
		return append(ipv4(b, from, to, protocol, len(segment)), segment...)
	}
	return append(ipv6(b, from, to, protocol, len(segment)), segment...)
}

func udp(x Packet) []byte {
	b := binary.BigEndian.AppendUint16(nil, x.From.Port())
	b = binary.BigEndian.AppendUint16(b, x.To.Port())
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(x.Payload)))
	b = append(b, 0, 0)
	return append(b, x.Payload...)
}

// tcp makes a segment that continues what went before in its direction, so that
// a reader can follow the stream.
func (p *Writer) tcp(x Packet) []byte {
	s := stream{x.From, x.To}
	seq, ack := p.seq[s]+1, p.seq[stream{x.To, x.From}]+1
	p.seq[s] += uint32(len(x.Payload))
	b := binary.BigEndian.AppendUint16(nil, x.From.Port())
	b = binary.BigEndian.AppendUint16(b, x.To.Port())
	b = binary.BigEndian.AppendUint32(b, seq)
	b = binary.BigEndian.AppendUint32(b, ack)
	b = append(b, 5<<4, 0x18, 0xff, 0xff, 0, 0, 0, 0) // 20 bytes of header, PSH and ACK, a full window
	return append(b, x.Payload...)
}

func ipv4(b []byte, from, to netip.Addr, protocol byte, length int) []byte {
	start := len(b)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(20+length))
	b = append(b, 0, 0, 0x40, 0, 64, protocol, 0, 0) // don't fragment; 64 hops
	b = append(append(b, from.AsSlice()...), to.AsSlice()...)
	binary.BigEndian.PutUint16(b[start+10:], ^fold(checksum(0, b[start:])))
	return b
}

func ipv6(b []byte, from, to netip.Addr, protocol byte, length int) []byte {
	b = append(b, 0x60, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(length))
	b = append(b, protocol, 64)
	return append(append(b, from.AsSlice()...), to.AsSlice()...)
}

// pseudoHeader is what the checksums of UDP and TCP cover besides; that of IPv4
// sums up as that of IPv6 (RFC 768, RFC 8200 §8.1).
func pseudoHeader(from, to netip.Addr, protocol byte, length int) []byte {
	b := append(append([]byte(nil), from.AsSlice()...), to.AsSlice()...)
	b = binary.BigEndian.AppendUint32(b, uint32(length))
	return append(b, 0, 0, 0, protocol)
}

// checksum adds 16-bit words (RFC 1071).
func checksum(sum uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) == 1 {
		sum += uint32(b[0]) << 8
	}
	return sum
}

func fold(sum uint32) uint16 {
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return uint16(sum)
}
