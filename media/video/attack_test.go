package video

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/imsphone/imsphone/media/rtpend"
)

// watched sends thirty pictures, lets an attacker do something before each
// packet, and gives what was seen.
func watched(t *testing.T, attack func(b *Session, now time.Time, next []byte)) ([]int, Stats) {
	t.Helper()
	a, b := New(begin, configA()), New(begin, configB())
	now, got := begin, []int(nil)
	for i := range 30 {
		now = now.Add(period)
		for _, p := range send(t, a, now, &Frame{Raw: picture(i)}) {
			if attack != nil && i > 0 { // the peer is heard first
				attack(b, now, p)
			}
			if jpeg, _ := b.Receive(now, p, addrA); jpeg != nil {
				got = append(got, count(t, jpeg))
			}
		}
	}
	return got, b.Stats(now)
}

// Ten thousand forged packets, copies of the real ones among them: from other
// hosts and ports, and of other sources at the peer's own address. Not one
// picture changes.
func TestForgedPackets(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 3))
	hosts := []netip.AddrPort{addrB, netip.MustParseAddrPort("192.0.2.1:4002"), netip.MustParseAddrPort("[2001:db8::6]:4000"), {}}
	plain, want := watched(t, nil)
	forged := 0
	got, st := watched(t, func(b *Session, now time.Time, next []byte) {
		for range 80 {
			p, from := slices.Clone(next), hosts[rnd.IntN(len(hosts))]
			if rnd.IntN(3) == 0 {
				from = addrA
				p[8] ^= 0x55 // another source
			}
			for i := 20; i < len(p); i++ {
				p[i] = byte(rnd.Uint32())
			}
			if jpeg, v := b.Receive(now, p, from); jpeg != nil || v == rtpend.Accepted {
				t.Fatalf("a forged packet from %v is %v", from, v)
			}
			forged++
		}
	})
	if forged < 10000 {
		t.Fatalf("only %d forged packets", forged)
	}
	if !slices.Equal(got, plain) || st.Incomplete != want.Incomplete || st.Lost != want.Lost || st.Latched {
		t.Errorf("seen %v with %+v; without forgery %v", got, st, plain)
	}
}

// Payloads of the peer itself that are nonsense cost their own picture at most,
// and memory stays bounded.
func TestMutatedPayloads(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	a, b := New(begin, configA()), New(begin, configB())
	now, shown := begin, 0
	for i := range 200 {
		now = now.Add(period)
		for _, p := range send(t, a, now, &Frame{Raw: picture(i)}) {
			if i%2 == 1 {
				p[rtpend.HeaderSize+rnd.IntN(min(16, len(p)-rtpend.HeaderSize))] ^= byte(1 << rnd.IntN(8))
			}
			if jpeg, _ := b.Receive(now, p, addrA); jpeg != nil && i%2 == 0 {
				if n := count(t, jpeg); n != i {
					t.Fatalf("picture %d comes instead of %d", n, i)
				}
				shown++
			}
		}
	}
	if shown != 100 {
		t.Errorf("%d of 100 good pictures were shown", shown)
	}
}
