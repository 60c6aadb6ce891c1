package v4l2

import "unsafe"

// MaxPlanes is how many planes a picture may have.
const MaxPlanes = 8

// Type is a kind of queue (enum v4l2_buf_type).
type Type uint32

// The kinds of queues. Capture is from the device, Output to it; MP are those
// of the multi-planar interface.
const (
	Capture   Type = 1
	Output    Type = 2
	CaptureMP Type = 9
	OutputMP  Type = 10
)

// MultiPlanar tells whether t is of the multi-planar interface.
func (t Type) MultiPlanar() bool { return t == CaptureMP || t == OutputMP }

// IsOutput tells whether t is a queue to the device.
func (t Type) IsOutput() bool { return t == Output || t == OutputMP }

// PlaneFormat is the layout of one plane in memory.
type PlaneFormat struct {
	Stride int // bytes from one line to the next; 0 for compressed pictures
	Size   int // bytes that a buffer has for the plane, at most
}

// Format is that of the pictures of a queue. With the single-planar interface,
// and with most formats of the other one, all of a picture is in one plane.
type Format struct {
	FourCC        FourCC
	Width, Height int // pixels
	Planes        int // how many of Plane
	Plane         [MaxPlanes]PlaneFormat
}

// fieldNone: pictures are whole, not interlaced (enum v4l2_field).
const fieldNone = 1

// Format asks for the format of a queue (VIDIOC_G_FMT).
func (d *Device) Format(t Type) (Format, error) {
	f := format{typ: uint32(t)}
	err := d.ioctl(reqGetFormat, unsafe.Pointer(&f))
	return f.unpack(t), d.fail("G_FMT", err)
}

// SetFormat asks for a format and gives what the driver made of it, which may
// be another one, also another FourCC (VIDIOC_S_FMT).
func (d *Device) SetFormat(t Type, want Format) (Format, error) {
	f := pack(t, want)
	err := d.ioctl(reqSetFormat, unsafe.Pointer(&f))
	return f.unpack(t), d.fail("S_FMT", err)
}

func pack(t Type, want Format) format {
	f := format{typ: uint32(t)}
	if !t.MultiPlanar() {
		p := f.pix()
		p.width, p.height, p.pixelFormat, p.field = uint32(want.Width), uint32(want.Height), uint32(want.FourCC), fieldNone
		p.bytesPerLine, p.sizeImage = uint32(want.Plane[0].Stride), uint32(want.Plane[0].Size)
		return f
	}
	p := f.pixMP()
	p.width, p.height, p.pixelFormat, p.field = uint32(want.Width), uint32(want.Height), uint32(want.FourCC), fieldNone
	p.numPlanes = uint8(max(1, want.Planes))
	for i, plane := range want.Plane {
		p.planes[i] = planePixFormat{sizeImage: uint32(plane.Size), bytesPerLine: uint32(plane.Stride)}
	}
	return f
}

func (f *format) unpack(t Type) Format {
	if !t.MultiPlanar() {
		p := f.pix()
		got := Format{FourCC: FourCC(p.pixelFormat), Width: int(p.width), Height: int(p.height), Planes: 1}
		got.Plane[0] = PlaneFormat{Stride: int(p.bytesPerLine), Size: int(p.sizeImage)}
		return got
	}
	p := f.pixMP()
	got := Format{FourCC: FourCC(p.pixelFormat), Width: int(p.width), Height: int(p.height), Planes: min(int(p.numPlanes), MaxPlanes)}
	for i := range got.Planes {
		got.Plane[i] = PlaneFormat{Stride: int(p.planes[i].bytesPerLine), Size: int(p.planes[i].sizeImage)}
	}
	return got
}

// Target is a rectangle of a queue (V4L2_SEL_TGT_…).
type Target uint32

// The rectangles that codecs use.
const (
	Crop    Target = 0x0000 // of an encoder's output queue: what is encoded
	Compose Target = 0x0100 // of a decoder's capture queue: what is to be shown
)

// Rectangle is a part of a picture, in pixels.
type Rectangle struct{ Left, Top, Width, Height int }

// Selection asks for a rectangle (VIDIOC_G_SELECTION).
func (d *Device) Selection(t Type, target Target) (Rectangle, error) {
	s := selection{typ: t.single(), target: uint32(target)}
	err := d.ioctl(reqGetSelection, unsafe.Pointer(&s))
	return Rectangle{int(int32(s.left)), int(int32(s.top)), int(s.width), int(s.height)}, d.fail("G_SELECTION", err)
}

// SetSelection sets a rectangle (VIDIOC_S_SELECTION).
func (d *Device) SetSelection(t Type, target Target, r Rectangle) error {
	s := selection{typ: t.single(), target: uint32(target),
		left: uint32(r.Left), top: uint32(r.Top), width: uint32(r.Width), height: uint32(r.Height)}
	return d.fail("S_SELECTION", d.ioctl(reqSetSelection, unsafe.Pointer(&s)))
}

// single is the type of the single-planar interface that belongs to t:
// selections know no other.
func (t Type) single() uint32 {
	switch t {
	case CaptureMP:
		return uint32(Capture)
	case OutputMP:
		return uint32(Output)
	}
	return uint32(t)
}
