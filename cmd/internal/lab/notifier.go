package lab

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// notifier is the S-CSCF's side of the event package "reg": it tells phones what
// became of their registrations (RFC 3680, TS 24.229 §5.4.2.1).
type notifier struct {
	scscf    *SCSCF
	newToken func() string
	respond  func(now time.Time, id txn.ID, d *sip.Draft)
	ask      func(now time.Time, flow transport.Flow, d *sip.Draft, done func(time.Time, int))
	subs     map[string]*subscription // by Call-ID
}

// subscription is one dialog of a SUBSCRIBE.
type subscription struct {
	user, tag string
	flow      transport.Flow
	request   *sip.Message // the first SUBSCRIBE
	contact   sip.URI
	expires   time.Time
	cseq      uint32
	version   uint32
}

// maxSubscription is how long a subscription lasts without a refresh.
const maxSubscription = 2 * time.Hour

// serves tells whether a request is the notifier's: one for the package "reg" of
// a user, or in the dialog of such a one.
func (n *notifier) serves(req *sip.Message) bool {
	name, _, _ := strings.Cut(req.Get(sip.HEvent), ";")
	return req.Method() == sip.SUBSCRIBE && sip.EqualFold(strings.TrimSpace(name), "reg")
}

// subscribe answers a SUBSCRIBE of a phone with these identities, and tells how
// its registration stands (RFC 6665 §4.2.1).
func (n *notifier) subscribe(now time.Time, in txn.Incoming, reach transport.Flow, public []string) {
	s, status := n.subscription(in.Msg, public)
	if s == nil {
		n.respond(now, in.ID, sip.NewResponse(in.Msg, status, ""))
		return
	}
	interval := maxSubscription
	if asked, ok := in.Msg.Number(sip.HExpires); ok {
		interval = min(interval, time.Duration(asked)*time.Second)
	}
	s.flow, s.expires = reach, now.Add(interval)
	d := sip.NewResponse(in.Msg, 200, "")
	d.TagTo(s.tag)
	d.Add(sip.HExpires, strconv.Itoa(int(interval/time.Second)))
	d.Add(sip.HContact, "<"+n.scscf.uri()+">")
	n.respond(now, in.ID, d)
	if interval == 0 {
		n.notify(now, s, "terminated;reason=timeout", n.state(now, s.user))
		delete(n.subs, in.Msg.CallID())
		return
	}
	n.notify(now, s, n.active(now, s), n.state(now, s.user))
}

// subscription finds the dialog of a SUBSCRIBE, or begins one; nil with the
// status that refuses it.
func (n *notifier) subscription(req *sip.Message, public []string) (*subscription, int) {
	s := n.subs[req.CallID()]
	if req.ToTag() != "" {
		if s == nil || s.tag != req.ToTag() {
			return nil, 481
		}
		return s, 0
	}
	uri, err := req.URI()
	user, ours := n.scscf.Callee(uri)
	contact, cerr := req.Contact()
	switch {
	case err != nil || cerr != nil:
		return nil, 400
	case !ours || !n.scscf.Knows(user):
		return nil, 404
	case !slices.Contains(public, n.scscf.users[user].URI(n.scscf.domain)):
		return nil, 403 // the registration of somebody else
	}
	s = &subscription{user: user, tag: n.newToken(), request: req, contact: contact.URI}
	n.subs[req.CallID()] = s
	return s, 0
}

func (*notifier) active(now time.Time, s *subscription) string {
	return "active;expires=" + strconv.Itoa(int(s.expires.Sub(now)/time.Second))
}

// moved lets the subscriptions of a user, who has just registered, follow his
// phones to their new SAs, and forgets those of phones that are gone.
func (n *notifier) moved(now time.Time, user string) {
	for _, id := range slices.Sorted(maps.Keys(n.subs)) {
		s := n.subs[id]
		flow, ok := n.scscf.FlowOf(now, s.contact)
		switch {
		case s.user != user:
		case !ok || !now.Before(s.expires):
			delete(n.subs, id)
		default:
			s.flow = flow
		}
	}
}

// terminate tells that the network has ended a user's registration, and ends the
// subscriptions (TS 24.229 §5.4.1.5).
func (n *notifier) terminate(now time.Time, user string, event regevent.Event, retry time.Duration) {
	body := n.document(now, user, regevent.Terminated, event, retry)
	for _, id := range slices.Sorted(maps.Keys(n.subs)) {
		if s := n.subs[id]; s.user == user {
			delete(n.subs, id)
			n.notify(now, s, "terminated;reason=noresource", body)
		}
	}
}

// state is what a user's registration is.
func (n *notifier) state(now time.Time, user string) regevent.Document {
	return n.document(now, user, regevent.Active, regevent.Registered, 0)
}

// document has all public identities of a user with all contacts.
func (n *notifier) document(now time.Time, user string, state regevent.State, event regevent.Event, retry time.Duration) regevent.Document {
	doc := regevent.Document{Full: true}
	u := n.scscf.users[user]
	for i, aor := range []string{u.URI(n.scscf.domain), u.Tel()} {
		r := regevent.Registration{AOR: aor, ID: "r" + strconv.Itoa(i), State: regevent.Terminated}
		for j, b := range n.scscf.Bindings(now, user) {
			r.State = state
			c := regevent.Contact{ID: r.ID + "c" + strconv.Itoa(j), State: state, Event: event, URI: b.Contact.String(), RetryAfter: retry}
			if state == regevent.Active {
				c.Expires = b.Expires.Sub(now)
			}
			r.Contacts = append(r.Contacts, c)
		}
		doc.Registrations = append(doc.Registrations, r)
	}
	return doc
}

// notify sends a NOTIFY; a phone that doesn't take it loses its subscription
// (RFC 6665 §4.2.2).
func (n *notifier) notify(now time.Time, s *subscription, state string, doc regevent.Document) {
	s.cseq++
	doc.Version, s.version = s.version, s.version+1
	d := sip.NewRequest(sip.NOTIFY, s.contact.String())
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HFrom, s.request.Get(sip.HTo)+";tag="+s.tag)
	d.Add(sip.HTo, s.request.Get(sip.HFrom))
	d.Add(sip.HCallID, s.request.CallID())
	d.Add(sip.HCSeq, strconv.Itoa(int(s.cseq))+" NOTIFY")
	d.Add(sip.HContact, "<"+n.scscf.uri()+">")
	d.Add(sip.HEvent, "reg")
	d.Add(sip.HSubscriptionState, state)
	d.SetBody(regevent.ContentType, doc.String())
	n.ask(now, s.flow, d, func(_ time.Time, status int) {
		if status < 200 || status > 299 {
			delete(n.subs, s.request.CallID())
		}
	})
}
