package mjpeg

// Image is a JPEG image as RFC 2435 sees it. Its slices are parts of what was
// parsed.
type Image struct {
	// Width and Height are in pixels, 1 to 2040.
	Width, Height int
	// Sampling is how the colours are sampled.
	Sampling Sampling
	// Restart is the number of MCUs between restart markers, 0 for none.
	Restart uint16
	// Luma and Chroma are the quantisation tables, 64 bytes each in zigzag
	// order.
	Luma, Chroma []byte
	// Scan is the entropy-coded data, restart markers included.
	Scan []byte
}

// Sampling is the colour sampling by the number of RFC 2435 §4.1's types.
type Sampling uint8

// The samplings.
const (
	Sampling422 Sampling = 0 // MCUs of 16×8 pixels
	Sampling420 Sampling = 1 // MCUs of 16×16 pixels
)

// maxSide is the largest width and height: 255 blocks of 8 pixels.
const maxSide = 255 * 8

// blocks gives a side in blocks of 8 pixels. What is added to the last block
// never makes another MCU.
func blocks(pixels int) uint8 { return uint8((pixels + 7) / 8) }

// The markers of T.81 table B.1 that matter here.
const (
	markSOF0 = 0xC0
	markDHT  = 0xC4
	markRST0 = 0xD0
	markRST7 = 0xD7
	markSOI  = 0xD8
	markEOI  = 0xD9
	markSOS  = 0xDA
	markDQT  = 0xDB
	markDRI  = 0xDD
	markTEM  = 0x01
)
