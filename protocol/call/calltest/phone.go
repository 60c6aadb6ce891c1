package calltest

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Phone is a user agent of the lab: a transaction layer and its calls.
type Phone struct {
	// Config is what the phone's next call is made with, Local its media.
	Config call.Config
	Local  sdp.Local
	// OnCall is asked what to do with a new incoming call, nil rings.
	OnCall func(*Line)
	// Lines are all calls, old ones included.
	Lines []*Line

	lab     *Lab
	id      string
	at      netip.AddrPort
	layer   *txn.Layer
	fx      []txn.Effect
	owners  map[uint64]owner
	servers map[txn.ID]*Line
	key     uint64
	tokens  int
	// edit changes requests on their way out.
	edit func(*sip.Draft)
}

func (p *Phone) txnConfig() txn.Config {
	return txn.Config{
		Profile:   txn.RFC3261Profile(),
		NewBranch: func() string { return p.token("b") },
		SentBy:    func(f transport.Flow) (string, uint16) { return f.Local.Addr().String(), f.Local.Port() },
	}
}

// owner is who started a client transaction: a call (dialog 0) or a dialog.
type owner struct {
	line   *Line
	dialog call.DialogKey
	key    uint64
}

// Phone adds a phone. Its address is "192.0.2.N:5060".
func (l *Lab) Phone(name, address string) *Phone {
	p := &Phone{lab: l, id: name, at: netip.MustParseAddrPort(address),
		owners: map[uint64]owner{}, servers: map[txn.ID]*Line{}}
	p.layer = txn.New(p.txnConfig())
	p.Config = call.Config{
		From: fmt.Sprintf("\"%s\" <sip:%s@example.com>", title(name), name),
		Dialog: dialog.Config{
			Contact: fmt.Sprintf("<sip:%s@%s>", name, address),
			Token:   func() string { return p.token("") },
			Random:  func(n int) int { return n / 2 },
		},
	}
	p.Local = DefaultLocal(p.at)
	l.nodes = append(l.nodes, p)
	return p
}

// token gives readable tokens that differ between phones.
func (p *Phone) token(prefix string) string {
	p.tokens++
	return fmt.Sprintf("%s%s%d", prefix, p.id, p.tokens)
}

func title(s string) string { return string(s[0]-32) + s[1:] }

func (p *Phone) name() string         { return p.id }
func (p *Phone) addr() netip.AddrPort { return p.at }

// URI gives "sip:name@address".
func (p *Phone) URI() string { return fmt.Sprintf("sip:%s@%s", p.id, p.at) }

// Line gives the latest call, nil for none.
func (p *Phone) Line() *Line {
	if len(p.Lines) == 0 {
		return nil
	}
	return p.Lines[len(p.Lines)-1]
}

// Do posts an event to the latest call; without one nothing happens.
func (p *Phone) Do(ev call.Event) {
	if l := p.Line(); l != nil {
		l.Do(ev)
	}
}

// Dial starts a call.
func (p *Phone) Dial(uri string, more ...func(*call.Dial)) *Line {
	d := call.Dial{URI: uri, Local: p.Local}
	for _, f := range more {
		f(&d)
	}
	line := p.newLine()
	line.Do(d)
	return line
}

func (p *Phone) newLine() *Line {
	line := &Line{phone: p, core: call.New(p.Config), number: len(p.Lines) + 1}
	p.Lines = append(p.Lines, line)
	return line
}

// Forge puts a message on the wire as if this phone had sent it.
func (p *Phone) Forge(to netip.AddrPort, d *sip.Draft) { p.lab.send(p.at, to, d.Bytes()) }

func (p *Phone) flow(remote netip.AddrPort) transport.Flow {
	return transport.Flow{Local: p.at, Remote: remote, Proto: transport.UDP}
}

func (p *Phone) receive(pk *Packet) {
	m, err := sip.Parse(pk.Data)
	if err != nil {
		p.lab.log("%s: unreadable packet: %v", p.id, err)
		return
	}
	p.step(txn.Received{Flow: p.flow(pk.From), Msg: m})
}

// next gives the earliest deadline of the phone's cores.
func (p *Phone) next() time.Time {
	first := p.layer.Next()
	for _, l := range p.Lines {
		first = earlier(first, l.next())
	}
	return first
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (p *Phone) tick() {
	if due(p.layer.Next(), p.lab.now) {
		p.step(txn.Tick{})
	}
	for _, l := range p.Lines {
		l.tick()
	}
}

func due(t, now time.Time) bool { return !t.IsZero() && !t.After(now) }

// step posts an event to the transaction layer.
func (p *Phone) step(ev txn.Event) {
	p.lab.post(p, func() {
		p.fx = p.layer.Step(p.lab.now, ev, p.fx[:0])
		for _, e := range append([]txn.Effect(nil), p.fx...) {
			p.perform(e)
		}
	})
}

// perform does one effect of the transaction layer.
func (p *Phone) perform(e txn.Effect) {
	switch e := e.(type) {
	case txn.Transmit:
		p.lab.send(p.at, e.Flow.Remote, e.Data)
	case txn.Incoming:
		p.incoming(e)
	case txn.Canceled:
		if l := p.servers[e.ID]; l != nil {
			l.Do(call.Canceled{ID: e.ID})
		}
	case txn.IncomingAck:
		if l := p.find(call.RouteOf(e.Msg)); l != nil {
			l.Do(call.IncomingAck{Msg: e.Msg})
		}
	case txn.Response:
		p.owners[e.Key].response(e.Key, e.Msg)
	case txn.Failed:
		p.owners[e.Key].failed(e.Err)
	case txn.Unacked:
		if l := p.servers[e.ID]; l != nil {
			l.Do(call.Unacked{ID: e.ID})
		}
	case txn.Stray:
		p.lab.log("%s: stray %s", p.id, startLine(e.Msg))
	case txn.Done:
	case txn.Unexpected:
		p.lab.log("%s: transaction layer: unexpected %T", p.id, e.Event)
	}
}

func (o owner) response(_ uint64, m *sip.Message) {
	switch {
	case o.line == nil:
	case o.dialog == 0:
		o.line.Do(call.Response{Key: o.key, Msg: m})
	default:
		o.line.toDialog(o.dialog, dialog.Response{Key: o.key, Msg: m})
	}
}

func (o owner) failed(err error) {
	switch {
	case o.line == nil:
	case o.dialog == 0:
		o.line.Do(call.Failed{Key: o.key, Err: err})
	default:
		o.line.toDialog(o.dialog, dialog.Failed{Key: o.key, Err: err})
	}
}

// incoming routes a request to its call; one outside any call makes a new one.
func (p *Phone) incoming(e txn.Incoming) {
	route := call.RouteOf(e.Msg)
	if l := p.find(route); l != nil {
		l.Do(call.Incoming{ID: e.ID, Msg: e.Msg})
		return
	}
	if route.LocalTag != "" || e.Msg.Method() != sip.INVITE {
		d := sip.NewResponse(e.Msg, 481, "")
		d.TagTo(p.token("x"))
		p.step(txn.Respond{ID: e.ID, Draft: d})
		return
	}
	l := p.newLine()
	p.servers[e.ID] = l
	l.Do(call.Incoming{ID: e.ID, Msg: e.Msg, Local: p.Local, Busy: p.busy(l), Trusted: true})
}

// arrived decides what a new call does.
func (p *Phone) arrived(l *Line) {
	if p.OnCall != nil {
		p.OnCall(l)
	} else {
		l.Do(call.Ring{})
	}
}

func (p *Phone) busy(except *Line) bool {
	for _, l := range p.Lines {
		if l != except && l.core.State() != call.Terminated {
			return true
		}
	}
	return false
}

func (p *Phone) find(r call.Route) *Line {
	if r.LocalTag == "" {
		return nil
	}
	for _, l := range p.Lines {
		if l.core.Route() == r && !l.Closed {
			return l
		}
	}
	return nil
}

// request starts a client transaction for o.
func (p *Phone) request(o owner, hop string, d *sip.Draft) {
	to, ok := resolve(hop)
	if !ok {
		o.failed(fmt.Errorf("no address in %q", hop))
		return
	}
	if p.edit != nil {
		p.edit(d)
	}
	p.key++
	p.owners[p.key] = o
	p.step(txn.Request{Key: p.key, Flow: p.flow(to), Draft: d})
}

// keyOf finds the layer's key of an owner's.
func (p *Phone) keyOf(o owner) uint64 {
	for k, x := range p.owners {
		if x == o {
			return k
		}
	}
	return 0
}

// resolve reads the address in a URI; names are not known here.
func resolve(uri string) (netip.AddrPort, bool) {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return netip.AddrPort{}, false
	}
	a, err := netip.ParseAddr(u.Host)
	if err != nil {
		return netip.AddrPort{}, false
	}
	port := u.Port
	if port == 0 {
		port = 5060
	}
	return netip.AddrPortFrom(a, port), true
}
