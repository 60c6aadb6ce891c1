// Package reg keeps one registration alive: it registers, refreshes, moves and
// removes the binding of an address of record (RFC 3261 §10, TS 24.229
// §5.1.1), answers challenges, and backs off when the network fails (RFC 5626
// §4.5). It is a pure core: the driver sends its requests, finds its flows and
// tells it the time.
//
//	          Start            FlowReady          2xx
//	Idle ───────────▶ Locating ─────────▶ Trying ─────▶ Registered
//	                   ▲    │ NoFlow        │ other        │ refresh due
//	                   │    ▼               ▼              ▼
//	                   └─ Waiting ◀──────── ┴──────────  Trying
//	                retry due or Start
//
//	Stop: any ──▶ Leaving (REGISTER with Expires 0) ──▶ Idle
//
// 401 and 407 are answered, 423 raises the interval and 503 or silence asks
// for another server, all within Trying. An IMS registration answers a 401 by
// way of two more states:
//
//	                  401                Authenticated             Protected
//	Trying, Leaving ───────▶ Authenticating ─────────▶ Protecting ──────────▶ Trying, Leaving
//
// An event that a state has no use for, and an answer that comes too late, give an
// [Unexpected] effect. Every pair of state and event, with what comes of it, is
// in testdata: states.txt for a registration with an IMS core, states-sip.txt for
// one of plain SIP.
package reg

import (
	"time"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
)

// State of a registration.
type State uint8

// The states of the picture in the package's documentation.
const (
	Idle State = iota
	Locating
	Trying
	Up
	Waiting
	Leaving
	Authenticating // the SIM is asked
	Protecting     // the SAs are installed
)

// String names the state as status output does.
func (s State) String() string {
	return [...]string{"idle", "locating", "trying", "registered", "waiting", "leaving", "authenticating", "protecting"}[s]
}

// Config is what a registration needs to know; it does not change.
type Config struct {
	// AOR is the address of record, a sip: or sips: URI.
	AOR string
	// Display is the display name of From and To, or empty.
	Display string
	// Registrar is the request-URI: the home domain (RFC 3261 §10.2).
	Registrar string
	// Route is the preloaded route: the outbound proxy, if any.
	Route []string
	// ContactParams are added to each contact: ";+sip.instance=…", feature
	// tags (RFC 3840).
	ContactParams string
	// Expires is the interval that is asked for.
	Expires time.Duration
	// UserAgent goes into the header of that name; empty leaves it out.
	UserAgent string
	// Agent answers digest challenges.
	Agent *digest.Agent
	// NewToken gives unguessable tokens for Call-ID and tags.
	NewToken func() string
	// Jitter gives a number in [0, 1) for each back-off.
	Jitter func() float64
	// IMS makes it a registration with an IMS core; nil one of plain SIP.
	IMS *IMS
}

// Registration is the core. Make it with [New], feed it with Step, and call
// Step with [Tick] when the time of Next has come.
type Registration struct {
	cfg    Config
	state  State
	callID string
	tag    string
	cseq   uint32
	key    uint64

	contacts  []string
	interval  time.Duration // asked for; raised by 423
	attempts  int           // challenges that the present request has met
	raised    bool          // 423 has been obeyed for the present request
	failovers int           // servers tried since the last success
	refusal   Refused       // of the server before a failover: the reason if no other is left
	pause     time.Duration // that this server asked for
	failures  int           // tries in a row without success
	brief     int           // registrations in a row that soon had to be made anew
	began     time.Time     // when the last registration from the beginning did
	stopping  bool          // Stop came: the end of what runs now is Leaving
	removing  bool          // the REGISTER under way removes the binding
	ims       *ims          // nil for plain SIP

	due     time.Time // of the refresh or the next try
	expires time.Time // when the registrar drops the binding; zero: none stands
}

// New makes a registration that is idle.
func New(cfg Config) *Registration {
	r := &Registration{cfg: cfg, callID: cfg.NewToken(), tag: cfg.NewToken(), interval: cfg.Expires}
	if cfg.IMS != nil {
		r.ims = &ims{IMS: *cfg.IMS}
	}
	return r
}

// State tells where the registration is.
func (r *Registration) State() State { return r.state }

// Expires tells when the registrar drops the binding; zero where none stands.
func (r *Registration) Expires() time.Time { return r.expires }

// Next gives the time at which Step wants a [Tick]; zero is never.
func (r *Registration) Next() time.Time {
	switch r.state {
	case Up, Waiting, Leaving:
		return r.due
	case Authenticating, Protecting:
		if r.removing {
			return r.due
		}
	}
	return time.Time{}
}

// Step takes one event and appends what the driver is to do to fx.
func (r *Registration) Step(now time.Time, ev Event, fx []Effect) []Effect {
	if !r.expires.IsZero() && !now.Before(r.expires) {
		r.expires = time.Time{}
	}
	switch ev.(type) {
	case Stop:
		return r.stop(now, fx)
	case Authenticated, Protected, Unprotected, SetEnded:
		if r.ims == nil {
			return r.unexpected(ev, fx)
		}
	}
	switch r.state {
	case Idle:
		return r.idle(ev, fx)
	case Locating:
		return r.locating(now, ev, fx)
	case Trying:
		return r.trying(now, ev, fx)
	case Up:
		return r.up(now, ev, fx)
	case Waiting:
		return r.waiting(now, ev, fx)
	case Authenticating:
		return r.authenticating(now, ev, fx)
	case Protecting:
		return r.protecting(now, ev, fx)
	default:
		return r.leaving(now, ev, fx)
	}
}

func (r *Registration) unexpected(ev Event, fx []Effect) []Effect {
	return append(fx, Unexpected{State: r.state, Event: ev})
}

func (r *Registration) idle(ev Event, fx []Effect) []Effect {
	if _, ok := ev.(Start); ok {
		return r.locate(false, fx)
	}
	return r.unexpected(ev, fx)
}

func (r *Registration) locate(failover bool, fx []Effect) []Effect {
	r.state = Locating
	if !failover {
		r.failovers, r.refusal, r.pause = 0, Refused{}, 0
	}
	return append(fx, NeedFlow{Failover: failover})
}

func (r *Registration) locating(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case FlowReady:
		if len(ev.Contacts) == 0 {
			return r.unexpected(ev, fx)
		}
		r.contacts, r.began = append([]string(nil), ev.Contacts...), now
		return r.try(now, fx)
	case NoFlow:
		if r.failovers > 0 {
			return r.wait(now, r.refusal.Status, r.refusal.Text, r.pause, fx)
		}
		return r.wait(now, 0, "no server can be reached: "+ev.Err.Error(), 0, fx)
	case Terminated:
		return r.terminated(now, ev, fx)
	case FlowLost, Start:
		return fx // a new flow is being sought anyway
	}
	return r.unexpected(ev, fx)
}

func (r *Registration) up(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case Tick:
		if now.Before(r.due) {
			return fx
		}
		return r.try(now, fx)
	case Start:
		return r.try(now, fx)
	case FlowLost:
		if r.secured() {
			return r.restart(fx) // the SAs are bound to the address
		}
		return r.locate(false, fx)
	case SetEnded:
		return r.setEnded(now, ev, fx)
	case Terminated:
		return r.terminated(now, ev, fx)
	}
	return r.unexpected(ev, fx)
}

func (r *Registration) waiting(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case Tick:
		if now.Before(r.due) {
			return fx
		}
		return r.again(now, fx)
	case Start:
		return r.again(now, fx)
	case SetEnded:
		return r.setEnded(now, ev, fx)
	case Terminated:
		return r.terminated(now, ev, fx)
	case FlowLost:
		// The next try looks for a flow of its own.
		return r.release(fx)
	}
	return r.unexpected(ev, fx)
}

// again is the next try: over the sets that still stand, else by a flow that
// has to be found.
func (r *Registration) again(now time.Time, fx []Effect) []Effect {
	if r.secured() && r.ims.active.gen != 0 {
		return r.try(now, fx)
	}
	return r.locate(false, fx)
}

func (r *Registration) stop(now time.Time, fx []Effect) []Effect {
	bound := !r.expires.IsZero()
	switch r.state {
	case Leaving:
		return fx
	case Trying:
		// The REGISTER under way may still bind us: its end decides.
		r.stopping = true
		return fx
	case Up:
		return r.leave(now, fx)
	case Authenticating, Protecting:
		if fx = r.abandon(fx); bound && !r.removing {
			return r.leave(now, fx)
		}
	case Waiting, Locating:
		if bound && len(r.contacts) > 0 {
			return r.leave(now, fx)
		}
	}
	return r.ended(fx)
}

// leaveTime bounds the wait for the answer to the de-registration: some
// P-CSCFs drop the SAs before it could come, and no phone is to hang at its
// end.
const leaveTime = 4 * time.Second

func (r *Registration) leave(now time.Time, fx []Effect) []Effect {
	r.state, r.removing, r.due = Leaving, true, now.Add(leaveTime)
	if err := r.begin(); err != nil {
		return r.ended(fx)
	}
	return r.send(fx)
}

// overdue ends a de-registration that has taken too long.
func (r *Registration) overdue(now time.Time, fx []Effect) []Effect {
	if now.Before(r.due) {
		return fx
	}
	return r.ended(fx)
}

func (r *Registration) ended(fx []Effect) []Effect {
	fx = r.release(r.abandon(fx))
	r.state, r.expires, r.stopping, r.removing, r.failures, r.brief = Idle, time.Time{}, false, false, 0, 0
	return append(fx, Stopped{})
}

// leaving waits for the answer to the de-registration. Whatever it is, but for
// a first challenge, we are gone: some registrars drop the binding before they
// answer.
func (r *Registration) leaving(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case Response:
		if ev.Key != r.key {
			return r.unexpected(ev, fx)
		}
		if ev.Msg.Status() < 200 {
			return fx
		}
		if fx, ok := r.akaChallenged(now, ev.Msg, fx); ok {
			return fx
		}
		if fx, ok := r.challenged(ev.Msg, fx); ok {
			return fx
		}
		return r.ended(fx)
	case Failed:
		if ev.Key != r.key {
			return r.unexpected(ev, fx)
		}
		return r.ended(fx)
	case Tick:
		return r.overdue(now, fx)
	case FlowLost, NoFlow, Terminated:
		return r.ended(fx)
	case SetEnded:
		return r.setEnded(now, ev, fx)
	case Start:
		r.stopping, r.removing = false, false
		return r.locate(false, r.release(fx))
	}
	return r.unexpected(ev, fx)
}

// try starts a REGISTER of its own right.
func (r *Registration) try(now time.Time, fx []Effect) []Effect {
	r.state = Trying
	if err := r.begin(); err != nil {
		return r.wait(now, 0, err.Error(), 0, fx)
	}
	return r.send(fx)
}

// begin readies for a REGISTER that answers no challenge.
func (r *Registration) begin() error {
	r.attempts, r.raised = 0, false
	if r.ims == nil {
		return nil
	}
	r.ims.answered, r.ims.invalid, r.ims.reason = 0, 0, ""
	if !r.secured() {
		return nil
	}
	return r.renew()
}

// send builds the REGISTER of RFC 3261 §10.2 and asks for its transaction. All
// of a registration's requests share Call-ID and tag, with rising CSeq.
func (r *Registration) send(fx []Effect, credentials ...sip.Field) []Effect {
	r.cseq++
	r.key++
	expires := r.interval
	if r.removing {
		expires = 0
	}
	request := Request{Key: r.key, Draft: r.register(expires, credentials)}
	if r.ims != nil {
		request.Gen = r.ims.gen()
		r.ims.sentOver = request.Gen
	}
	return append(fx, request)
}
