package reg

import (
	"testing"

	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/internal/statetable"
	"github.com/imsphone/imsphone/protocol/sip"
)

// FuzzEvents feeds a registration with an IMS core whatever may happen in any
// order: it never proves anything in the clear, never takes a 200 for a
// registration that no SAs stand for, and never believes in SAs that it gave up.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{0, 2, 8, 23, 28, 7, 22, 8, 23, 28, 7, 1, 7})
	f.Add([]byte{0, 2, 8, 24, 8, 23, 28, 8, 23, 28, 8, 23, 28})
	f.Add([]byte{0, 2, 8, 23, 28, 7, 22, 15, 2, 8, 23, 28, 7, 32, 2, 35, 22})
	f.Fuzz(func(t *testing.T, script []byte) {
		u := newUE(t)
		events := statetable.Parse(t, imsStates).Events
		for _, b := range script[:min(len(script), 200)] {
			name := events[int(b)%len(events)]
			before := u.r.State()
			for _, e := range u.step(u.event(name)) {
				u.legal(before, name, e)
			}
			u.consistent(name)
			if t.Failed() {
				return
			}
		}
	})
}

// legal checks one effect of an event.
func (u *ue) legal(before State, event string, e Effect) {
	switch e := e.(type) {
	case Request:
		c, err := digest.ParseCredentials(e.Draft.Get(sip.HAuthorization))
		if err != nil {
			u.t.Errorf("%s: %v", event, err)
		}
		if e.Gen == 0 && c.Response != "" && c.AUTS == "" {
			u.t.Errorf("%s in %v: a proof in the clear: %v", event, before, c)
		}
		if !e.Draft.Has(sip.HSecurityClient) || e.Draft.Has(sip.HSecurityVerify) != (e.Gen != 0) || e.Draft.Has(sip.HPAccessNetworkInfo) != (e.Gen != 0) {
			u.t.Errorf("%s in %v over set %d:\n%s", event, before, e.Gen, e.Draft.Bytes())
		}
	case Registered:
		if before != Trying || u.r.ims.sentOver == 0 || u.r.SecurityVerify() == nil {
			u.t.Errorf("%s in %v: registered over set %d", event, before, u.r.ims.sentOver)
		}
	case Protect:
		if before != Authenticating {
			u.t.Errorf("%s in %v: SAs", event, before)
		}
	}
}

// consistent checks what holds between events.
func (u *ue) consistent(event string) {
	m := u.r.ims
	switch u.r.State() {
	case Idle, Locating:
		if m.active.gen != 0 || m.next.gen != 0 {
			u.t.Errorf("%s: sets %d and %d in %v", event, m.active.gen, m.next.gen, u.r.State())
		}
	case Up:
		if m.active.gen == 0 || m.next.gen != 0 {
			u.t.Errorf("%s: sets %d and %d while registered", event, m.active.gen, m.next.gen)
		}
	case Protecting:
		if m.next.gen == 0 {
			u.t.Errorf("%s: no set is awaited", event)
		}
	}
	if !u.r.Expires().IsZero() && m.active.gen == 0 {
		u.t.Errorf("%s: a binding in %v without SAs", event, u.r.State())
	}
}
