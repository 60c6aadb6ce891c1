package lab

import (
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
	"github.com/imsphone/imsphone/protocol/txn"
)

// The IMS core as the home that its proxy routes for.
var _ Home = (*IMS)(nil)

// Admit lets in what comes over SAs, and REGISTER.
func (m *IMS) Admit(_ time.Time, flow transport.Flow, req *sip.Message) *sip.Draft {
	if req.Method() == sip.REGISTER {
		return nil
	}
	return m.pcscf.Admit(flow, req)
}

// Serve answers REGISTER and subscriptions to the state of registrations.
func (m *IMS) Serve(now time.Time, in txn.Incoming) bool {
	uri, err := in.Msg.URI()
	switch {
	case err == nil && in.Msg.Method() == sip.REGISTER && m.scscf.Ours(uri):
		d := m.pcscf.Register(now, in.Flow, in.Msg)
		d.TagTo(m.notifier.newToken())
		m.proxy.respond(now, in.ID, d)
		if to, err := in.Msg.To(); err == nil && d.Status == 200 {
			user, _ := m.scscf.Callee(to.URI)
			m.notifier.moved(now, user)
		}
	case m.notifier.serves(in.Msg):
		u, _ := m.pcscf.find(in.Flow.Gen)
		m.notifier.subscribe(now, in, m.pcscf.reach(in.Flow), u.public)
	default:
		return false
	}
	return true
}

// Rewrite is the P-CSCF's.
func (m *IMS) Rewrite(flow transport.Flow, d *sip.Draft) { m.pcscf.Rewrite(flow, d) }

// Callee is the S-CSCF's.
func (m *IMS) Callee(uri sip.URI) (string, bool) { return m.scscf.Callee(uri) }

// Knows tells whether there is such a subscriber.
func (m *IMS) Knows(user string) bool { return m.scscf.Knows(user) }

// Bindings gives a user's phones.
func (m *IMS) Bindings(now time.Time, user string) []Binding { return m.scscf.Bindings(now, user) }

// FlowOf finds the SAs to a registered contact.
func (m *IMS) FlowOf(now time.Time, contact sip.URI) (transport.Flow, bool) {
	return m.scscf.FlowOf(now, contact)
}

// Names recognises the P-CSCF, the S-CSCF and the domain in a Route.
func (m *IMS) Names(uri sip.URI) bool {
	host, home := strings.ToLower(uri.Host), strings.ToLower(m.scscf.domain)
	return host == home || host == "pcscf."+home || host == "scscf."+home || m.pcscf.owns(uri)
}
