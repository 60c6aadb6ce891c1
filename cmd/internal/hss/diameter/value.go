package diameter

import (
	"encoding/binary"
	"net/netip"
)

// Attribute names an AVP: the vendor that defined it, 0 for the base protocol,
// in the upper 32 bits and the code in the lower.
type Attribute uint64

func (t Attribute) code() uint32   { return uint32(t) }
func (t Attribute) vendor() uint32 { return uint32(t >> 32) }

// Bytes makes a mandatory AVP of type OctetString.
func (t Attribute) Bytes(v []byte) AVP {
	return AVP{Code: t.code(), Vendor: t.vendor(), Mandatory: true, Data: v}
}

// Text makes a mandatory AVP of type UTF8String, DiameterIdentity or similar.
func (t Attribute) Text(v string) AVP { return t.Bytes([]byte(v)) }

// Uint32 makes a mandatory AVP of type Unsigned32 or Enumerated.
func (t Attribute) Uint32(v uint32) AVP { return t.Bytes(binary.BigEndian.AppendUint32(nil, v)) }

// Group makes a mandatory AVP of type Grouped (RFC 6733 §4.4).
func (t Attribute) Group(members ...AVP) AVP { return t.Bytes(appendAVPs(nil, members)) }

// Address makes a mandatory AVP of type Address: the address family's number,
// then the address (RFC 6733 §4.3.1).
func (t Attribute) Address(v netip.Addr) AVP {
	family := uint16(2)
	if v = v.Unmap(); v.Is4() {
		family = 1
	}
	return t.Bytes(append(binary.BigEndian.AppendUint16(nil, family), v.AsSlice()...))
}

// Find gives the first AVP of the attribute.
func Find(list []AVP, t Attribute) (AVP, bool) {
	for _, a := range list {
		if a.Code == t.code() && a.Vendor == t.vendor() {
			return a, true
		}
	}
	return AVP{}, false
}

// FindText gives the first AVP of the attribute as text, "" if there is none.
func FindText(list []AVP, t Attribute) string {
	a, _ := Find(list, t)
	return string(a.Data)
}

// FindUint32 gives the first AVP of the attribute as a number. ok is false if
// there is none or it doesn't have four octets.
func FindUint32(list []AVP, t Attribute) (v uint32, ok bool) {
	a, ok := Find(list, t)
	if !ok || len(a.Data) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(a.Data), true
}

// FindGroup gives the members of the first AVP of the attribute, nil if there
// is none or it isn't a group.
func FindGroup(list []AVP, t Attribute) []AVP {
	a, _ := Find(list, t)
	members, err := ParseAVPs(a.Data)
	if err != nil {
		return nil
	}
	return members
}

func appendAVPs(dst []byte, list []AVP) []byte {
	for _, a := range list {
		dst = a.Append(dst)
	}
	return dst
}
