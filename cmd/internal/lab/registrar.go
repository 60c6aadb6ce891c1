package lab

import (
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Registrar keeps the bindings of the lab's users (RFC 3261 §10.3). It is a
// pure value: the server steps it with requests and the time.
type Registrar struct {
	domain string
	users  map[string]string // user → password
	nonces map[string]time.Time
	// bindings of a user, by contact URI, in the order of registration.
	bindings map[string][]Binding
	// MinExpires refuses shorter intervals with 423; MaxExpires caps longer
	// ones.
	MinExpires, MaxExpires time.Duration
}

// Binding is one device of a user.
type Binding struct {
	Contact sip.URI
	// Flow is how the device registered: the way back through its NAT and
	// connection.
	Flow    transport.Flow
	Expires time.Time
	callID  string
	cseq    uint32
	// device is what has one contact only; empty where that isn't known.
	device string
}

// NewRegistrar serves a domain; users maps names to passwords.
func NewRegistrar(domain string, users map[string]string) *Registrar {
	return &Registrar{domain: domain, users: users, nonces: map[string]time.Time{}, bindings: map[string][]Binding{},
		MinExpires: 10 * time.Second, MaxExpires: time.Hour}
}

// nonceTime is how long a nonce may be used.
const nonceTime = 5 * time.Minute

// Authenticate checks a request's credentials. It gives the user, or the
// response that challenges: 401 from the registrar, 407 from the proxy.
func (r *Registrar) Authenticate(now time.Time, req *sip.Message, proxy bool) (string, *sip.Draft) {
	status, ask, answer := 401, sip.HWWWAuthenticate, sip.HAuthorization
	if proxy {
		status, ask, answer = 407, sip.HProxyAuthenticate, sip.HProxyAuthorization
	}
	stale := false
	for line := range req.Lines(answer) {
		c, err := digest.ParseCredentials(line)
		if err != nil || c.Realm != r.domain {
			continue
		}
		password, known := r.users[c.User]
		if !known || c.Verify(password, digest.Request{Method: string(req.Method()), Body: req.Body()}) != nil {
			continue
		}
		if issued, ok := r.nonces[c.Nonce]; ok && now.Sub(issued) < nonceTime {
			return c.User, nil
		}
		stale = true // the password was right
	}
	d := sip.NewResponse(req, status, "")
	d.Add(ask, r.challenge(now, stale).String())
	return "", d
}

func (r *Registrar) challenge(now time.Time, stale bool) digest.Challenge {
	for nonce, issued := range r.nonces {
		if now.Sub(issued) >= nonceTime {
			delete(r.nonces, nonce)
		}
	}
	c := digest.Challenge{Realm: r.domain, Nonce: rand.Text(), Algorithm: "MD5", Auth: true, Stale: stale}
	r.nonces[c.Nonce] = now
	return c
}

// Register answers a REGISTER.
func (r *Registrar) Register(now time.Time, req *sip.Message, flow transport.Flow) *sip.Draft {
	user, challenge := r.Authenticate(now, req, false)
	if challenge != nil {
		return challenge
	}
	to, err := req.To()
	if err != nil || !strings.EqualFold(to.URI.User, user) {
		return sip.NewResponse(req, 403, "")
	}
	if refusal := r.update(now, user, "", req, flow); refusal != nil {
		return refusal
	}
	d := sip.NewResponse(req, 200, "")
	for _, b := range r.Bindings(now, user) {
		left := b.Expires.Sub(now).Round(time.Second) / time.Second
		d.Add(sip.HContact, fmt.Sprintf("<%s>;expires=%d", b.Contact, left))
	}
	d.Add(sip.HDate, now.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	return d
}

// update applies the contacts of a REGISTER (RFC 3261 §10.3 steps 6 and 7).
func (r *Registrar) update(now time.Time, user, device string, req *sip.Message, flow transport.Flow) *sip.Draft {
	cseq, _ := req.CSeq() // checked on the way in
	fallback := r.MaxExpires
	if s, ok := req.Number(sip.HExpires); ok {
		fallback = time.Duration(s) * time.Second
	}
	if req.Get(sip.HContact) == "*" {
		if fallback != 0 {
			return sip.NewResponse(req, 400, "Contact * needs Expires 0")
		}
		delete(r.bindings, user)
		return nil
	}
	for contact, err := range req.Contacts() {
		if err != nil {
			return sip.NewResponse(req, 400, "Bad Contact")
		}
		expires := fallback
		if v, ok := contact.Params.Get("expires"); ok {
			if s, err := strconv.ParseUint(v, 10, 32); err == nil {
				expires = time.Duration(s) * time.Second
			}
		}
		if expires > 0 && expires < r.MinExpires {
			d := sip.NewResponse(req, 423, "")
			d.Add(sip.HMinExpires, strconv.Itoa(int(r.MinExpires/time.Second)))
			return d
		}
		r.bind(user, Binding{Contact: contact.URI, Flow: flow, Expires: now.Add(min(expires, r.MaxExpires)),
			callID: req.CallID(), cseq: cseq.Seq, device: device}, expires == 0)
	}
	return nil
}

// bind replaces, adds or removes one binding; a request that is older than the
// binding changes nothing.
func (r *Registrar) bind(user string, b Binding, remove bool) {
	list := r.bindings[user]
	for i, old := range list {
		if !old.Contact.Equal(b.Contact) && (b.device == "" || b.device != old.device) {
			continue
		}
		switch {
		case old.callID == b.callID && b.cseq <= old.cseq:
		case remove:
			r.bindings[user] = append(list[:i:i], list[i+1:]...)
		default:
			list[i] = b
		}
		return
	}
	if !remove {
		r.bindings[user] = append(list, b)
	}
}

// Bindings gives a user's devices that have not expired.
func (r *Registrar) Bindings(now time.Time, user string) []Binding {
	var live []Binding
	for _, b := range r.bindings[user] {
		if now.Before(b.Expires) {
			live = append(live, b)
		}
	}
	return live
}

// Ours tells whether a URI is in the registrar's domain.
func (r *Registrar) Ours(u sip.URI) bool { return strings.EqualFold(u.Host, r.domain) }

// Knows tells whether a user has an account.
func (r *Registrar) Knows(user string) bool {
	_, ok := r.users[user]
	return ok
}

// FlowOf finds the way to a registered contact.
func (r *Registrar) FlowOf(now time.Time, contact sip.URI) (transport.Flow, bool) {
	for user := range r.bindings {
		for _, b := range r.Bindings(now, user) {
			if b.Contact.User == contact.User && b.Contact.HostPort() == contact.HostPort() {
				return b.Flow, true
			}
		}
	}
	return transport.Flow{}, false
}
