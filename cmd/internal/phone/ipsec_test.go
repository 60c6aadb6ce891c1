package phone

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/ipsec/userspace"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

const options = "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 0\r\n\r\n"

var loopback = netip.MustParseAddr("127.0.0.1")

// network is the P-CSCF's side: ESP in UDP, and the mirror image of the phone's
// paths.
type network struct {
	*sipnet.Protected
	stack *userspace.Stack
	came  chan transport.Flow
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	stack, err := userspace.New(userspace.Config{Role: userspace.PCSCF, Local: loopback,
		Carrier: userspace.UDP(netip.AddrPortFrom(loopback, 0), netip.AddrPort{})})
	if err != nil {
		t.Fatal(err)
	}
	n := &network{stack: stack, came: make(chan transport.Flow, 100)}
	n.Protected = sipnet.NewProtected(sipnet.ProtectedConfig{Network: stack}, func(in transport.Inbound) {
		if in.Err == nil {
			n.came <- in.Flow
		}
	})
	t.Cleanup(func() { n.Protected.Close(); stack.Close() })
	return n
}

func (n *network) install(t *testing.T, gen uint32, set secagree.Set) {
	t.Helper()
	if _, err := n.stack.Install(set); err != nil {
		t.Fatal(err)
	}
	ue := pathOf(gen, set)
	if err := n.Add(sipnet.Path{Gen: gen, LocalClient: ue.RemoteClient, LocalServer: ue.RemoteServer,
		RemoteClient: ue.LocalClient, RemoteServer: ue.LocalServer}); err != nil {
		t.Fatal(err)
	}
}

func testSet(gen uint32) secagree.Set {
	return secagree.Set{
		Suite: secagree.Suite{Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC}, Mode: secagree.UDPTunnel,
		UE:    secagree.End{Addr: loopback, ClientPort: uint16(30000 + gen), ServerPort: 31000, ClientSPI: 1000 + 2*gen, ServerSPI: 1001 + 2*gen},
		PCSCF: secagree.End{Addr: loopback, ClientPort: uint16(5100 + gen), ServerPort: 6100, ClientSPI: 2000 + 2*gen, ServerSPI: 2001 + 2*gen},
		IK:    aka.NewKey([16]byte{1, byte(gen)}), CK: aka.NewKey([16]byte{2, byte(gen)}),
	}
}

// TestProtectedLine drives a line's protected sockets as its Transport does:
// two sets, both transports, and nothing left when they are removed.
func TestProtectedLine(t *testing.T) {
	core := newNetwork(t)
	keys := filepath.Join(t.TempDir(), "esp_sa")
	port := ipsecPort{log: zerolog.Nop(), backends: newESP(zerolog.Nop()), keys: keys}
	came := make(chan transport.Flow, 100)
	line, err := port.Open(actors.ProtectedConfig{Backend: "udp", Encapsulation: core.stack.Outer().Port()}, func(in transport.Inbound) {
		if in.Err == nil {
			came <- in.Flow
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for gen := uint32(1); gen <= 2; gen++ {
		core.install(t, gen, testSet(gen))
		if err := line.Install(ctx, gen, testSet(gen), time.Minute); err != nil {
			t.Fatal(err)
		}
		for _, proto := range []transport.Proto{transport.UDP, transport.TCP} {
			flow, err := line.Connect(ctx, gen, proto)
			if err != nil {
				t.Fatal(err)
			}
			if err := line.Send(flow, []byte(options)); err != nil {
				t.Fatal(err)
			}
			back := <-core.came
			if back.Gen != gen || back.Proto != proto {
				t.Errorf("set %d, %s: came on %s", gen, proto, back)
			}
			if err := core.Send(back, []byte(options)); err != nil {
				t.Fatal(err)
			}
			if got := <-came; got != flow {
				t.Errorf("set %d, %s: the answer came on %s, not on %s", gen, proto, got, flow)
			}
		}
		counters, err := line.Counters(gen)
		if err != nil || counters[0].Packets < 2 || counters[2].Packets == 0 {
			t.Errorf("set %d: counters %+v, %v", gen, counters, err)
		}
		if err := line.Extend(gen, time.Hour); err != nil {
			t.Error(err)
		}
	}
	if text, err := os.ReadFile(keys); err != nil || strings.Count(string(text), "AES-CBC") != 8 {
		t.Errorf("keys %q, %v", text, err)
	}
	if err := line.Remove(1); err != nil {
		t.Error(err)
	}
	if _, err := line.Counters(1); err == nil {
		t.Error("a removed set has counters")
	}
	if err := line.Close(); err != nil {
		t.Error(err)
	}
	if err := line.Install(ctx, 3, testSet(3), time.Minute); err == nil {
		t.Error("a closed line takes sets")
	}
}

// TestOtherKeysAreHinted: silence whose cause the counters know.
func TestOtherKeysAreHinted(t *testing.T) {
	core := newNetwork(t)
	port := ipsecPort{log: zerolog.Nop(), backends: newESP(zerolog.Nop())}
	line, err := port.Open(actors.ProtectedConfig{Backend: "udp", Encapsulation: core.stack.Outer().Port()}, func(transport.Inbound) {})
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if hint := line.Hints(); hint != "" || line.Outside() != 0 {
		t.Errorf("before anything: %q", hint)
	}
	set := testSet(1)
	core.install(t, 1, set)
	// The network learns where we are by a packet that it can open.
	if err := line.Install(context.Background(), 1, set, time.Minute); err != nil {
		t.Fatal(err)
	}
	flow, _ := line.Connect(context.Background(), 1, transport.UDP)
	if err := line.Send(flow, []byte(options)); err != nil {
		t.Fatal(err)
	}
	back := <-core.came
	if err := line.Remove(1); err != nil {
		t.Fatal(err)
	}
	wrong := set
	wrong.IK = aka.NewKey([16]byte{9})
	if err := line.Install(context.Background(), 2, wrong, time.Minute); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(20 * time.Second)
	for line.Hints() == "" && time.Now().Before(deadline) {
		if err := core.Send(back, []byte(options)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond) // it's on its way through real sockets
	}
	if hint := line.Hints(); !strings.Contains(hint, "failed the integrity check") {
		t.Errorf("hint %q", hint)
	}
}

// TestKeysAreWrittenWhereAskedOnly, and for the user alone.
func TestKeysAreWrittenWhereAskedOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	ipsecPort{log: zerolog.Nop()}.logKeys(testSet(1))
	if list, err := os.ReadDir("."); err != nil || len(list) != 0 {
		t.Errorf("nobody asked for %v, %v", list, err)
	}
	ipsecPort{log: zerolog.Nop(), keys: "esp_sa"}.logKeys(testSet(1))
	info, err := os.Stat("esp_sa")
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
		t.Errorf("%v, %v", info, err)
	}
}
