package call

import (
	"time"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
)

// Call is one call. It is not safe for concurrent use.
type Call struct {
	cfg   Config
	phase phase
	state State
	route Route

	out    *outgoing
	in     *incoming
	legs   []*leg
	winner *leg
	media  driving
	// peerHeld is what was told of the peer's holding.
	peerHeld bool
	at       alarms

	now time.Time
	fx  []Effect
}

// phase is what the call is about inside; State is what the user sees of it.
type phase uint8

const (
	// idle: nothing happened yet.
	idle phase = iota
	// calling: our INVITE has no final response.
	calling
	// alerting: the peer's INVITE has no final response.
	alerting
	// talking: a dialog is accepted or confirmed.
	talking
	// leaving: over for the user; BYE, CANCEL or late 2xx are still to come.
	leaving
	// closed: nothing is owed.
	closed
)

func (p phase) String() string {
	return [...]string{"idle", "calling", "alerting", "talking", "leaving", "closed"}[p]
}

// leg is a dialog of the call.
type leg struct {
	key DialogKey
	// tag is the peer's.
	tag       string
	agreement *sdp.Agreement
	// agreedAt orders the agreements of several early dialogs.
	agreedAt int
	// params made it.
	params dialog.Params
	// recent are the latest requests that it was to answer; answering tells
	// that it was told to accept the INVITE.
	recent    []Incoming
	answering bool
	// success tells that it got a 2xx; over that the session has ended;
	// gone that the dialog is closed.
	success, over, gone bool
}

// New makes a call that waits for Dial or for the INVITE in Incoming.
func New(cfg Config) *Call {
	cfg.fill()
	return &Call{cfg: cfg}
}

// defaultRingTimeout is as long as a proxy's timer C (RFC 3261 §16.6).
const defaultRingTimeout = 3 * time.Minute

func (c *Config) fill() {
	if c.RingTimeout == 0 {
		c.RingTimeout = defaultRingTimeout
	}
	def := dialog.RFC3261Timers()
	t := &c.Dialog.Timers
	if t.T1 == 0 {
		t.T1 = def.T1
	}
	if t.T2 == 0 {
		t.T2 = def.T2
	}
	if t.T4 == 0 {
		t.T4 = def.T4
	}
	c.Dialog.MinSE = max(c.Dialog.MinSE, dialog.MinSessionInterval)
}

// State gives what the user sees.
func (c *Call) State() State { return c.state }

// Route gives the name under which requests for this call come in. It is set
// by the first event.
func (c *Call) Route() Route { return c.route }

// Next gives the earliest time at which Tick is wanted, zero for none.
func (c *Call) Next() time.Time { return c.at.Next() }

// Step feeds one event in at time now and appends to fx what is to be done.
func (c *Call) Step(now time.Time, ev Event, fx []Effect) []Effect {
	c.now, c.fx = now, fx
	c.dispatch(ev)
	c.drive()
	c.settle()
	fx, c.fx = c.fx, nil
	return fx
}

func (c *Call) dispatch(ev Event) {
	switch ev := ev.(type) {
	case Tick:
		c.tick()
	case Dial:
		c.dial(ev)
	case Incoming:
		c.request(ev)
	case IncomingAck:
		c.ack(ev)
	case Canceled:
		c.canceled(ev)
	case Response:
		c.response(ev)
	case Failed:
		c.failed(ev)
	case Unacked:
		// A refusal that nobody acknowledged: it was said often enough.
	case Reported:
		c.reported(ev)
	case Lost:
		c.lost(ev)
	case Ring, Progress, Answer, Reject:
		c.reply(ev)
	case Hangup:
		c.hangup(ev)
	case Hold:
		c.command(ev, dialog.Hold{})
	case Resume:
		c.command(ev, dialog.Resume{})
	case Modify:
		c.modify(ev)
	case Ask:
		c.command(ev, ev.Ask)
	case Reply:
		c.command(ev, ev.Reply)
	default:
		c.unexpected(ev)
	}
}

func (c *Call) emit(e Effect) { c.fx = append(c.fx, e) }

func (c *Call) tell(n Notice) { c.emit(Tell{Notice: n}) }

func (c *Call) unexpected(ev Event) { c.emit(Unexpected{State: c.state, Event: ev}) }

func (c *Call) pass(l *leg, ev dialog.Event) { c.emit(Pass{Dialog: l.key, Event: ev}) }

func (c *Call) after(t time.Duration) time.Time { return c.now.Add(t) }

// enter changes the state that the user sees.
func (c *Call) enter(s State, r Reason) {
	if c.state == s || c.state == Terminated {
		return
	}
	c.state = s
	c.tell(Changed{State: s, Reason: r})
}

// end tells the user that the call is over. What is owed to the peers goes on.
func (c *Call) end(r Reason, status int, text string) {
	if c.state == Terminated {
		return
	}
	c.phase, c.state = leaving, Terminated
	c.at.Clear(alarmRing, alarmRetry)
	c.at.Set(alarmGuard, c.after(4*64*c.cfg.Dialog.Timers.T1))
	c.tell(Changed{State: Terminated, Reason: r, Status: status, Text: text})
}

// settle closes the call when nothing is owed any more: no dialog lives, no
// INVITE of ours is open, and no fork can send another 2xx.
func (c *Call) settle() {
	if c.phase != leaving || c.at.On(alarmForks) || c.out != nil && c.out.open {
		return
	}
	for _, l := range c.legs {
		if !l.gone {
			return
		}
	}
	c.phase = closed
	c.at = alarms{}
	c.tell(Closed{})
}
