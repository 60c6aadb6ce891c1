package actors

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/event"
	"github.com/imsphone/imsphone/protocol/reg"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// imsLine is what a Line of an IMS core has besides: its SIM, its sets of SAs.
type imsLine struct {
	sim       *actor.PID
	asked     uint64 // the id of the last question to it
	allocator *allocator
	sets      secagree.Table
	setFx     []secagree.TableEffect
	setAlarm  alarm
	// offered are SPIs and ports that no set has yet.
	offered secagree.End
	// serviceRoute is what the registrar gave us (RFC 3608).
	serviceRoute []string
	// route is callRoute, for the subscription's actor; subscription is nil before
	// the first registration.
	route        atomic.Pointer[[]string]
	subscription *actor.PID
	// pcscf is the index of the P-CSCF in use, tried how many failed in a row.
	pcscf, tried int
	// nudged is when a broken flow last made us register again.
	nudged time.Time
}

// imsRegistration is what the registration core has to know of an IMS core.
func (l *lineActor) imsRegistration() *reg.IMS {
	c := l.account.IMS
	if c == nil {
		return nil
	}
	ims := &reg.IMS{PrivateID: c.PrivateID, Realm: c.Realm, AccessNetwork: c.AccessNetwork}
	if c.IPsec {
		ims.Offer = l.offer
	}
	return ims
}

// spawnSIM makes the actor of the account's SIM.
func (l *lineActor) spawnSIM(ctx actor.Context) {
	if l.ims == nil || l.account.IMS.SIM == "" {
		return
	}
	port, name := l.ports.SIM, l.account.IMS.SIM
	l.ims.sim = spawn(ctx, func() actor.Actor { return &simActor{port: port, name: name} }, "sim")
}

// askSIM passes a challenge on.
func (l *lineActor) askSIM(ctx actor.Context, e reg.Authenticate) {
	if l.ims.sim == nil {
		ctx.Send(ctx.Self(), authenticated{id: e.ID, err: errNoSIM})
		return
	}
	l.ims.asked = e.ID
	ctx.Send(l.ims.sim, authenticate{ctx.Self(), e})
}

var errNoSIM = errors.New("the account has no SIM: set sim")

// childFailed is told of a Transport or a SIM that has ended.
func (l *lineActor) childFailed(ctx actor.Context, who *actor.PID) {
	if l.ims != nil && who.Equal(l.ims.subscription) && !l.stopping {
		l.counters.panics.Add(1)
		l.log.Error().Msg("the subscription to the registration's state failed: starting it again")
		l.ims.subscription = nil
		l.subscribe(ctx, true)
		return
	}
	if l.ims != nil && who.Equal(l.ims.sim) && !l.stopping {
		l.counters.panics.Add(1)
		l.spawnSIM(ctx)
		l.step(ctx, reg.Authenticated{ID: l.ims.asked, Err: errSIMFailed})
		return
	}
	l.transportFailed(ctx, who)
}

// maxNotices bounds the notices that status shows.
const maxNotices = 8

// notice tells of something that befell the registration without ending it.
func (l *lineActor) notice(ctx actor.Context, text string) {
	n := append(slices.Clone(l.status.Notices), Notice{Time: time.Now(), Text: text})
	l.status.Notices = n[max(len(n)-maxNotices, 0):]
	l.publish(ctx, Event{Type: "notice", Text: text})
}

// nextPCSCF turns to the next P-CSCF of the list; false when all were tried.
func (l *lineActor) nextPCSCF() bool {
	if l.ims == nil {
		return false
	}
	n := len(l.account.IMS.PCSCF)
	if l.ims.tried++; l.ims.tried >= n {
		return false
	}
	l.ims.pcscf = (l.ims.pcscf + 1) % n
	return true
}

// callRoute is the preloaded route of initial requests: over SAs the P-CSCF at
// its protected server port, then the Service-Route (TS 24.229 §5.1.2A.1.1).
func (l *lineActor) callRoute() []string {
	if !l.account.secured() {
		return l.route
	}
	gen, ok := l.ims.sets.Active()
	if !ok {
		return l.route
	}
	for _, m := range l.ims.sets.Members() {
		if m.Gen == gen {
			at := netip.AddrPortFrom(m.Set.PCSCF.Addr, m.Set.PCSCF.ServerPort)
			return append([]string{"<sip:" + at.String() + ";lr>"}, l.ims.serviceRoute...)
		}
	}
	return l.route
}

// setTick says that the alarm of the sets has rung.
type setTick struct{}

var errPorts = errors.New("no protected port is free: too many sets of security associations at one time")

// offer is reg.IMS's Offer. What was offered before and became no set is given
// back, so that nothing runs out.
func (l *lineActor) offer(server uint16) (secagree.Offer, error) {
	l.giveBack()
	end, ok := l.ims.allocator.Allocate(server)
	if !ok {
		return secagree.Offer{}, errPorts
	}
	l.ims.offered = end
	return secagree.Offer{Suites: l.account.IMS.Suites, Modes: l.account.IMS.Modes, End: end}, nil
}

// reoffer keeps the SPIs and ports of a set whose REGISTER has failed for the
// answer to a further challenge to it, which names them again; the next offer
// gives them back.
func (l *lineActor) reoffer(gen uint32) {
	for _, m := range l.ims.sets.Members() {
		if m.Gen == gen {
			l.giveBack()
			l.ims.offered = m.Set.UE
		}
	}
}

// giveBack releases an offer that no set came of.
func (l *lineActor) giveBack() {
	end := l.ims.offered
	l.ims.offered = secagree.End{}
	if end.ClientPort != 0 {
		l.ims.allocator.Release(end, !l.serverPortInUse(end.ServerPort))
	}
}

func (l *lineActor) serverPortInUse(port uint16) bool {
	for _, m := range l.ims.sets.Members() {
		if m.Set.UE.ServerPort == port {
			return true
		}
	}
	return false
}

// protect takes the registration's agreement to the table of sets: with the
// addresses of the flow that the agreement was made on.
func (l *lineActor) protect(ctx actor.Context, e reg.Protect) {
	e.Set.UE.Addr, e.Set.PCSCF.Addr = l.flow.Local.Addr().Unmap(), l.flow.Remote.Addr().Unmap()
	l.ims.offered = secagree.End{} // the table's from now on
	l.stepSets(ctx, secagree.Agreed{Gen: e.Gen, Set: e.Set})
}

func (l *lineActor) stepSets(ctx actor.Context, ev secagree.TableEvent) {
	before := l.ims.sets.Members()
	fx := l.ims.sets.Step(time.Now(), ev, l.ims.setFx[:0])
	l.ims.setFx = nil
	l.status.Associations = associationStatus(l.ims.sets.Members()) // what follows may tell of it
	for _, effect := range fx {
		l.performSet(ctx, before, effect)
	}
	l.ims.setFx = fx
	l.ims.setAlarm.setWith(ctx, l.ims.sets.Next(), setTick{})
	l.snapshot(ctx)
}

func (l *lineActor) performSet(ctx actor.Context, before []secagree.Member, effect secagree.TableEffect) {
	switch e := effect.(type) {
	case secagree.Create:
		ctx.Send(l.transport, createSet{e, l.flow.Proto})
	case secagree.Ready:
		l.step(ctx, reg.Protected{Gen: e.Gen})
	case secagree.NotReady:
		l.step(ctx, reg.Unprotected{Gen: e.Gen, Err: e.Err})
	case secagree.Use:
		ctx.Send(l.transport, useSet{e.Gen, l.core.SecurityVerify()})
	case secagree.Extend:
		ctx.Send(l.transport, extendSet{e})
	case secagree.Watch:
		ctx.Send(l.transport, watchSet{e.Gen})
	case secagree.Delete:
		l.releaseSet(before, e.Gen)
		ctx.Send(l.transport, deleteSet{e.Gen})
	case secagree.Ended:
		l.step(ctx, reg.SetEnded{Gen: e.Gen, Err: e.Err})
	case secagree.OutOfPlace:
		l.counters.unexpected.Add(1)
		l.log.Debug().Stringer("state", e.State).Type("event", e.Event).Msg("unexpected event of a set of security associations")
	}
}

// releaseSet gives the SPIs and ports of a set that is gone back, unless they are
// still on offer.
func (l *lineActor) releaseSet(before []secagree.Member, gen uint32) {
	for _, m := range before {
		if m.Gen == gen && m.Set.UE.ClientSPI != l.ims.offered.ClientSPI {
			l.ims.allocator.Release(m.Set.UE, !l.serverPortInUse(m.Set.UE.ServerPort))
		}
	}
}

// imsMessage takes what only a line of an IMS core hears.
func (l *lineActor) imsMessage(ctx actor.Context) {
	if l.ims == nil {
		return
	}
	switch msg := ctx.Message().(type) {
	case setInstalled:
		if msg.err != nil {
			l.stepSets(ctx, secagree.NotInstalled{Gen: msg.gen, Err: msg.err})
			return
		}
		l.stepSets(ctx, secagree.Installed{Gen: msg.gen})
	case setHeard:
		l.stepSets(ctx, secagree.Heard{Gen: msg.gen})
	case setQuiet:
		l.stepSets(ctx, secagree.Quiet{Gen: msg.gen})
	case setLost:
		l.stepSets(ctx, secagree.Lost{Gen: msg.gen, Err: msg.err})
	case setTick:
		l.ims.setAlarm.rung()
		l.stepSets(ctx, secagree.TableTick{})
	case terminated:
		l.step(ctx, msg.event)
	case authenticated:
		l.step(ctx, reg.Authenticated{ID: msg.id, Keys: msg.keys, Err: msg.err})
	}
}

// nudgeInterval is the least pause between two registrations that broken flows
// bring about.
const nudgeInterval = time.Minute

// flowBroke hears of a lost flow. That of a SIP registration has to be found
// anew. A protected connection is opened again when something is sent; whether
// the P-CSCF still knows us, a registration over it finds out.
func (l *lineActor) flowBroke(ctx actor.Context, msg flowLost) {
	switch {
	case l.core == nil:
	case !l.account.secured():
		if msg.flow == l.flow {
			l.step(ctx, reg.FlowLost{Err: msg.err})
		}
	case msg.flow.Proto != transport.UDP && l.isActive(msg.flow.Gen) && l.core.State() == reg.Up:
		if now := time.Now(); now.Sub(l.ims.nudged) >= nudgeInterval {
			l.ims.nudged = now
			l.step(ctx, reg.Start{})
		}
	}
}

func (l *lineActor) isActive(gen uint32) bool {
	active, ok := l.ims.sets.Active()
	return ok && gen == active
}

// allocator is the phone's SPIs and protected ports, shared by its lines.
type allocator struct {
	mu sync.Mutex
	*secagree.Allocator
}

// newAllocator makes the allocator of ports first to last.
func newAllocator(first, last uint16) *allocator {
	return &allocator{Allocator: secagree.NewAllocator(first, last, rand.IntN)}
}

func (a *allocator) Allocate(server uint16) (secagree.End, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.Allocator.Allocate(server)
}

func (a *allocator) Release(e secagree.End, server bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Allocator.Release(e, server)
}

// identity is who calls are from: in an IMS core the default public identity,
// which is the first that the network gave us (TS 24.229 §5.1.1.4.1), as our own
// may be barred.
func (l *lineActor) identity() string {
	if l.ims != nil && len(l.status.Identities) > 0 {
		return l.status.Identities[0]
	}
	return l.account.AOR
}

// sipIdentity is the first of our identities that is a SIP URI: whose
// registration is subscribed to (TS 24.229 §5.1.1.3).
func (l *lineActor) sipIdentity() string {
	for _, uri := range append([]string{l.identity()}, l.status.Identities...) {
		if scheme, _, _ := strings.Cut(uri, ":"); strings.EqualFold(scheme, "sip") || strings.EqualFold(scheme, "sips") {
			return uri
		}
	}
	return l.account.AOR
}

// preferred is the P-Preferred-Identity of initial requests
// (TS 24.229 §5.1.2A.1.1).
func (l *lineActor) preferred() string {
	if l.ims == nil {
		return ""
	}
	return "<" + l.identity() + ">"
}

// extra gives what requests over SAs carry besides (TS 24.229 §5.1.2A.1.1,
// RFC 3329 §2.3.1), but for Security-Verify, which the Transport adds as it knows
// the set; nil for an account without IPsec. What it gives is called from the
// dialogs' actors.
func (l *lineActor) extra() func(method string) []sip.Field {
	if !l.account.secured() {
		return nil
	}
	network := l.account.IMS.AccessNetwork
	return func(method string) []sip.Field {
		if method == string(sip.ACK) || method == string(sip.CANCEL) {
			return nil
		}
		fields := []sip.Field{{ID: sip.HRequire, Value: "sec-agree"}, {ID: sip.HProxyRequire, Value: "sec-agree"}}
		if network != "" {
			fields = append(fields, sip.Field{ID: sip.HPAccessNetworkInfo, Value: network})
		}
		return fields
	}
}

// subscribe asks to be told what becomes of the registration, anew with each
// registration from the beginning: the former subscription's dialog went with
// the SAs.
func (l *lineActor) subscribe(ctx actor.Context, first bool) {
	route := l.callRoute()
	l.ims.route.Store(&route)
	if !first {
		return
	}
	l.unsubscribe(ctx)
	routes, identity := &l.ims.route, l.sipIdentity()
	cfg := event.Config{
		Package: "reg", Accept: regevent.ContentType, URI: identity, From: identity,
		Contact: "<" + l.contact + ">" + l.contactParams(), Expires: l.account.Expires, UserAgent: l.UserAgent,
		Route: func() []string { return *routes.Load() }, Authorize: l.agent.authorize, NewToken: newToken,
	}
	preferred := sip.Field{ID: sip.HPPreferredIdentity, Value: l.preferred()}
	extra := l.extra()
	cfg.Fields = func() []sip.Field {
		fields := []sip.Field{preferred}
		if extra != nil {
			fields = append(fields, extra(string(sip.SUBSCRIBE))...)
		}
		return fields
	}
	env, log, transport, contact := l.env, l.log, l.transport, l.contact
	l.ims.subscription = spawn(ctx, func() actor.Actor { return newSubscriptionActor(env, log, transport, contact, cfg) }, "subscription")
}

func (l *lineActor) unsubscribe(ctx actor.Context) {
	if l.ims != nil && l.ims.subscription != nil {
		ctx.Stop(l.ims.subscription)
		l.ims.subscription = nil
	}
}

// notified passes a NOTIFY on to the subscription that it may be of.
func (l *lineActor) notified(ctx actor.Context, r requested) bool {
	if l.ims == nil || l.ims.subscription == nil || r.msg.Method() != sip.NOTIFY {
		return false
	}
	name, _, _ := strings.Cut(r.msg.Get(sip.HEvent), ";")
	if !strings.EqualFold(strings.TrimSpace(name), "reg") {
		return false
	}
	ctx.Send(l.ims.subscription, r)
	return true
}
