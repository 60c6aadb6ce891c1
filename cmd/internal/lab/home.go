package lab

import (
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Home is what a [Proxy] routes for: who may send what, and where its users
// are. A plain SIP domain and an IMS core differ in it and in nothing else.
type Home interface {
	// Admit judges a request before anything is done with it; nil lets it in.
	// What is refused is answered with what Admit gives, an ACK is dropped.
	Admit(now time.Time, flow transport.Flow, req *sip.Message) *sip.Draft
	// Serve answers what the home answers itself, such as REGISTER; false
	// leaves the request to the proxy.
	Serve(now time.Time, in txn.Incoming) bool
	// Rewrite changes a request that came over flow for its way on.
	Rewrite(flow transport.Flow, d *sip.Draft)
	// Callee gives the user that a URI names; false is of another domain.
	Callee(uri sip.URI) (user string, ours bool)
	// Knows tells whether there is such a user, Bindings where they are.
	Knows(user string) bool
	Bindings(now time.Time, user string) []Binding
	// FlowOf finds the way to a registered contact.
	FlowOf(now time.Time, contact sip.URI) (transport.Flow, bool)
	// Names tells whether a Route element is one of the home's own.
	Names(uri sip.URI) bool
}

// domain is a plain SIP domain: a registrar whose users have passwords.
type domain struct {
	*Registrar
	proxy *Proxy
}

// Admit asks for the password of whoever begins something.
func (h domain) Admit(now time.Time, _ transport.Flow, req *sip.Message) *sip.Draft {
	if h.serves(req) || req.ToTag() != "" {
		return nil
	}
	_, challenge := h.Authenticate(now, req, true)
	return challenge
}

func (h domain) serves(req *sip.Message) bool {
	uri, err := req.URI()
	return err == nil && req.Method() == sip.REGISTER && h.Ours(uri)
}

// Serve answers REGISTER.
func (h domain) Serve(now time.Time, in txn.Incoming) bool {
	if !h.serves(in.Msg) {
		return false
	}
	h.proxy.respond(now, in.ID, h.Register(now, in.Msg, in.Flow))
	return true
}

// Rewrite takes off the credentials, which are nobody else's business.
func (domain) Rewrite(_ transport.Flow, d *sip.Draft) { d.Del(sip.HProxyAuthorization) }

// Callee is whoever the URI's user part names.
func (h domain) Callee(uri sip.URI) (string, bool) { return uri.User, h.Ours(uri) }

// Names recognises the domain.
func (h domain) Names(uri sip.URI) bool { return h.Ours(uri) }
