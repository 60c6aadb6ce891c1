package reg

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// The back-off of RFC 5626 §4.5: 30 s doubled with each failure in a row up to
// half an hour, of which a random half is waited.
const (
	baseBackoff = 30 * time.Second
	maxBackoff  = 1800 * time.Second
	// maxFailovers bounds the servers that are tried before a back-off.
	maxFailovers = 8
)

// failover asks for another server; once all were tried the driver answers
// NoFlow, or the bound ends it here.
func (r *Registration) failover(now time.Time, status int, text string, after time.Duration, fx []Effect) []Effect {
	if r.failovers >= maxFailovers || r.stopping {
		return r.wait(now, status, text, after, fx)
	}
	r.failovers++
	// Another P-CSCF knows nothing of our SAs (TS 24.229 §5.1.1.4.1).
	if fx = r.release(r.abandon(fx)); r.secured() {
		r.expires, r.callID = time.Time{}, r.cfg.NewToken()
	}
	r.refusal, r.pause = Refused{Status: status, Text: text}, after
	return r.locate(true, fx)
}

// wait gives this try up and says when the next will be: after the server's
// Retry-After where it gave one, else after the back-off.
func (r *Registration) wait(now time.Time, status int, text string, after time.Duration, fx []Effect) []Effect {
	if r.stopping {
		return r.ended(fx)
	}
	fx = r.abandon(fx)
	delay := after
	if delay == 0 {
		delay = r.backoff()
	}
	r.failures++
	r.state, r.due = Waiting, now.Add(delay)
	return append(fx, Refused{Status: status, Text: text, Retry: r.due, Bound: !r.expires.IsZero()})
}

func (r *Registration) backoff() time.Duration {
	upper := maxBackoff
	if r.failures < 6 {
		upper = min(baseBackoff<<r.failures, maxBackoff)
	}
	return upper/2 + time.Duration(r.cfg.Jitter()*float64(upper/2))
}

// retryAfter reads Retry-After (RFC 3261 §20.33), bounded so that a server's
// slip can't silence the line for a year; 0 where there is none.
func retryAfter(msg *sip.Message) time.Duration {
	s, ok := msg.Number(sip.HRetryAfter)
	if !ok {
		return 0
	}
	return min(max(time.Duration(s)*time.Second, time.Second), maxBackoff)
}
