package usbaudio

import (
	"encoding/binary"

	"github.com/imsphone/imsphone/cmd/qemutest/usbip"
)

// setup is the packet that begins a control transfer (USB §9.3).
type setup struct {
	kind, request byte
	value, index  uint16
}

func parseSetup(b [8]byte) setup {
	return setup{b[0], b[1], binary.LittleEndian.Uint16(b[2:]), binary.LittleEndian.Uint16(b[4:])}
}

// Kinds of control transfers, without their directions (USB table 9-2).
const (
	toDevice         = 0x00
	toInterface      = 0x01
	toEndpoint       = 0x02
	toClassInterface = 0x21
)

// Standard requests (USB table 9-4).
const (
	getStatus        = 0
	clearFeature     = 1
	getDescriptor    = 6
	getConfiguration = 8
	setConfiguration = 9
	getInterface     = 10
	setInterface     = 11
)

// setIdle is a request of HID's (HID §7.2.4): reports come when a key changes,
// which they do anyway.
const setIdle = 0x0a

// transfer does a control transfer; what isn't known stalls.
func (h *Headset) transfer(r usbip.Request) (data []byte, s usbip.Status) {
	p, ok := parseSetup(r.Setup), false
	switch p.kind &^ 0x80 {
	case toDevice, toInterface, toEndpoint:
		data, ok = h.standard(p)
	case toClassInterface:
		data, ok = h.class(p, r)
	}
	if !ok {
		return nil, usbip.Stall
	}
	return data[:min(len(data), r.Length)], usbip.OK
}

// standard does what all devices do (USB §9.4).
func (h *Headset) standard(p setup) (data []byte, ok bool) {
	switch p.request {
	case getStatus:
		return []byte{0, 0}, true
	case clearFeature:
		return nil, true
	case getDescriptor:
		return h.descriptor(p)
	case getConfiguration:
		return []byte{h.configured}, true
	case setConfiguration:
		h.configured = byte(p.value)
		return nil, p.value <= 1
	case getInterface:
		if p.index < interfaces {
			return []byte{h.alternates[p.index]}, true
		}
	case setInterface:
		return nil, h.choose(p.index, byte(p.value))
	}
	return nil, false
}

// descriptor gives what p asks for.
func (h *Headset) descriptor(p setup) (data []byte, ok bool) {
	switch kind, index := byte(p.value>>8), int(p.value&0xff); kind {
	case deviceType:
		return deviceDescriptor(), true
	case configurationType:
		return configuration(), index == 0
	case stringType:
		return stringDescriptor(index)
	case reportType:
		return keyReport(), p.index == keysInterface
	}
	return nil, false
}

// choose sets an interface's alternate setting: streams begin anew.
func (h *Headset) choose(number uint16, alternate byte) (ok bool) {
	if number >= interfaces || alternate > 1 {
		return false
	}
	h.alternates[number] = alternate
	switch number {
	case speakerInterface:
		h.speaker.stop()
	case microphoneInterface:
		h.microphone.stop()
	}
	return true
}

// class does what audio devices and keys do (UAC §5.2, HID §7.2).
func (h *Headset) class(p setup, r usbip.Request) (data []byte, ok bool) {
	unit, selector := byte(p.index>>8), byte(p.value>>8)
	switch {
	case byte(p.index) == keysInterface:
		return nil, p.request == setIdle
	case byte(p.index) != controlInterface:
		return nil, false
	}
	v := h.volume(unit)
	switch {
	case v == nil:
		return nil, false
	case r.In:
		return v.get(p.request, selector)
	}
	return nil, v.set(p.request, selector, r.Data)
}

// volume gives that of a unit; nil is none.
func (h *Headset) volume(unit byte) *volume {
	switch unit {
	case speakerVolume:
		return &h.speakerVolume
	case microphoneVolume:
		return &h.microphoneVolume
	}
	return nil
}
