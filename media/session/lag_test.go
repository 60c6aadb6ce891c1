package session

import (
	"net/netip"
	"testing"
	"time"
)

// What is heard is behind by the jitter buffer and the packet; the peer's reports
// tell, also where its clock is another one.
func TestLag(t *testing.T) {
	for _, ahead := range []time.Duration{0, 7 * time.Hour, -time.Minute} {
		a, b := New(begin.Add(ahead), configA()), New(begin, configB())
		now, mic, speaker := begin, make([]int16, 160), make([]int16, 160)
		if _, ok := b.Stats(now).Lag, b.Stats(now).LagKnown; ok {
			t.Error("known before anything came")
		}
		for range 500 {
			now = now.Add(frameTime)
			if p, ok := a.Capture(now.Add(ahead), mic, nil); ok {
				b.Receive(now, p, addrA)
			}
			if r, ok := a.Report(now.Add(ahead), nil); ok {
				b.ReceiveRTCP(now, r, netip.AddrPortFrom(addrA.Addr(), addrA.Port()+1))
			}
			b.Playout(now, speaker)
		}
		st := b.Stats(now)
		// A frame is captured when its last sample is, and stamped with its first.
		if got := st.Lag + ahead; !st.LagKnown || got < 0 || got > st.BufferDelay+2*frameTime {
			t.Errorf("%v ahead: behind by %v (%v), with %v in the buffer", ahead, got, st.LagKnown, st.BufferDelay)
		}
		if st := b.Stats(now.Add(2 * time.Second)); st.LagKnown {
			t.Error("still known after two seconds of silence")
		}
	}
}
