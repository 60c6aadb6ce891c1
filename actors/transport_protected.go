package actors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// protection is the protected half of a Transport: its sets of SAs, and which
// of them new requests go over (TS 33.203 §7). Nothing of it is used by an
// account without IPsec.
type protection struct {
	socket ProtectedSocket
	sets   map[uint32]*protectedSet
	active uint32 // 0: none
	// heard: a message came over the active set since it became that.
	heard    bool
	watching map[uint32]bool // to be told when quiet
	// clear counts the client transactions in the clear: those of a first
	// REGISTER.
	clear atomic.Int32
	// removed is closed once every removal so far is done; nil before the first.
	removed <-chan struct{}
	// outside are the messages of this line that came from outside its SAs; strays
	// are those of them that answered nothing that was asked in the clear, since
	// that was last told.
	outside atomic.Int64
	strays  int
}

// guard is what the status reads of a line's protection, past its mailbox.
type guard struct {
	ProtectedSocket
	messages *atomic.Int64
}

// outside counts messages and packets.
func (g guard) outside() int64 { return g.messages.Load() + int64(g.Outside()) }

// protectedSet is one set as the Transport sees it.
type protectedSet struct {
	set secagree.Set
	// proto is what requests go by: the transport of the first REGISTER.
	proto       transport.Proto
	association *actor.PID
	installed   bool
	order       installOrder
	verify      []string // the lines of Security-Verify
}

// agree puts Security-Verify into a request that goes over the set (RFC 3329
// §2.3.1, TS 24.229 §5.1.1A). A REGISTER has its own; ACK and CANCEL have none.
func (s *protectedSet) agree(d *sip.Draft) {
	switch d.Method {
	case sip.REGISTER, sip.ACK, sip.CANCEL:
		return
	}
	for _, line := range s.verify {
		d.Add(sip.HSecurityVerify, line)
	}
}

// installOrder keeps the SAs of a set away from those of another: a new set may
// have the SPIs and ports of one that goes, as that of a REGISTER has which is
// challenged a second time.
type installOrder struct {
	// removed is closed once the sets that go are gone; nil where there are none.
	removed <-chan struct{}
	// settled is closed once the installation has come to its end.
	settled chan struct{}
}

// way says how a request leaves a Transport. The zero way is the one of calls:
// over the active set where the account has IPsec, else by the hop.
type way struct {
	// clear: by the hop and unprotected, as a first REGISTER goes.
	clear bool
	// gen: over this set.
	gen uint32
}

// Messages from a Line to its Transport about sets of SAs.
type (
	createSet struct {
		effect secagree.Create
		proto  transport.Proto
	}
	extendSet struct{ effect secagree.Extend }
	// useSet: new requests go over that set, with these lines of Security-Verify.
	useSet struct {
		gen    uint32
		verify []string
	}
	watchSet  struct{ gen uint32 }
	deleteSet struct{ gen uint32 }
)

// Messages from a Transport or an Association to the Line.
type (
	setInstalled struct {
		gen uint32
		err error
	}
	setHeard struct{ gen uint32 }
	setQuiet struct{ gen uint32 }
	setLost  struct {
		gen uint32
		err error
	}
)

var (
	errNoSet       = errors.New("the signalling isn't protected yet, and nothing is sent in the clear: register first")
	errAssociation = errors.New("the association failed and was taken down")
)

// secured tells whether the account's signalling goes by IPsec.
func (t *transportActor) secured() bool { return t.account.secured() }

// listenProtected opens the protected side of the line. Nothing is bound before
// the first set is there.
func (t *transportActor) listenProtected(root *actor.RootContext, self *actor.PID) {
	socket, err := t.ports.IPsec.Open(ProtectedConfig{KeepAlive: t.account.Socket.KeepAlive, Backend: t.account.IMS.Backend,
		Encapsulation: t.account.IMS.Encapsulation}, func(in transport.Inbound) { t.inbound(root, self, in) })
	if err != nil {
		t.log.Error().Err(err).Msg("can't protect the signalling")
		return
	}
	t.protected.socket = socket
	t.env.protected.Store(t.account.Name, guard{socket, &t.protected.outside})
}

// noteOutside counts a message from outside the SAs.
func (t *transportActor) noteOutside() {
	t.counters.outside.Add(1)
	t.protected.outside.Add(1)
}

// outside tells whether a datagram or message must not get any further: what
// reached an account with IPsec from outside its SAs. Responses may pass while a
// first REGISTER waits for one, which comes in the clear; the transaction layer
// holds them against their request.
func (t *transportActor) outside(in transport.Inbound) bool {
	if !t.secured() || in.Flow.Gen != 0 {
		return false
	}
	return t.protected.clear.Load() == 0 || !bytes.HasPrefix(in.Data, []byte("SIP/2.0 "))
}

// countClear notes that a client transaction in the clear has begun or ended.
func (t *transportActor) countClear(flow transport.Flow, n int32) {
	if flow.Gen == 0 {
		t.protected.clear.Add(n)
	}
}

// protectedMessage takes what concerns sets of SAs.
func (t *transportActor) protectedMessage(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case createSet:
		t.createSet(ctx, msg.effect, msg.proto)
	case setInstalled:
		t.setInstalled(ctx, msg)
	case extendSet:
		if s := t.protected.sets[msg.effect.Gen]; s != nil {
			ctx.Send(s.association, extendAssociation{msg.effect.Lifetime})
		}
	case useSet:
		t.protected.active, t.protected.heard = msg.gen, false
		if s := t.protected.sets[msg.gen]; s != nil {
			s.verify = msg.verify
		}
	case watchSet:
		t.protected.watching[msg.gen] = true
		t.tellQuiet(ctx)
	case deleteSet:
		t.deleteSet(ctx, msg.gen)
	case setLost:
		ctx.Send(ctx.Parent(), msg)
	}
}

// createSet makes the association of a set; what it comes to, it says itself.
func (t *transportActor) createSet(ctx actor.Context, e secagree.Create, proto transport.Proto) {
	if t.protected.socket == nil {
		ctx.Send(ctx.Parent(), setInstalled{e.Gen, errNoSockets})
		return
	}
	s := &protectedSet{set: e.Set, proto: proto, order: installOrder{t.protected.removed, make(chan struct{})}}
	socket, log := t.protected.socket, t.log
	s.association = spawn(ctx, func() actor.Actor { return newAssociationActor(socket, e, s.order, log) }, fmt.Sprintf("association%d", e.Gen))
	t.protected.sets[e.Gen] = s
}

var errNoSockets = errors.New("the protected sockets can't be opened: see the log")

func (t *transportActor) setInstalled(ctx actor.Context, msg setInstalled) {
	s := t.protected.sets[msg.gen]
	if s == nil {
		return // deleted meanwhile; the removal follows the installation
	}
	s.installed = msg.err == nil
	ctx.Send(ctx.Parent(), msg)
}

// deleteSet takes a set down. It is done here, in the parent, as an association
// that failed can't clean up after itself.
func (t *transportActor) deleteSet(ctx actor.Context, gen uint32) {
	s := t.protected.sets[gen]
	if s == nil {
		return
	}
	delete(t.protected.sets, gen)
	delete(t.protected.watching, gen)
	if t.protected.active == gen {
		t.protected.active = 0
	}
	ctx.Stop(s.association)
	for key, r := range t.routes {
		if r.gen == gen {
			delete(t.routes, key)
			t.dropRoute(ctx, r, errNoSet)
		}
	}
	t.remove(gen, s.order.settled)
}

// remove takes SAs down away from the mailbox, after their installation and one
// set after the other.
func (t *transportActor) remove(gen uint32, settled <-chan struct{}) {
	before, done := t.protected.removed, make(chan struct{})
	t.protected.removed = done
	socket, log := t.protected.socket, t.log
	go func() {
		defer close(done)
		if before != nil {
			<-before
		}
		<-settled
		if _, err := guarded(func() (struct{}, error) { return struct{}{}, socket.Remove(gen) }); err != nil {
			log.Warn().Err(err).Uint32("set", gen).Msg("can't remove security associations")
		}
	}()
}

// associationFailed takes down the set whose association has panicked.
func (t *transportActor) associationFailed(ctx actor.Context, who *actor.PID) {
	for gen, s := range t.protected.sets {
		if s.association.Equal(who) && !t.stopping {
			t.counters.panics.Add(1)
			t.deleteSet(ctx, gen)
			ctx.Send(ctx.Parent(), setLost{gen, errAssociation})
			return
		}
	}
}

// noteProtected looks at a message that came over a set.
func (t *transportActor) noteProtected(ctx actor.Context, flow transport.Flow) {
	if flow.Gen != 0 && flow.Gen == t.protected.active && !t.protected.heard {
		t.protected.heard = true
		ctx.Send(ctx.Parent(), setHeard{flow.Gen})
	}
}

// tellQuiet tells of the sets that nothing runs on any more.
func (t *transportActor) tellQuiet(ctx actor.Context) {
	for gen := range t.protected.watching {
		if !t.layer.Uses(gen) {
			delete(t.protected.watching, gen)
			ctx.Send(ctx.Parent(), setQuiet{gen})
		}
	}
}

// routeOf gives the route that a request takes, or why it can't leave.
func (t *transportActor) routeOf(ctx actor.Context, hop string, w way) (*route, error) {
	if !t.secured() || w.clear {
		return t.route(ctx, hop), nil
	}
	if w.gen == 0 {
		w.gen = t.protected.active
	}
	s := t.protected.sets[w.gen]
	if s == nil {
		return nil, errNoSet
	}
	return t.protectedRoute(ctx, w.gen, s.proto)
}

func (t *transportActor) protectedRoute(ctx actor.Context, gen uint32, proto transport.Proto) (*route, error) {
	s := t.protected.sets[gen]
	if s == nil || !s.installed {
		return nil, errNoSet
	}
	key := fmt.Sprintf("set %d %s", gen, proto)
	if r := t.routes[key]; r != nil {
		return r, nil
	}
	remote := netip.AddrPortFrom(s.set.PCSCF.Addr, s.set.PCSCF.ServerPort)
	r := &route{hop: key, gen: gen, targets: []transport.Target{{Proto: proto, Addr: remote}}}
	t.routes[key] = r
	t.dial(ctx, r)
	return r, nil
}

// dialProtected gets the flow of a set.
func (t *transportActor) dialProtected(ctx actor.Context, r *route, target transport.Target) {
	root, self, socket := ctx.ActorSystem().Root, ctx.Self(), t.protected.socket
	hop, index, gen := r.hop, r.index, r.gen
	go func() {
		bound, cancel := context.WithTimeout(context.Background(), dialTime)
		defer cancel()
		flow, err := guarded(func() (transport.Flow, error) { return socket.Connect(bound, gen, target.Proto) })
		root.Send(self, dialed{hop, index, flow, err})
	}()
}

// explainSilence adds to an error what the kernel or the protected sockets
// counted that may be its cause.
func (t *transportActor) explainSilence(err error, flow transport.Flow) error {
	if flow.Gen == 0 || t.protected.socket == nil {
		return err
	}
	if hint := t.protected.socket.Hints(); hint != "" {
		return fmt.Errorf("no answer on the protected port: %s (%w)", hint, err)
	}
	if n := t.protected.strays; n > 0 {
		t.protected.strays = 0
		return fmt.Errorf("no answer on the protected port, but in the clear, which is not accepted: does the P-CSCF send past its security associations? (%w)", err)
	}
	return fmt.Errorf("no answer on the protected port: do the P-CSCF's keys and ours differ? (%w)", err)
}
