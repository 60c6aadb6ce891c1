// Package event is the subscriber's side of event notification (RFC 6665): a
// pure core that subscribes, refreshes, answers notifications and begins anew
// when the notifier ends it.
//
//	        Start            NOTIFY or 2xx                    Stop
//	Idle ──────────▶ Trying ───────────────▶ Up ────────────────────▶ Leaving ──▶ Idle
//	                  ▲  │ refused, silence   │ terminated, expired      NOTIFY terminated, or its time
//	                  │  ▼                    ▼
//	                  └ Waiting ◀─────────────┘
//	                 retry due
//
// A refresh is a SUBSCRIBE while Up. A NOTIFY may come before the 2xx of its
// SUBSCRIBE; the first one decides whose subscription it is, if the request was
// forked (§4.4.1: further ones get 481).
package event

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// State of a subscription.
type State uint8

// The states of the picture in the package's documentation.
const (
	Idle State = iota
	Trying
	Up
	Waiting
	Leaving
)

// String names the state as status output does.
func (s State) String() string {
	return [...]string{"idle", "trying", "up", "waiting", "leaving"}[s]
}

// Config is what a subscription needs to know; it does not change.
type Config struct {
	// Package is the event package, "reg"; Accept the body types that are
	// understood.
	Package, Accept string
	// URI is whose state is asked for, From who asks, both sip: or tel: URIs.
	URI, From string
	// Contact is where notifications come to, as a name-addr with parameters.
	Contact string
	// Route gives the preloaded route of the first SUBSCRIBE.
	Route func() []string
	// Expires is the interval that is asked for.
	Expires time.Duration
	// UserAgent goes into the header of that name; empty leaves it out.
	UserAgent string
	// Fields are further header fields of each SUBSCRIBE; nil is none.
	Fields func() []sip.Field
	// Authorize gives the credentials for a 401 or 407, !ok where there are
	// none; nil is none at all.
	Authorize func(method, uri, body string, resp *sip.Message) ([]sip.Field, bool)
	// NewToken gives unguessable tokens for Call-ID and tags.
	NewToken func() string
}

// Input is what happens to a subscription.
type Input interface{ input() }

// The inputs.
type (
	// Start asks for the subscription; Stop ends it.
	Start struct{}
	Stop  struct{}
	// Response is a response to the SUBSCRIBE of that Key; Failed says that it
	// got none.
	Response struct {
		Key uint64
		Msg *sip.Message
	}
	Failed struct {
		Key uint64
		Err error
	}
	// Notify is a NOTIFY whose Call-ID is the subscription's.
	Notify struct{ Msg *sip.Message }
	// Tick says that the time that Next gave has come.
	Tick struct{}
)

func (Start) input()    {}
func (Stop) input()     {}
func (Response) input() {}
func (Failed) input()   {}
func (Notify) input()   {}
func (Tick) input()     {}

// Effect is what the driver is to do, in order.
type Effect interface{ effect() }

// The effects.
type (
	// Request asks for a SUBSCRIBE in a new client transaction towards Hop.
	Request struct {
		Key   uint64
		Draft *sip.Draft
		Hop   string
	}
	// Answer is the response to the Notify that was just taken.
	Answer struct{ Draft *sip.Draft }
	// News is the body of a notification that counts.
	News struct{ ContentType, Body string }
	// Lost says that there is no subscription at the moment, why, and when it is
	// tried again; the zero time is never.
	Lost struct {
		Text  string
		Retry time.Time
	}
	// Ended says that the subscription is over after Stop.
	Ended struct{}
	// Unexpected counts an input that the state has no use for.
	Unexpected struct {
		State State
		Input Input
	}
)

func (Request) effect()    {}
func (Answer) effect()     {}
func (News) effect()       {}
func (Lost) effect()       {}
func (Ended) effect()      {}
func (Unexpected) effect() {}

const (
	// firstNotify bounds the wait for the first NOTIFY: timer N, 64·T1 with T1 of
	// 500 ms (RFC 6665 §4.1.2.4).
	firstNotify = 32 * time.Second
	// leaveTime bounds the wait for the last NOTIFY.
	leaveTime = 4 * time.Second
	// retryTime is the pause before a subscription that was refused or lost is
	// tried again, where nobody says another one.
	retryTime = 5 * time.Minute
	// maxRetry bounds what a notifier may ask for.
	maxRetry = time.Hour
	// maxChallenges bounds the 401s and 407s that one SUBSCRIBE goes through.
	maxChallenges = 2
	// minRefresh is the least pause before a refresh, however short the interval
	// that the notifier grants.
	minRefresh = 5 * time.Second
	// lasting is how long a subscription has to stand for the next one to be tried
	// as soon as it ends.
	lasting = time.Minute
)

// Subscription is the core. Make it with [New], feed it with Step, and call
// Step with [Tick] when the time of Next has come.
type Subscription struct {
	cfg   Config
	state State
	now   time.Time
	fx    []Effect

	callID, localTag, remoteTag string
	target                      string // the notifier's contact
	route                       []string
	cseq                        uint32
	key                         uint64
	remoteCSeq                  uint32
	challenges                  int
	raised                      bool // 423 has been obeyed for the present SUBSCRIBE
	interval                    time.Duration
	pending                     bool // a SUBSCRIBE is under way
	brief                       int  // subscriptions in a row that didn't last

	due     time.Time // of the refresh, the next try, or the wait's end
	expires time.Time
	began   time.Time
}

// New makes a subscription that is idle.
func New(cfg Config) *Subscription { return &Subscription{cfg: cfg, interval: cfg.Expires} }

// State tells where the subscription is.
func (s *Subscription) State() State { return s.state }

// CallID is what notifications of this subscription are known by; empty while
// there is none.
func (s *Subscription) CallID() string { return s.callID }

// Next gives the time at which Step wants a [Tick]; zero is never.
func (s *Subscription) Next() time.Time { return s.due }

// Step takes one input and appends what the driver is to do to fx.
func (s *Subscription) Step(now time.Time, in Input, fx []Effect) []Effect {
	s.now, s.fx = now, fx
	switch in := in.(type) {
	case Start:
		s.start(in)
	case Stop:
		s.stop()
	case Response:
		s.response(in)
	case Failed:
		s.failed(in)
	case Notify:
		s.notify(in)
	case Tick:
		s.tick()
	}
	fx, s.fx = s.fx, nil
	return fx
}

func (s *Subscription) do(e Effect) { s.fx = append(s.fx, e) }

func (s *Subscription) start(in Start) {
	switch s.state {
	case Idle, Waiting, Leaving:
		s.begin()
	case Trying: // it is being tried
	default:
		s.do(Unexpected{s.state, in})
	}
}

// begin starts a subscription with a dialog of its own.
func (s *Subscription) begin() {
	s.state, s.callID, s.localTag, s.remoteTag = Trying, s.cfg.NewToken(), s.cfg.NewToken(), ""
	s.target, s.route, s.cseq, s.remoteCSeq = "", nil, 0, 0
	s.expires, s.due = time.Time{}, time.Time{}
	s.began = s.now
	s.fresh()
	s.send(s.interval)
}

// fresh readies for a SUBSCRIBE that answers nothing.
func (s *Subscription) fresh() { s.challenges, s.raised = 0, false }

// soon is the pause before the next subscription where nothing is against one at
// once: a second, doubled while none lasts, so that a notifier that ends each of
// them isn't hammered.
func (s *Subscription) soon() time.Duration {
	if s.now.Sub(s.began) >= lasting {
		s.brief = 0
	}
	pause := min(time.Second<<min(s.brief, 10), retryTime)
	s.brief++
	return pause
}

func (s *Subscription) stop() {
	switch s.state {
	case Up:
		s.state, s.due = Leaving, s.now.Add(leaveTime)
		s.fresh()
		s.send(0)
	case Leaving:
	default:
		s.end()
	}
}

func (s *Subscription) end() {
	s.state, s.callID, s.due, s.expires, s.pending = Idle, "", time.Time{}, time.Time{}, false
	s.do(Ended{})
}

// wait gives the subscription up until the next try.
func (s *Subscription) wait(text string, after time.Duration) {
	if s.state == Leaving {
		s.end()
		return
	}
	if after == 0 {
		after = retryTime
	}
	s.state, s.callID, s.pending, s.expires = Waiting, "", false, time.Time{}
	s.due = s.now.Add(min(after, maxRetry))
	s.do(Lost{Text: text, Retry: s.due})
}

func (s *Subscription) tick() {
	if s.due.IsZero() || s.now.Before(s.due) {
		return
	}
	switch s.state {
	case Up:
		if !s.expires.IsZero() && !s.now.Before(s.expires) {
			s.wait("the subscription expired", s.soon())
			return
		}
		// Should the refresh get no answer, the next tick is the expiry.
		s.due = s.expires
		s.fresh()
		s.send(s.interval)
	case Trying:
		s.wait("no notification came", 0)
	case Waiting:
		s.begin()
	case Leaving:
		s.end()
	}
}
