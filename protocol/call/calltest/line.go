package calltest

import (
	"errors"
	"fmt"
	"time"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/txn"
)

// errInjected is what an effect that is made to fail reports.
var errInjected = errors.New("made to fail")

// Line is one call of a phone with its dialogs.
type Line struct {
	// Notices are all that the call told.
	Notices []call.Notice
	// Media is what the streams run by, nil for nothing.
	Media *sdp.Agreement
	// Unexpected counts the events that met a state without use for them.
	Unexpected int
	// Closed tells that the call told Closed.
	Closed bool

	phone   *Phone
	number  int
	replied int
	core    *call.Call
	dialogs []*place
}

// place is where a dialog lives.
type place struct {
	key    call.DialogKey
	core   *dialog.Dialog
	closed bool
}

// Do posts an event to the call.
func (l *Line) Do(ev call.Event) {
	l.phone.lab.post(l, func() {
		for _, e := range l.core.Step(l.phone.lab.now, ev, nil) {
			l.perform(e)
		}
	})
}

// State gives the call's state.
func (l *Line) State() call.State { return l.core.State() }

// label names the line in the ladder: "bob", or "bob#2" for the second call.
func (l *Line) label() string {
	if l.number == 1 {
		return l.phone.id
	}
	return fmt.Sprintf("%s#%d", l.phone.id, l.number)
}

func (l *Line) log(format string, args ...any) {
	l.phone.lab.log("%s: %s", l.label(), fmt.Sprintf(format, args...))
}

func (l *Line) next() time.Time {
	first := l.core.Next()
	for _, d := range l.dialogs {
		if !d.closed {
			first = earlier(first, d.core.Next())
		}
	}
	return first
}

func (l *Line) tick() {
	now := l.phone.lab.now
	if due(l.core.Next(), now) {
		l.Do(call.Tick{})
	}
	for _, d := range l.dialogs {
		if !d.closed && due(d.core.Next(), now) {
			l.toDialog(d.key, dialog.Tick{})
		}
	}
}

// perform does one effect of the call.
func (l *Line) perform(e call.Effect) {
	p := l.phone
	if _, ok := e.(call.Respond); !ok && p.lab.fails(e) {
		// (A call that can't hand a response over has died itself.)
		l.mishap(e)
		return
	}
	switch e := e.(type) {
	case call.Request:
		p.request(owner{line: l, key: e.Key}, e.Hop, e.Draft)
	case call.Cancel:
		p.step(txn.Cancel{Key: p.keyOf(owner{line: l, key: e.Key}), Fields: e.Fields})
	case call.Abandon:
		p.step(txn.Abandon{Key: p.keyOf(owner{line: l, key: e.Key})})
	case call.Respond:
		p.step(txn.Respond{ID: e.ID, Draft: e.Draft})
	case call.Open:
		l.dialogs = append(l.dialogs, &place{key: e.Dialog, core: dialog.New(p.lab.now, e.Params)})
	case call.Pass:
		l.toDialog(e.Dialog, e.Event)
	case call.Media:
		l.Media = e.Agreement
		l.log("media %s", describe(e.Agreement))
	case call.Tell:
		l.told(e.Notice)
	case call.Unexpected:
		l.Unexpected++
		l.log("unexpected %T in %s", e.Event, e.State)
	}
}

func (l *Line) told(n call.Notice) {
	l.Notices = append(l.Notices, n)
	switch n := n.(type) {
	case call.Changed:
		l.log("%s", describeChange(n))
	case call.Closed:
		l.Closed = true
		l.log("closed")
	default:
		l.log("%s", describeNotice(n))
		if _, ok := n.(call.Arrived); ok {
			l.phone.arrived(l)
		}
	}
}

func (l *Line) place(k call.DialogKey) *place {
	for _, d := range l.dialogs {
		if d.key == k {
			return d
		}
	}
	return nil
}

// toDialog posts an event to a dialog.
func (l *Line) toDialog(k call.DialogKey, ev dialog.Event) {
	type mailbox struct {
		line *Line
		key  call.DialogKey
	}
	l.phone.lab.post(mailbox{l, k}, func() {
		d := l.place(k)
		if d == nil || d.closed {
			return
		}
		for _, e := range d.core.Step(l.phone.lab.now, ev, nil) {
			l.performDialog(d, e)
		}
	})
}

// performDialog does one effect of a dialog.
func (l *Line) performDialog(d *place, e dialog.Effect) {
	p := l.phone
	if d.closed {
		return
	}
	if p.lab.fails(e) {
		l.dialogMishap(d, e)
		return
	}
	switch e := e.(type) {
	case dialog.Request:
		p.request(owner{line: l, dialog: d.key, key: e.Key}, e.Hop, e.Draft)
	case dialog.Cancel:
		p.step(txn.Cancel{Key: p.keyOf(owner{line: l, dialog: d.key, key: e.Key})})
	case dialog.Abandon:
		p.step(txn.Abandon{Key: p.keyOf(owner{line: l, dialog: d.key, key: e.Key})})
	case dialog.Stateless:
		if to, ok := resolve(e.Hop); ok {
			p.step(txn.Stateless{Flow: p.flow(to), Draft: e.Draft})
		}
	case dialog.Respond:
		p.step(txn.Respond{ID: e.ID, Draft: e.Draft})
	case dialog.Tell:
		if _, ok := e.Notice.(dialog.Closed); ok {
			d.closed = true
		}
		l.Do(call.Reported{Dialog: d.key, Notice: e.Notice})
	case dialog.Unexpected:
		l.Unexpected++
		l.log("dialog %d: unexpected %T in %s", d.key, e.Event, e.State)
	}
}

// mishap reports the failure of a call's effect as the actors would.
func (l *Line) mishap(e call.Effect) {
	switch e := e.(type) {
	case call.Request:
		l.Do(call.Failed{Key: e.Key, Err: errInjected})
	case call.Open:
		l.Do(call.Lost{Dialog: e.Dialog})
	case call.Pass:
		l.crash(e.Dialog)
	case call.Tell:
		// Nobody hears it, but the one who runs the call still sees its end.
		_, closed := e.Notice.(call.Closed)
		l.Closed = l.Closed || closed
		if _, ok := e.Notice.(call.Arrived); ok {
			l.Do(call.Reject{Status: 480})
		}
	case call.Media:
		// Streams that can't start end the call; that they stop can't fail.
		if l.Media = nil; e.Agreement != nil {
			l.Do(call.Hangup{})
		}
	}
}

// dialogMishap reports the failure of a dialog's effect. A notice that can't be
// told, or a response that can't be handed over, means that the dialog's actor
// has died.
func (l *Line) dialogMishap(d *place, e dialog.Effect) {
	switch e := e.(type) {
	case dialog.Request:
		l.toDialog(d.key, dialog.Failed{Key: e.Key, Err: errInjected})
	case dialog.Tell, dialog.Respond:
		l.crash(d.key)
	}
}

// crash ends a dialog without a word.
func (l *Line) crash(k call.DialogKey) {
	if d := l.place(k); d != nil && !d.closed {
		d.closed = true
		l.Do(call.Lost{Dialog: k})
	}
}
