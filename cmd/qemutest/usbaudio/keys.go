package usbaudio

import "github.com/imsphone/imsphone/cmd/qemutest/usbip"

// Key is a key of the headset: its bit in a report.
type Key byte

// The keys.
const (
	VolumeUp Key = 1 << iota
	VolumeDown
	Mute
	// Hook answers and hangs up. Linux knows no hook among the keys of telephones,
	// so that headsets have the one that pauses music.
	Hook
)

// keyReport describes what a report of the keys is (HID §6.2.2): a bit for each
// key, of the usages of consumer controls.
func keyReport() []byte {
	return []byte{
		0x05, 0x0c, // usage page: consumer
		0x09, 0x01, // usage: consumer control
		0xa1, 0x01, // collection: application
		0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x04, // 0 or 1, of one bit, four of them
		0x09, 0xe9, 0x09, 0xea, 0x09, 0xe2, 0x09, 0xcd, // volume up, down, mute, play/pause
		0x81, 0x02, // input: they are variables
		0x95, 0x04, 0x81, 0x01, // input: the other four bits are nothing
		0xc0,
	}
}

// keys are the reports that the host hasn't asked for yet, and its requests that
// wait for one.
type keys struct {
	reports []byte
	waiting []usbip.Request
}

// answer brings the two together.
func (k *keys) answer(out []byte) []byte {
	for len(k.reports) > 0 && len(k.waiting) > 0 {
		out = usbip.AppendAnswer(out, k.waiting[0], usbip.OK, k.reports[:1])
		k.reports, k.waiting = k.reports[1:], k.waiting[1:]
	}
	return out
}
