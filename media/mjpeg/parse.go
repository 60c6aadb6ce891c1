package mjpeg

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Parse reads a JPEG image up to its data. The error is [ErrMalformed] or
// [ErrUnsuited] with what is wrong. Images without Huffman tables, as many
// cameras make them, are taken to have the standard ones.
func Parse(jpeg []byte) (Image, error) {
	p := parser{rest: jpeg}
	if !bytes.HasPrefix(jpeg, []byte{0xFF, markSOI}) {
		return Image{}, malformed("it doesn't begin with SOI")
	}
	p.rest = p.rest[2:]
	for p.image.Scan == nil {
		if err := p.segment(); err != nil {
			return Image{}, err
		}
	}
	return p.image, nil
}

// parser is what the segments so far have said.
type parser struct {
	rest   []byte
	image  Image
	tables [4][]byte // of quantisation
	// foreign tells which Huffman tables aren't the standard ones, by class and
	// number.
	foreign [2][4]bool
	frame   []byte // the components of SOF0, 3 bytes each
}

// segment reads one marker segment (T.81 §B.1.1).
func (p *parser) segment() error {
	marker, body, err := p.next()
	if err != nil {
		return err
	}
	switch marker {
	case markDQT:
		return p.quantisation(body)
	case markDHT:
		return p.huffman(body)
	case markDRI:
		return p.restart(body)
	case markSOF0:
		return p.frameHeader(body)
	case markSOS:
		return p.scan(body)
	case markEOI:
		return malformed("it ends before its data")
	}
	return otherFrame(marker)
}

// otherFrame refuses the kinds of images that aren't baseline; what is left are
// segments of no interest.
func otherFrame(marker byte) error {
	switch {
	case marker == 0xC1:
		return unsuited("it is extended sequential (SOF1)")
	case marker == 0xC2:
		return unsuited("it is progressive (SOF2)")
	case marker >= 0xC9 && marker <= 0xCF && marker != 0xCC || marker == 0xCC:
		return unsuited("it is arithmetically coded")
	case marker >= 0xC3 && marker <= 0xC8:
		return unsuited("it is lossless or hierarchical")
	}
	return nil
}

// next cuts a marker and its segment off.
func (p *parser) next() (marker byte, body []byte, err error) {
	b := p.rest
	if len(b) < 2 || b[0] != 0xFF {
		return 0, nil, malformed("a marker is missing")
	}
	for len(b) > 2 && b[1] == 0xFF { // fill bytes (§B.1.1.2)
		b = b[1:]
	}
	marker = b[1]
	if marker == markEOI || marker == markTEM || marker >= markRST0 && marker <= markRST7 {
		p.rest = b[2:]
		return marker, nil, nil
	}
	if len(b) < 4 {
		return 0, nil, malformed("marker %02X is cut off", marker)
	}
	size := int(binary.BigEndian.Uint16(b[2:]))
	if size < 2 || len(b) < 2+size {
		return 0, nil, malformed("segment %02X is longer than the image", marker)
	}
	p.rest = b[2+size:]
	return marker, b[4 : 2+size], nil
}

// quantisation reads DQT (T.81 §B.2.4.1).
func (p *parser) quantisation(b []byte) error {
	for len(b) > 0 {
		precision, number := b[0]>>4, b[0]&15
		switch {
		case number > 3:
			return malformed("quantisation table %d", number)
		case precision != 0:
			return unsuited("quantisation table %d has 16 bits", number)
		case len(b) < 1+tableSize:
			return malformed("quantisation table %d is cut off", number)
		}
		p.tables[number] = b[1 : 1+tableSize]
		b = b[1+tableSize:]
	}
	return nil
}

// huffman compares DHT with the standard tables (T.81 §B.2.4.2).
func (p *parser) huffman(b []byte) error {
	for len(b) > 0 {
		class, number := b[0]>>4, b[0]&15
		if class > 1 || number > 3 || len(b) < 17 {
			return malformed("Huffman table %d of class %d", number, class)
		}
		size := 17
		for _, n := range b[1:17] {
			size += int(n)
		}
		if len(b) < size {
			return malformed("Huffman table %d of class %d is cut off", number, class)
		}
		p.foreign[class][number] = number > 1 || string(b[1:size]) != standardHuffman(class, number)
		b = b[size:]
	}
	return nil
}

// restart reads DRI (T.81 §B.2.4.4).
func (p *parser) restart(b []byte) error {
	if len(b) != 2 {
		return malformed("DRI has %d bytes", len(b))
	}
	p.image.Restart = binary.BigEndian.Uint16(b)
	return nil
}

// frameHeader reads SOF0 (T.81 §B.2.2).
func (p *parser) frameHeader(b []byte) error {
	if len(b) < 6 || len(b) != 6+3*int(b[5]) || p.frame != nil {
		return malformed("SOF0")
	}
	p.image.Height, p.image.Width = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	p.frame = b[6:]
	switch {
	case b[0] != 8:
		return unsuited("it has %d bits a sample", b[0])
	case b[5] != 3:
		return unsuited("it has %d components", b[5])
	case p.image.Width == 0 || p.image.Height == 0:
		return malformed("it has %d×%d pixels", p.image.Width, p.image.Height)
	case p.image.Width > maxSide || p.image.Height > maxSide:
		return unsuited("%d×%d pixels are more than %d×%d", p.image.Width, p.image.Height, maxSide, maxSide)
	}
	return p.sampling()
}

// sampling reads how the three components are sampled.
func (p *parser) sampling() error {
	y, u, v := p.frame[1], p.frame[4], p.frame[7]
	switch {
	case u != 0x11 || v != 0x11:
	case y == 0x21:
		p.image.Sampling = Sampling422
		return nil
	case y == 0x22:
		p.image.Sampling = Sampling420
		return nil
	}
	return unsuited("its colours are sampled %s, and neither 4:2:2 nor 4:2:0", samplings(y, u, v))
}

func samplings(y, u, v byte) string {
	return fmt.Sprintf("%d×%d, %d×%d, %d×%d", y>>4, y&15, u>>4, u&15, v>>4, v&15)
}

// scan reads SOS (T.81 §B.2.3) and cuts the data off that follows it.
func (p *parser) scan(b []byte) error {
	if p.frame == nil {
		return malformed("its data comes before its size")
	}
	if len(b) != 10 || b[0] != 3 {
		return unsuited("its components come in several scans")
	}
	for i := range 3 {
		if b[1+2*i] != p.frame[3*i] {
			return unsuited("its scan has the components in another order")
		}
	}
	if err := p.useTables(b[2], b[4], b[6]); err != nil {
		return err
	}
	data, _, _ := bytes.Cut(p.rest, []byte{0xFF, markEOI})
	if len(data) == 0 {
		return malformed("it has no data")
	}
	p.image.Scan = data
	return nil
}

// useTables sees to it that the data uses tables that the format can name: one
// pair for Y, one for both colours.
func (p *parser) useTables(y, u, v byte) error {
	switch {
	case y != 0x00 || u != 0x11 || v != 0x11:
		return unsuited("its components use Huffman tables in another order")
	case p.foreign[0][0] || p.foreign[0][1] || p.foreign[1][0] || p.foreign[1][1]:
		return unsuited("its Huffman tables are its own")
	}
	luma, chroma, also := p.frame[2], p.frame[5], p.frame[8]
	if luma > 3 || chroma > 3 || also > 3 {
		return malformed("it uses a fifth quantisation table")
	}
	p.image.Luma, p.image.Chroma = p.tables[luma], p.tables[chroma]
	switch {
	case p.image.Luma == nil || p.image.Chroma == nil:
		return malformed("a quantisation table is missing")
	case !bytes.Equal(p.tables[chroma], p.tables[also]):
		return unsuited("its colours have a quantisation table each")
	}
	return nil
}
