package usbaudio

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/imsphone/imsphone/cmd/qemutest/usbip"
)

// Headset is the device. It is not safe for concurrent use. Make it with New.
type Headset struct {
	mouth, ear func(pcm []int16)

	configured byte
	alternates [interfaces]byte
	speaker    stream
	microphone stream
	keys       keys

	speakerVolume, microphoneVolume volume

	pcm  []int16 // of a packet
	data []byte  // of a transfer
}

// New is a headset on somebody's head: his mouth fills what the microphone hears
// next, his ear gets what the speaker plays, both mono at Rate, a millisecond at a
// time.
func New(mouth, ear func(pcm []int16)) *Headset {
	return &Headset{mouth: mouth, ear: ear, pcm: make([]int16, samplesPerFrame)}
}

// Handle takes a request and appends its answer to out, if there is one already,
// and whatever else is complete by now.
func (h *Headset) Handle(now time.Time, r usbip.Request, out []byte) []byte {
	switch {
	case r.Unlink:
		out = h.unlink(r, out)
	case r.Endpoint == 0:
		data, status := h.transfer(r)
		out = usbip.AppendAnswer(out, r, status, data)
	case r.Endpoint == speakerEndpoint && !r.In:
		h.speaker.submit(now, r)
	case r.Endpoint == microphoneEndpoint && r.In && hasRoom(r):
		h.microphone.submit(now, r)
	case r.Endpoint == keysEndpoint && r.In:
		h.keys.waiting = append(h.keys.waiting, r)
	default:
		out = usbip.AppendAnswer(out, r, usbip.Stall, nil)
	}
	return h.Advance(now, out)
}

// hasRoom tells whether each packet takes what the microphone hears in it.
func hasRoom(r usbip.Request) bool {
	return !slices.ContainsFunc(r.Packets, func(p usbip.Packet) bool { return p.Length < micPacket })
}

// unlink takes a request back.
func (h *Headset) unlink(r usbip.Request, out []byte) []byte {
	found := h.speaker.withdraw(r.Victim) || h.microphone.withdraw(r.Victim)
	if !found {
		h.keys.waiting, found = without(h.keys.waiting, r.Victim)
	}
	if found {
		return usbip.AppendUnlinked(out, r, usbip.Unlinked)
	}
	return usbip.AppendUnlinked(out, r, usbip.OK)
}

// Advance appends the answers to out that are complete by now.
func (h *Headset) Advance(now time.Time, out []byte) []byte {
	for r, ok := h.speaker.next(now); ok; r, ok = h.speaker.next(now) {
		h.play(r)
		out = usbip.AppendPackets(out, r, nil, 0)
	}
	for r, ok := h.microphone.next(now); ok; r, ok = h.microphone.next(now) {
		out = usbip.AppendPackets(out, r, h.capture(r), micPacket)
	}
	return h.keys.answer(out)
}

// Busy tells whether sound is under way: Advance has something to do within a few
// milliseconds.
func (h *Headset) Busy() bool { return h.speaker.busy() || h.microphone.busy() }

// Press presses a key and lets it go.
func (h *Headset) Press(k Key) { h.keys.reports = append(h.keys.reports, byte(k), 0) }

// Starts tells how often the speaker began, or began anew after the host had left
// it without a request for too long.
func (h *Headset) Starts() int { return h.speaker.starts }

// play lets the ear hear the left channel of a request's packets.
func (h *Headset) play(r usbip.Request) {
	gain := h.speakerVolume.gain()
	for _, p := range r.Packets {
		h.pcm = h.pcm[:0]
		for b := r.Data[p.Offset : p.Offset+p.Length]; len(b) >= sampleSize*speakerChannels; b = b[sampleSize*speakerChannels:] {
			h.pcm = append(h.pcm, scale(int16(binary.LittleEndian.Uint16(b)), gain))
		}
		h.ear(h.pcm)
	}
}

// capture fills a request's packets by the mouth.
func (h *Headset) capture(r usbip.Request) []byte {
	gain := h.microphoneVolume.gain()
	h.data = h.data[:0]
	for range r.Packets {
		h.pcm = h.pcm[:samplesPerFrame]
		h.mouth(h.pcm)
		for _, s := range h.pcm {
			h.data = binary.LittleEndian.AppendUint16(h.data, uint16(scale(s, gain)))
		}
	}
	return h.data
}

func scale(s int16, gain float64) int16 { return int16(float64(s) * gain) }
