package actors_test

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/media/codec"
	"github.com/imsphone/imsphone/protocol/call"
)

// The hosts of the simulated network.
const (
	aliceAddr = "10.0.0.1"
	bobAddr   = "10.0.0.2"
	carolAddr = "10.0.0.3"
)

// party is a phone with all that it has told so far.
type party struct {
	*actors.Phone
	t    *testing.T
	name string

	mu     sync.Mutex
	events []actors.Event
}

// newParty starts a phone with one account that does not register, unless edit
// says otherwise.
func newParty(t *testing.T, net *simnet.Net, name, addr string, edit ...func(*actors.Config)) *party {
	t.Helper()
	return newPartyWith(t, net.Ports(netip.MustParseAddr(addr)), name, addr, edit...)
}

// newPartyWith does the same with ports of its own.
func newPartyWith(t *testing.T, ports actors.Ports, name, addr string, edit ...func(*actors.Config)) *party {
	t.Helper()
	pcmu, ok := codec.Lookup("PCMU", 8000)
	if !ok {
		t.Fatal("there is no PCMU")
	}
	cfg := actors.Config{
		Accounts:  []actors.AccountConfig{{Name: name, AOR: "sip:" + name + "@" + addr, Expires: time.Hour}},
		Media:     actors.MediaConfig{Codecs: []codec.Spec{pcmu}, JitterMax: 200 * time.Millisecond},
		UserAgent: "test", Log: zerolog.Nop(), Trace: actors.NewTrace(256),
	}
	for _, f := range edit {
		f(&cfg)
	}
	p := &party{Phone: actors.Start(cfg, ports), t: t, name: name}
	events, cancel := p.Subscribe()
	go func() {
		for e := range events {
			p.mu.Lock()
			p.events = append(p.events, e)
			p.mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		ctx, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		p.Stop(ctx)
		cancel()
		pass(2 * time.Second) // protoactor counts its dead letters for a second
	})
	synctest.Wait() // it listens
	return p
}

// pass lets d of the bubble's time go by, and everything settle.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// told lists the types of a class's events so far.
func (p *party) told(class string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var types []string
	for _, e := range p.events {
		if e.Class == class && e.Type != "quality" {
			types = append(types, e.Type)
		}
	}
	return types
}

// last gives the latest event of a type.
func (p *party) last(kind string) actors.Event {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range slices.Backward(p.events) {
		if e.Type == kind {
			return e
		}
	}
	p.t.Fatalf("%s told nothing of %s", p.name, kind)
	return actors.Event{}
}

func (p *party) wantTold(class string, want ...string) {
	p.t.Helper()
	if got := p.told(class); !slices.Equal(got, want) {
		p.t.Errorf("%s told %v, want %v", p.name, got, want)
	}
}

func (p *party) status() actors.Status {
	p.t.Helper()
	s, err := p.Status(p.t.Context())
	if err != nil {
		p.t.Fatal(err)
	}
	return s
}

// wantCalls compares the states of the phone's calls.
func (p *party) wantCalls(want ...call.State) {
	p.t.Helper()
	var got []call.State
	for _, c := range p.status().Calls {
		got = append(got, call.State(c.State))
	}
	if !slices.Equal(got, want) {
		p.t.Errorf("%s has calls %v, want %v", p.name, got, want)
	}
}

// call gives the phone's only call.
func (p *party) call() actors.CallStatus {
	p.t.Helper()
	calls := p.status().Calls
	if len(calls) != 1 {
		p.t.Fatalf("%s has %d calls: %v", p.name, len(calls), p.told("call"))
	}
	return calls[0]
}

// dial calls a URI and lets it ring.
func (p *party) dial(uri string) string {
	p.t.Helper()
	id, err := p.Dial(p.t.Context(), "", uri)
	if err != nil {
		p.t.Fatal(err)
	}
	pass(100 * time.Millisecond)
	return id
}

// do fails the test where a command does, and lets it settle.
func (p *party) do(command func(context.Context, string) error, call string) {
	p.t.Helper()
	if err := command(p.t.Context(), call); err != nil {
		p.t.Fatal(err)
	}
	pass(100 * time.Millisecond)
}

// talk sets up a call from one phone to another.
func talk(from, to *party, uri string) string {
	from.t.Helper()
	id := from.dial(uri)
	to.do(to.Answer, "")
	return id
}

func at(name, addr string) string { return fmt.Sprintf("sip:%s@%s", name, addr) }

// news lets a test tell a phone of changes, of the network or of devices.
type news[T any] struct {
	mu      sync.Mutex
	changed func(T)
}

func (n *news[T]) Watch(changed func(T)) (io.Closer, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.changed = changed
	return io.NopCloser(nil), nil
}

func (n *news[T]) tell(c T) {
	n.mu.Lock()
	changed := n.changed
	n.mu.Unlock()
	changed(c)
}
