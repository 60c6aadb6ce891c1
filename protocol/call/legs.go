package call

import (
	"reflect"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
)

// addLeg adds a dialog to the set.
func (c *Call) addLeg(tag string) *leg {
	l := &leg{key: DialogKey(len(c.legs) + 1), tag: tag}
	c.legs = append(c.legs, l)
	return l
}

// legOf finds the dialog with the peer's tag: the youngest, should one have
// been made anew.
func (c *Call) legOf(tag string) *leg {
	for i := len(c.legs) - 1; i >= 0; i-- {
		if c.legs[i].tag == tag {
			return c.legs[i]
		}
	}
	return nil
}

func (c *Call) legByKey(k DialogKey) *leg {
	if k == 0 || int(k) > len(c.legs) {
		return nil
	}
	return c.legs[k-1]
}

// active is the dialog that commands are for, nil when there is none.
func (c *Call) active() *leg {
	if c.winner != nil && !c.winner.over {
		return c.winner
	}
	return nil
}

// drop forgets an early dialog.
func (c *Call) drop(l *leg) {
	l.over, l.agreement = true, nil
	c.pass(l, dialog.Drop{})
}

// forgetLegs writes off dialogs that never report their end.
func (c *Call) forgetLegs() {
	for _, l := range c.legs {
		if !l.gone {
			c.pass(l, dialog.Drop{})
		}
		l.over, l.gone = true, true
	}
}

// reported takes what a dialog told.
func (c *Call) reported(ev Reported) {
	l := c.legByKey(ev.Dialog)
	if l == nil || l.gone {
		c.unexpected(ev)
		return
	}
	switch n := ev.Notice.(type) {
	case dialog.Agreed:
		c.agreed(l, n)
	case dialog.Accepted:
		l.success = true
		c.talk(l)
	case dialog.Confirmed:
		c.talk(l)
	case dialog.Ended:
		c.ended(l, n)
	case dialog.Closed:
		if !l.over {
			c.ended(l, dialog.Ended{Cause: dialog.Vanished, Text: "The call broke off."})
		}
		l.gone = true
	default:
		c.relay(l, ev)
	}
}

// relay passes the notices of the call's own dialog on to the user.
func (c *Call) relay(l *leg, ev Reported) {
	if l != c.winner && c.winner != nil || l.over {
		c.decline(l, ev.Notice)
		return
	}
	switch n := ev.Notice.(type) {
	case dialog.Held:
		c.enter(Held, ReasonUnknown)
		c.tell(OnHold{})
	case dialog.Resumed:
		c.enter(Active, ReasonUnknown)
		c.tell(OffHold{})
	case dialog.Modified:
		c.tell(Updated{})
	case dialog.ModifyRefused:
		c.tell(Refused{Status: n.Status, Text: n.Text})
	case dialog.Asked:
		c.tell(Asked{Asked: n})
	case dialog.Requested:
		c.tell(Requested{ID: n.ID, Msg: n.Msg})
	}
}

// decline answers a request on a dialog that isn't the call's: one that has lost
// to another branch, or is over.
func (c *Call) decline(l *leg, n dialog.Notice) {
	if r, ok := n.(dialog.Requested); ok && !l.over {
		c.pass(l, dialog.Reply{ID: r.ID, Status: 480})
	}
}

// lost takes the news that a dialog is gone without a word.
func (c *Call) lost(ev Lost) {
	l := c.legByKey(ev.Dialog)
	if l == nil || l.gone {
		c.unexpected(ev)
		return
	}
	l.gone = true
	c.ended(l, dialog.Ended{Cause: dialog.Vanished, Text: "The call broke off: an inner error ended it."})
	for _, r := range l.recent {
		c.respond(r, 500)
	}
	if l.success || l.answering {
		c.salvage(l)
	}
}

// hand passes a request to a dialog.
func (c *Call) hand(l *leg, ev Incoming) {
	c.remember(l, ev)
	c.pass(l, dialog.Incoming{ID: ev.ID, Msg: ev.Msg})
}

// remember keeps the latest requests that a dialog was to answer: should it get
// lost they are answered with 500, which does nothing to those that it has
// answered itself.
func (c *Call) remember(l *leg, ev Incoming) {
	if len(l.recent) == maxRecent {
		l.recent = append(l.recent[:0], l.recent[1:]...)
	}
	l.recent = append(l.recent, ev)
}

// maxRecent bounds leg.recent.
const maxRecent = 8

// salvage tells the peer of a dialog that was lost while it was up: BYE from a
// new one in its place.
func (c *Call) salvage(l *leg) {
	p := l.params
	p.Salvage = true
	next := c.addLeg(l.tag)
	next.over, next.success, next.params = true, true, p
	c.emit(Open{Dialog: next.key, Params: p})
	c.pass(next, dialog.Bye{})
}

// talk makes the call active.
func (c *Call) talk(l *leg) {
	if l != c.winner || c.phase == leaving || c.phase == closed || c.phase == talking {
		return
	}
	c.phase = talking
	c.at.Clear(alarmRing)
	c.enter(Active, ReasonAccepted)
	c.notePeerHold(l)
}

// ended takes the end of a dialog's session.
func (c *Call) ended(l *leg, n dialog.Ended) {
	if l.over {
		return
	}
	l.over, l.agreement = true, nil
	if c.phase == leaving || c.phase == closed {
		return
	}
	reason, text := explainEnd(n)
	switch {
	case l == c.winner:
		c.end(reason, n.Status, text)
	case c.phase == calling && n.Cause != dialog.ByPeer && !c.anyAlive():
		// The only early dialog can't go on: nothing is left to wait for.
		c.cancel(nil)
		c.end(reason, n.Status, text)
	}
}

func (c *Call) anyAlive() bool {
	for _, l := range c.legs {
		if !l.over {
			return true
		}
	}
	return false
}

// agreed takes a dialog's agreement on the media.
func (c *Call) agreed(l *leg, n dialog.Agreed) {
	if l.over {
		return
	}
	l.agreement = n.Agreement
	c.media.count++
	l.agreedAt = c.media.count
	if c.phase == calling && c.winner == nil && !c.media.early {
		c.media.early = true
		c.tell(EarlyMedia{})
	}
	if l == c.winner && c.phase == talking {
		c.notePeerHold(l)
	}
}

// notePeerHold tells when the peer has put us on hold or taken us back: it no
// longer takes what we say (RFC 3264 §8.4).
func (c *Call) notePeerHold(l *leg) {
	if l.agreement == nil {
		return
	}
	if held := heldByPeer(l.agreement); held != c.peerHeld {
		c.peerHeld = held
		c.tell(PeerHold{Held: held})
	}
}

// heldByPeer tells whether the peer listens to none of the streams.
func heldByPeer(a *sdp.Agreement) bool {
	held := false
	for _, s := range a.Streams {
		if !s.Rejected && !s.Held {
			return false
		}
		held = held || s.Held
	}
	return held
}

// driving is the agreement that the streams run by.
type driving struct {
	dialog    DialogKey
	agreement *sdp.Agreement
	// count numbers the agreements, early tells that EarlyMedia was told.
	count int
	early bool
}

// drive tells how the streams shall run when that has changed.
func (c *Call) drive() {
	l, ok := c.driver()
	if !ok {
		return
	}
	var next driving
	if l != nil {
		next.dialog, next.agreement = l.key, l.agreement
	}
	if next.dialog == c.media.dialog && reflect.DeepEqual(next.agreement, c.media.agreement) {
		return
	}
	c.media.dialog, c.media.agreement = next.dialog, next.agreement
	c.emit(Media{Dialog: next.dialog, Agreement: next.agreement})
}

// driver chooses whose agreement drives the streams: the winner's, else the
// latest early one. !ok means that the choice has to wait: the winner hasn't
// said yet.
func (c *Call) driver() (_ *leg, ok bool) {
	switch {
	case c.phase == leaving || c.phase == closed:
		return nil, true
	case c.winner != nil && c.winner.agreement == nil:
		return nil, c.phase == talking || c.winner.over
	case c.winner != nil:
		return c.winner, true
	}
	var latest *leg
	for _, l := range c.legs {
		if l.agreement != nil && (latest == nil || l.agreedAt > latest.agreedAt) {
			latest = l
		}
	}
	return latest, true
}
