package v4l2

import "strings"

// FourCC names a format of pixels or of compressed pictures: four characters,
// the first of them in the lowest byte.
type FourCC uint32

// The formats that imsphone knows by name.
const (
	MJPEG FourCC = 'M' | 'J'<<8 | 'P'<<16 | 'G'<<24 // JPEG pictures, often without Huffman tables
	JPEG  FourCC = 'J' | 'P'<<8 | 'E'<<16 | 'G'<<24 // whole JPEG files
	YUYV  FourCC = 'Y' | 'U'<<8 | 'Y'<<16 | 'V'<<24 // 4:2:2, packed as Y0 Cb Y1 Cr
	UYVY  FourCC = 'U' | 'Y'<<8 | 'V'<<16 | 'Y'<<24 // 4:2:2, packed as Cb Y0 Cr Y1
	NV12  FourCC = 'N' | 'V'<<8 | '1'<<16 | '2'<<24 // 4:2:0, a plane of Y, one of Cb Cr pairs
	YU12  FourCC = 'Y' | 'U'<<8 | '1'<<16 | '2'<<24 // 4:2:0, planes of Y, Cb and Cr: I420
	H264  FourCC = 'H' | '2'<<8 | '6'<<16 | '4'<<24 // H.264 with start codes (Annex B)
	FWHT  FourCC = 'F' | 'W'<<8 | 'H'<<16 | 'T'<<24 // what the kernel's test codec makes
)

// String gives the four characters, without spaces at the end.
func (f FourCC) String() string {
	b := []byte{byte(f), byte(f >> 8), byte(f >> 16), byte(f >> 24)}
	for i, c := range b {
		if c < ' ' || c > '~' {
			b[i] = '?'
		}
	}
	return strings.TrimRight(string(b), " ")
}

// MarshalText gives the four characters, for JSON.
func (f FourCC) MarshalText() ([]byte, error) { return []byte(f.String()), nil }
