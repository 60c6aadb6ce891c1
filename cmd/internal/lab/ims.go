package lab

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// IMSConfig is what an IMS core is made of.
type IMSConfig struct {
	// Domain is the home domain.
	Domain string
	Users  []User
	// Suites are the algorithms that the P-CSCF takes, those it likes best first;
	// none are all. Modes are how packets may be wrapped; none are all.
	Suites []secagree.Suite
	Modes  []secagree.Mode
	// NonceReuse lets a phone re-register by the last nonce and a rising count;
	// without, each registration is challenged and brings new SAs.
	NonceReuse bool
	// Misbehaviour is what it does wrong.
	Misbehaviour Misbehaviour
	// Random gives the RANDs, Number unguessable numbers in [0, n), and NewToken
	// unguessable tokens.
	Random   io.Reader
	Number   func(n int) int
	NewToken func() string
}

// IMS is an IMS core in one process: a [PCSCF], an [SCSCF], an HSS, and the
// [Proxy] that routes between their users. It is a pure value.
//
//	          Gm, protected                       in one process
//	phone ◀═════════════════▶ P-CSCF ◀───────▶ S-CSCF ◀───────▶ HSS
//	          four SAs            └──── Proxy ────┘
type IMS struct {
	proxy    *Proxy
	pcscf    *PCSCF
	scscf    *SCSCF
	notifier *notifier
	store    *hss.Store
}

// NewIMS makes a core; at says where its P-CSCF is.
func NewIMS(cfg IMSConfig, at ProxyConfig) (*IMS, error) {
	store, err := hss.NewStore(cfg.Random)
	if err != nil {
		return nil, err
	}
	for _, u := range cfg.Users {
		if err := store.Add(u.subscriber(cfg.Domain)); err != nil {
			return nil, err
		}
	}
	if len(cfg.Suites) == 0 {
		cfg.Suites = secagree.Suites()
	}
	if len(cfg.Modes) == 0 {
		cfg.Modes = []secagree.Mode{secagree.Transport, secagree.UDPTunnel}
	}
	at.Closed, at.Profile = true, txn.IMSProfile()
	m := &IMS{store: store, proxy: newProxy(at), scscf: newSCSCF(cfg.Domain, store, cfg.Users, cfg.NonceReuse)}
	m.proxy.home = m
	m.pcscf = &PCSCF{scscf: m.scscf, suites: cfg.Suites, modes: cfg.Modes, ues: map[uint32]*ue{},
		ends: secagree.NewAllocator(firstPCSCFPort, lastPCSCFPort, cfg.Number),
		emit: func(e Effect) { m.proxy.out = append(m.proxy.out, e) }}
	m.notifier = &notifier{scscf: m.scscf, newToken: cfg.NewToken, respond: m.proxy.respond, ask: m.proxy.ask, subs: map[string]*subscription{}}
	m.Misbehave(cfg.Misbehaviour)
	return m, nil
}

// Misbehave sets what is wrong from now on.
func (m *IMS) Misbehave(wrong Misbehaviour) {
	m.pcscf.wrong = wrong
	for _, u := range m.scscf.users {
		// The subscriber is there: NewIMS has added it.
		_ = m.store.Misbehave(u.PrivateID(m.scscf.domain), hss.Misbehaviour{WrongMAC: wrong == WrongMAC, OldSQN: wrong == OldSQN})
	}
}

// Receive takes a message from the wire; it must have passed sip.CheckRelay.
func (m *IMS) Receive(now time.Time, flow transport.Flow, msg *sip.Message) []Effect {
	return m.run(now, func() {
		m.pcscf.heard(now, flow.Gen)
		m.proxy.step(now, txn.Received{Flow: flow, Msg: msg})
	})
}

// FlowLost says that a connection is gone.
func (m *IMS) FlowLost(now time.Time, flow transport.Flow, err error) []Effect {
	return m.run(now, func() { m.proxy.step(now, txn.FlowFailed{Flow: flow, Err: err}) })
}

// Tick lets the time pass.
func (m *IMS) Tick(now time.Time) []Effect {
	return m.run(now, func() {
		m.proxy.step(now, txn.Tick{})
		m.pcscf.tick(now)
	})
}

// Next gives the time at which Tick wants to be called; zero is never.
func (m *IMS) Next() time.Time {
	next, sets := m.proxy.Next(), m.pcscf.next()
	if next.IsZero() || !sets.IsZero() && sets.Before(next) {
		return sets
	}
	return next
}

// Deregister ends a user's registration on the network's side, as a
// Registration-Termination-Request of the HSS makes an S-CSCF do (TS 29.228
// §6.1.3, TS 24.229 §5.4.1.5): his phones are told, and the SAs to them go. retry
// is when they may come back, where event is probation.
func (m *IMS) Deregister(now time.Time, user string, event regevent.Event, retry time.Duration) ([]Effect, error) {
	u, ok := m.scscf.users[user]
	if !ok {
		return nil, fmt.Errorf("the lab has no user %q", user)
	}
	privateID := u.PrivateID(m.scscf.domain)
	return m.run(now, func() {
		m.notifier.terminate(now, user, event, retry)
		delete(m.scscf.bindings, user)
		m.pcscf.end(privateID)
		_ = m.store.Release(privateID) // it is there
	}), nil
}

// Outside counts the requests that were refused because they came from outside
// the SAs.
func (m *IMS) Outside() uint64 { return m.pcscf.outside }

func (m *IMS) run(now time.Time, what func()) []Effect {
	m.proxy.out = m.proxy.out[:0]
	what()
	m.pcscf.settle(now, m.proxy.layer.Uses)
	return m.spoil(m.proxy.out)
}

// spoil does to what is sent what somebody on its way would.
func (m *IMS) spoil(fx []Effect) []Effect {
	kept := fx[:0]
	for _, effect := range fx {
		t, ok := effect.(Transmit)
		request := !bytes.HasPrefix(t.Data, []byte("SIP/2.0 "))
		switch wrong := m.pcscf.wrong; {
		case !ok || t.Flow.Gen == 0:
		case wrong == LostAnswers, wrong == EarlyRemoval && m.pcscf.ues[t.Flow.Gen] == nil:
			continue
		case wrong == ClearAnswers && !request, wrong == ClearRequests && request:
			if u := m.pcscf.ues[t.Flow.Gen]; u != nil {
				effect = Transmit{Flow: u.open, Data: t.Data}
			}
		}
		kept = append(kept, effect)
	}
	return kept
}
