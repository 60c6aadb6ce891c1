package sipnet

import "time"

// watch decides, from the signs of life on a connection, when to ping it and
// when to give it up. It has no clock of its own.
type watch struct {
	keepAlive time.Duration // 0 never pings
	idle      time.Duration // 0 never gives up an idle connection

	heard   time.Time // last sign of life
	pinged  time.Time // last ping
	waiting bool      // for its answer
	ponged  bool      // the peer has answered a ping before
	began   time.Time // when the message that is incomplete began; zero is none
}

// received notes that bytes came: whether they completed a message, whether
// they left one incomplete, and whether a ping was answered.
func (w *watch) received(now time.Time, completed, partial, pong bool) {
	w.heard = now
	w.waiting = false // any sign of life shows that the flow works
	w.ponged = w.ponged || pong
	if completed || !partial {
		w.began = time.Time{}
	}
	if partial && w.began.IsZero() {
		w.began = now
	}
}

// deadline is when due has to be called; zero is never.
func (w *watch) deadline() time.Time {
	var first time.Time
	for _, at := range []time.Time{w.pingAt(), w.pongBy(), w.idleBy(), w.messageBy()} {
		if first.IsZero() || !at.IsZero() && at.Before(first) {
			first = at
		}
	}
	return first
}

// due tells what to do at a deadline.
func (w *watch) due(now time.Time) (ping bool, err error) {
	reached := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	switch {
	case reached(w.messageBy()):
		return false, ErrSlow
	case reached(w.pongBy()):
		return false, ErrNoPong
	case reached(w.idleBy()):
		return false, ErrIdle
	case reached(w.pingAt()):
		w.pinged, w.waiting = now, true
		return true, nil
	}
	return false, nil
}

func (w *watch) pingAt() time.Time {
	if w.keepAlive == 0 {
		return time.Time{}
	}
	if w.waiting {
		return w.pinged.Add(w.keepAlive)
	}
	return w.heard.Add(w.keepAlive)
}

// pongBy bounds the wait only for peers that are known to answer: RFC 5626's
// CRLF keep-alive is no duty of a peer that knows RFC 3261 only.
func (w *watch) pongBy() time.Time {
	if !w.waiting || !w.ponged {
		return time.Time{}
	}
	return w.pinged.Add(pongTimeout)
}

func (w *watch) idleBy() time.Time {
	if w.idle == 0 {
		return time.Time{}
	}
	return w.heard.Add(w.idle)
}

func (w *watch) messageBy() time.Time {
	if w.began.IsZero() {
		return time.Time{}
	}
	return w.began.Add(messageTimeout)
}
