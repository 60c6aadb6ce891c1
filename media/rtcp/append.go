package rtcp

import "encoding/binary"

// Report is what one compound says: a sender report where Sender is given, else
// a receiver report; with a block about the peer where Block is given; with the
// source description that every compound carries, and a goodbye at the end
// (RFC 3550 §6.1).
type Report struct {
	SSRC   uint32
	Sender *SenderInfo
	Block  *Block
	// CNAME is the canonical name, at most 255 bytes; what is longer is cut.
	CNAME string
	// Bye ends the stream (§6.6).
	Bye bool
}

// Append writes the compound to dst.
func (r Report) Append(dst []byte) []byte {
	dst = r.appendReport(dst)
	dst = r.appendDescription(dst)
	if r.Bye {
		dst = appendHeader(dst, 1, typeBYE, headerSize, r.SSRC)
	}
	return dst
}

// appendHeader writes the common header and an SSRC; size is the whole
// packet's.
func appendHeader(dst []byte, count, kind uint8, size int, ssrc uint32) []byte {
	dst = append(dst, 2<<6|count, kind)
	dst = binary.BigEndian.AppendUint16(dst, uint16(size/4-1))
	return binary.BigEndian.AppendUint32(dst, ssrc)
}

func (r Report) appendReport(dst []byte) []byte {
	kind, size, count := uint8(typeRR), headerSize, uint8(0)
	if r.Sender != nil {
		kind, size = typeSR, size+senderSize
	}
	if r.Block != nil {
		count, size = 1, size+blockSize
	}
	dst = appendHeader(dst, count, kind, size, r.SSRC)
	if s := r.Sender; s != nil {
		dst = binary.BigEndian.AppendUint64(dst, s.NTP)
		dst = binary.BigEndian.AppendUint32(dst, s.RTP)
		dst = binary.BigEndian.AppendUint32(dst, s.Packets)
		dst = binary.BigEndian.AppendUint32(dst, s.Octets)
	}
	if r.Block != nil {
		dst = r.Block.append(dst)
	}
	return dst
}

func (b *Block) append(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, b.SSRC)
	dst = binary.BigEndian.AppendUint32(dst, uint32(b.Fraction)<<24|uint32(b.Lost)&0xFFFFFF)
	dst = binary.BigEndian.AppendUint32(dst, b.Highest)
	dst = binary.BigEndian.AppendUint32(dst, b.Jitter)
	dst = binary.BigEndian.AppendUint32(dst, b.LSR)
	return binary.BigEndian.AppendUint32(dst, b.DLSR)
}

// appendDescription writes an SDES of one chunk with a CNAME (§6.5.1). The
// chunk ends with at least one zero byte, at a multiple of four.
func (r Report) appendDescription(dst []byte) []byte {
	name := r.CNAME[:min(len(r.CNAME), 255)]
	items := 2 + len(name)
	padded := (items + 4) &^ 3
	dst = appendHeader(dst, 1, typeSDES, headerSize+padded, r.SSRC)
	dst = append(dst, itemCNAME, uint8(len(name)))
	dst = append(dst, name...)
	for range padded - items {
		dst = append(dst, 0)
	}
	return dst
}

const itemCNAME = 1
