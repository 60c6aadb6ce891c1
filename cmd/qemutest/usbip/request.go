package usbip

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrProtocol says that what came is no USB/IP of a kernel's.
var ErrProtocol = errors.New("this is no USB/IP")

const (
	headerSize = 48
	packetSize = 16

	cmdSubmit, cmdUnlink = 1, 2
	retSubmit, retUnlink = 3, 4

	// maxLength is more than any transfer of a full-speed device holds, in bytes;
	// maxPackets is what the kernel allows.
	maxLength  = 1 << 20
	maxPackets = 1024
	// none is how newer kernels write that a transfer isn't isochronous; older
	// ones write 0.
	none = 0xffffffff
)

// Request is what the host controller asks of the device.
type Request struct {
	// Seq is its number, which its answer bears.
	Seq uint32
	// Unlink: the request takes back the one with the number Victim. The other
	// fields are empty then.
	Unlink bool
	Victim uint32
	// In: data goes from the device to the host.
	In bool
	// Endpoint is its number, 0 to 15, without the direction.
	Endpoint uint8
	// Length is how much data the host sends or takes at most, in bytes.
	Length int
	// Setup is the packet that begins a control transfer (USB 2.0 §9.3).
	Setup [8]byte
	// Data is what the host sends.
	Data []byte
	// Packets are those of an isochronous transfer.
	Packets []Packet
}

// Packet is the place of one packet in an isochronous transfer, in bytes.
type Packet struct{ Offset, Length int }

// Read reads the next request. At the end of the connection it gives io.EOF, or
// io.ErrUnexpectedEOF within a request.
func Read(from io.Reader) (Request, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return Request{}, err
	}
	word := func(n int) uint32 { return binary.BigEndian.Uint32(head[4*n:]) }
	r := Request{Seq: word(1)}
	switch word(0) {
	case cmdUnlink:
		r.Unlink, r.Victim = true, word(5)
		return r, nil
	case cmdSubmit:
	default:
		return r, fmt.Errorf("%w: command %#x", ErrProtocol, word(0))
	}
	packets := word(8)
	if packets == none {
		packets = 0
	}
	if word(6) > maxLength || packets > maxPackets || word(4) > 15 {
		return r, fmt.Errorf("%w: %d bytes in %d packets for endpoint %d", ErrProtocol, word(6), packets, word(4))
	}
	r.In, r.Endpoint, r.Length = word(3) == 1, uint8(word(4)), int(word(6))
	copy(r.Setup[:], head[40:])
	return r, r.readRest(from, int(packets))
}

// readRest reads what follows the header.
func (r *Request) readRest(from io.Reader, packets int) error {
	size := packets * packetSize
	if !r.In {
		size += r.Length
	}
	rest := make([]byte, size)
	if _, err := io.ReadFull(from, rest); err != nil {
		return noEOF(err)
	}
	list := rest[size-packets*packetSize:]
	r.Data = rest[:size-len(list)]
	for ; len(list) > 0; list = list[packetSize:] {
		offset, length := binary.BigEndian.Uint32(list), binary.BigEndian.Uint32(list[4:])
		if uint64(offset)+uint64(length) > uint64(r.Length) {
			return fmt.Errorf("%w: a packet of %d bytes at %d, in a transfer of %d", ErrProtocol, length, offset, r.Length)
		}
		r.Packets = append(r.Packets, Packet{int(offset), int(length)})
	}
	return nil
}

// noEOF: the connection ended within a request.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
