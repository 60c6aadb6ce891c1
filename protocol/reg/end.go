package reg

import "time"

// setEnded starts from the beginning: nothing can be sent or received over what
// stood.
func (r *Registration) setEnded(now time.Time, ev SetEnded, fx []Effect) []Effect {
	if ev.Gen == 0 || ev.Gen != r.ims.active.gen && ev.Gen != r.ims.next.gen {
		return r.unexpected(ev, fx)
	}
	fx = append(fx, Notice{Text: ev.Err.Error()})
	if ev.Gen == r.ims.active.gen {
		r.expires = time.Time{}
	} else {
		r.ims.next = association{} // there is nothing left of it to abandon
	}
	if r.removing || r.stopping {
		return r.ended(fx)
	}
	return r.anew(now, ev.Err.Error(), r.forget(fx))
}

// forget gives up what stands.
func (r *Registration) forget(fx []Effect) []Effect {
	fx = r.release(fx)
	r.expires, r.callID = time.Time{}, r.cfg.NewToken()
	return fx
}

// restart gives up what stands and registers from the beginning.
func (r *Registration) restart(fx []Effect) []Effect { return r.locate(false, r.forget(fx)) }

// lasting is how long a registration has to stand for the next one to be made at
// once when it ends.
const lasting = time.Minute

// anew registers from the beginning: at once, but with the back-off where it has
// to again and again soon after it did. A network that ends each registration as
// soon as it is made, or SAs that never last, would be hammered otherwise.
func (r *Registration) anew(now time.Time, text string, fx []Effect) []Effect {
	if now.Sub(r.began) >= lasting {
		r.brief = 0
	}
	r.brief++
	if r.brief == 1 {
		return r.locate(false, fx)
	}
	r.failures = max(r.failures, r.brief-2)
	return r.wait(now, 0, text+", again and soon after the registration was made", 0, fx)
}

// terminated obeys the network that ended our binding (TS 24.229 §5.1.1.7).
func (r *Registration) terminated(now time.Time, ev Terminated, fx []Effect) []Effect {
	fx = r.forget(r.abandon(fx))
	if r.removing || r.stopping {
		return r.ended(fx)
	}
	if ev.Rejoin {
		return r.anew(now, ev.Text, append(fx, Notice{Text: ev.Text}))
	}
	delay := ev.After
	if delay == 0 {
		delay = maxBackoff
	}
	return r.wait(now, 0, ev.Text, min(delay, maxBackoff), fx)
}
