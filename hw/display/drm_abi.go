package display

import (
	"unsafe"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// Structures of the kernel's mode setting (include/uapi/drm/drm_mode.h), which
// are the same on all platforms: pointers are 64 bits everywhere, and what is 64
// bits wide stands at a multiple of 8.

type drmResources struct {
	FBs, CRTCs, Connectors, Encoders               uint64 // pointers to ids
	CountFBs, CountCRTCs, CountConnectors, CountEn uint32
	MinWidth, MaxWidth, MinHeight, MaxHeight       uint32
}

type drmMode struct {
	Clock                                       uint32
	Width, HSyncStart, HSyncEnd, HTotal, HSkew  uint16
	Height, VSyncStart, VSyncEnd, VTotal, VScan uint16
	Refresh, Flags, Type                        uint32
	Name                                        [32]byte
}

// drmPreferred is the bit of drmMode.Type that marks what suits a screen best.
const drmPreferred = 1 << 3

type drmConnector struct {
	Encoders, Modes, Props, PropValues    uint64 // pointers
	CountModes, CountProps, CountEncoders uint32
	Encoder, ID, Type, TypeID, Connection uint32
	WidthMM, HeightMM, Subpixel, _        uint32
}

// drmConnected is drmConnector.Connection where a screen is plugged in.
const drmConnected = 1

type drmEncoder struct {
	ID, Type, CRTC, PossibleCRTCs, PossibleClones uint32
}

type drmCRTC struct {
	Connectors           uint64 // pointer
	CountConnectors      uint32
	ID, FB, X, Y         uint32
	GammaSize, ModeValid uint32
	Mode                 drmMode
}

type drmCreateDumb struct {
	Height, Width, BPP, Flags, Handle, Pitch uint32
	Size                                     uint64
}

type drmMapDumb struct {
	Handle, _ uint32
	Offset    uint64
}

type drmFramebuffer struct {
	ID, Width, Height, Pitch, BPP, Depth, Handle uint32
}

type drmFlip struct {
	CRTC, FB, Flags, _ uint32
	UserData           uint64
}

// drmFlipEvent asks for an event when the flip is done.
const drmFlipEvent = 1

type drmDirty struct {
	FB, Flags, Color, CountClips uint32
	Clips                        uint64 // pointer
}

type drmClip struct{ X1, Y1, X2, Y2 uint16 }

type drmGetProperty struct {
	Values, Enums           uint64 // pointers
	ID, Flags               uint32
	Name                    [32]byte
	CountValues, CountEnums uint32
}

type drmSetProperty struct {
	Value         uint64
	ID, Connector uint32
}

// drmVersion is struct drm_version, whose lengths and pointers are the
// platform's.
type drmVersion struct {
	Major, Minor, Patch int32
	NameLen             uintptr
	Name                *byte
	DateLen             uintptr
	Date                *byte
	DescLen             uintptr
	Desc                *byte
}

// drmCall is what the numbers of requests have in common that take and fill in
// a structure.
const drmCall = ioctl.ReadWrite | 'd'<<ioctl.Kind

// Requests.
const (
	drmIoctlVersion     = drmCall | unsafe.Sizeof(drmVersion{})<<ioctl.Size
	drmIoctlSetMaster   = ioctl.None | 'd'<<ioctl.Kind | 0x1e
	drmIoctlDropMaster  = ioctl.None | 'd'<<ioctl.Kind | 0x1f
	drmIoctlResources   = drmCall | 0xa0 | unsafe.Sizeof(drmResources{})<<ioctl.Size
	drmIoctlGetCRTC     = drmCall | 0xa1 | unsafe.Sizeof(drmCRTC{})<<ioctl.Size
	drmIoctlSetCRTC     = drmCall | 0xa2 | unsafe.Sizeof(drmCRTC{})<<ioctl.Size
	drmIoctlEncoder     = drmCall | 0xa6 | unsafe.Sizeof(drmEncoder{})<<ioctl.Size
	drmIoctlConnector   = drmCall | 0xa7 | unsafe.Sizeof(drmConnector{})<<ioctl.Size
	drmIoctlGetProperty = drmCall | 0xaa | unsafe.Sizeof(drmGetProperty{})<<ioctl.Size
	drmIoctlSetProperty = drmCall | 0xab | unsafe.Sizeof(drmSetProperty{})<<ioctl.Size
	drmIoctlAddFB       = drmCall | 0xae | unsafe.Sizeof(drmFramebuffer{})<<ioctl.Size
	drmIoctlRemoveFB    = drmCall | 0xaf | 4<<ioctl.Size
	drmIoctlFlip        = drmCall | 0xb0 | unsafe.Sizeof(drmFlip{})<<ioctl.Size
	drmIoctlDirty       = drmCall | 0xb1 | unsafe.Sizeof(drmDirty{})<<ioctl.Size
	drmIoctlCreateDumb  = drmCall | 0xb2 | unsafe.Sizeof(drmCreateDumb{})<<ioctl.Size
	drmIoctlMapDumb     = drmCall | 0xb3 | unsafe.Sizeof(drmMapDumb{})<<ioctl.Size
	drmIoctlDestroyDumb = drmCall | 0xb4 | 4<<ioctl.Size
)
