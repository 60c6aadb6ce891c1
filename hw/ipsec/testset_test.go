package ipsec

import (
	"net/netip"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// The ends of the tests' sets, of IPv4 and of IPv6.
var ends = map[string][2]netip.Addr{
	"IPv4": {netip.MustParseAddr("10.77.0.1"), netip.MustParseAddr("10.77.0.2")},
	"IPv6": {netip.MustParseAddr("fd77::1"), netip.MustParseAddr("fd77::2")},
}

// testSet gives a set between ends; sets of different n share nothing.
func testSet(suite secagree.Suite, ends [2]netip.Addr, n int) secagree.Set {
	var ik, ck [16]byte
	for i := range ik {
		ik[i], ck[i] = byte(0x10+i), byte(0xa0+i)
	}
	ik[0], ck[0] = byte(n), byte(n)
	port, spi := uint16(10*n), uint32(16*n)
	return secagree.Set{
		Suite: suite,
		UE:    secagree.End{Addr: ends[0], ClientPort: 31000 + port, ServerPort: 31001 + port, ClientSPI: 0x1001 + spi, ServerSPI: 0x81001002 + spi},
		PCSCF: secagree.End{Addr: ends[1], ClientPort: 5100 + port, ServerPort: 6100 + port, ClientSPI: 0x64 + spi, ServerSPI: 0x65 + spi},
		IK:    aka.NewKey(ik), CK: aka.NewKey(ck),
	}
}

var (
	shaNull = secagree.Suite{Integrity: secagree.HMACSHA1}
	shaCBC  = secagree.Suite{Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC}
)
