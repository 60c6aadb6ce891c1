package userspace

import (
	"bytes"
	"net/netip"
	"testing"
)

// FuzzReadPacket holds readPacket against putHeader: a packet that is read is read
// the same with a new header of its own.
func FuzzReadPacket(f *testing.F) {
	for _, addr := range []netip.Addr{v4, v6} {
		p := path{netip.AddrPortFrom(addr, 5060), netip.AddrPortFrom(addr, 5070)}
		b := append(make([]byte, headerLen(addr)), datagram(p, protocolUDP, []byte("hello"))...)
		putHeader(b, addr, addr, protocolUDP)
		if k, ok := readPacket(b); !ok || k.path != p {
			f.Fatalf("%x is read as %+v", b, k)
		}
		f.Add(b)
		f.Add(b[:len(b)-1])
		fragment := bytes.Clone(b)
		fragment[6] |= 0x20
		f.Add(fragment)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		k, ok := readPacket(b)
		if !ok {
			return
		}
		again := append(make([]byte, headerLen(k.from.Addr())), k.payload...)
		if !putHeader(again, k.from.Addr(), k.to.Addr(), k.protocol) {
			if len(again) <= maxPacket {
				t.Fatalf("no header for %d bytes", len(k.payload))
			}
			return
		}
		k2, ok := readPacket(again)
		if !ok || k2.path != k.path || k2.protocol != k.protocol || !bytes.Equal(k2.payload, k.payload) {
			t.Fatalf("%+v, then %+v", k, k2)
		}
		if k.from.Addr().Is4() && checksum(again[:ipv4Header]) != 0 {
			t.Fatal("wrong header checksum")
		}
	})
}
