package reg

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
)

// trying waits for the end of a REGISTER.
func (r *Registration) trying(now time.Time, ev Event, fx []Effect) []Effect {
	switch ev := ev.(type) {
	case Response:
		switch {
		case ev.Key != r.key:
			return r.unexpected(ev, fx)
		case ev.Msg.Status() < 200:
			return fx
		}
		return r.final(now, ev.Msg, fx)
	case Failed:
		if ev.Key != r.key {
			return r.unexpected(ev, fx)
		}
		return r.failover(now, 0, r.silence(ev.Err), 0, fx)
	case FlowLost:
		return r.failover(now, 0, "the connection to the server broke: "+ev.Err.Error(), 0, fx)
	case SetEnded:
		return r.setEnded(now, ev, fx)
	case Terminated:
		return r.terminated(now, ev, fx)
	case Start:
		return fx // it is being tried
	}
	return r.unexpected(ev, fx)
}

// silence says that nothing answered a REGISTER. What the transport knows of the
// SAs says more than what is to be checked where there are none.
func (r *Registration) silence(err error) string {
	if r.ims != nil && r.ims.sentOver != 0 {
		return err.Error()
	}
	return "the server does not answer (" + err.Error() + "): check proxy and network"
}

// final takes the final response to a REGISTER (RFC 3261 §10.2.4, §10.2.7).
func (r *Registration) final(now time.Time, msg *sip.Message, fx []Effect) []Effect {
	status := msg.Status()
	switch {
	case status < 300 && r.secured() && r.ims.sentOver == 0:
		// Whoever sent this has not shown that he knows the SIM's keys.
		return r.giveUp(now, status, errUnproven, fx)
	case status < 300:
		return r.registered(now, msg, fx)
	case status == 401 || status == 407:
		return r.unauthorized(now, msg, fx)
	case r.rebinding() && (status == 408 || status == 500 || status == 504):
		// The network has lost us (TS 24.229 §5.1.1.4.1).
		return r.restart(append(fx, Notice{Text: serverSaid(msg)}))
	case status == 423 && !r.raised:
		return r.tooBrief(now, msg, fx)
	case status == 408 || status == 503 || r.ims != nil && (status == 504 || status == 305):
		return r.failover(now, status, serverSaid(msg), retryAfter(msg), fx)
	}
	text := serverSaid(msg)
	if r.ims != nil && r.ims.reason != "" {
		text = r.ims.reason + "; " + text
	}
	return r.wait(now, status, text, retryAfter(msg), fx)
}

// rebinding tells whether the REGISTER under way renews a binding over SAs that
// stand.
func (r *Registration) rebinding() bool {
	return r.secured() && r.ims.active.gen != 0 && !r.stopping
}

var errUnproven = errors.New("somebody answered the registration with 200 in the clear and without authenticating himself: not accepted (ipsec = off would)")

func (r *Registration) unauthorized(now time.Time, msg *sip.Message, fx []Effect) []Effect {
	if r.stopping && r.expires.IsZero() {
		return r.ended(fx) // nothing stands, and nobody wants it any more
	}
	if fx, ok := r.akaChallenged(now, msg, fx); ok {
		return fx
	}
	credentials, err := r.answer(msg)
	if err == nil {
		r.attempts++
		return r.send(fx, credentials...)
	}
	text := fmt.Sprintf("the server's challenge can't be answered: %v", err)
	wait := time.Duration(0)
	if errors.Is(err, digest.ErrRejected) {
		// A wrong password doesn't mend itself, and hammering locks accounts.
		text, wait = err.Error(), maxBackoff
	}
	return r.wait(now, msg.Status(), text, wait, fx)
}

// tooBrief obeys 423 Interval Too Brief (RFC 3261 §10.2.8) once a try.
func (r *Registration) tooBrief(now time.Time, msg *sip.Message, fx []Effect) []Effect {
	least, ok := msg.Number(sip.HMinExpires)
	interval := time.Duration(least) * time.Second
	if !ok || interval <= r.interval {
		return r.wait(now, 423, "the server finds the interval too brief but asks for no longer one", 0, fx)
	}
	// The longer interval is a new request: it may be challenged once more.
	r.interval, r.raised, r.attempts = interval, true, 0
	if r.ims != nil {
		r.ims.answered = 0
	}
	return r.send(fx)
}

func (r *Registration) registered(now time.Time, msg *sip.Message, fx []Effect) []Effect {
	granted := r.granted(msg)
	if granted <= 0 {
		r.expires = time.Time{}
		return r.wait(now, msg.Status(), "the registrar answered 200 but keeps no binding of ours", 0, fx)
	}
	first := r.expires.IsZero()
	r.expires = now.Add(granted)
	r.failures, r.failovers = 0, 0
	fx = r.confirm(granted, fx)
	if r.stopping {
		return r.leave(now, fx)
	}
	r.state, r.due = Up, now.Add(refreshAfter(granted))
	return append(fx, Registered{
		Expires: granted, Refresh: r.due, Contacts: r.contacts, First: first,
		Associated:   addresses(msg, sip.HPAssociatedURI),
		ServiceRoute: values(msg, sip.HServiceRoute),
		Path:         values(msg, sip.HPath),
	})
}

// confirm says that the set which the REGISTER went over stands.
func (r *Registration) confirm(granted time.Duration, fx []Effect) []Effect {
	if !r.secured() {
		return fx
	}
	if r.ims.next.gen != 0 {
		r.ims.active, r.ims.next = r.ims.next, association{}
	}
	return append(fx, Confirm{Gen: r.ims.active.gen, Registration: granted})
}

// refreshAfter is TS 24.229 §5.1.1.4.1: 600 s before the expiry where more
// than 1200 s were granted, else at half-time.
func refreshAfter(granted time.Duration) time.Duration {
	if granted > 1200*time.Second {
		return granted - 600*time.Second
	}
	return granted / 2
}

// granted finds how long the registrar keeps our binding: the expires
// parameter of our contact, else the Expires header, else what was asked for
// (RFC 3261 §10.2.4). With several contacts of ours the shortest counts. A 200
// that lists other devices' contacts and not ours grants nothing.
func (r *Registration) granted(msg *sip.Message) time.Duration {
	fallback := r.interval
	if s, ok := msg.Number(sip.HExpires); ok {
		fallback = time.Duration(s) * time.Second
	}
	if !msg.Has(sip.HContact) {
		return fallback
	}
	least := time.Duration(-1)
	for contact, err := range msg.Contacts() {
		if err != nil || !r.ours(contact) {
			continue
		}
		granted := fallback
		if v, ok := contact.Params.Get("expires"); ok {
			granted = seconds(v, fallback)
		}
		if least < 0 || granted < least {
			least = granted
		}
	}
	return max(least, 0)
}

func seconds(s string, fallback time.Duration) time.Duration {
	n := uint64(0)
	if s == "" {
		return fallback
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' || n > 1<<32 {
			return fallback
		}
		n = n*10 + uint64(s[i]-'0')
	}
	return time.Duration(min(n, 1<<32-1)) * time.Second
}

// ours compares user, host and port only: registrars add parameters of their
// own, such as Kamailio's alias.
func (r *Registration) ours(contact sip.Address) bool {
	for _, c := range r.contacts {
		u, err := sip.ParseURI(c)
		if err == nil && u.User == contact.URI.User && strings.EqualFold(u.Host, contact.URI.Host) && u.Port == contact.URI.Port {
			return true
		}
	}
	return false
}

// serverSaid puts a refusal in words, with the server's own explanation where
// it sent one.
func serverSaid(msg *sip.Message) string {
	text := fmt.Sprintf("the server refused the registration: %d %s", msg.Status(), msg.Reason())
	if w := msg.Get(sip.HWarning); w != "" {
		text += " (" + w + ")"
	}
	switch msg.Status() {
	case 403:
		text += ": check user, password and that the account is enabled"
	case 404:
		text += ": the server does not know this user"
	case 494:
		text += ": the P-CSCF's and our view of the security agreement differ; somebody may have changed it on its way"
	case 420:
		text += ": it lacks " + msg.Get(sip.HUnsupported)
	}
	return text
}

func values(msg *sip.Message, id sip.HeaderID) []string {
	var list []string
	for v := range msg.Values(id) {
		list = append(list, v)
	}
	return list
}

// addresses gives the URIs of a list of addresses, without those that can't be
// read.
func addresses(msg *sip.Message, id sip.HeaderID) []string {
	var list []string
	for v := range msg.Values(id) {
		if a, err := sip.ParseAddress(v); err == nil {
			list = append(list, a.URI.String())
		}
	}
	return list
}
