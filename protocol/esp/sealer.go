package esp

import (
	"encoding/binary"
	"io"
	"math"
	"slices"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// NoNextHeader is the next header of a dummy packet (RFC 4303 §2.6).
const NoNextHeader = 59

// maxPacket is the longest IP packet.
const maxPacket = math.MaxUint16

// Sealer is the sending end of an SA. It belongs to one goroutine at a time.
type Sealer struct {
	spi   uint32
	seq   uint32 // the last one used
	t     transform
	shape shape
	rand  io.Reader
	stats counters
}

// NewSealer makes the sending end of the SA that its receiver named spi. rand
// gives the IVs of aes-cbc, which have to be unpredictable (RFC 3602 §3); other
// suites don't use it and take nil. The error wraps [ErrSPI], [ErrSuite] or
// [ErrRandom].
//
// SPIs below 256 are reserved (RFC 4303 §2.1), but there are P-CSCFs that count
// from 100, so only 0 is refused.
func NewSealer(spi uint32, suite secagree.Suite, ik, ck aka.Key, rand io.Reader) (*Sealer, error) {
	if spi == 0 {
		return nil, ErrSPI
	}
	t, err := newTransform(suite, ik, ck)
	if err != nil {
		return nil, err
	}
	if suite.Encryption == secagree.AESCBC && rand == nil {
		return nil, ErrRandom
	}
	return &Sealer{spi: spi, t: t, shape: t.shape(), rand: rand}, nil
}

// SPI gives the number that names the SA.
func (s *Sealer) SPI() uint32 { return s.spi }

// Stats gives the counters. Any goroutine may call it.
func (s *Sealer) Stats() Stats { return s.stats.read() }

// Len gives the length in bytes of the packet that Seal makes of n bytes of
// payload.
func (s *Sealer) Len(n int) int {
	body := n + trailerLen + s.shape.align - 1
	body -= body % s.shape.align
	return headerLen + s.shape.iv + body + s.shape.icv
}

// Seal appends an ESP packet with payload to dst, from SPI to ICV, and gives the
// longer slice. nextHeader is the protocol of the payload: that of the IP header
// in transport mode, 4 or 41 in tunnel mode. payload must not overlap with what
// is behind dst. The error is [ErrOverflow], [ErrTooLong], [ErrRandom] or
// [ErrDummy]; no sequence number is used up then.
func (s *Sealer) Seal(dst, payload []byte, nextHeader byte) ([]byte, error) {
	switch {
	case nextHeader == NoNextHeader:
		return nil, ErrDummy
	case s.seq == math.MaxUint32:
		return nil, ErrOverflow
	case len(payload) > maxPacket || s.Len(len(payload)) > maxPacket:
		return nil, ErrTooLong
	}
	n, start := s.Len(len(payload)), len(dst)
	out := slices.Grow(dst, n)[:start+n]
	p := out[start:]
	binary.BigEndian.PutUint32(p, s.spi)
	binary.BigEndian.PutUint32(p[4:], s.seq+1)
	if err := s.fillIV(p[headerLen : headerLen+s.shape.iv]); err != nil {
		return nil, err
	}
	fillBody(p[headerLen+s.shape.iv:n-s.shape.icv], payload, nextHeader)
	s.t.seal(p)
	s.seq++
	s.stats.carried(len(payload))
	return out, nil
}

// fillIV writes the IV of the next packet: random for aes-cbc, unique among all
// SAs with the same key for aes-gcm and aes-gmac (RFC 4106 §3.1), see the package
// comment.
func (s *Sealer) fillIV(iv []byte) error {
	if len(iv) == counterIVLen {
		binary.BigEndian.PutUint32(iv, s.spi)
		binary.BigEndian.PutUint32(iv[4:], s.seq+1)
		return nil
	}
	if len(iv) > 0 {
		if _, err := io.ReadFull(s.rand, iv); err != nil {
			return ErrRandom
		}
	}
	return nil
}

// fillBody writes payload, padding, pad length and next header into body, which
// has the right length (RFC 4303 §2.4).
func fillBody(body, payload []byte, nextHeader byte) {
	n := copy(body, payload)
	pad := body[n : len(body)-trailerLen]
	for i := range pad {
		pad[i] = byte(i + 1)
	}
	body[len(body)-2] = byte(len(pad))
	body[len(body)-1] = nextHeader
}
