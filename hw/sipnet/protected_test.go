package sipnet

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/imsphone/imsphone/protocol/transport"
)

// side is one end of protected paths whose news go to a channel.
type side struct {
	*Protected
	news chan news
}

func protect(t *testing.T) *side {
	t.Helper()
	s := &side{news: make(chan news, 1000)}
	s.Protected = NewProtected(ProtectedConfig{Network: System{}}, func(in transport.Inbound) {
		s.news <- news{in.Flow, string(in.Data), in.Err}
	})
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *side) expect(t *testing.T, want string) transport.Flow {
	t.Helper()
	in := <-s.news
	if in.err != nil || in.data != want {
		t.Fatalf("got %q, %v on %s; want %q", in.data, in.err, in.flow, want)
	}
	return in.flow
}

// freePorts gives n addresses of the loopback interface that were free a
// moment ago.
func freePorts(t *testing.T, n int) []netip.AddrPort {
	t.Helper()
	list := make([]netip.AddrPort, n)
	for i := range list {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		list[i] = addrPortOf(l.Addr())
	}
	return list
}

// pair joins two sides by a path: the network's ports are shared by all.
func pair(t *testing.T, gen uint32, ue, network *side, ports []netip.AddrPort) (a, b Path) {
	t.Helper()
	a = Path{Gen: gen, LocalClient: ports[0], LocalServer: ports[1], RemoteClient: ports[2], RemoteServer: ports[3]}
	b = Path{Gen: gen + 100, LocalClient: ports[2], LocalServer: ports[3], RemoteClient: ports[0], RemoteServer: ports[1]}
	if err := ue.Add(a); err != nil {
		t.Fatal(err)
	}
	if err := network.Add(b); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func TestProtectedDatagramsGoFromClientToServerPort(t *testing.T) {
	ue, network := protect(t), protect(t)
	a, b := pair(t, 1, ue, network, freePorts(t, 4))
	flow, err := ue.Connect(context.Background(), 1, transport.UDP)
	if err != nil || flow != a.flow() {
		t.Fatalf("%v, %v", flow, err)
	}
	if err := ue.Send(flow, []byte(message(1))); err != nil {
		t.Fatal(err)
	}
	back := network.expect(t, message(1))
	if back != b.flow() {
		t.Fatalf("came on %v, want %v", back, b.flow())
	}
	// The response goes back on the flow of the request, by the other two ports.
	if err := network.Send(back, []byte(message(2))); err != nil {
		t.Fatal(err)
	}
	if got := ue.expect(t, message(2)); got != flow {
		t.Errorf("the response came on %v", got)
	}
	// Some answer 100 from the server port to the client port (TS 33.203 §7.1
	// knows the SA for it): that is the same flow.
	if _, err := network.servers[b.LocalServer].udp.WriteToUDPAddrPort([]byte(message(3)), a.LocalClient); err != nil {
		t.Fatal(err)
	}
	if got := ue.expect(t, message(3)); got != flow {
		t.Errorf("from server to client port: %v", got)
	}
}

func TestProtectedConnections(t *testing.T) {
	ue, network := protect(t), protect(t)
	a, b := pair(t, 1, ue, network, freePorts(t, 4))
	flow, err := ue.Connect(context.Background(), 1, transport.TCP)
	want := transport.Flow{Local: a.LocalClient, Remote: a.RemoteServer, Proto: transport.TCP, Gen: 1}
	if err != nil || flow != want {
		t.Fatalf("%v, %v, want %v", flow, err, want)
	}
	if again, err := ue.Connect(context.Background(), 1, transport.TCP); err != nil || again != flow {
		t.Errorf("a second connection: %v, %v", again, err)
	}
	if err := ue.Send(flow, []byte(message(1))); err != nil {
		t.Fatal(err)
	}
	back := network.expect(t, message(1))
	if err := network.Send(back, []byte(message(2))); err != nil {
		t.Fatal(err)
	}
	if got := ue.expect(t, message(2)); got != flow {
		t.Errorf("the response came on %v", got)
	}
	// The network's own requests come on a connection of its own.
	theirs, err := network.Connect(context.Background(), 101, transport.TCP)
	if err != nil || theirs.Local != b.LocalClient {
		t.Fatalf("%v, %v", theirs, err)
	}
	if err := network.Send(theirs, []byte(message(3))); err != nil {
		t.Fatal(err)
	}
	if got := ue.expect(t, message(3)); got.Local != a.LocalServer || got.Remote != a.RemoteClient || got.Gen != 1 {
		t.Errorf("the network's request came on %v", got)
	}
}

// TestRemovedConnectionsAreReset: a FIN would be repeated when no security
// association protects it any more.
func TestRemovedConnectionsAreReset(t *testing.T) {
	ue := protect(t)
	ports := freePorts(t, 4)
	if err := ue.Add(Path{Gen: 1, LocalClient: ports[0], LocalServer: ports[1], RemoteClient: ports[2], RemoteServer: ports[3]}); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", ports[3].String())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	flow, err := ue.Connect(context.Background(), 1, transport.TCP)
	if err != nil {
		t.Fatal(err)
	}
	peer, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if err := ue.Send(flow, []byte(message(1))); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(message(1)))
	if _, err := io.ReadFull(peer, got); err != nil || string(got) != message(1) {
		t.Fatalf("%q, %v", got, err)
	}
	ue.Remove(1)
	if _, err := peer.Read(got); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the connection ended with %v", err)
	}
}

// TestSetsShareTheServerPort is a re-authentication: the new set has the old
// server ports, and each message is told to be of its own set.
func TestSetsShareTheServerPort(t *testing.T) {
	ue, network := protect(t), protect(t)
	ports := freePorts(t, 6)
	a, _ := pair(t, 1, ue, network, ports[:4])
	pair(t, 2, ue, network, []netip.AddrPort{ports[4], ports[1], ports[5], ports[3]})
	for _, gen := range []uint32{1, 2} {
		for _, proto := range []transport.Proto{transport.UDP, transport.TCP} {
			flow, err := network.Connect(context.Background(), gen+100, proto)
			if err != nil {
				t.Fatal(err)
			}
			if err := network.Send(flow, []byte(message(int(gen)))); err != nil {
				t.Fatal(err)
			}
			if got := ue.expect(t, message(int(gen))); got.Gen != gen {
				t.Errorf("set %d: came on %v", gen, got)
			}
		}
	}
	ue.Remove(1) // before the network does, whose end of the connection would be news
	network.Remove(101)
	if err := ue.Send(a.flow(), []byte(message(9))); err == nil {
		t.Error("a removed set still sends")
	}
	flow, _ := network.Connect(context.Background(), 102, transport.UDP)
	if err := network.Send(flow, []byte(message(3))); err != nil {
		t.Fatal(err)
	}
	ue.expect(t, message(3))
	if c, err := net.Listen("tcp4", ports[0].String()); err != nil {
		t.Errorf("the old client port is still bound: %v", err)
	} else {
		c.Close()
	}
}

func TestWhatComesFromOutsideIsDroppedAndCounted(t *testing.T) {
	ue, network := protect(t), protect(t)
	a, _ := pair(t, 1, ue, network, freePorts(t, 4))
	stranger, err := net.Dial("udp4", a.LocalServer.String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	const n = 50
	for range n {
		if _, err := stranger.Write([]byte(message(666))); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := net.Dial("tcp4", a.LocalServer.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("a stranger's connection is kept")
	}
	// What comes in order after them shows that none of them came through.
	flow, _ := network.Connect(context.Background(), 101, transport.UDP)
	if err := network.Send(flow, []byte(message(1))); err != nil {
		t.Fatal(err)
	}
	ue.expect(t, message(1))
	if got := ue.Outside(); got != n+1 {
		t.Errorf("%d counted, want %d", got, n+1)
	}
}

func TestTwoSetsCannotHaveTheSamePorts(t *testing.T) {
	ue, network := protect(t), protect(t)
	a, _ := pair(t, 1, ue, network, freePorts(t, 4))
	a.Gen = 2
	if err := ue.Add(a); err == nil {
		t.Error("two sets with the same ports")
	}
	if err := ue.Add(Path{Gen: 1}); err == nil {
		t.Error("two sets of one generation")
	}
	ue.Close()
	if err := ue.Add(a); err == nil {
		t.Error("a set after Close")
	}
}
