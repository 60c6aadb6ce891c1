package display

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/hw/internal/ioctl"
)

// card is an open /dev/dri/card*.
type card struct{ fd int }

// do makes a request; arg is a pointer to its structure.
func do[T any](c card, request uintptr, arg *T) error {
	return ioctl.Do(c.fd, request, unsafe.Pointer(arg))
}

// list is a slice that the kernel fills in through a pointer as a number.
func list[T any](pin *runtime.Pinner, n uint32) ([]T, uint64) {
	if n == 0 {
		return nil, 0
	}
	s := make([]T, n)
	pin.Pin(&s[0])
	return s, uint64(uintptr(unsafe.Pointer(&s[0])))
}

// resources lists the ids of CRTCs and connectors.
func (c card) resources() (crtcs, connectors []uint32, err error) {
	var r drmResources
	if err := do(c, drmIoctlResources, &r); err != nil {
		return nil, nil, err
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	want := drmResources{CountCRTCs: r.CountCRTCs, CountConnectors: r.CountConnectors}
	crtcs, want.CRTCs = list[uint32](&pin, r.CountCRTCs)
	connectors, want.Connectors = list[uint32](&pin, r.CountConnectors)
	if err := do(c, drmIoctlResources, &want); err != nil {
		return nil, nil, err
	}
	return crtcs[:min(len(crtcs), int(want.CountCRTCs))], connectors[:min(len(connectors), int(want.CountConnectors))], nil
}

// connector asks for one connector, which makes the driver look at the socket.
func (c card) connector(id uint32) (connector, error) {
	r := drmConnector{ID: id}
	if err := do(c, drmIoctlConnector, &r); err != nil {
		return connector{}, err
	}
	var pin runtime.Pinner
	defer pin.Unpin()
	want := drmConnector{ID: id, CountModes: r.CountModes, CountProps: r.CountProps, CountEncoders: r.CountEncoders}
	modes, ptr := list[drmMode](&pin, r.CountModes)
	want.Modes = ptr
	props, ptr := list[uint32](&pin, r.CountProps)
	want.Props = ptr
	_, want.PropValues = list[uint64](&pin, r.CountProps)
	encoders, ptr := list[uint32](&pin, r.CountEncoders)
	want.Encoders = ptr
	if err := do(c, drmIoctlConnector, &want); err != nil {
		return connector{}, err
	}
	// A screen that was plugged in between the two calls is seen by the next
	// Remode: the kernel tells of it.
	out := connector{id: id, name: connectorName(want.Type, want.TypeID), connected: want.Connection == drmConnected,
		encoder: want.Encoder, modes: modes[:min(len(modes), int(want.CountModes))]}
	for _, e := range encoders {
		r := drmEncoder{ID: e}
		if do(c, drmIoctlEncoder, &r) == nil {
			out.encoders = append(out.encoders, encoder{e, r.CRTC, r.PossibleCRTCs})
		}
	}
	out.dpms = c.property(props, "DPMS")
	return out, nil
}

// property finds the id of a property by its name; 0 is none.
func (c card) property(ids []uint32, name string) uint32 {
	for _, id := range ids {
		p := drmGetProperty{ID: id}
		if do(c, drmIoctlGetProperty, &p) == nil && unix.ByteSliceToString(p.Name[:]) == name {
			return id
		}
	}
	return 0
}

// output finds the way to a screen.
func (c card) output(w, h int) (output, error) {
	crtcs, ids, err := c.resources()
	if err != nil {
		return output{}, err
	}
	var connectors []connector
	for _, id := range ids {
		found, err := c.connector(id)
		if err != nil {
			return output{}, err
		}
		connectors = append(connectors, found)
	}
	return choose(connectors, crtcs, w, h)
}

// crtc tells what a CRTC shows.
func (c card) crtc(id uint32) (drmCRTC, error) {
	r := drmCRTC{ID: id}
	return r, do(c, drmIoctlGetCRTC, &r)
}

// show lets a CRTC show what r says on one connector.
func (c card) show(r drmCRTC, connector uint32) error {
	var pin runtime.Pinner
	defer pin.Unpin()
	ids, ptr := list[uint32](&pin, 1)
	ids[0] = connector
	r.Connectors, r.CountConnectors = ptr, 1
	return do(c, drmIoctlSetCRTC, &r)
}

// flip shows fb from the next frame on, and tells by an event when it does.
func (c card) flip(crtc, fb uint32) error {
	return do(c, drmIoctlFlip, &drmFlip{CRTC: crtc, FB: fb, Flags: drmFlipEvent})
}

// dirty tells drivers that copy the picture to the screen what has changed. clip
// has to be on the heap, where it stays in its place; pinning it would allocate.
func (c card) dirty(fb uint32, clip *drmClip) error {
	err := do(c, drmIoctlDirty, &drmDirty{FB: fb, CountClips: 1, Clips: uint64(uintptr(unsafe.Pointer(clip)))})
	runtime.KeepAlive(clip)
	return err
}

// driver names the card's driver.
func (c card) driver() string {
	name := make([]byte, 64)
	r := drmVersion{NameLen: uintptr(len(name)), Name: &name[0]}
	if err := do(c, drmIoctlVersion, &r); err != nil {
		return "unknown driver"
	}
	return string(name[:min(int(r.NameLen), len(name))])
}

// power switches a connector's screen on or off (DPMS).
func (c card) power(out connector, on bool) error {
	const standing, off = 0, 3
	value := uint64(off)
	if on {
		value = standing
	}
	return do(c, drmIoctlSetProperty, &drmSetProperty{Value: value, ID: out.dpms, Connector: out.id})
}
