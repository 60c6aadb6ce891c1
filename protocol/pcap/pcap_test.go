package pcap

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// blocks cuts a capture into its blocks and checks their frames.
func blocks(t *testing.T, b []byte) (kinds []uint32, bodies [][]byte) {
	t.Helper()
	for len(b) > 0 {
		n := binary.LittleEndian.Uint32(b[4:])
		if n%4 != 0 || int(n) > len(b) || binary.LittleEndian.Uint32(b[n-4:]) != n {
			t.Fatalf("block of %d bytes in %d", n, len(b))
		}
		kinds, bodies, b = append(kinds, binary.LittleEndian.Uint32(b)), append(bodies, b[8:n-4]), b[n:]
	}
	return kinds, bodies
}

func TestPacketsAreRight(t *testing.T) {
	for _, c := range []struct {
		from, to string
		proto    transport.Proto
		header   int
	}{
		{"192.0.2.1:5060", "192.0.2.2:6100", transport.UDP, 28},
		{"192.0.2.1:31000", "192.0.2.2:6100", transport.TCP, 40},
		{"[2001:db8::1]:5060", "[2001:db8::2]:5061", transport.UDP, 48},
		{"[2001:db8::1]:5060", "[2001:db8::2]:5061", transport.TCP, 60},
	} {
		var out bytes.Buffer
		w, err := NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		from, to := netip.MustParseAddrPort(c.from), netip.MustParseAddrPort(c.to)
		at := time.Unix(1e9, 123456789)
		for _, text := range []string{"OPTIONS", "odd"} {
			if err := w.Write(Packet{Time: at, From: from, To: to, Proto: c.proto, Payload: []byte(text), Comment: "line1"}); err != nil {
				t.Fatal(err)
			}
		}
		kinds, bodies := blocks(t, out.Bytes())
		if len(kinds) != 4 || kinds[0] != sectionHeader || kinds[1] != interfaceBlock || kinds[2] != enhancedPacket {
			t.Fatalf("blocks %x", kinds)
		}
		body := bodies[2]
		if stamp := uint64(binary.LittleEndian.Uint32(body[4:]))<<32 | uint64(binary.LittleEndian.Uint32(body[8:])); stamp != uint64(at.UnixNano()) {
			t.Errorf("time %d", stamp)
		}
		n := binary.LittleEndian.Uint32(body[12:])
		packet := body[20 : 20+n]
		if int(n) != c.header+7 || string(packet[c.header:]) != "OPTIONS" {
			t.Errorf("%s: packet % x", c.from, packet)
		}
		if !bytes.Contains(body[20+n:], []byte("line1")) {
			t.Error("no comment")
		}
		ip, protocol := 20, packet[9]
		if !from.Addr().Is4() {
			ip, protocol = 40, packet[6]
		} else if fold(checksum(0, packet[:20])) != 0xffff {
			t.Error("the IP checksum is wrong")
		}
		pseudo := pseudoHeader(from.Addr(), to.Addr(), protocol, len(packet)-ip)
		if fold(checksum(checksum(0, pseudo), packet[ip:])) != 0xffff {
			t.Errorf("%s over %s: the checksum is wrong", c.from, c.proto)
		}
		if c.proto == transport.TCP {
			second := bodies[3][20:]
			if seq := binary.BigEndian.Uint32(second[ip+4:]); seq != 8 {
				t.Errorf("the second segment begins at %d", seq)
			}
		}
	}
}

func TestWhatFitsNoPacket(t *testing.T) {
	w, _ := NewWriter(&bytes.Buffer{})
	a := netip.MustParseAddrPort("192.0.2.1:1")
	if w.Write(Packet{From: a, To: a, Payload: make([]byte, 70000)}) == nil || w.Write(Packet{From: a, To: netip.MustParseAddrPort("[::1]:1")}) == nil {
		t.Error("written")
	}
}

func TestKeysAreWrittenAsWiresharkReadsThem(t *testing.T) {
	set := secagree.Set{Suite: secagree.Suite{Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC},
		UE:    secagree.End{Addr: netip.MustParseAddr("192.0.2.1"), ClientSPI: 0x100, ServerSPI: 0x101},
		PCSCF: secagree.End{Addr: netip.MustParseAddr("192.0.2.2"), ClientSPI: 0x200, ServerSPI: 0x201},
		IK:    aka.NewKey([16]byte{0xaa}), CK: aka.NewKey([16]byte{0xbb})}
	var out strings.Builder
	if err := WriteKeys(&out, set); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	want := `"IPv4","192.0.2.1","192.0.2.2","0x00000201","AES-CBC [RFC3602]","0xbb000000000000000000000000000000","HMAC-SHA-1-96 [RFC2404]","0xaa00000000000000000000000000000000000000"`
	if len(lines) != 4 || lines[0] != want {
		t.Errorf("%d lines, the first is\n%s, want\n%s", len(lines), lines[0], want)
	}
}
