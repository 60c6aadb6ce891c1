package usbaudio

import (
	"encoding/binary"
	"math"
)

// volume is a feature unit (UAC §4.3.2.5) with one volume and one switch for all
// channels.
type volume struct {
	muted bool
	level int16 // in 1/256 dB
}

// The range of a volume, in 1/256 dB.
const (
	quietest   = -48 * 256
	loudest    = 0
	volumeStep = 256
)

// Selectors of controls, and requests (UAC tables ).
const (
	muteControl, volumeControl             = 1, 2
	setCurrent                             = 0x01
	getCurrent, getMin, getMax, getSpacing = 0x81, 0x82, 0x83, 0x84
)

// get answers a request for a control's value (UAC §5.2.2.4.3).
func (v *volume) get(request, selector byte) (data []byte, ok bool) {
	switch {
	case selector == muteControl && request == getCurrent:
		if v.muted {
			return []byte{1}, true
		}
		return []byte{0}, true
	case selector == volumeControl:
		n, ok := map[byte]int16{getCurrent: v.level, getMin: quietest, getMax: loudest, getSpacing: volumeStep}[request]
		return binary.LittleEndian.AppendUint16(nil, uint16(n)), ok
	}
	return nil, false
}

// set sets a control.
func (v *volume) set(request, selector byte, data []byte) (ok bool) {
	switch {
	case request != setCurrent:
		return false
	case selector == muteControl && len(data) == 1:
		v.muted = data[0] != 0
	case selector == volumeControl && len(data) == 2:
		v.level = min(max(int16(binary.LittleEndian.Uint16(data)), quietest), loudest)
	default:
		return false
	}
	return true
}

// gain is what samples are multiplied by.
func (v *volume) gain() float64 {
	if v.muted {
		return 0
	}
	return math.Pow(10, float64(v.level)/256/20)
}
