package lab_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/cmd/internal/phone"
	"github.com/imsphone/imsphone/protocol/sip"
)

// soon is how long anything may take over loopback.
const soon = 30 * time.Second

// handset is a whole phone with real sockets, without sound.
type handset struct {
	*phone.Phone
	t      *testing.T
	events <-chan actors.Event
}

// newHandset starts the phone of a user of a lab with real sockets.
func newHandset(t *testing.T, server *lab.Server, u lab.User, transport string) *handset {
	t.Helper()
	dir := t.TempDir()
	keys := filepath.Join(dir, "sim.key")
	if err := os.WriteFile(keys, []byte(u.SIM()), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Parse(u.Name, fmt.Appendf(nil, `
[state]
dir = %q
[audio]
device = "null"
[media]
rtp_ports = "31000-31998"
[[account]]
name = %q
user = %q
local = "127.0.0.1:0"
transport = %q
[account.ims]
secret_file = %q
impi = %q
domain = "lab.test"
pcscf = [%q]
ipsec = "udp"
encapsulation_port = %d
`, filepath.Join(dir, "state"), u.Name, u.URI("lab.test"), transport, keys, u.PrivateID("lab.test"), server.Addr(), server.Encapsulation().Port()))
	if err != nil {
		t.Fatal(err)
	}
	p, err := phone.Start(cfg, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	events, _ := p.Subscribe()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), soon)
		defer cancel()
		p.Stop(ctx)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return &handset{p, t, events}
}

// await waits for an event.
func (h *handset) await(kind string) {
	h.t.Helper()
	end := time.After(soon)
	for {
		select {
		case e := <-h.events:
			switch e.Type {
			case kind:
				return
			case "failed", "ended":
				h.t.Fatalf("waited for %q, but %q: %s", kind, e.Type, e.Text)
			}
		case <-end:
			h.t.Fatalf("waited %s for %q", soon, kind)
		}
	}
}

// registered waits until the phone has registered.
func (h *handset) registered() actors.AccountStatus {
	h.t.Helper()
	for {
		s, err := h.Status(h.t.Context())
		if err != nil {
			h.t.Fatal(err)
		}
		if a := s.Accounts[0]; a.State == "registered" {
			return a
		}
		h.await("registered")
	}
}

// TestOverLoopback: two whole phones register and call over real sockets and real
// ESP in UDP, without root; only the first REGISTER and its challenge are in the
// clear.
func TestOverLoopback(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			users := lab.Users("alice", "bob")
			server, err := lab.ListenIMS(netip.MustParseAddrPort("127.0.0.1:0"), 0, lab.IMSConfig{Domain: "lab.test", Users: users})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := server.Close(); err != nil {
					t.Error(err)
				}
			})
			alice, bob := newHandset(t, server, users[0], transport), newHandset(t, server, users[1], transport)
			for _, h := range []*handset{alice, bob} {
				a := h.registered()
				if len(a.Associations) != 1 || a.Associations[0].Mode != "UDP-enc-tun" || a.Associations[0].SAs[0].Counters.Packets == 0 {
					t.Errorf("%+v", a)
				}
			}
			if _, err := alice.Dial(t.Context(), "", "bob"); err != nil {
				t.Fatal(err)
			}
			bob.await("incoming")
			if err := bob.Answer(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			alice.await("answered")
			if err := alice.Hangup(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			alice.await("ended")
			bob.await("ended")
			if err := server.Failure(); err != nil {
				t.Error(err)
			}
			for _, h := range []*handset{alice, bob} {
				inTheClear(t, h.Trace.Records())
			}
			forge(t, server)
		})
	}
}

// inTheClear looks for what must not be: all but the first REGISTER and its
// challenge, of which each may come again on a busy machine.
func inTheClear(t *testing.T, records []actors.TraceRecord) {
	t.Helper()
	first := records[0].Raw
	for i, r := range records {
		if r.Flow.Gen == 0 && !(r.Out && r.Raw == first) && !(!r.Out && challenges(t, r.Raw, first)) {
			t.Errorf("message %d is in the clear:\n%s", i, r.Raw)
		}
	}
}

// challenges tells whether a message is the 401 to a REGISTER.
func challenges(t *testing.T, message, register string) bool {
	t.Helper()
	m, err := sip.Parse([]byte(message))
	asked, err2 := sip.Parse([]byte(register))
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	return !m.IsRequest() && m.Status() == 401 && asked.Method() == sip.REGISTER &&
		m.CallID() == asked.CallID() && m.Get(sip.HCSeq) == asked.Get(sip.HCSeq)
}

// forge sends a request past the SAs.
func forge(t *testing.T, server *lab.Server) {
	t.Helper()
	conn, err := net.Dial("udp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	request := "INVITE sip:bob@lab.test SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKforged;rport\r\nMax-Forwards: 70\r\n" +
		"From: <sip:alice@lab.test>;tag=a\r\nTo: <sip:bob@lab.test>\r\nCall-ID: forged\r\nCSeq: 1 INVITE\r\nContact: <sip:alice@127.0.0.1>\r\n\r\n"
	if _, err := conn.Write([]byte(request)); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 4096)
	if err := conn.SetReadDeadline(time.Now().Add(soon)); err != nil {
		t.Fatal(err)
	}
	n, err := conn.Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	if msg, err := sip.Parse(answer[:n]); err != nil || msg.Status() != 403 || !strings.Contains(msg.Reason(), "security associations") {
		t.Errorf("%v\n%s", err, answer[:n])
	}
	if requests, _, err := server.Outside(); err != nil || requests != 1 {
		t.Errorf("%d were counted, %v", requests, err)
	}
}
