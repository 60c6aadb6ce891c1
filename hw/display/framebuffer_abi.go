package display

// Requests of a framebuffer device (include/uapi/linux/fb.h).
const (
	fbGetVariable = 0x4600
	fbGetFixed    = 0x4602
	fbBlank       = 0x4611
)

// fbBitfield is struct fb_bitfield: where a colour is within a pixel.
type fbBitfield struct{ Offset, Length, MSBRight uint32 }

// fbVariable is struct fb_var_screeninfo.
type fbVariable struct {
	XRes, YRes               uint32
	XVirtual, YVirtual       uint32
	XOffset, YOffset         uint32
	BitsPerPixel, Grayscale  uint32
	Red, Green, Blue, Transp fbBitfield
	Nonstd, Activate         uint32
	HeightMM, WidthMM        uint32
	AccelFlags, PixClock     uint32
	Margins                  [4]uint32
	HSync, VSync             uint32
	Sync, VMode              uint32
	Rotate, Colorspace       uint32
	Reserved                 [4]uint32
}

// fbFixed is struct fb_fix_screeninfo; its unsigned longs are the platform's.
type fbFixed struct {
	ID                       [16]byte
	MemoryStart              uintptr
	MemoryLength             uint32
	Type, TypeAux, Visual    uint32
	XPan, YPan, YWrap        uint16
	LineLength               uint32
	MMIOStart                uintptr
	MMIOLength, Acceleration uint32
	Capabilities             uint16
	Reserved                 [2]uint16
}

// pixels gives the format of a screen's memory.
func (v *fbVariable) pixels() (format, error) {
	type layout struct{ bits, red, green, blue, redLength, greenLength, blueLength uint32 }
	switch (layout{v.BitsPerPixel, v.Red.Offset, v.Green.Offset, v.Blue.Offset, v.Red.Length, v.Green.Length, v.Blue.Length}) {
	case layout{32, 16, 8, 0, 8, 8, 8}:
		return xrgb8888, nil
	case layout{32, 0, 8, 16, 8, 8, 8}:
		return xbgr8888, nil
	case layout{16, 11, 5, 0, 5, 6, 5}:
		return rgb565, nil
	}
	return 0, ErrFormat
}
