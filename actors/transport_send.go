package actors

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// client is a client transaction and what it takes to send its request again
// to another server.
type client struct {
	sendRequest
	route *route
	flow  transport.Flow // that it went by last
	// target is the index of the server that it went to.
	target int
	// heard: a provisional response came, so that this server has the request.
	heard bool
}

// route is the way to one hop: its servers in order of preference (RFC 3263
// §4), and the flow to the one in use.
type route struct {
	hop     string
	gen     uint32 // the set of SAs that it goes over; 0 for none
	targets []transport.Target
	index   int
	flow    transport.Flow
	state   routeState
	waiting []any // findFlow, sendRequest, sendStateless and resend until up
}

type routeState uint8

const (
	routeLocating routeState = iota
	routeDialing
	routeUp
	// routeLost: the flow broke. Who wants another server goes on with the next,
	// anybody else looks anew.
	routeLost
)

// resend is a request that goes to the route's next server.
type resend struct{ client *client }

// oversize is a request that is too large for a datagram: it waits for a TCP
// flow to the same hop, and leaves by the datagram flow after all where there
// is none (RFC 3261 §18.1.1).
type oversize struct {
	client   *client
	datagram transport.Flow
}

// maxDatagramRequest is the size in bytes up to which a request may leave in a
// datagram when the path's MTU isn't known (RFC 3261 §18.1.1), less the Via
// that the transaction layer adds.
const maxDatagramRequest = 1300 - 120

// Messages that a Transport sends to itself.
type (
	located struct {
		hop     string
		targets []transport.Target
		err     error
	}
	dialed struct {
		hop   string
		index int
		flow  transport.Flow
		err   error
	}
)

var errNoServer = errors.New("no further server is left")

// route gives the way to a hop, looking for it where it is new.
func (t *transportActor) route(ctx actor.Context, hop string) *route {
	r := t.routes[hop]
	if r == nil {
		t.pruneRoutes()
		r = &route{hop: hop}
		t.routes[hop] = r
		t.locate(ctx, r)
	} else if r.state == routeLost {
		t.locate(ctx, r)
	}
	return r
}

// maxRoutes bounds the ways that are remembered: a line that calls directly
// meets a new one with each callee.
const maxRoutes = 64

// pruneRoutes forgets the ways that nothing waits for, once there are many.
// Finding one again costs a look into the resolver's memory, and its
// connection is still there.
func (t *transportActor) pruneRoutes() {
	if len(t.routes) < maxRoutes {
		return
	}
	for hop, r := range t.routes {
		if r.state >= routeUp {
			delete(t.routes, hop)
		}
	}
}

// locate asks DNS away from the mailbox.
func (t *transportActor) locate(ctx actor.Context, r *route) {
	r.state = routeLocating
	if t.socket == nil {
		return // listen locates every route
	}
	root, self, hop, resolver := ctx.ActorSystem().Root, ctx.Self(), r.hop, t.ports.Resolver
	go func() {
		targets, err := guarded(func() ([]transport.Target, error) { return locate(resolver, hop) })
		root.Send(self, located{hop, targets, err})
	}()
}

func (t *transportActor) located(ctx actor.Context, msg located) {
	r := t.routes[msg.hop]
	if r == nil || r.state != routeLocating {
		return
	}
	if msg.err != nil {
		t.dropRoute(ctx, r, msg.err)
		return
	}
	r.targets, r.index = t.withinReach(msg.targets), 0
	t.dial(ctx, r)
}

// withinReach leaves out the servers of an IP version that the socket doesn't
// speak, or that there is no way to. Where that leaves none, trying them says
// why.
func (t *transportActor) withinReach(targets []transport.Target) []transport.Target {
	reached := slices.DeleteFunc(slices.Clone(targets), func(target transport.Target) bool {
		addr := target.Addr.Addr()
		local := t.socket.LocalFor(addr)
		return !local.IsValid() || local.Is4() != addr.Is4()
	})
	if len(reached) == 0 {
		return targets
	}
	return reached
}

// dial gets a flow to the route's present target. A datagram needs no
// connection; a stream is dialled away from the mailbox.
func (t *transportActor) dial(ctx actor.Context, r *route) {
	if r.index >= len(r.targets) {
		t.dropRoute(ctx, r, errNoServer)
		return
	}
	r.state = routeDialing
	target := r.targets[r.index]
	if r.gen != 0 {
		t.dialProtected(ctx, r, target)
		return
	}
	if target.Proto == transport.UDP {
		t.dialed(ctx, dialed{hop: r.hop, index: r.index, flow: t.udpFlow(target)})
		return
	}
	t.dialStream(ctx, r.hop, r.index, target)
}

func (t *transportActor) udpFlow(target transport.Target) transport.Flow {
	local := t.socket.Local(transport.UDP)
	return transport.Flow{Local: netip.AddrPortFrom(t.socket.LocalFor(target.Addr.Addr()), local.Port()), Remote: target.Addr, Proto: transport.UDP}
}

// dialTime bounds the opening of a connection, TLS included: less than timer
// F, so that another server can be tried within it.
const dialTime = 8 * time.Second

func (t *transportActor) dialStream(ctx actor.Context, hop string, index int, target transport.Target) {
	root, self, socket := ctx.ActorSystem().Root, ctx.Self(), t.socket
	go func() {
		bound, cancel := context.WithTimeout(context.Background(), dialTime)
		defer cancel()
		flow, err := guarded(func() (transport.Flow, error) {
			return socket.Dial(bound, target.Proto, target.Addr, target.ServerName)
		})
		root.Send(self, dialed{hop, index, flow, err})
	}()
}

func (t *transportActor) dialed(ctx actor.Context, msg dialed) {
	r := t.routes[msg.hop]
	if r == nil || r.state != routeDialing || r.index != msg.index {
		return
	}
	if msg.err != nil {
		t.log.Warn().Err(msg.err).Str("hop", r.hop).Msg("a server can't be reached")
		r.index++
		if r.index >= len(r.targets) {
			t.dropRoute(ctx, r, msg.err)
			return
		}
		t.dial(ctx, r)
		return
	}
	r.state, r.flow = routeUp, msg.flow
	waiting := r.waiting
	r.waiting = nil
	for _, w := range waiting {
		t.proceed(ctx, r, w)
	}
}

// dropRoute forgets a route that leads nowhere; the next request looks anew.
func (t *transportActor) dropRoute(ctx actor.Context, r *route, err error) {
	if t.routes[r.hop] == r {
		delete(t.routes, r.hop)
	}
	for _, w := range r.waiting {
		switch w := w.(type) {
		case findFlow:
			ctx.Send(w.owner, flowFound{ref: w.ref, err: err})
		case sendRequest:
			ctx.Send(w.owner, unanswered{key: w.key, err: err})
		case resend:
			ctx.Send(w.client.owner, unanswered{key: w.client.key, err: err})
		case oversize:
			t.start(ctx, w.client, w.datagram)
		}
	}
	r.waiting = nil
}

// failWaiting answers what waits for a socket that can't be opened.
func (t *transportActor) failWaiting(ctx actor.Context, err error) {
	for _, r := range t.routes {
		t.dropRoute(ctx, r, err)
	}
}

// await performs w on a route that is up, or keeps it until it is.
func (t *transportActor) await(ctx actor.Context, r *route, w any) {
	if r.state == routeUp {
		t.proceed(ctx, r, w)
		return
	}
	r.waiting = append(r.waiting, w)
}

func (t *transportActor) proceed(ctx actor.Context, r *route, w any) {
	switch w := w.(type) {
	case findFlow:
		ctx.Send(w.owner, flowFound{ref: w.ref, flow: r.flow, at: t.reached(r.flow)})
	case sendRequest:
		t.startSized(ctx, &client{sendRequest: w, route: r}, r.flow)
	case resend:
		t.startSized(ctx, w.client, r.flow)
	case oversize:
		t.start(ctx, w.client, r.flow)
	case sendStateless:
		t.step(ctx, txn.Stateless{Flow: r.flow, Draft: w.draft})
	}
}

// findFlow serves a Line: afresh, or past the server that failed it.
func (t *transportActor) findFlow(ctx actor.Context, msg findFlow) {
	r := t.routes[msg.hop]
	switch {
	case r == nil:
		r = t.route(ctx, msg.hop)
	case msg.failover && (r.state == routeUp || r.state == routeLost):
		r.index++
		r.waiting = append(r.waiting, msg)
		t.dial(ctx, r)
		return
	case r.state == routeLost, r.state == routeUp && r.index > 0:
		// A new round starts with the server that DNS likes best.
		t.locate(ctx, r)
	}
	t.await(ctx, r, msg)
}

func (t *transportActor) send(ctx actor.Context, msg sendRequest) {
	r, err := t.routeOf(ctx, msg.hop, msg.way)
	if err != nil {
		ctx.Send(msg.owner, unanswered{key: msg.key, err: err})
		return
	}
	t.await(ctx, r, msg)
}

func (t *transportActor) sendStateless(ctx actor.Context, msg sendStateless) {
	r, err := t.routeOf(ctx, msg.hop, way{})
	if err != nil {
		return // an ACK without a way has no other end than its INVITE's
	}
	t.await(ctx, r, msg)
}

// startSized sends a request by TCP that is too large for the datagram flow
// that leads to its hop. A line with IPsec stays with its transport: P-CSCFs
// know a phone by address, port and transport, and refuse what comes by another
// one than its registration (Kamailio answers 403); IP fragments then.
func (t *transportActor) startSized(ctx actor.Context, c *client, flow transport.Flow) {
	if !t.secured() && flow.Proto == transport.UDP && len(c.draft.Bytes()) > maxDatagramRequest {
		if hop, ok := overTCP(c.hop); ok {
			t.await(ctx, t.route(ctx, hop), oversize{c, flow})
			return
		}
	}
	t.start(ctx, c, flow)
}

// overTCP gives the hop with TCP asked for.
func overTCP(hop string) (string, bool) {
	u, err := sip.ParseURI(hop)
	if err != nil {
		return "", false
	}
	u.Params = u.Params.With("transport", transport.TCP.Param())
	return u.String(), true
}

// start begins the client transaction of c on flow.
func (t *transportActor) start(ctx actor.Context, c *client, flow transport.Flow) {
	t.last++
	c.target, c.heard = c.route.index, false
	t.clients[t.last] = c
	t.keys[owned(c.owner, c.key)] = t.last
	c.flow = flow
	t.countClear(flow, 1)
	draft := c.draft.Clone()
	if s := t.protected.sets[flow.Gen]; s != nil {
		s.agree(draft)
		if draft.Method == sip.REGISTER {
			t.protected.socket.Mark() // what is counted from now on may explain its end
		}
	}
	t.step(ctx, txn.Request{Key: t.last, Flow: flow, Draft: draft})
}

func (t *transportActor) response(ctx actor.Context, e txn.Response) {
	c := t.clients[e.Key]
	if c == nil {
		return
	}
	if e.Msg.Status() == 503 && t.failover(ctx, e.Key, c) {
		return
	}
	c.heard = true
	ctx.Send(c.owner, responded{key: c.key, msg: e.Msg})
}

func (t *transportActor) failed(ctx actor.Context, e txn.Failed) {
	c := t.clients[e.Key]
	if c == nil {
		return
	}
	if t.failover(ctx, e.Key, c) {
		return
	}
	ctx.Send(c.owner, unanswered{key: c.key, err: t.explainSilence(e.Err, c.flow)})
}

// failover sends the request of a call to the next server, if there is one and
// none has taken it in hand (RFC 3263 §4.3). A registration chooses its server
// itself, by findFlow.
func (t *transportActor) failover(ctx actor.Context, key uint64, c *client) bool {
	if c.heard || c.owner.Equal(ctx.Parent()) || c.draft.Method == sip.CANCEL || c.target+1 >= len(c.route.targets) {
		return false
	}
	r := c.route
	t.forget(key)
	if r.state == routeUp && r.index == c.target {
		r.index++
		r.waiting = append(r.waiting, resend{c})
		t.dial(ctx, r)
		return true
	}
	t.await(ctx, r, resend{c})
	return true
}

func (t *transportActor) forget(key uint64) {
	c := t.clients[key]
	if c == nil {
		return
	}
	delete(t.clients, key)
	t.countClear(c.flow, -1)
	if k := owned(c.owner, c.key); t.keys[k] == key {
		delete(t.keys, k)
	}
}

// flowLost ends what ran on a flow: its transactions fail, its routes are
// found anew, and the Line hears of it.
func (t *transportActor) flowLost(ctx actor.Context, in transport.Inbound) {
	for _, r := range t.routes {
		if r.state != routeUp || r.flow != in.Flow {
			continue
		}
		if r.state = routeLost; r.gen != 0 {
			delete(t.routes, r.hop) // its only server
		}
	}
	t.step(ctx, txn.FlowFailed{Flow: in.Flow, Err: in.Err})
	ctx.Send(ctx.Parent(), flowLost{flow: in.Flow, err: fmt.Errorf("%s: %w", in.Flow, in.Err)})
}
