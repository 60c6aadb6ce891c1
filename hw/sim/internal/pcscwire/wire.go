// Package pcscwire is how pcscd and its clients speak over their unix socket:
// each message of a client is a Header and one of the structures here, and the
// answer is the same structure, filled in. All numbers are in the machine's own
// byte order. Protocol version 4.
package pcscwire

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Major and Minor are the version that clients offer: every pcscd since 1.8.24
// speaks 4.4 or is compatible with it. Of older ones a client takes the minor
// version that they name, down to OldestMinor, for what is used here is alike.
const (
	Major       = 4
	Minor       = 4
	OldestMinor = 2
)

// The commands (Header.Command).
const (
	EstablishContext = 0x01
	ReleaseContext   = 0x02
	Connect          = 0x04
	Disconnect       = 0x06
	Transmit         = 0x09
	Version          = 0x11
	GetReadersState  = 0x12
)

// Choices within them, as in PC/SC part 5.
const (
	ScopeSystem = 2

	ShareExclusive = 1

	ProtocolT0 = 1
	ProtocolT1 = 2

	ResetCard = 1

	StatePresent = 0x04
)

// MaxResponse is the longest response APDU of short length.
const MaxResponse = 256 + 2

// MaxReaders is how many ReaderState answer GetReadersState.
const MaxReaders = 16

// PCILength is the size of a protocol control structure in C: two longs.
const PCILength = 2 * bits.UintSize / 8

// Header goes before each message of a client.
type Header struct {
	Size    uint32 // of the structure behind it in bytes
	Command uint32
}

// VersionMsg is for Version.
type VersionMsg struct {
	Major, Minor int32
	Result       Result
}

// EstablishMsg is for EstablishContext.
type EstablishMsg struct {
	Scope, Context uint32
	Result         Result
}

// ConnectMsg is for Connect.
type ConnectMsg struct {
	Context          uint32
	Reader           Name
	Share, Protocols uint32
	Card             int32
	Protocol         uint32
	Result           Result
}

// DisconnectMsg is for Disconnect.
type DisconnectMsg struct {
	Card        int32
	Disposition uint32
	Result      Result
}

// TransmitMsg is for Transmit. The command of SendLength bytes follows the
// client's, and the response of ReceiveLength bytes pcscd's where Result is
// Success.
type TransmitMsg struct {
	Card                              int32
	SendProtocol, SendPCILength       uint32
	SendLength                        uint32
	ReceiveProtocol, ReceivePCILength uint32
	ReceiveLength                     uint32
	Result                            Result
}

// ReaderState is one of the MaxReaders that answer GetReadersState, to which
// belongs no structure of the client's. Without Name it is unused.
type ReaderState struct {
	Name         Name
	EventCounter uint32
	State        uint32
	Sharing      int32
	ATR          [33]byte
	_            [3]byte
	ATRLength    uint32
	Protocol     uint32
}

// Name is the name of a reader, ended by a zero byte.
type Name [128]byte

// NameOf cuts text to what fits.
func NameOf(text string) (n Name) {
	copy(n[:len(n)-1], text)
	return n
}

// String gives the name.
func (n Name) String() string {
	text, _, _ := bytes.Cut(n[:], []byte{0})
	return string(text)
}

// Size is the number of bytes of one of the structures.
func Size(message any) int { return binary.Size(message) }

// Encode gives the bytes of a structure.
func Encode(message any) []byte {
	b := make([]byte, binary.Size(message))
	if _, err := binary.Encode(b, binary.NativeEndian, message); err != nil {
		panic("pcscwire: " + err.Error()) // the structures here have fixed sizes
	}
	return b
}

// Decode fills the structure that message points at from b, which has at least
// its Size.
func Decode(b []byte, message any) error {
	_, err := binary.Decode(b, binary.NativeEndian, message)
	return err
}
