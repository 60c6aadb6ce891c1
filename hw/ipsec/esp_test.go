//go:build ipsec

package ipsec

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/esp"
	"github.com/imsphone/imsphone/protocol/secagree"
)

// TestTheReplayWindow has packets that protocol/esp sealed come late and twice:
// so every suite of the kernel is also what that package takes it for.
func TestTheReplayWindow(t *testing.T) {
	for _, suite := range secagree.Suites() {
		t.Run(suite.String(), func(t *testing.T) { late(t, testSet(suite, ends["IPv4"], 0)) })
	}
}

func late(t *testing.T, set secagree.Set) {
	w := newWire(t)
	handle := w.install(t, set, PCSCF)[PCSCF]
	uc, ps := set.SAs()[0].Source, set.SAs()[0].Destination
	server := udp(t, w.pcscf, ps)
	raw := in(t, w.ue, func() (*net.IPConn, error) { return net.ListenIP("ip4:50", &net.IPAddr{IP: uc.Addr().AsSlice()}) })
	defer raw.Close()

	sealer, err := esp.NewSealer(set.PCSCF.ServerSPI, set.Suite, set.IK, set.CK, rand.Reader)
	ok(t, err)
	const n = replayWindow + 36
	packets := make([][]byte, n+1)
	for seq := 1; seq <= n; seq++ {
		packets[seq], err = sealer.Seal(nil, udpPacket(uc.Port(), ps.Port(), strconv.Itoa(seq)), unix.IPPROTO_UDP)
		ok(t, err)
	}
	put := func(seq int) {
		t.Helper()
		_, err := raw.WriteToIP(packets[seq], &net.IPAddr{IP: ps.Addr().AsSlice()})
		ok(t, err)
	}
	const oldest = n - replayWindow + 1 // of the window that ends with n
	for _, seq := range []int{1, n, oldest, n - 1} {
		put(seq)
		expect(t, server, uc, strconv.Itoa(seq))
	}
	for _, seq := range []int{n, oldest, oldest - 1, 2} {
		put(seq)
	}
	put(n - 2)
	expect(t, server, uc, strconv.Itoa(n-2)) // and none of the four before
	if c, err := handle.Counters(); err != nil || c[0].Replayed != 4 || c[0].Packets != 5 {
		t.Errorf("counter %+v, %v", c[0], err)
	}
}

// udpPacket makes a datagram without checksum, as IPv4 has it.
func udpPacket(from, to uint16, text string) []byte {
	b := binary.BigEndian.AppendUint16(nil, from)
	b = binary.BigEndian.AppendUint16(b, to)
	b = binary.BigEndian.AppendUint16(b, uint16(8+len(text)))
	return append(append(b, 0, 0), text...)
}

// TestWhatTheKernelSealsOpens has protocol/esp open what crosses the wire.
func TestWhatTheKernelSealsOpens(t *testing.T) {
	for _, suite := range secagree.Suites() {
		for family, addrs := range ends {
			t.Run(suite.String()+", "+family, func(t *testing.T) { opens(t, testSet(suite, addrs, 0)) })
		}
	}
}

func opens(t *testing.T, set secagree.Set) {
	w := newWire(t)
	w.install(t, set, UE)
	wiretap := newTap(t, w.pcscf)
	uc, ps := set.SAs()[0].Source, set.SAs()[0].Destination
	send(t, udp(t, w.ue, uc), ps, "REGISTER")
	var sealed []byte
	until(t, "an ESP packet crossed", func() bool {
		for _, p := range wiretap.packets(t) {
			if protocolOf(p) == unix.IPPROTO_ESP {
				sealed = p[headerOf(p):]
			}
		}
		return sealed != nil
	})
	opener, err := esp.NewOpener(set.PCSCF.ServerSPI, set.Suite, set.IK, set.CK)
	ok(t, err)
	payload, next, err := opener.Open(nil, sealed)
	ok(t, err)
	if next != unix.IPPROTO_UDP || len(payload) != 8+len("REGISTER") || string(payload[8:]) != "REGISTER" {
		t.Errorf("next header %d, payload %q", next, payload)
	}
}
