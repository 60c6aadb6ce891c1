package txn

import (
	"slices"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// clientState is a state of a client transaction; the two machines share the
// names.
type clientState uint8

const (
	clientTrying     clientState = iota // INVITE: Calling
	clientProceeding                    // a provisional response came
	clientCompleted                     // a final one came; absorbs repetitions
	clientAccepted                      // INVITE: 2xx came (RFC 6026 §7.2)
)

// waits tells whether the final response is still to come.
func (s clientState) waits() bool { return s <= clientProceeding }

// client is one client transaction.
type client struct {
	layer *Layer
	key   uint64
	id    clientID
	flow  transport.Flow
	draft *sip.Draft // as sent, with its Via; for CANCEL and ACK
	data  []byte
	ack   []byte // INVITE: for a repeated non-2xx
	state clientState

	interval   time.Duration // between retransmissions
	retransmit time.Time     // timer A or E
	timeout    time.Time     // timer B, F, D, K or M
	slotIndex  int

	canceling bool        // CANCEL is wanted, and not sent yet
	cancel    []sip.Field // to be added to it
}

func (c *client) at() time.Time { return earliest(c.retransmit, c.timeout) }
func (c *client) slot() *int    { return &c.slotIndex }

func (c *client) fire(now time.Time, fx []Effect) []Effect {
	l := c.layer
	if !c.timeout.IsZero() && !c.timeout.After(now) {
		if c.state.waits() {
			fx = append(fx, Failed{c.key, ErrTimeout})
		}
		return l.endClient(c, fx)
	}
	c.retransmitted(now)
	l.schedule(c)
	return append(fx, Transmit{c.flow, c.data})
}

// retransmitted sets the next retransmission: INVITE doubles without a cap
// (§17.1.1.2), others up to T2, and stay at T2 once a provisional response
// came (§17.1.2.2).
func (c *client) retransmitted(now time.Time) {
	p := &c.layer.cfg.Profile
	c.interval *= 2
	if c.id.method != sip.INVITE {
		c.interval = min(c.interval, p.T2)
		if c.state == clientProceeding {
			c.interval = p.T2
		}
	}
	c.retransmit = now.Add(c.interval)
}

// start begins a client transaction: the request goes out, and on UDP again
// until an answer comes.
func (l *Layer) start(now time.Time, e Request, fx []Effect) []Effect {
	if l.byKey[e.Key] != nil {
		return append(fx, Unexpected{e})
	}
	branch := l.newBranch()
	c := &client{layer: l, key: e.Key, id: clientID{branch, e.Draft.Method}, flow: e.Flow, draft: e.Draft, slotIndex: -1}
	return l.launch(now, c, l.withVia(e.Draft, e.Flow, branch), fx)
}

func (l *Layer) launch(now time.Time, c *client, data []byte, fx []Effect) []Effect {
	p := &l.cfg.Profile
	c.data, c.interval = data, p.T1
	if !c.flow.Proto.Reliable() {
		c.retransmit = now.Add(p.T1)
	}
	c.timeout = now.Add(p.F)
	if c.id.method == sip.INVITE {
		c.timeout = now.Add(p.B)
	}
	l.clients[c.id] = c
	if c.key != 0 {
		l.byKey[c.key] = c
	}
	l.schedule(c)
	return append(fx, Transmit{c.flow, data})
}

// response takes a response to the transaction that it belongs to (§17.1.3).
func (l *Layer) response(now time.Time, e Received, fx []Effect) []Effect {
	via, err := e.Msg.Via()
	if err != nil {
		return append(fx, Stray(e))
	}
	cseq, err := e.Msg.CSeq()
	if err != nil {
		return append(fx, Stray(e))
	}
	c := l.clients[clientID{via.Branch(), cseq.Method}]
	if c == nil || (c.flow.Gen == 0) != (e.Flow.Gen == 0) {
		// What was asked over SAs isn't answered from outside them.
		return append(fx, Stray(e))
	}
	if c.id.method == sip.INVITE {
		return l.inviteResponse(now, c, e, fx)
	}
	return l.plainResponse(now, c, e, fx)
}

// plainResponse is figure 6 of §17.1.2.2:
//
//	          1xx              2xx–6xx           1xx         2xx–6xx
//	Trying      → Proceeding, ↑  → Completed, ↑
//	Proceeding  ↑              → Completed, ↑
//	Completed   absorbed       absorbed
func (l *Layer) plainResponse(now time.Time, c *client, e Received, fx []Effect) []Effect {
	if c.state == clientCompleted {
		return fx
	}
	fx = c.tell(e, fx)
	if e.Msg.Status() < 200 {
		c.state = clientProceeding
		return fx
	}
	c.state = clientCompleted
	return l.absorb(now, c, l.cfg.Profile.K, fx)
}

// inviteResponse is figure 5 of RFC 3261 §17.1.1.2 with RFC 6026 §8.4:
//
//	            1xx             2xx              3xx–6xx
//	Calling     → Proceeding, ↑ → Accepted, ↑    → Completed, ACK, ↑
//	Proceeding  ↑               → Accepted, ↑    → Completed, ACK, ↑
//	Completed   absorbed        absorbed         ACK again
//	Accepted    absorbed        ↑ (a fork's, or repeated)  absorbed
func (l *Layer) inviteResponse(now time.Time, c *client, e Received, fx []Effect) []Effect {
	status := e.Msg.Status()
	switch c.state {
	case clientCompleted:
		if status >= 300 {
			fx = append(fx, Transmit{c.flow, c.ack})
		}
		return fx
	case clientAccepted:
		if status/100 == 2 {
			fx = c.tell(e, fx)
		}
		return fx
	}
	switch {
	case status < 200:
		c.state = clientProceeding
		c.retransmit, c.timeout = time.Time{}, time.Time{}
		l.schedule(c)
		fx = c.tell(e, fx)
		if c.canceling {
			return l.sendCancel(now, c, fx)
		}
		return fx
	case status < 300:
		c.state = clientAccepted
		c.retransmit, c.timeout = time.Time{}, now.Add(l.cfg.Profile.M)
		l.schedule(c)
		return c.tell(e, fx)
	}
	c.state = clientCompleted
	c.ack = ackFor(c.draft, e.Msg)
	fx = append(fx, Transmit{c.flow, c.ack})
	return l.absorb(now, c, l.cfg.Profile.D, c.tell(e, fx))
}

// tell hands a response up; a CANCEL's is nobody's business.
func (c *client) tell(e Received, fx []Effect) []Effect {
	if c.key == 0 {
		return fx
	}
	return append(fx, Response{c.key, e.Flow, e.Msg})
}

// absorb keeps a completed transaction for d on an unreliable transport.
func (l *Layer) absorb(now time.Time, c *client, d time.Duration, fx []Effect) []Effect {
	if c.flow.Proto.Reliable() {
		return l.endClient(c, fx)
	}
	c.retransmit, c.timeout = time.Time{}, now.Add(d)
	l.schedule(c)
	return fx
}

func (l *Layer) endClient(c *client, fx []Effect) []Effect {
	c.retransmit, c.timeout = time.Time{}, time.Time{}
	l.schedule(c)
	delete(l.clients, c.id)
	if c.key == 0 {
		return fx
	}
	delete(l.byKey, c.key)
	return append(fx, Done{Key: c.key})
}

// cancel wants an INVITE cancelled (§9.1).
func (l *Layer) cancel(now time.Time, c *client, fields []sip.Field, fx []Effect) []Effect {
	if c.id.method != sip.INVITE || !c.state.waits() || c.canceling {
		return fx
	}
	c.canceling, c.cancel = true, fields
	if c.state == clientProceeding {
		return l.sendCancel(now, c, fx)
	}
	return fx
}

// sendCancel sends it, with the INVITE's own branch. Should the INVITE get no
// final response within 64·T1, it is given up (§9.1).
func (l *Layer) sendCancel(now time.Time, c *client, fx []Effect) []Effect {
	d := follow(c.draft, sip.CANCEL)
	for _, f := range c.cancel {
		if f.ID == sip.HOther {
			d.AddOther(f.Name, f.Value)
			continue
		}
		d.Add(f.ID, f.Value)
	}
	c.timeout = now.Add(l.cfg.Profile.F)
	l.schedule(c)
	id := clientID{c.id.branch, sip.CANCEL}
	if l.clients[id] != nil {
		return fx
	}
	return l.launch(now, &client{layer: l, id: id, flow: c.flow, draft: d, slotIndex: -1}, d.Bytes(), fx)
}

// ackFor acknowledges a non-2xx final response (§17.1.1.3): To is the
// response's.
func ackFor(invite *sip.Draft, resp *sip.Message) []byte {
	d := follow(invite, sip.ACK)
	d.Set(sip.HTo, resp.Get(sip.HTo))
	return d.Bytes()
}

// follow makes the CANCEL or ACK of an INVITE: same request-URI, top Via,
// Route, From, To, Call-ID and sequence number.
func follow(invite *sip.Draft, method sip.Method) *sip.Draft {
	d := sip.NewRequest(method, invite.URI)
	via := true
	for f := range invite.Fields() {
		switch f.ID {
		case sip.HVia:
			if via {
				d.Add(f.ID, f.Value)
			}
			via = false
		case sip.HRoute, sip.HFrom, sip.HTo, sip.HCallID, sip.HMaxForwards:
			d.Add(f.ID, f.Value)
		case sip.HCSeq:
			number, _, _ := strings.Cut(f.Value, " ")
			d.Add(f.ID, number+" "+string(method))
		}
	}
	return d
}

// sortClients puts transactions in the order of their keys, so that what
// happens to several at once happens in a fixed order.
func sortClients(list []*client) {
	slices.SortFunc(list, func(a, b *client) int {
		if a.key < b.key {
			return -1
		}
		return 1
	})
}
