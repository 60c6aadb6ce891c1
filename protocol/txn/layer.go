// Package txn is the SIP transaction layer as a pure core: the four machines
// of RFC 3261 §17 with the corrections of RFC 6026, the table that finds them
// (§17.1.3, §17.2.3), CANCEL (§9), and the answers that need nobody above:
// 100 Trying, 481 to a lost CANCEL, 482 to a merged request.
//
// A transaction carries its flow: nothing is looked up by a remote address.
// Step(now, event) appends effects, Next tells when it wants a Tick.
package txn

import (
	"container/heap"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Config is what a layer needs to know.
type Config struct {
	Profile Profile
	// NewBranch gives unguessable tokens; the magic cookie is added here.
	NewBranch func() string
	// SentBy gives the host and port that Via names on a flow: where responses
	// are to come. An IPv6 host is without brackets.
	SentBy func(transport.Flow) (host string, port uint16)
	// MaxServers bounds the server transactions; a request beyond it gets 503.
	// 0 means 4096.
	MaxServers int
}

// Layer is all transactions of one transport. It is not safe for concurrent
// use.
type Layer struct {
	cfg     Config
	clients map[clientID]*client
	byKey   map[uint64]*client
	servers map[serverID]*server
	byID    map[ID]*server
	merged  map[mergeID]ID
	timers  timers
	lastID  ID
}

// clientID finds a client transaction for a response (§17.1.3).
type clientID struct {
	branch string
	method sip.Method
}

// New makes an empty layer.
func New(cfg Config) *Layer {
	if cfg.MaxServers == 0 {
		cfg.MaxServers = 4096
	}
	return &Layer{cfg: cfg, clients: map[clientID]*client{}, byKey: map[uint64]*client{},
		servers: map[serverID]*server{}, byID: map[ID]*server{}, merged: map[mergeID]ID{}}
}

// Len tells how many transactions there are.
func (l *Layer) Len() int { return len(l.byKey) + len(l.byID) }

// Uses tells whether a transaction runs on the set of SAs of that generation.
func (l *Layer) Uses(gen uint32) bool {
	for _, c := range l.byKey {
		if c.flow.Gen == gen {
			return true
		}
	}
	for _, s := range l.byID {
		if s.flow.Gen == gen {
			return true
		}
	}
	return false
}

// Next gives the time at which Step wants a Tick; zero is never.
func (l *Layer) Next() time.Time {
	if len(l.timers) == 0 {
		return time.Time{}
	}
	return l.timers[0].at()
}

// Step takes one event and appends what is to be done to fx.
func (l *Layer) Step(now time.Time, ev Event, fx []Effect) []Effect {
	switch e := ev.(type) {
	case Received:
		if e.Msg.IsRequest() {
			return l.request(now, e, fx)
		}
		return l.response(now, e, fx)
	case Request:
		return l.start(now, e, fx)
	case Cancel:
		if c := l.byKey[e.Key]; c != nil {
			return l.cancel(now, c, e.Fields, fx)
		}
		return append(fx, Unexpected{ev})
	case Respond:
		if s := l.byID[e.ID]; s != nil {
			return l.respond(now, s, e.Draft, fx)
		}
		return append(fx, Unexpected{ev})
	case Stateless:
		data := l.withVia(e.Draft, e.Flow, l.newBranch())
		return append(fx, Transmit{e.Flow, data})
	case FlowFailed:
		return l.flowFailed(e, fx)
	case Abandon:
		if c := l.byKey[e.Key]; c != nil {
			return l.endClient(c, fx)
		}
		return fx
	case Tick:
		return l.tick(now, fx)
	}
	return append(fx, Unexpected{ev})
}

func (l *Layer) newBranch() string { return cookie + l.cfg.NewBranch() }

// cookie starts every branch of RFC 3261 (§8.1.1.7).
const cookie = "z9hG4bK"

// withVia adds our Via and gives the bytes to send (§18.1.1, RFC 3581).
func (l *Layer) withVia(d *sip.Draft, flow transport.Flow, branch string) []byte {
	host, port := l.cfg.SentBy(flow)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	v := sip.Via{Version: "SIP/2.0", Transport: flow.Proto.String(), Host: host, Port: port,
		Params: sip.Params(";branch=" + branch)}
	if flow.Gen == 0 {
		// Responses over SAs come to the protected server port, wherever the
		// request came from (TS 33.203 §7.1).
		v.Params += ";rport"
	}
	d.Prepend(sip.HVia, v.String())
	return d.Bytes()
}

func (l *Layer) tick(now time.Time, fx []Effect) []Effect {
	for len(l.timers) > 0 && !l.timers[0].at().After(now) {
		t := l.timers[0]
		fx = t.fire(now, fx)
	}
	return fx
}

// flowFailed ends the client transactions of a flow that still wait, and
// leaves server transactions to their timers: their retransmitted requests
// will come by another flow.
func (l *Layer) flowFailed(e FlowFailed, fx []Effect) []Effect {
	var lost []*client
	for _, c := range l.byKey {
		if c.flow == e.Flow && c.state.waits() {
			lost = append(lost, c)
		}
	}
	sortClients(lost)
	for _, c := range lost {
		fx = append(fx, Failed{c.key, e.Err})
		fx = l.endClient(c, fx)
	}
	return fx
}

// timers is a heap of what waits for a time, the earliest first.
type timers []timed

// timed is a transaction as the heap sees it: slot is its place, -1 outside.
type timed interface {
	at() time.Time
	fire(now time.Time, fx []Effect) []Effect
	slot() *int
}

func (t timers) Len() int           { return len(t) }
func (t timers) Less(i, j int) bool { return t[i].at().Before(t[j].at()) }
func (t timers) Swap(i, j int) {
	t[i], t[j] = t[j], t[i]
	*t[i].slot(), *t[j].slot() = i, j
}

// Push is for container/heap.
func (t *timers) Push(x any) {
	v := x.(timed)
	*v.slot() = len(*t)
	*t = append(*t, v)
}

// Pop is for container/heap.
func (t *timers) Pop() any {
	old := *t
	v := old[len(old)-1]
	old[len(old)-1] = nil
	*t = old[:len(old)-1]
	*v.slot() = -1
	return v
}

// schedule puts v where its time belongs, or out of the heap where it has none.
func (l *Layer) schedule(v timed) {
	switch at, slot := v.at(), *v.slot(); {
	case at.IsZero() && slot >= 0:
		heap.Remove(&l.timers, slot)
	case at.IsZero():
	case slot >= 0:
		heap.Fix(&l.timers, slot)
	default:
		heap.Push(&l.timers, v)
	}
}

// earliest gives the first of two times of which either may be zero.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
