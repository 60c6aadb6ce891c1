package display

import (
	"fmt"
	"math/bits"
	"slices"
)

// connector is a socket for a screen, and the screen in it.
type connector struct {
	id        uint32
	name      string // such as "HDMI-A-1"
	connected bool
	encoder   uint32 // that drives it now, or 0
	encoders  []encoder
	modes     []drmMode
	dpms      uint32 // id of its property DPMS, or 0
}

// encoder makes a connector's signal of a CRTC's picture.
type encoder struct {
	id, crtc uint32
	possible uint32 // bit i: it works with the i-th CRTC
}

// output is what a picture goes through: a CRTC to a connector in a mode.
type output struct {
	connector connector
	crtc      uint32
	mode      drmMode
}

func (o output) size() (w, h int) { return int(o.mode.Width), int(o.mode.Height) }

// choose finds a way to the first screen that is connected, in the mode of
// w × h pixels if it has that, else in the one that it prefers.
func choose(connectors []connector, crtcs []uint32, w, h int) (output, error) {
	for _, c := range connectors {
		if !c.connected || len(c.modes) == 0 {
			continue
		}
		if crtc, ok := c.way(crtcs); ok {
			return output{c, crtc, c.mode(w, h)}, nil
		}
	}
	if len(connectors) == 0 {
		return output{}, ErrNoScreen
	}
	names := ""
	for _, c := range connectors {
		names += " " + c.name
	}
	return output{}, fmt.Errorf("%w (looked at:%s)", ErrNoScreen, names)
}

// way gives the CRTC of a connector: the one that drives it already, or the
// first one that can.
func (c connector) way(crtcs []uint32) (uint32, bool) {
	for _, e := range c.encoders {
		if e.id == c.encoder && e.crtc != 0 {
			return e.crtc, true
		}
	}
	for _, e := range c.encoders {
		if i := bits.TrailingZeros32(e.possible); i < len(crtcs) {
			return crtcs[i], true
		}
	}
	return 0, false
}

func (c connector) mode(w, h int) drmMode {
	wished := slices.IndexFunc(c.modes, func(m drmMode) bool { return int(m.Width) == w && int(m.Height) == h })
	if wished >= 0 {
		return c.modes[wished]
	}
	preferred := slices.IndexFunc(c.modes, func(m drmMode) bool { return m.Type&drmPreferred != 0 })
	return c.modes[max(preferred, 0)]
}

// connectorTypes are the kernel's names of DRM_MODE_CONNECTOR_…, by number.
var connectorTypes = [...]string{"Unknown", "VGA", "DVI-I", "DVI-D", "DVI-A", "Composite", "SVIDEO", "LVDS", "Component",
	"DIN", "DP", "HDMI-A", "HDMI-B", "TV", "eDP", "Virtual", "DSI", "DPI", "Writeback", "SPI", "USB"}

func connectorName(kind, number uint32) string {
	name := connectorTypes[0]
	if int(kind) < len(connectorTypes) {
		name = connectorTypes[kind]
	}
	return fmt.Sprintf("%s-%d", name, number)
}
