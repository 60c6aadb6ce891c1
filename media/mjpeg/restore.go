package mjpeg

import "encoding/binary"

// headerRoom is what a restored image's header takes at most.
const headerRoom = 2 + 2*(5+tableSize) + 6 + 19 + 4*5 + len(dcLuma) + len(acLuma) + len(dcChroma) + len(acChroma) + 14

// appendHeader writes all of an image that comes before its data (RFC 2435
// Appendix B).
func appendHeader(dst []byte, f format, t *tables) []byte {
	dst = append(dst, 0xFF, markSOI)
	for i := range 2 {
		dst = append(dst, 0xFF, markDQT, 0, 3+tableSize, byte(i))
		dst = append(dst, t[i*tableSize:][:tableSize]...)
	}
	if f.restart != 0 {
		dst = append(dst, 0xFF, markDRI, 0, 4)
		dst = binary.BigEndian.AppendUint16(dst, f.restart)
	}
	dst = f.appendFrameHeader(dst)
	for _, h := range [4]struct {
		number byte
		table  string
	}{{0x00, dcLuma}, {0x10, acLuma}, {0x01, dcChroma}, {0x11, acChroma}} {
		dst = append(dst, 0xFF, markDHT)
		dst = binary.BigEndian.AppendUint16(dst, uint16(3+len(h.table)))
		dst = append(append(dst, h.number), h.table...)
	}
	return append(dst, 0xFF, markSOS, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0)
}

func (f format) appendFrameHeader(dst []byte) []byte {
	luma := byte(0x21)
	if Sampling(f.kind&^typeRestart) == Sampling420 {
		luma = 0x22
	}
	dst = append(dst, 0xFF, markSOF0, 0, 17, 8)
	dst = binary.BigEndian.AppendUint16(dst, uint16(f.height)*8)
	dst = binary.BigEndian.AppendUint16(dst, uint16(f.width)*8)
	return append(dst, 3, 1, luma, 0, 2, 0x11, 1, 3, 0x11, 1)
}
