package lab_test

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/transport"
)

// The hosts of the simulated network.
const (
	labAddr   = "10.0.0.100"
	aliceAddr = "10.0.0.1"
	bobAddr   = "10.0.0.2"
	deskAddr  = "10.0.0.3"
)

// world is a lab in a network without sound or real time.
type world struct {
	t      *testing.T
	net    *simnet.Net
	server *lab.Server
	socket *simnet.Socket
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, net: simnet.New()}
	w.net.Deaf = true
	users := map[string]string{"alice": "wonder", "bob": "builder", "carol": "carol"}
	server, err := lab.Serve("lab.test", users, func(recv func(transport.Inbound)) (lab.Sockets, error) {
		w.socket = w.net.Listen(netip.MustParseAddrPort(labAddr+":5060"), recv)
		return w.socket, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server = server
	t.Cleanup(func() { server.Close() })
	return w
}

// party is a phone of the lab.
type party struct {
	*actors.Phone
	t     *testing.T
	name  string
	trace *actors.Trace
}

// phone starts the phone of a user; edit may change its account.
func (w *world) phone(user, password, addr string, edit ...func(*actors.AccountConfig)) *party {
	w.t.Helper()
	return w.phoneWith(nil, user, password, addr, edit...)
}

// phoneWith does the same with a SIM.
func (w *world) phoneWith(sim actors.SIMPort, user, password, addr string, edit ...func(*actors.AccountConfig)) *party {
	w.t.Helper()
	pcmu, ok := codec.Lookup("PCMU", 8000)
	if !ok {
		w.t.Fatal("there is no PCMU")
	}
	account := actors.AccountConfig{Name: user, AOR: "sip:" + user + "@lab.test", Register: true,
		AuthUser: user, Password: password, Registrar: "sip:lab.test", Proxy: "sip:" + labAddr, Expires: 20 * time.Minute}
	for _, f := range edit {
		f(&account)
	}
	ports := w.net.Ports(netip.MustParseAddr(addr))
	ports.SIM = sim
	trace := actors.NewTrace(64)
	p := &party{t: w.t, name: user, trace: trace, Phone: actors.Start(actors.Config{
		Accounts: []actors.AccountConfig{account}, Log: zerolog.Nop(), Trace: trace, UserAgent: "test",
		Media: actors.MediaConfig{Codecs: []codec.Spec{pcmu}, JitterMax: 200 * time.Millisecond},
	}, ports)}
	w.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		p.Stop(ctx)
		pass(2 * time.Second) // protoactor counts its dead letters for a second
	})
	pass(time.Second) // it registers
	return p
}

// pass lets d of the bubble's time go by, and everything settle.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (p *party) status() actors.Status {
	p.t.Helper()
	s, err := p.Status(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

func (p *party) account() actors.AccountStatus { return p.status().Accounts[0] }

// state gives the state of the phone's only call; Terminated where there is
// none.
func (p *party) state() call.State {
	p.t.Helper()
	switch calls := p.status().Calls; len(calls) {
	case 0:
		return call.Terminated
	case 1:
		return call.State(calls[0].State)
	default:
		p.t.Fatalf("%s has %d calls", p.name, len(calls))
		return call.Unknown
	}
}

func (p *party) want(state call.State) {
	p.t.Helper()
	if got := p.state(); got != state {
		p.t.Errorf("%s's call is %s, want %s", p.name, got, state)
	}
}

func (p *party) dial(uri string) {
	p.t.Helper()
	if _, err := p.Dial(p.t.Context(), "", uri); err != nil {
		p.t.Fatal(err)
	}
	pass(100 * time.Millisecond)
}

func (p *party) do(command func(context.Context, string) error) {
	p.t.Helper()
	if err := command(p.t.Context(), ""); err != nil {
		p.t.Fatal(err)
	}
	pass(100 * time.Millisecond)
}

// ended dials and tells how the call ended.
func (p *party) ended(uri string) actors.Event {
	p.t.Helper()
	events, cancel := p.Subscribe()
	defer cancel()
	p.dial(uri)
	pass(40 * time.Second)
	for {
		select {
		case e := <-events:
			if e.Type == "ended" {
				return e
			}
		default:
			p.t.Fatalf("the call to %s goes on", uri)
		}
	}
}

func overTCP(a *actors.AccountConfig) { a.Proxy += ";transport=tcp" }
