package mjpeg

// tableSize is that of a quantisation table in bytes.
const tableSize = 64

// tables are the quantisation tables of an image, luminance first, in zigzag
// order.
type tables [2 * tableSize]byte

// Values of Q (RFC 2435 §3.1.8).
const (
	maxQuality = 99  // 1…99: the tables follow from the number
	firstOwn   = 128 // 128…255: the tables are sent
	everyFrame = 255 // they are sent with each image
)

// scaled gives the tables of a quality 1…99 (RFC 2435 Appendix A).
func (t *tables) scaled(quality uint8) {
	for i := range tableSize {
		t[i] = scale(quantLuma[i], quality)
		t[tableSize+i] = scale(quantChroma[i], quality)
	}
}

// scale is the Independent JPEG Group's rule, by which most encoders go.
func scale(v byte, quality uint8) byte {
	factor := 200 - 2*int(quality)
	if quality < 50 {
		factor = 5000 / int(quality)
	}
	return byte(min(max((int(v)*factor+50)/100, 1), 255))
}

// quality finds the number whose tables these are; false where there is none,
// and the tables have to be sent.
func (t *tables) quality() (uint8, bool) {
	for q := uint8(1); q <= maxQuality; q++ {
		if t.are(q) {
			return q, true
		}
	}
	return 0, false
}

func (t *tables) are(quality uint8) bool {
	for i := range tableSize {
		if t[i] != scale(quantLuma[i], quality) || t[tableSize+i] != scale(quantChroma[i], quality) {
			return false
		}
	}
	return true
}
