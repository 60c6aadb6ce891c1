package usbip

import "encoding/binary"

// Status is how a request ended: 0 or one of Linux's error numbers, negative.
type Status int32

const (
	// OK: the transfer is complete.
	OK Status = 0
	// Stall: the device doesn't do what a control transfer wants (-EPIPE).
	Stall Status = -32
	// Unlinked: the request was taken back in time (-ECONNRESET).
	Unlinked Status = -104
)

// AppendAnswer appends the answer to a request that is no isochronous one, with
// what the device sends. Of a request to the device all has arrived.
func AppendAnswer(dst []byte, r Request, s Status, data []byte) []byte {
	length := len(r.Data)
	if r.In {
		length = len(data)
	}
	dst = appendHeader(dst, retSubmit, r.Seq, s, length, 0)
	if r.In {
		dst = append(dst, data...)
	}
	return dst
}

// AppendPackets appends the answer to an isochronous request. What the device
// sends is data, size bytes of it in each packet: as much as each takes at least,
// and one after the other without the room that the packets leave. Of a request to
// the device all has arrived, and data and size are not looked at.
func AppendPackets(dst []byte, r Request, data []byte, size int) []byte {
	actual := func(p Packet) int {
		if r.In {
			return size
		}
		return p.Length
	}
	total := 0
	for _, p := range r.Packets {
		total += actual(p)
	}
	dst = appendHeader(dst, retSubmit, r.Seq, OK, total, len(r.Packets))
	if r.In {
		dst = append(dst, data...)
	}
	for _, p := range r.Packets {
		dst = appendWords(dst, p.Offset, p.Length, actual(p), int(OK))
	}
	return dst
}

// AppendUnlinked appends the answer to a request to take another back: Unlinked,
// or OK where that one was answered before.
func AppendUnlinked(dst []byte, r Request, s Status) []byte {
	return appendHeader(dst, retUnlink, r.Seq, s, 0, 0)
}

// appendHeader appends the header of an answer.
func appendHeader(dst []byte, command int, seq uint32, s Status, length, packets int) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(command))
	dst = binary.BigEndian.AppendUint32(dst, seq)
	dst = appendWords(dst, 0, 0, 0) // device, direction and endpoint are known by seq
	return appendWords(dst, int(s), length, 0, packets, 0, 0, 0)
}

func appendWords(dst []byte, words ...int) []byte {
	for _, w := range words {
		dst = binary.BigEndian.AppendUint32(dst, uint32(w))
	}
	return dst
}
