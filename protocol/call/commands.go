package call

import "github.com/imsphone/imsphone/protocol/dialog"

// hangup ends the call for the user at once; what the peers must be told goes
// on behind.
func (c *Call) hangup(ev Hangup) {
	switch c.phase {
	case calling:
		c.leaveOutgoing(ev)
	case alerting:
		c.refuse(dialog.Refuse{Status: 603, Fields: ev.Fields})
	case talking:
		c.pass(c.winner, dialog.Bye{Fields: ev.Fields})
	case leaving, closed:
		c.unexpected(ev)
		return
	}
	c.end(ReasonTerminated, 0, "")
}

// leaveOutgoing cancels an INVITE. One that has won already, but whose dialog
// hasn't reported yet, is ended by BYE.
func (c *Call) leaveOutgoing(ev Hangup) {
	if c.winner != nil {
		c.pass(c.winner, dialog.Bye{Fields: ev.Fields})
		return
	}
	c.cancel(ev.Fields)
}

// command passes a command to the dialog of the call.
func (c *Call) command(ev Event, cmd dialog.Event) {
	l := c.active()
	if l == nil || c.phase != talking {
		c.unexpected(ev)
		return
	}
	c.pass(l, cmd)
}

// modify changes the streams or our Contact: of the call's dialog, or of all
// early ones. What it says counts for dialogs that come later too.
func (c *Call) modify(ev Modify) {
	if c.phase != calling && c.phase != alerting && c.phase != talking {
		c.unexpected(ev)
		return
	}
	if ev.Contact != "" {
		c.cfg.Dialog.Contact = ev.Contact
	}
	for _, l := range c.legs {
		if !l.over && (c.winner == nil || l == c.winner) {
			c.pass(l, dialog.Modify{Local: ev.Local, Contact: ev.Contact, Quiet: ev.Quiet})
		}
	}
}
