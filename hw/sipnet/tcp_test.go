package sipnet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// TestTCP: messages both ways on one connection, in order, over both IP
// versions.
func TestTCP(t *testing.T) {
	for _, at := range loopbacks(t) {
		a := listen(t, Config{Local: at, TCP: true, Gen: 1})
		b := listen(t, Config{Local: at, TCP: true, Gen: 2})
		out := a.dial(t, transport.TCP, b.Local(transport.TCP))
		for i := range 50 {
			a.send(t, out, message(i))
		}
		var in transport.Flow
		for i := range 50 {
			in = b.expect(t, message(i))
		}
		if in.Local != out.Remote || in.Remote != out.Local || in.Gen != 2 || out.Gen != 1 {
			t.Fatalf("sent on %s, came on %s", out, in)
		}
		b.send(t, in, message(1)+message(2)) // also in one piece
		a.expect(t, message(1))
		if back := a.expect(t, message(2)); back != out {
			t.Errorf("sent on %s, answered on %s", out, back)
		}
	}
}

func TestDialReuses(t *testing.T) {
	a, b := listen(t, Config{Local: loopback}), listen(t, Config{Local: loopback, TCP: true})
	to := b.Local(transport.TCP)
	var wg sync.WaitGroup
	flows := make([]transport.Flow, 20)
	for i := range flows {
		wg.Go(func() {
			flow, err := a.Dial(context.Background(), transport.TCP, to, "")
			if err != nil {
				t.Error(err)
			}
			flows[i] = flow
		})
	}
	wg.Wait()
	for _, flow := range flows {
		if flow != flows[0] {
			t.Fatalf("connections %s and %s to the same server", flow, flows[0])
		}
	}
	a.send(t, flows[0], message(1))
	in := b.expect(t, message(1))
	// A connection from outside is not taken for one to dial: whoever opened
	// it isn't known to be the server.
	if back := b.dial(t, transport.TCP, silent(t)); back == in {
		t.Error("an accepted connection was reused")
	}
}

// silent is a server that accepts connections and never reads them.
func silent(t *testing.T) netip.AddrPort {
	t.Helper()
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(loopback))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return addrPortOf(l.Addr())
}

// TestPeerCloses: the end of a connection is told once, after its last
// message, on both sides; a new one can be dialled.
func TestPeerCloses(t *testing.T) {
	a, b := listen(t, Config{Local: loopback}), listen(t, Config{Local: loopback, TCP: true})
	to := b.Local(transport.TCP)
	c, err := net.Dial("tcp", to.String())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, message(1)); err != nil {
		t.Fatal(err)
	}
	c.Close()
	in := b.expect(t, message(1))
	if flow, err := b.expectErr(t); flow != in || !errors.Is(err, ErrEnded) {
		t.Errorf("got %v on %s", err, flow)
	}
	if err := b.Send(in, []byte("x")); !errors.Is(err, ErrNoFlow) {
		t.Errorf("Send on a closed connection: %v", err)
	}

	out := a.dial(t, transport.TCP, to)
	a.send(t, out, message(2))
	b.expect(t, message(2))
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if flow, err := a.expectErr(t); flow != out || !errors.Is(err, ErrEnded) {
		t.Errorf("got %v on %s", err, flow)
	}
	again := listen(t, Config{Local: to, TCP: true})
	if flow := a.dial(t, transport.TCP, to); flow == out {
		t.Error("the old connection was reused")
	} else {
		a.send(t, flow, message(3))
	}
	again.expect(t, message(3))
}

func TestReset(t *testing.T) {
	b := listen(t, Config{Local: loopback, TCP: true})
	c, err := net.Dial("tcp", b.Local(transport.TCP).String())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(c, message(1))
	in := b.expect(t, message(1))
	c.(*net.TCPConn).SetLinger(0) // Close resets
	c.Close()
	if flow, err := b.expectErr(t); flow != in || !errors.Is(err, ErrReset) {
		t.Errorf("got %v on %s", err, flow)
	}
}

// TestBadStream: what can't be cut into messages ends the connection with the
// reason.
func TestBadStream(t *testing.T) {
	b := listen(t, Config{Local: loopback, TCP: true})
	for text, want := range map[string]error{
		"\x16\x03\x01\x02\x00 no SIP":                                          sip.ErrNotSIP,
		"OPTIONS sip:a@b SIP/2.0\r\n\r\n":                                      sip.ErrNoContentLength,
		message(1)[:len(message(1))-5] + "9999999\r\n\r\n":                     sip.ErrTooLong,
		"OPTIONS sip:a@b SIP/2.0\r\nX: " + strings.Repeat("x", sip.MaxMessage): sip.ErrTooLong,
	} {
		c, err := net.Dial("tcp", b.Local(transport.TCP).String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, text) // may break off: the other side doesn't read all of it
		if _, err := b.expectErr(t); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", text, err, want)
		}
		if n, err := c.Read(make([]byte, 1)); err == nil {
			t.Errorf("%.20q: read %d bytes", text, n)
		}
		c.Close()
	}
}

func TestPingIsAnswered(t *testing.T) {
	b := listen(t, Config{Local: loopback, TCP: true})
	c, err := net.Dial("tcp", b.Local(transport.TCP).String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "\r\n\r\n"+message(1)+"\r\n\r\n")
	answer := make([]byte, 4)
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "\r\n\r\n" {
		t.Errorf("answered %q, %v; want one CRLF for each of two pings", answer, err)
	}
	b.expect(t, message(1))
}

func TestPings(t *testing.T) {
	a := listen(t, Config{Local: loopback, KeepAlive: time.Millisecond})
	l, err := net.ListenTCP("tcp", net.TCPAddrFromAddrPort(loopback))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	a.dial(t, transport.TCP, addrPortOf(l.Addr()))
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ping := make([]byte, 4)
	for range 3 { // answered or not, they come
		if _, err := io.ReadFull(c, ping); err != nil || string(ping) != "\r\n\r\n" {
			t.Fatalf("got %q, %v", ping, err)
		}
	}
}

// TestIdle: connections from outside are closed when they have nothing to say.
func TestIdle(t *testing.T) {
	b := listen(t, Config{Local: loopback, TCP: true, IdleTimeout: time.Millisecond})
	c, err := net.Dial("tcp", b.Local(transport.TCP).String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := b.expectErr(t); !errors.Is(err, ErrIdle) {
		t.Errorf("got %v", err)
	}
}

// TestBlockedPeer: a peer that takes nothing costs an error, not a wait.
func TestBlockedPeer(t *testing.T) {
	a := listen(t, Config{Local: loopback})
	flow := a.dial(t, transport.TCP, silent(t))
	text := []byte(strings.Repeat("x", 60000))
	for sent := 0; ; sent++ {
		err := a.Send(flow, text)
		if errors.Is(err, ErrCongested) && says(err, "TCP", flow.Remote.String(), "later") {
			return
		}
		if err != nil || sent > 10000 {
			t.Fatalf("after %d messages: %v", sent, err)
		}
	}
}

// TestTooManyConnections: those that never said anything make room, those that
// did stay.
func TestTooManyConnections(t *testing.T) {
	b := listen(t, Config{Local: loopback, TCP: true, MaxAccepted: 3})
	dial := func() net.Conn {
		c, err := net.Dial("tcp", b.Local(transport.TCP).String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	mute := dial()
	var flows []transport.Flow
	for i := range 3 { // the third takes the mute one's place
		io.WriteString(dial(), message(i))
		for flows = append(flows, transport.Flow{}); !flows[i].Local.IsValid(); {
			if in := <-b.news; in.err == nil {
				flows[i] = in.flow
			} else if !errors.Is(in.err, ErrCongested) {
				t.Errorf("the mute connection ended with %v", in.err)
			}
		}
	}
	if _, err := mute.Read(make([]byte, 1)); err == nil {
		t.Error("the mute connection is still there")
	}
	if _, err := dial().Read(make([]byte, 1)); err == nil {
		t.Error("the fourth connection was let in")
	}
	for i, flow := range flows {
		if err := b.Send(flow, []byte(message(i))); err != nil {
			t.Error(err)
		}
	}
	if stats := b.Stats(); stats != (Stats{Connections: 3, TurnedAway: 2}) {
		t.Errorf("%+v", stats)
	}
}

// TestCloseFlushes: what was sent before Close arrives.
func TestCloseFlushes(t *testing.T) {
	b := listen(t, Config{Local: loopback, TCP: true})
	for range 20 {
		a := listen(t, Config{Local: loopback})
		flow := a.dial(t, transport.TCP, b.Local(transport.TCP))
		for i := range queueLength / 2 {
			a.send(t, flow, message(i))
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		for i := range queueLength / 2 {
			b.expect(t, message(i))
		}
		if _, err := b.expectErr(t); !errors.Is(err, ErrEnded) {
			t.Error(err)
		}
	}
}

// TestCloseWithBlockedPeer: a peer that takes nothing doesn't hold up Close for
// longer than its deadline; the test's own timeout would tell.
func TestCloseWithBlockedPeer(t *testing.T) {
	a := listen(t, Config{Local: loopback})
	flow := a.dial(t, transport.TCP, silent(t))
	text := []byte(strings.Repeat("x", 60000))
	for a.Send(flow, text) == nil {
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestDialErrors(t *testing.T) {
	a := listen(t, Config{Local: loopback})
	nobody := freePort(t)
	if _, err := a.Dial(context.Background(), transport.TCP, nobody, ""); !errors.Is(err, ErrRefused) || !says(err, "TCP", nobody.String(), "server runs") {
		t.Errorf("refused: %v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Dial(ended, transport.TCP, nobody, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if _, err := a.Dial(context.Background(), transport.TLS, nobody, ""); !says(err, "use a domain") {
		t.Errorf("TLS without a name: %v", err)
	}
	for _, nowhere := range []netip.AddrPort{{}, netip.MustParseAddrPort("127.0.0.1:0")} {
		if _, err := a.Dial(context.Background(), transport.TCP, nowhere, ""); err == nil {
			t.Errorf("connected to %v", nowhere)
		}
	}
}

// TestDialTimeout: a server that accepts but doesn't shake hands.
func TestDialTimeout(t *testing.T) {
	a := listen(t, Config{Local: loopback})
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if _, err := a.Dial(ctx, transport.TLS, silent(t), "proxy.test"); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
	if stats := a.Stats(); stats.Connections != 0 {
		t.Errorf("%+v", stats)
	}
}

// TestCloseEndsDial: Dial doesn't outlive its Socket.
func TestCloseEndsDial(t *testing.T) {
	a := listen(t, Config{Local: loopback})
	result := make(chan error)
	go func() {
		_, err := a.Dial(context.Background(), transport.TLS, silent(t), "proxy.test")
		result <- err
	}()
	for a.Stats().Connections == 0 { // until the handshake waits
		runtime.Gosched()
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, ErrClosed) {
		t.Errorf("got %v", err)
	}
}
