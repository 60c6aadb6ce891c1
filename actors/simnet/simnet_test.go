package simnet

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// host is a socket that writes down what comes.
type host struct {
	*Socket
	got   []string
	times []time.Duration // since the beginning of the test
	flows []transport.Flow
	lost  []transport.Flow
}

func newHost(t *testing.T, n *Net, addr string) *host {
	h, begin := &host{}, time.Now()
	h.Socket = n.Listen(netip.MustParseAddrPort(addr), func(in transport.Inbound) {
		if in.Err != nil {
			h.lost = append(h.lost, in.Flow)
			return
		}
		h.got, h.times = append(h.got, string(in.Data)), append(h.times, time.Since(begin))
		h.flows = append(h.flows, in.Flow)
	})
	t.Cleanup(func() { h.Close() })
	return h
}

func (h *host) to(other *host) transport.Flow {
	return transport.Flow{Local: h.addr, Remote: other.addr, Proto: transport.UDP}
}

func settle(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestDatagrams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		n.Latency = 20 * time.Millisecond
		a, b := newHost(t, n, "10.0.0.1:5060"), newHost(t, n, "10.0.0.2:5060")
		buf := []byte("one")
		if err := a.Send(a.to(b), buf); err != nil {
			t.Fatal(err)
		}
		copy(buf, "xxx") // the network has a copy of its own
		settle(10 * time.Millisecond)
		if err := a.Send(a.to(b), []byte("two")); err != nil {
			t.Fatal(err)
		}
		settle(time.Second)
		if !slices.Equal(b.got, []string{"one", "two"}) || !slices.Equal(b.times, []time.Duration{20 * time.Millisecond, 30 * time.Millisecond}) {
			t.Errorf("got %q at %v", b.got, b.times)
		}
		if b.flows[0] != b.to(a) {
			t.Errorf("came over %v", b.flows[0])
		}
		nowhere := transport.Flow{Local: a.addr, Remote: netip.MustParseAddrPort("10.0.0.9:5060"), Proto: transport.UDP}
		if err := a.Send(nowhere, []byte("gone")); err != nil {
			t.Errorf("a datagram to nowhere: %v", err)
		}
	})
}

func TestLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		n.Lose = func(b []byte) bool { return strings.HasPrefix(string(b), "lose") }
		a, b := newHost(t, n, "10.0.0.1:5060"), newHost(t, n, "10.0.0.2:5060")
		for _, s := range []string{"1", "lose 2", "3"} {
			if err := a.Send(a.to(b), []byte(s)); err != nil {
				t.Fatal(err)
			}
		}
		settle(time.Second)
		if !slices.Equal(b.got, []string{"1", "3"}) {
			t.Errorf("got %q", b.got)
		}
	})
}

func TestConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		a, b := newHost(t, n, "10.0.0.1:5060"), newHost(t, n, "10.0.0.2:5060")
		ctx := context.Background()
		if _, err := a.Dial(ctx, transport.TCP, netip.MustParseAddrPort("10.0.0.9:5060"), ""); err == nil {
			t.Error("connected to nobody")
		}
		if _, err := a.Dial(ctx, transport.TLS, b.addr, ""); err == nil {
			t.Error("connected by TLS")
		}
		flow, err := a.Dial(ctx, transport.TCP, b.addr, "")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := a.Dial(ctx, transport.TCP, b.addr, ""); err != nil || again != flow {
			t.Errorf("dialled again: %v, %v", again, err)
		}
		if err := a.Send(flow, []byte("ping")); err != nil {
			t.Fatal(err)
		}
		settle(time.Second)
		if err := b.Send(b.flows[0], []byte("pong")); err != nil {
			t.Fatal(err)
		}
		settle(time.Second)
		if !slices.Equal(a.got, []string{"pong"}) || a.flows[0] != flow {
			t.Errorf("got %q over %v", a.got, a.flows)
		}

		b.Cut()
		settle(time.Second)
		if !slices.Equal(a.lost, []transport.Flow{flow}) || len(b.lost) != 1 {
			t.Errorf("lost %v and %v", a.lost, b.lost)
		}
		if err := a.Send(flow, nil); err == nil {
			t.Error("sent over a broken connection")
		}
	})
}

func TestMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ports := New().Ports(netip.MustParseAddr("10.0.0.1"))
		a, err := ports.RTP.Open(netip.MustParseAddr("10.0.0.1"), "audio")
		if err != nil {
			t.Fatal(err)
		}
		b, err := ports.RTP.Open(netip.MustParseAddr("10.0.0.1"), "audio")
		if err != nil {
			t.Fatal(err)
		}
		if a.LocalPort()%2 != 0 || a.LocalPort() == b.LocalPort() {
			t.Errorf("ports %d and %d", a.LocalPort(), b.LocalPort())
		}
		at := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.1"), b.LocalPort())
		if err := a.WriteRTP([]byte("rtp"), at); err != nil {
			t.Fatal(err)
		}
		if err := a.WriteRTCP([]byte("rtcp"), netip.AddrPortFrom(at.Addr(), at.Port()+1)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 16)
		if k, from, err := b.ReadRTP(buf); err != nil || string(buf[:k]) != "rtp" || from.Port() != a.LocalPort() {
			t.Errorf("%q from %v, %v", buf[:k], from, err)
		}
		if k, from, err := b.ReadRTCP(buf); err != nil || string(buf[:k]) != "rtcp" || from.Port() != a.LocalPort()+1 {
			t.Errorf("%q from %v, %v", buf[:k], from, err)
		}
		a.Close()
		b.Close()
		if _, _, err := b.ReadRTP(buf); err == nil {
			t.Error("read from a closed socket")
		}
	})
}

// The sound device paces its reader; a deaf one never delivers.
func TestAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := New()
		ports := n.Ports(netip.MustParseAddr("10.0.0.1"))
		mic, err := ports.Audio.Open(8000, 20*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		begin, pcm := time.Now(), make([]int16, 160)
		for range 50 {
			if err := mic.Read(pcm); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begin); took != time.Second {
			t.Errorf("50 frames took %s", took)
		}
		if slices.Max(pcm) < 1000 {
			t.Error("the microphone is silent")
		}
		mic.Close()
		if err := mic.Read(pcm); err == nil {
			t.Error("a closed device reads")
		}

		n.Deaf = true
		deaf := ports.Audio.Silence(8000, 20*time.Millisecond)
		time.AfterFunc(time.Hour, func() { deaf.Close() })
		if err := deaf.Read(pcm); err == nil {
			t.Error("a deaf device delivers")
		}
	})
}
