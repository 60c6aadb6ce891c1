package diameter

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// AVP is one attribute of a message (RFC 6733 §4.1):
//
//	 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//	+---------------------------------------------------------------+
//	|                            Code                               |
//	+-+-+-+---------+-----------------------------------------------+
//	|V|M|P|    0    |        Length: header and data, no padding    |
//	+-+-+-+---------+-----------------------------------------------+
//	|                   Vendor, if V is set                         |
//	+---------------------------------------------------------------+
//	|                   Data, padded to 4 octets                    |
//	+---------------------------------------------------------------+
type AVP struct {
	Code uint32
	// Vendor is 0 for an AVP of the base protocol; the V flag follows it.
	Vendor uint32
	// Mandatory is the M flag, Protected the P flag.
	Mandatory, Protected bool
	// Data is without padding. In a parsed AVP it aliases the message.
	Data []byte
}

const (
	flagVendor    = 0x80
	flagMandatory = 0x40
	flagProtected = 0x20

	avpHeader       = 8
	vendorAVPHeader = 12
)

// ErrAVP: the octets are not a list of AVPs.
var ErrAVP = errors.New("malformed AVP")

// ParseAVPs reads the data of a message or of a grouped AVP (RFC 6733 §4.4).
// The reserved flags are ignored, and a Vendor-ID of 0 counts as none (§4.1).
func ParseAVPs(b []byte) ([]AVP, error) {
	var list []AVP
	for at := 0; at < len(b); {
		a, n, err := parseAVP(b[at:])
		if err != nil {
			return nil, fmt.Errorf("%w at octet %d: %w", ErrAVP, at, err)
		}
		list = append(list, a)
		at += n
	}
	return list, nil
}

// parseAVP reads the first AVP of b and tells how many octets it takes with
// its padding.
func parseAVP(b []byte) (AVP, int, error) {
	if len(b) < avpHeader {
		return AVP{}, 0, errors.New("shorter than a header")
	}
	flags, length := b[4], int(uint24(b[5:]))
	a := AVP{
		Code:      binary.BigEndian.Uint32(b),
		Mandatory: flags&flagMandatory != 0, Protected: flags&flagProtected != 0,
	}
	header := avpHeader
	if flags&flagVendor != 0 {
		header = vendorAVPHeader
	}
	if length < header || padded(length) > len(b) {
		return AVP{}, 0, fmt.Errorf("length %d of code %d with %d octets left", length, a.Code, len(b))
	}
	if flags&flagVendor != 0 {
		a.Vendor = binary.BigEndian.Uint32(b[avpHeader:])
	}
	a.Data = b[header:length:length]
	return a, padded(length), nil
}

// Append appends the AVP's octets and its padding to dst.
func (a AVP) Append(dst []byte) []byte {
	flags, header := byte(0), avpHeader
	if a.Vendor != 0 {
		flags, header = flagVendor, vendorAVPHeader
	}
	if a.Mandatory {
		flags |= flagMandatory
	}
	if a.Protected {
		flags |= flagProtected
	}
	length := header + len(a.Data)
	dst = binary.BigEndian.AppendUint32(dst, a.Code)
	dst = append(dst, flags, byte(length>>16), byte(length>>8), byte(length))
	if a.Vendor != 0 {
		dst = binary.BigEndian.AppendUint32(dst, a.Vendor)
	}
	dst = append(dst, a.Data...)
	return append(dst, make([]byte, padded(length)-length)...)
}

func padded(n int) int { return (n + 3) &^ 3 }

func uint24(b []byte) uint32 { return uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]) }
