package mjpeg

import "encoding/binary"

// fragment is a payload in its parts.
type fragment struct {
	offset int
	format format
	// own are the tables that came with it, one or two, nil for none.
	own  []byte
	data []byte
}

// format is what all fragments of an image have in common.
type format struct {
	kind, q, width, height uint8
	restart                uint16
}

// parse reads a payload (RFC 2435 §3.1).
func (f *fragment) parse(b []byte) error {
	if len(b) < mainHeader {
		return malformed("a payload of %d bytes", len(b))
	}
	if b[0] != 0 {
		return unsuited("interlaced video (type-specific %d)", b[0])
	}
	f.offset = int(binary.BigEndian.Uint32(b)) // the first byte is 0
	f.format = format{kind: b[4], q: b[5], width: b[6], height: b[7]}
	f.own = nil
	switch kind := b[4] &^ typeRestart; {
	case kind > uint8(Sampling420):
		return unsuited("payload type %d of JPEG", b[4])
	case b[6] == 0 || b[7] == 0:
		return unsuited("an image without a size")
	case b[5] == 0 || b[5] > maxQuality && b[5] < firstOwn:
		return unsuited("Q %d", b[5])
	}
	b = b[mainHeader:]
	if f.format.kind&typeRestart != 0 {
		if len(b) < restartHeader {
			return malformed("the restart header is cut off")
		}
		f.format.restart = binary.BigEndian.Uint16(b)
		b = b[restartHeader:]
	}
	if f.format.q >= firstOwn && f.offset == 0 {
		return f.parseTables(b)
	}
	f.data = b
	return nil
}

// parseTables reads the quantisation table header. Where its length is 0 the
// tables are those that came with the same Q before (RFC 2435 §3.1.8). A single
// one, as FFmpeg sends it, serves all components.
func (f *fragment) parseTables(b []byte) error {
	if len(b) < tableHeader {
		return malformed("the quantisation table header is cut off")
	}
	precision, size := b[1], int(binary.BigEndian.Uint16(b[2:]))
	b = b[tableHeader:]
	switch {
	case size == 0 && f.format.q != everyFrame:
	case precision&3 != 0:
		return unsuited("quantisation tables of 16 bits")
	case size < tableSize || size > len(b):
		return malformed("quantisation tables of %d bytes", size)
	default:
		f.own = b[:min(size, 2*tableSize)]
	}
	f.data = b[size:]
	return nil
}
