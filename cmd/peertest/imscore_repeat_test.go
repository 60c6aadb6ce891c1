//go:build peers

package peertest

import (
	"bytes"
	"encoding/binary"
	"net"
	"sync/atomic"
	"testing"
)

// TestIMSCoreChallengesOnce: a P-CSCF that is slow repeats a REGISTER, and gets its
// 401 twice. The second one takes no set of associations: the next challenge has
// the ports that follow.
func TestIMSCoreChallengesOnce(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	repeated := e.repeatsChallenges(c)
	p := e.ue(c, "alice", 21, IMSAlice())
	p.online()
	before := p.set.remoteClient.Port()
	m, offer, client := p.again(3600)
	set, err := p.challenge(m, offer, client)
	check(t, err)
	if port := set.remoteClient.Port(); port != before+1 {
		t.Errorf("the client port after %d is %d", before, port)
	}
	p.enter(set)
	if n := repeated.Load(); n < 2 {
		t.Errorf("%d challenges were repeated, want both", n)
	}
}

// repeatsChallenges sends each 401 of the I-CSCF to the P-CSCF once more, and
// counts them.
func (e *env) repeatsChallenges(c *IMSCore) *atomic.Int32 {
	e.t.Helper()
	conn := must(c.Host.ListenPacket("ip4:udp", c.Host.IPv4.String()))(e.t)
	e.t.Cleanup(func() { conn.Close() })
	var n atomic.Int32
	go func() {
		segment, seen := make([]byte, 65536), map[string]bool{}
		for {
			size, _, err := conn.ReadFrom(segment)
			if err != nil {
				return
			}
			raw := segment[:size]
			if !isChallenge(raw) || seen[string(raw[8:])] {
				continue
			}
			seen[string(raw[8:])] = true
			binary.BigEndian.PutUint16(raw[6:], 0) // no checksum: the device was to fill it in
			if _, err := conn.WriteTo(raw, &net.IPAddr{IP: c.Host.IPv4.AsSlice()}); err == nil {
				n.Add(1)
			}
		}
	}()
	return &n
}

// isChallenge recognises a UDP segment with a 401 from the I-CSCF to the P-CSCF.
func isChallenge(segment []byte) bool {
	from, to := binary.BigEndian.Uint16(segment), binary.BigEndian.Uint16(segment[2:])
	return from == ICSCFPort && to == PCSCFPort && bytes.HasPrefix(segment[8:], []byte("SIP/2.0 401 "))
}
