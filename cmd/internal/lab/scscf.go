package lab

import (
	"fmt"
	"strings"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// SCSCF is the serving CSCF of the lab's IMS core: it authenticates its users
// with vectors of the HSS, which is in the same process, and keeps where they
// are (TS 24.229 §5.4.1). It is a pure value.
type SCSCF struct {
	*Registrar
	domain  string
	store   *hss.Store
	reuse   bool
	users   map[string]User   // by name
	numbers map[string]string // telephone number → name
	// issued are the last challenges by private identity.
	issued map[string]*authentication
}

// Answer is what the S-CSCF makes of a REGISTER, for the P-CSCF.
type Answer struct {
	Draft *sip.Draft
	// PrivateID is who it was about.
	PrivateID string
	// Challenged: the answer is a 401, and Keys are those of the SAs to come
	// (TS 24.229 §5.4.1.2.1 sends them to the P-CSCF beside the challenge).
	Challenged bool
	Keys       aka.Keys
	// Granted is how long the contact is registered; Left tells that it isn't
	// any more.
	Granted time.Duration
	Left    bool
	// Public are the public identities that were registered, the default one
	// first.
	Public []string
}

// newSCSCF serves the users of a domain.
func newSCSCF(domain string, store *hss.Store, users []User, reuse bool) *SCSCF {
	s := &SCSCF{domain: domain, store: store, reuse: reuse, users: map[string]User{}, numbers: map[string]string{}, issued: map[string]*authentication{}}
	names := map[string]string{}
	for _, u := range users {
		s.users[u.Name], s.numbers[u.Number], names[u.Name] = u, u.Name, ""
	}
	s.Registrar = NewRegistrar(domain, names)
	return s
}

// uri is the S-CSCF's own, as the HSS keeps it.
func (s *SCSCF) uri() string { return "sip:scscf." + s.domain }

// Callee finds the user of a public identity: a SIP URI of the domain, with the
// user's name or telephone number, or a tel URI.
func (s *SCSCF) Callee(uri sip.URI) (user string, ours bool) {
	if uri.Scheme == "tel" {
		user, ours = s.numbers[uri.Opaque]
		return user, ours
	}
	if name, ok := s.numbers[uri.User]; ok {
		return name, s.Ours(uri)
	}
	return uri.User, s.Ours(uri)
}

// Register answers a REGISTER, which came over the SAs whose flow to the phone is
// given, or in the clear with a flow of generation 0.
func (s *SCSCF) Register(now time.Time, req *sip.Message, flow transport.Flow) Answer {
	c, err := digest.ParseCredentials(req.Get(sip.HAuthorization))
	if err != nil {
		return refusal(req, 403, "there is no private identity: "+err.Error())
	}
	to, err := req.To()
	if err != nil {
		return refusal(req, 400, err.Error())
	}
	if _, err := s.store.Authorize(c.User, to.URI.String(), hss.ForRegistration); err != nil {
		return refusal(req, 403, err.Error())
	}
	switch verdict, err := s.judge(c, flow.Gen != 0); verdict {
	case proven:
		return s.bind(now, c.User, to.URI, req, flow)
	case disproved:
		return refusal(req, 403, err.Error())
	}
	return s.challenge(c.User, to.URI, req)
}

// refusal is a final answer with its reason.
func refusal(req *sip.Message, status int, text string) Answer {
	d := sip.NewResponse(req, status, "")
	warn(d, text)
	return Answer{Draft: d}
}

// warn says in words why a request is refused (RFC 3261 §20.43).
func warn(d *sip.Draft, text string) {
	d.Add(sip.HWarning, fmt.Sprintf("399 imslab %q", text))
}

// bind takes over the contacts of a REGISTER that was authenticated
// (TS 24.229 §5.4.1.2.2).
func (s *SCSCF) bind(now time.Time, privateID string, to sip.URI, req *sip.Message, flow transport.Flow) Answer {
	name, _ := s.Callee(to)
	if d := s.update(now, name, privateID+deviceOf(req), req, flow); d != nil {
		return Answer{Draft: d}
	}
	a := Answer{Draft: sip.NewResponse(req, 200, ""), PrivateID: privateID, Left: true}
	contact, _ := req.Contact()
	for _, b := range s.Bindings(now, name) {
		left := b.Expires.Sub(now)
		a.Draft.Add(sip.HContact, fmt.Sprintf("<%s>;expires=%d", b.Contact, left.Round(time.Second)/time.Second))
		if b.Contact.Equal(contact.URI) {
			a.Granted, a.Left = left, false
		}
	}
	assignment := hss.UserDeregistration
	if !a.Left {
		assignment = hss.InitialRegistration
	}
	subscriber, err := s.store.Assign(privateID, to.String(), assignment, s.uri())
	if err != nil {
		return refusal(req, 403, err.Error())
	}
	for _, i := range subscriber.IMPUs {
		if !i.Barred {
			a.Public = append(a.Public, i.URI)
			a.Draft.Add(sip.HPAssociatedURI, "<"+i.URI+">")
		}
	}
	if !a.Left {
		a.Draft.Add(sip.HServiceRoute, "<sip:orig@scscf."+s.domain+";lr>")
	}
	return a
}

// deviceOf tells a user's devices apart: a contact of the same device takes the
// place of its former one (TS 24.229 §5.4.1.2.2).
func deviceOf(req *sip.Message) string {
	contact, err := req.Contact()
	if err != nil {
		return ""
	}
	instance, _ := contact.Params.Get("+sip.instance")
	return " " + strings.Trim(instance, `"`)
}
