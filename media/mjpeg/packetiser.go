package mjpeg

import "encoding/binary"

// Packetiser cuts images into payloads, one image after the other. The zero
// value is ready.
type Packetiser struct {
	image Image
	at    int // of Scan, sent so far
	// tables are of the image, q the number that stands for them.
	tables tables
	q      uint8
}

const (
	mainHeader    = 8
	restartHeader = 4
	tableHeader   = 4

	typeRestart = 64 // added to the type where there are restart markers

	// maxOffset is the largest that 24 bits hold.
	maxOffset = 1<<24 - 1

	// wholeFrame are the flags F and L and a count of all ones: restart
	// intervals aren't aligned with packets, so only whole images can be decoded
	// (RFC 2435 §3.1.7).
	wholeFrame = 0xFFFF

	// MinPayload is the smallest size of a payload that Next can keep to: all
	// headers and some data.
	MinPayload = mainHeader + restartHeader + tableHeader + 2*tableSize + 56
)

// Begin starts an image, which must stay as it is until its last payload.
func (p *Packetiser) Begin(image Image) {
	p.image, p.at = image, 0
	if p.q != 0 && string(p.tables[:tableSize]) == string(image.Luma) && string(p.tables[tableSize:]) == string(image.Chroma) {
		return // as a rule a camera stays with its tables
	}
	copy(p.tables[:], image.Luma)
	copy(p.tables[tableSize:], image.Chroma)
	q, ok := p.tables.quality()
	if !ok {
		q = everyFrame
	}
	p.q = q
}

// More tells whether there is another payload of the image.
func (p *Packetiser) More() bool { return p.at < min(len(p.image.Scan), maxOffset) }

// Next appends the next payload of at most size bytes to dst. last tells that
// the image ends with it: its RTP packet gets the marker (RFC 2435 §3).
func (p *Packetiser) Next(dst []byte, size int) (payload []byte, last bool) {
	start := len(dst)
	dst = p.appendHeaders(dst)
	room := max(size-(len(dst)-start), 1)
	end := min(p.at+room, len(p.image.Scan))
	dst = append(dst, p.image.Scan[p.at:end]...)
	p.at = end
	return dst, !p.More()
}

func (p *Packetiser) appendHeaders(dst []byte) []byte {
	m := &p.image
	kind := uint8(m.Sampling)
	if m.Restart != 0 {
		kind += typeRestart
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(p.at))
	dst = append(dst, kind, p.q, blocks(m.Width), blocks(m.Height))
	if m.Restart != 0 {
		dst = binary.BigEndian.AppendUint16(dst, m.Restart)
		dst = binary.BigEndian.AppendUint16(dst, wholeFrame)
	}
	if p.q >= firstOwn && p.at == 0 {
		dst = append(dst, 0, 0, 0, 2*tableSize)
		dst = append(dst, p.tables[:]...)
	}
	return dst
}
