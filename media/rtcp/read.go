package rtcp

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrCompound says that bytes are no valid RTCP compound (RFC 3550 A.2). Drop
// them and count it.
var ErrCompound = errors.New("not a valid RTCP compound")

// Digest is what a compound tells one of its receivers.
type Digest struct {
	// From is the SSRC of the peer that made the compound.
	From uint32
	// HasSender tells that Sender is given: the peer sends, too.
	HasSender bool
	Sender    SenderInfo
	// HasBlock tells that Block, the peer's report about us, is given.
	HasBlock bool
	Block    Block
	// CNAME is the peer's canonical name, a part of the bytes that were read;
	// nil where none was given.
	CNAME []byte
	// Bye tells that the peer ends its stream.
	Bye bool
}

// Read checks a compound and gathers what it says to the source with the SSRC
// local. What it says about others is checked and passed over, and so are
// packet types that aren't RFC 3550's own. An error wraps ErrCompound, and then
// nothing of it may be believed.
func Read(b []byte, local uint32) (Digest, error) {
	var d Digest
	for at := 0; ; {
		p, size, err := cut(b[at:], at == 0)
		if err != nil {
			return Digest{}, err
		}
		if at == 0 {
			d.From = binary.BigEndian.Uint32(p.body)
		}
		if err := d.take(p, local); err != nil {
			return Digest{}, err
		}
		if at += size; at == len(b) {
			return d, nil
		}
		if p.padded {
			return Digest{}, fmt.Errorf("%w: padding before the last packet", ErrCompound)
		}
	}
}

// packet is one packet of a compound; body follows the first four bytes and
// has no padding.
type packet struct {
	kind   uint8
	count  int
	padded bool
	body   []byte
}

// cut takes the first packet off b and gives its size.
func cut(b []byte, first bool) (packet, int, error) {
	if len(b) < 4 {
		return packet{}, 0, fmt.Errorf("%w: %d bytes are left where a header of 4 should be", ErrCompound, len(b))
	}
	size := 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
	p := packet{kind: b[1], count: int(b[0] & 0x1F), padded: b[0]&0x20 != 0}
	switch {
	case b[0]>>6 != 2:
		return packet{}, 0, fmt.Errorf("%w: version %d", ErrCompound, b[0]>>6)
	case size > len(b):
		return packet{}, 0, fmt.Errorf("%w: a packet of %d bytes in %d", ErrCompound, size, len(b))
	case first && (p.padded || p.kind != typeSR && p.kind != typeRR):
		return packet{}, 0, fmt.Errorf("%w: it does not begin with an unpadded report", ErrCompound)
	case first && size < headerSize:
		return packet{}, 0, fmt.Errorf("%w: a report without an SSRC", ErrCompound)
	}
	p.body = b[4:size]
	if !p.padded {
		return p, size, nil
	}
	padding := 0
	if len(p.body) > 0 {
		padding = int(p.body[len(p.body)-1])
	}
	if padding == 0 || padding%4 != 0 || padding > len(p.body) {
		return packet{}, 0, fmt.Errorf("%w: %d bytes of padding", ErrCompound, padding)
	}
	p.body = p.body[:len(p.body)-padding]
	return p, size, nil
}

func (d *Digest) take(p packet, local uint32) error {
	switch p.kind {
	case typeSR:
		return d.takeReport(p, local, senderSize)
	case typeRR:
		return d.takeReport(p, local, 0)
	case typeSDES:
		return d.takeDescription(p)
	case typeBYE:
		return d.takeBye(p)
	}
	return nil
}

// takeReport reads an SR or RR (§6.4). What follows the blocks is a profile's
// extension.
func (d *Digest) takeReport(p packet, local uint32, sender int) error {
	if len(p.body) < 4+sender+p.count*blockSize {
		return fmt.Errorf("%w: a report of %d bytes with %d blocks", ErrCompound, len(p.body), p.count)
	}
	if binary.BigEndian.Uint32(p.body) != d.From {
		return nil
	}
	if sender > 0 {
		d.HasSender, d.Sender = true, readSender(p.body[4:])
	}
	for blocks := p.body[4+sender:]; p.count > 0; p.count-- {
		if b := readBlock(blocks); b.SSRC == local {
			d.HasBlock, d.Block = true, b
		}
		blocks = blocks[blockSize:]
	}
	return nil
}

func readSender(b []byte) SenderInfo {
	return SenderInfo{
		NTP:     binary.BigEndian.Uint64(b),
		RTP:     binary.BigEndian.Uint32(b[8:]),
		Packets: binary.BigEndian.Uint32(b[12:]),
		Octets:  binary.BigEndian.Uint32(b[16:]),
	}
}

func readBlock(b []byte) Block {
	return Block{
		SSRC:     binary.BigEndian.Uint32(b),
		Fraction: b[4],
		Lost:     int32(binary.BigEndian.Uint32(b[4:])<<8) >> 8,
		Highest:  binary.BigEndian.Uint32(b[8:]),
		Jitter:   binary.BigEndian.Uint32(b[12:]),
		LSR:      binary.BigEndian.Uint32(b[16:]),
		DLSR:     binary.BigEndian.Uint32(b[20:]),
	}
}

// takeDescription reads the chunks of an SDES (§6.5).
func (d *Digest) takeDescription(p packet) error {
	b := p.body
	for range p.count {
		if len(b) < 8 {
			return fmt.Errorf("%w: a chunk of %d bytes", ErrCompound, len(b))
		}
		name, size, ok := readChunk(b[4:])
		if !ok {
			return fmt.Errorf("%w: a chunk without an end", ErrCompound)
		}
		if name != nil && binary.BigEndian.Uint32(b) == d.From {
			d.CNAME = name
		}
		b = b[4+size:]
	}
	return nil
}

// readChunk walks the items of a chunk and gives its CNAME and its size, which
// the zero bytes at its end fill to a multiple of four.
func readChunk(b []byte) (name []byte, size int, ok bool) {
	at := 0
	for at < len(b) && b[at] != 0 {
		if at+1 >= len(b) || at+2+int(b[at+1]) > len(b) {
			return nil, 0, false
		}
		end := at + 2 + int(b[at+1])
		if b[at] == itemCNAME {
			name = b[at+2 : end : end]
		}
		at = end
	}
	size = (at + 4) &^ 3
	return name, size, size <= len(b)
}

// takeBye reads a BYE (§6.6); the reason that may follow is checked only.
func (d *Digest) takeBye(p packet) error {
	sources := 4 * p.count
	if len(p.body) < sources {
		return fmt.Errorf("%w: a goodbye of %d bytes for %d sources", ErrCompound, len(p.body), p.count)
	}
	if reason := p.body[sources:]; len(reason) > 0 && int(reason[0]) >= len(reason) {
		return fmt.Errorf("%w: a goodbye's reason of %d bytes in %d", ErrCompound, reason[0], len(reason)-1)
	}
	for b := p.body[:sources]; len(b) > 0; b = b[4:] {
		if binary.BigEndian.Uint32(b) == d.From {
			d.Bye = true
		}
	}
	return nil
}
