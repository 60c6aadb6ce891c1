package v4l2

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's structures (linux/videodev2.h). A union is an array of the words
// that align it as the kernel does; Go on 32-bit ARM aligns 64-bit values to 4
// bytes where the kernel aligns them to 8, so those gaps are written out.

// word is what aligns a union that has a pointer in it.
const word = unsafe.Sizeof(uintptr(0))

type capability struct {
	driver       [16]byte
	card         [32]byte
	busInfo      [32]byte
	version      uint32
	capabilities uint32
	deviceCaps   uint32
	reserved     [3]uint32
}

type formatDesc struct {
	index, typ, flags uint32
	description       [32]byte
	pixelFormat       uint32
	mbusCode          uint32
	reserved          [3]uint32
}

type frameSizeEnum struct {
	index, pixelFormat, typ uint32
	size                    [6]uint32 // width, height; or min, max, step of each
	reserved                [2]uint32
}

type frameIntervalEnum struct {
	index, pixelFormat, width, height, typ uint32
	interval                               [3]fraction // one; or min, max, step
	reserved                               [2]uint32
}

type fraction struct{ numerator, denominator uint32 }

// format is v4l2_format; its union starts with a pixFormat or a pixFormatMP.
type format struct {
	typ uint32
	fmt [200 / word]uintptr
}

func (f *format) pix() *pixFormat     { return (*pixFormat)(unsafe.Pointer(&f.fmt)) }
func (f *format) pixMP() *pixFormatMP { return (*pixFormatMP)(unsafe.Pointer(&f.fmt)) }

type pixFormat struct {
	width, height, pixelFormat, field uint32
	bytesPerLine, sizeImage           uint32
	colorspace, priv, flags           uint32
	encoding, quantization, transfer  uint32
}

type pixFormatMP struct {
	width, height, pixelFormat, field uint32
	colorspace                        uint32
	planes                            [MaxPlanes]planePixFormat
	numPlanes                         uint8
	flags, encoding, quantization     uint8
	transfer                          uint8
	reserved                          [7]uint8
}

type planePixFormat struct {
	sizeImage    uint32
	bytesPerLine uint32
	reserved     [6]uint16
}

type requestBuffers struct {
	count, typ, memory, capabilities uint32
	flags                            uint8
	reserved                         [3]uint8
}

// buffer is v4l2_buffer. m is an offset, or the address of planes.
type buffer struct {
	index, typ, bytesUsed, flags, field uint32
	timestamp                           unix.Timeval
	timecode                            [4]uint32
	sequence, memory                    uint32
	m                                   uintptr
	length, reserved2, requestFD        uint32
}

type plane struct {
	bytesUsed, length uint32
	m                 uintptr
	dataOffset        uint32
	reserved          [11]uint32
}

// streamParm is v4l2_streamparm, whose union has the same first words for
// capture and output.
type streamParm struct {
	typ              uint32
	capability, mode uint32
	timePerFrame     fraction
	rest             [46]uint32
}

type control struct {
	id    uint32
	value int32
}

type eventSubscription struct {
	typ, id, flags uint32
	reserved       [5]uint32
}

type event struct {
	typ, _            uint32
	u                 [16]uint32
	pending, sequence uint32
	timestamp         unix.Timespec
	id                uint32
	reserved          [8]uint32
	_                 uint32
}

type encoderCommand struct {
	cmd, flags uint32
	raw        [8]uint32
}

type decoderCommand struct {
	cmd, flags uint32
	raw        [16]uint32
}

type selection struct {
	typ, target, flags       uint32
	left, top, width, height uint32
	reserved                 [9]uint32
}
