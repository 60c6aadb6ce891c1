package actors

import (
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// transportActor owns a line's sockets and its transaction layer. What comes
// in is read, parsed and admitted on the sockets' own goroutines; here it
// meets the transactions, in the order of its flow.
type transportActor struct {
	*env
	log     zerolog.Logger
	account AccountConfig

	socket SIPSocket
	layer  *txn.Layer
	alarm  alarm
	fx     []txn.Effect

	// clients are the client transactions, keys finds them as their owners
	// name them.
	clients map[uint64]*client
	keys    map[ownedKey]uint64
	last    uint64

	routes   map[string]*route // by hop
	admitted atomic.Int32

	protected protection
	stopping  bool
}

// ownedKey is a client transaction as its owner names it.
type ownedKey struct {
	owner string
	key   uint64
}

// received is a message that has been parsed and admitted.
type received struct {
	flow transport.Flow
	msg  *sip.Message
}

// malformed is a request that gets a response of its own (RFC 3261 §16.3 step
// 1, §8.2): nobody but the sender hears of it.
type malformed struct {
	received
	verdict sip.Verdict
}

// maxAdmitted bounds the messages between a line's sockets and its mailbox.
// What exceeds it is dropped and counted, as a full socket buffer would do.
const maxAdmitted = 512

func newTransportActor(e *env, account AccountConfig, log zerolog.Logger) *transportActor {
	return &transportActor{env: e, account: account, log: log,
		clients: map[uint64]*client{}, keys: map[ownedKey]uint64{}, routes: map[string]*route{},
		protected: protection{sets: map[uint32]*protectedSet{}, watching: map[uint32]bool{}}}
}

func (t *transportActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		t.listen(ctx)
	case *actor.Stopping:
		t.stopping = true
	case *actor.Stopped:
		t.alarm.stop()
		if t.protected.socket != nil {
			t.protected.socket.Close()
		}
		if t.socket != nil {
			t.socket.Close()
		}
	case *actor.Terminated:
		t.associationFailed(ctx, msg.Who)
	case received:
		t.admitted.Add(-1)
		t.noteProtected(ctx, msg.flow)
		t.step(ctx, txn.Received{Flow: msg.flow, Msg: msg.msg})
	case malformed:
		t.admitted.Add(-1)
		t.refuse(msg)
	case transport.Inbound: // a lost flow
		t.flowLost(ctx, msg)
	case sendRequest:
		t.send(ctx, msg)
	case sendStateless:
		t.sendStateless(ctx, msg)
	case cancelRequest:
		if key, ok := t.keys[owned(msg.owner, msg.key)]; ok {
			t.step(ctx, txn.Cancel{Key: key, Fields: msg.fields})
		}
	case abandonRequest:
		if key, ok := t.keys[owned(msg.owner, msg.key)]; ok {
			t.step(ctx, txn.Abandon{Key: key})
		}
	case respondRequest:
		t.step(ctx, txn.Respond{ID: msg.id, Draft: msg.draft})
	case findFlow:
		t.findFlow(ctx, msg)
	case located:
		t.located(ctx, msg)
	case dialed:
		t.dialed(ctx, msg)
	case retryListen:
		t.listen(ctx)
	case checkAddress:
		t.checkAddress(ctx, msg.flow)
	case tick:
		t.alarm.rung()
		t.step(ctx, txn.Tick{})
	default:
		t.protectedMessage(ctx)
	}
}

func owned(pid *actor.PID, key uint64) ownedKey { return ownedKey{pid.Id, key} }

// retryListen tries again to bind the line's address.
type retryListen struct{}

// listenRetry is the pause before an address that is in use or not there yet
// is bound again.
const listenRetry = 2 * time.Second

func (t *transportActor) listen(ctx actor.Context) {
	root, self := ctx.ActorSystem().Root, ctx.Self()
	socket, err := t.ports.SIP.Listen(t.account.Socket, func(in transport.Inbound) { t.inbound(root, self, in) })
	if err != nil {
		t.log.Error().Err(err).Msg("can't open the signalling sockets: trying again")
		t.bus.publish(Event{Class: "registration", Type: "failed", Account: t.account.Name, Text: err.Error()})
		after(ctx, listenRetry, retryListen{})
		t.failWaiting(ctx, err)
		return
	}
	t.socket = socket
	if t.secured() {
		t.listenProtected(root, self)
	}
	t.layer = txn.New(txn.Config{
		Profile: t.account.timers(), NewBranch: newToken, SentBy: t.sentBy,
	})
	for _, r := range t.routes {
		t.locate(ctx, r)
	}
}

// reached is the address that others reach us by on a flow's transport: the
// listener's port, or, where there is no listener as for TLS, the connection
// itself.
func (t *transportActor) reached(flow transport.Flow) netip.AddrPort {
	if s := t.protected.sets[flow.Gen]; s != nil {
		return netip.AddrPortFrom(s.set.UE.Addr, s.set.UE.ServerPort)
	}
	port := t.socket.Local(flow.Proto).Port()
	if port == 0 {
		port = flow.Local.Port()
	}
	return netip.AddrPortFrom(flow.Local.Addr().Unmap().WithZone(""), port)
}

// sentBy is what a Via says of a flow: where responses come to.
func (t *transportActor) sentBy(flow transport.Flow) (string, uint16) {
	at := t.reached(flow)
	return at.Addr().String(), at.Port()
}

// inbound runs on a socket's goroutine: it parses, judges and admits.
func (t *transportActor) inbound(root *actor.RootContext, self *actor.PID, in transport.Inbound) {
	if in.Err != nil {
		root.Send(self, transport.Inbound{Flow: in.Flow, Err: in.Err})
		return
	}
	if t.outside(in) {
		t.noteOutside()
		return
	}
	msg, err := sip.Parse(in.Data)
	if msg != nil {
		t.trace(time.Now(), in.Flow, false, msg.String())
	}
	verdict := sip.Check(msg, err)
	if verdict.Action == sip.Drop {
		t.counters.malformed.Add(1)
		return
	}
	if t.admitted.Add(1) > maxAdmitted {
		t.admitted.Add(-1)
		t.counters.overload.Add(1)
		return
	}
	r := received{in.Flow, msg}
	if verdict.Action == sip.Reject {
		t.counters.rejected.Add(1)
		root.Send(self, malformed{r, verdict})
		return
	}
	root.Send(self, r)
}

func (t *transportActor) trace(at time.Time, flow transport.Flow, out bool, raw string) {
	if t.Trace != nil {
		t.Trace.add(TraceRecord{Time: at, Account: t.account.Name, Flow: flow, Out: out, Raw: raw})
	}
}

// refuse answers a malformed request without a transaction; an ACK gets no
// answer (RFC 3261 §17.1.1.3).
func (t *transportActor) refuse(m malformed) {
	if m.msg.Method() == sip.ACK {
		return
	}
	d := sip.NewResponse(m.msg, m.verdict.Status, m.verdict.Reason)
	t.transmit(m.flow, d.Bytes())
}

func (t *transportActor) transmit(flow transport.Flow, data []byte) error {
	at := time.Now() // before it leaves: the answer may be quicker than we are
	if err := t.write(flow, data); err != nil {
		t.log.Debug().Err(err).Stringer("flow", flow).Msg("send failed")
		return err
	}
	t.trace(at, flow, true, string(data))
	return nil
}

func (t *transportActor) write(flow transport.Flow, data []byte) error {
	if flow.Gen == 0 {
		return t.socket.Send(flow, data)
	}
	if t.protected.socket == nil {
		return errNoSet
	}
	return t.protected.socket.Send(flow, data)
}

func (t *transportActor) step(ctx actor.Context, ev txn.Event) {
	if t.layer == nil {
		return
	}
	fx := t.layer.Step(time.Now(), ev, t.fx[:0])
	t.fx = nil
	for _, effect := range fx {
		t.perform(ctx, effect)
	}
	t.fx = fx
	t.alarm.set(ctx, t.layer.Next())
	if len(t.protected.watching) > 0 {
		t.tellQuiet(ctx)
	}
}

func (t *transportActor) perform(ctx actor.Context, effect txn.Effect) {
	switch e := effect.(type) {
	case txn.Transmit:
		if err := t.transmit(e.Flow, e.Data); err != nil {
			ctx.Send(ctx.Self(), transport.Inbound{Flow: e.Flow, Err: err})
		}
	case txn.Incoming:
		ctx.Send(ctx.Parent(), requested{origin{ctx.Self(), e.ID, e.Flow}, e.Msg})
	case txn.IncomingAck:
		ctx.Send(ctx.Parent(), acked{e.Msg})
	case txn.Canceled:
		ctx.Send(ctx.Parent(), canceled{origin{transport: ctx.Self(), id: e.ID}})
	case txn.Unacked:
		ctx.Send(ctx.Parent(), unacked{origin{transport: ctx.Self(), id: e.ID}})
	case txn.Response:
		t.response(ctx, e)
	case txn.Failed:
		t.failed(ctx, e)
	case txn.Stray:
		if t.secured() && e.Flow.Gen == 0 {
			t.noteOutside()
			t.protected.strays++
			return
		}
		t.counters.unexpected.Add(1)
	case txn.Done:
		t.forget(e.Key)
	}
}
