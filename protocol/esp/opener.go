package esp

import (
	"encoding/binary"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// Opener is the receiving end of an SA. It belongs to one goroutine at a time.
type Opener struct {
	spi    uint32
	t      transform
	shape  shape
	window window
	stats  counters
}

// NewOpener makes the receiving end of the SA that we named spi. The error wraps
// [ErrSPI] or [ErrSuite].
func NewOpener(spi uint32, suite secagree.Suite, ik, ck aka.Key) (*Opener, error) {
	if spi == 0 {
		return nil, ErrSPI
	}
	t, err := newTransform(suite, ik, ck)
	if err != nil {
		return nil, err
	}
	return &Opener{spi: spi, t: t, shape: t.shape()}, nil
}

// SPI gives the number that names the SA.
func (o *Opener) SPI() uint32 { return o.spi }

// Stats gives the counters. Any goroutine may call it.
func (o *Opener) Stats() Stats { return o.stats.read() }

// Open checks an ESP packet, from SPI to ICV, and appends its payload to dst; it
// gives the longer slice and the protocol of the payload. packet is left as it
// is and must not overlap with what is behind dst. The error is [ErrShort],
// [ErrSPI], [ErrAlign], [ErrReplay] or [ErrAuth] for a packet that is not to be
// believed, and [ErrPadding] or, with next header 59, [ErrDummy] for an authentic
// one without use. The window moves for authentic packets only
// (RFC 4303 §3.4.3).
func (o *Opener) Open(dst, packet []byte) (payload []byte, nextHeader byte, err error) {
	payload, nextHeader, err = o.open(dst, packet)
	if err != nil && err != ErrDummy {
		o.stats.refused(err)
		return nil, 0, err
	}
	o.stats.carried(len(payload) - len(dst))
	if err != nil {
		return nil, nextHeader, err
	}
	return payload, nextHeader, nil
}

func (o *Opener) open(dst, p []byte) ([]byte, byte, error) {
	seq, err := o.admit(p)
	if err != nil {
		return nil, 0, err
	}
	out, authentic := o.t.open(dst, p)
	if !authentic {
		return nil, 0, ErrAuth
	}
	o.window.accept(seq)
	n, nextHeader, err := readTrailer(out[len(dst):])
	if err != nil {
		return nil, 0, err
	}
	if nextHeader == NoNextHeader {
		err = ErrDummy
	}
	return out[:len(dst)+n], nextHeader, err
}

// admit does the checks that need no key.
func (o *Opener) admit(p []byte) (seq uint32, err error) {
	spi, err := SPI(p)
	if err != nil {
		return 0, err
	}
	if spi != o.spi {
		return 0, ErrSPI
	}
	body := len(p) - headerLen - o.shape.iv - o.shape.icv
	switch {
	case body < o.shape.align:
		return 0, ErrShort
	case body%o.shape.align != 0:
		return 0, ErrAlign
	}
	seq = binary.BigEndian.Uint32(p[4:])
	if !o.window.fresh(seq) {
		return 0, ErrReplay
	}
	return seq, nil
}

// readTrailer checks the padding of a plain body and gives the length of the
// payload before it, and its protocol.
func readTrailer(body []byte) (n int, nextHeader byte, err error) {
	end := len(body) - trailerLen
	n = end - int(body[end])
	if n < 0 {
		return 0, 0, ErrPadding
	}
	for i, b := range body[n:end] {
		if b != byte(i+1) {
			return 0, 0, ErrPadding
		}
	}
	return n, body[end+1], nil
}

// SPI reads the SPI of an ESP packet, which tells whose [Opener] it is for. The
// error is [ErrShort].
func SPI(packet []byte) (uint32, error) {
	if len(packet) < headerLen {
		return 0, ErrShort
	}
	return binary.BigEndian.Uint32(packet), nil
}
