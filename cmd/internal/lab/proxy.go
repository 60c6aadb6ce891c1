package lab

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Proxy is the lab's record-routing, forking proxy (RFC 3261 §16), as a pure
// value: it is stepped with what its sockets and its clock say, and gives what
// is to be done.
type Proxy struct {
	cfg   ProxyConfig
	home  Home
	layer *txn.Layer
	fx    []txn.Effect
	out   []Effect

	forks    map[txn.ID]*fork   // by server transaction
	branches map[uint64]*branch // by client transaction
	last     uint64
}

// ProxyConfig says where the proxy is.
type ProxyConfig struct {
	// UDP and TCP are the listening addresses.
	UDP, TCP netip.AddrPort
	// NewBranch gives unguessable tokens.
	NewBranch func() string
	// Profile is the timers; the zero Profile is RFC 3261's.
	Profile txn.Profile
	// Closed: nothing is sent to who isn't registered.
	Closed bool
}

// fork is one request on its way: its server transaction, and a client
// transaction for each device.
type fork struct {
	id       txn.ID
	req      *sip.Message
	branches []*branch
	best     *sip.Message // best final response so far (§16.7 step 6)
	done     bool         // a final response has been sent back
}

// branch is a client transaction: of a fork, or one of our own, whose end done
// is told with the status, 0 where no answer came.
type branch struct {
	key   uint64
	fork  *fork
	done  func(now time.Time, status int)
	final bool
}

// NewProxy makes the proxy of a plain SIP domain.
func NewProxy(cfg ProxyConfig, registrar *Registrar) *Proxy {
	p := newProxy(cfg)
	p.home = domain{registrar, p}
	return p
}

// newProxy makes a proxy that still needs its home.
func newProxy(cfg ProxyConfig) *Proxy {
	if cfg.Profile == (txn.Profile{}) {
		cfg.Profile = txn.RFC3261Profile()
	}
	p := &Proxy{cfg: cfg, forks: map[txn.ID]*fork{}, branches: map[uint64]*branch{}}
	p.layer = txn.New(txn.Config{Profile: cfg.Profile, NewBranch: cfg.NewBranch, SentBy: p.sentBy})
	return p
}

func (p *Proxy) local(proto transport.Proto) netip.AddrPort {
	if proto == transport.TCP {
		return p.cfg.TCP
	}
	return p.cfg.UDP
}

// at is where the peer of a flow reaches us: over SAs at the protected server
// port (TS 24.229 §5.2.6.3).
func (p *Proxy) at(flow transport.Flow) netip.AddrPort {
	if flow.Gen != 0 {
		return flow.Local
	}
	return p.local(flow.Proto)
}

func (p *Proxy) sentBy(flow transport.Flow) (string, uint16) {
	at := p.at(flow)
	return at.Addr().String(), at.Port()
}

// Next gives the time at which Tick wants to be called; zero is never.
func (p *Proxy) Next() time.Time { return p.layer.Next() }

// Tick lets the time pass.
func (p *Proxy) Tick(now time.Time) []Effect { return p.run(now, txn.Tick{}) }

// FlowLost says that a connection is gone.
func (p *Proxy) FlowLost(now time.Time, flow transport.Flow, err error) []Effect {
	return p.run(now, txn.FlowFailed{Flow: flow, Err: err})
}

// Receive takes a message from the wire; it must have passed sip.Check.
func (p *Proxy) Receive(now time.Time, flow transport.Flow, msg *sip.Message) []Effect {
	return p.run(now, txn.Received{Flow: flow, Msg: msg})
}

func (p *Proxy) run(now time.Time, ev txn.Event) []Effect {
	p.out = p.out[:0]
	p.step(now, ev)
	return p.out
}

func (p *Proxy) step(now time.Time, ev txn.Event) {
	fx := p.layer.Step(now, ev, p.fx[:0])
	p.fx = nil
	for _, effect := range fx {
		p.perform(now, effect)
	}
	p.fx = fx
}

func (p *Proxy) perform(now time.Time, effect txn.Effect) {
	switch e := effect.(type) {
	case txn.Transmit:
		p.out = append(p.out, Transmit(e))
	case txn.Incoming:
		p.request(now, e)
	case txn.IncomingAck:
		if p.home.Admit(now, e.Flow, e.Msg) != nil {
			return
		}
		if flow, d := p.forward(now, e.Flow, e.Msg); d != nil {
			p.step(now, txn.Stateless{Flow: flow, Draft: d})
		}
	case txn.Canceled:
		if f := p.forks[e.ID]; f != nil {
			p.cancel(now, f)
		}
	case txn.Response:
		p.response(now, e.Key, e.Msg)
	case txn.Failed:
		p.failed(now, e.Key)
	case txn.Done:
		delete(p.branches, e.Key)
		delete(p.forks, e.ID)
	}
}

// request handles a new request (§16.3 to §16.6).
func (p *Proxy) request(now time.Time, in txn.Incoming) {
	req := in.Msg
	if hops, ok := req.Number(sip.HMaxForwards); ok && hops == 0 {
		p.respond(now, in.ID, sip.NewResponse(req, 483, ""))
		return
	}
	uri, err := req.URI()
	user, ours := p.home.Callee(uri)
	if err != nil || !ours && uri.Scheme != "sip" && uri.Scheme != "sips" {
		p.respond(now, in.ID, sip.NewResponse(req, 416, ""))
		return
	}
	if refusal := p.home.Admit(now, in.Flow, req); refusal != nil {
		p.respond(now, in.ID, refusal)
		return
	}
	switch {
	case p.home.Serve(now, in):
	case req.ToTag() != "":
		p.relay(now, in)
	case !ours:
		p.respond(now, in.ID, sip.NewResponse(req, 404, "Not in this lab"))
	default:
		p.fork(now, in, user)
	}
}

func (p *Proxy) respond(now time.Time, id txn.ID, d *sip.Draft) {
	p.step(now, txn.Respond{ID: id, Draft: d})
}

// relay forwards a request within a dialog along its route.
func (p *Proxy) relay(now time.Time, in txn.Incoming) {
	flow, d := p.forward(now, in.Flow, in.Msg)
	if d == nil {
		p.respond(now, in.ID, sip.NewResponse(in.Msg, 404, ""))
		return
	}
	f := &fork{id: in.ID, req: in.Msg}
	p.forks[in.ID] = f
	p.start(now, f, flow, d)
}

// fork sends an initial request to every device of the callee.
func (p *Proxy) fork(now time.Time, in txn.Incoming, user string) {
	bindings := p.home.Bindings(now, user)
	if len(bindings) == 0 {
		status := 404
		if p.home.Knows(user) {
			status = 480
		}
		p.respond(now, in.ID, sip.NewResponse(in.Msg, status, ""))
		return
	}
	f := &fork{id: in.ID, req: in.Msg}
	p.forks[in.ID] = f
	for _, b := range bindings {
		d := p.outgoing(in.Flow, in.Msg)
		d.URI = b.Contact.String()
		p.recordRoute(d, in.Flow, b.Flow)
		p.start(now, f, b.Flow, d)
	}
}

// recordRoute names us in the dialog's route (§16.6 step 4): by UDP unless both
// sides came by TCP. Over SAs each side gets the address that it reaches us at
// (RFC 5658).
func (p *Proxy) recordRoute(d *sip.Draft, from, to transport.Flow) {
	if from.Gen != 0 && to.Gen != 0 {
		d.Prepend(sip.HRecordRoute, "<sip:"+p.at(from).String()+";lr>")
		d.Prepend(sip.HRecordRoute, "<sip:"+p.at(to).String()+";lr>")
		return
	}
	uri := "sip:" + p.cfg.UDP.String() + ";lr"
	if from.Proto == transport.TCP && to.Proto == transport.TCP {
		uri = "sip:" + p.cfg.TCP.String() + ";lr;transport=tcp"
	}
	d.Prepend(sip.HRecordRoute, "<"+uri+">")
}

// outgoing copies a request for one hop further: Max-Forwards down, our own
// Route off.
func (p *Proxy) outgoing(from transport.Flow, req *sip.Message) *sip.Draft {
	d := sip.DraftOf(req)
	hops := uint32(70)
	if n, ok := req.Number(sip.HMaxForwards); ok {
		hops = n - 1
	}
	d.Set(sip.HMaxForwards, strconv.FormatUint(uint64(hops), 10))
	for p.namesUs(d.Get(sip.HRoute)) {
		d.DelFirst(sip.HRoute)
	}
	p.home.Rewrite(from, d)
	return d
}

// namesUs tells whether the first element of a Route is ours.
func (p *Proxy) namesUs(route string) bool {
	first, _, _ := strings.Cut(route, ",")
	a, err := sip.ParseAddress(strings.TrimSpace(first))
	if err != nil {
		return false
	}
	at := a.URI.HostPort()
	return at == p.cfg.UDP.String() || at == p.cfg.TCP.String() || p.home.Names(a.URI)
}

// forward prepares a request within a dialog: it goes to the next Route, else
// to its request-URI.
func (p *Proxy) forward(now time.Time, from transport.Flow, req *sip.Message) (transport.Flow, *sip.Draft) {
	d := p.outgoing(from, req)
	target, err := sip.ParseURI(d.URI)
	if route := d.Get(sip.HRoute); route != "" {
		var a sip.Address
		first, _, _ := strings.Cut(route, ",")
		a, err = sip.ParseAddress(first)
		target = a.URI
	}
	if err != nil {
		return transport.Flow{}, nil
	}
	if flow, ok := p.home.FlowOf(now, target); ok {
		return flow, d
	}
	if p.cfg.Closed {
		return transport.Flow{}, nil
	}
	addr, err := netip.ParseAddr(strings.Trim(target.Host, "[]"))
	if proto, _ := target.Params.Get("transport"); err != nil || strings.EqualFold(proto, "tcp") {
		return transport.Flow{}, nil
	}
	port := target.Port
	if port == 0 {
		port = 5060
	}
	return transport.Flow{Local: p.cfg.UDP, Remote: netip.AddrPortFrom(addr, port), Proto: transport.UDP}, d
}

func (p *Proxy) start(now time.Time, f *fork, flow transport.Flow, d *sip.Draft) {
	b := &branch{fork: f}
	f.branches = append(f.branches, b)
	p.launch(now, b, flow, d)
}

// ask sends a request of the home's own; done is told its end.
func (p *Proxy) ask(now time.Time, flow transport.Flow, d *sip.Draft, done func(now time.Time, status int)) {
	p.launch(now, &branch{done: done}, flow, d)
}

func (p *Proxy) launch(now time.Time, b *branch, flow transport.Flow, d *sip.Draft) {
	p.last++
	b.key = p.last
	p.branches[b.key] = b
	p.step(now, txn.Request{Key: b.key, Flow: flow, Draft: d})
}

// response takes one response of one branch back (§16.7).
func (p *Proxy) response(now time.Time, key uint64, msg *sip.Message) {
	b := p.branches[key]
	status := msg.Status()
	switch {
	case b == nil || status == 100:
	case b.fork == nil:
		if status >= 200 {
			b.done(now, status)
		}
	case status < 200:
		if !b.fork.done {
			p.back(now, b.fork, msg)
		}
	case status < 300:
		b.final, b.fork.done = true, true
		p.back(now, b.fork, msg)
		p.cancel(now, b.fork)
	default:
		b.final = true
		if b.fork.best == nil || better(status, b.fork.best.Status()) {
			b.fork.best = msg
		}
		if status >= 600 {
			p.cancel(now, b.fork)
		}
		p.settle(now, b.fork)
	}
}

// better tells whether status is a better final response than old: 6xx first,
// then the lowest class (§16.7 step 6).
func better(status, old int) bool {
	if (status >= 600) != (old >= 600) {
		return status >= 600
	}
	return status/100 < old/100
}

func (p *Proxy) back(now time.Time, f *fork, msg *sip.Message) {
	d := sip.DraftOf(msg)
	d.DelFirst(sip.HVia)
	p.respond(now, f.id, d)
}

// failed counts a branch without an answer as 408.
func (p *Proxy) failed(now time.Time, key uint64) {
	b := p.branches[key]
	switch {
	case b == nil:
	case b.fork == nil:
		b.done(now, 0)
	default:
		b.final = true
		p.settle(now, b.fork)
	}
}

// settle sends the best final response once every branch has one.
func (p *Proxy) settle(now time.Time, f *fork) {
	if f.done || slices.ContainsFunc(f.branches, func(b *branch) bool { return !b.final }) {
		return
	}
	f.done = true
	if f.best == nil {
		p.respond(now, f.id, sip.NewResponse(f.req, 408, ""))
		return
	}
	p.back(now, f, f.best)
}

// cancel ends the branches that still ring.
func (p *Proxy) cancel(now time.Time, f *fork) {
	for _, b := range f.branches {
		if !b.final && f.req.Method() == sip.INVITE {
			p.step(now, txn.Cancel{Key: b.key})
		}
	}
}
