package reg

import (
	"fmt"
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// IMS makes a registration that of TS 24.229 §5.1.1: with AKA, and unless Offer
// is nil with sec-agree and IPsec.
type IMS struct {
	// PrivateID is the private user identity, "001010000000001@ims.example.org".
	PrivateID string
	// Realm is the home network's domain, for the first Authorization.
	Realm string
	// Offer gives fresh SPIs and ports for a Security-Client, with that
	// protected server port or, where it is 0, a fresh one. Where Offer is nil
	// the signalling goes in the clear.
	Offer func(serverPort uint16) (secagree.Offer, error)
	// AccessNetwork is the value of P-Access-Network-Info, which goes into
	// protected requests only (TS 24.229 §5.1.1.4.1); empty leaves it out.
	AccessNetwork string
}

// ims is what an IMS registration remembers.
type ims struct {
	IMS
	offer secagree.Offer // of the REGISTER under way
	// active and next are the set that requests go over, and the one that the
	// REGISTER under way is to confirm.
	active, next association
	gens         uint32 // of the last set

	challenge digest.Challenge // that the SIM or the SAs are awaited for
	agreement secagree.Agreement
	keys      aka.Keys
	id        uint64 // of the Authenticate under way
	invalid   int    // challenges in a row that the SIM refused
	answered  int    // challenges of this REGISTER that a RES answered
	reason    string // why the SIM refused the last challenge
	sentOver  uint32 // the set of the last REGISTER
}

// association is a set of SAs as the registration sees it.
type association struct {
	gen    uint32 // 0: none
	verify []string
}

// secured tells whether the registration goes by IPsec.
func (r *Registration) secured() bool { return r.ims != nil && r.ims.Offer != nil }

// gen is the set that a new REGISTER goes over.
func (m *ims) gen() uint32 {
	if m.next.gen != 0 {
		return m.next.gen
	}
	return m.active.gen
}

// instance is a parameter of our contacts that tells one first REGISTER from the
// one before. Without it Kamailio's P-CSCF up to 5.6 takes the second one from an
// address within half a minute, such as the one with AUTS or that of a restarted
// phone, for a repetition, and sets up its SAs with the ports and SPIs of the
// first: nothing gets through them.
const instance = "rinstance"

// renew takes new SPIs and a new client port for a REGISTER of its own right.
// The server port stays while a set stands (TS 33.203 §7.4), and with it the
// contact.
func (r *Registration) renew() error {
	stands := r.ims.active.gen != 0
	server := uint16(0)
	if stands {
		server = r.ims.offer.End.ServerPort
	}
	offer, err := r.ims.Offer(server)
	if err != nil {
		return err
	}
	r.ims.offer = offer
	if stands {
		return nil
	}
	token := r.cfg.NewToken()
	for i, c := range r.contacts {
		if u, err := sip.ParseURI(c); err == nil {
			u.Port, u.Params = offer.End.ServerPort, u.Params.With(instance, token)
			r.contacts[i] = u.String()
		}
	}
	return nil
}

// release gives up all sets; what stands at the registrar can't reach us.
func (r *Registration) release(fx []Effect) []Effect {
	if !r.secured() {
		return fx
	}
	if r.ims.active.gen == 0 && r.ims.next.gen == 0 {
		return fx
	}
	r.ims.active, r.ims.next = association{}, association{}
	r.expires = time.Time{}
	return append(fx, Release{})
}

// abandon gives up the set that the REGISTER under way was to confirm.
func (r *Registration) abandon(fx []Effect) []Effect {
	if r.ims == nil || r.ims.next.gen == 0 {
		return fx
	}
	fx = append(fx, Abandon{r.ims.next.gen})
	r.ims.next = association{}
	return fx
}

// secure adds what TS 24.229 §5.1.1.2.2 and §5.1.1.4.2 ask of a REGISTER.
func (m *ims) secure(d *sip.Draft) {
	gen := m.gen()
	if m.Offer != nil {
		d.Add(sip.HRequire, "sec-agree")
		d.Add(sip.HProxyRequire, "sec-agree")
		d.Add(sip.HSecurityClient, m.offer.String())
		for _, line := range m.verify(gen) {
			d.Add(sip.HSecurityVerify, line)
		}
	}
	if m.AccessNetwork != "" && gen != 0 {
		d.Add(sip.HPAccessNetworkInfo, m.AccessNetwork)
	}
}

// verify is the Security-Verify of requests over a set.
func (m *ims) verify(gen uint32) []string {
	switch {
	case gen == 0:
		return nil
	case gen == m.next.gen:
		return m.next.verify
	}
	return m.active.verify
}

// authorization is the Authorization of a REGISTER that answers no challenge:
// the last nonce once more, or the empty one that carries the private identity.
func (r *Registration) authorization() string {
	if r.ims.gen() != 0 || !r.secured() {
		if value, ok := r.cfg.Agent.Credentials(r.ims.challenge.Realm, r.digestRequest()); ok {
			return value
		}
	}
	return digest.Initial(r.ims.PrivateID, r.ims.Realm, r.cfg.Registrar)
}

func (r *Registration) digestRequest() digest.Request {
	return digest.Request{Method: string(sip.REGISTER), URI: r.cfg.Registrar}
}

// SecurityVerify gives the lines of Security-Verify that requests over the
// active set carry (TS 24.229 §5.1.1A); nil where there is no such set.
func (r *Registration) SecurityVerify() []string {
	if r.ims == nil {
		return nil
	}
	return r.ims.active.verify
}

// refusedSIM puts a challenge that the SIM refused in words.
func refusedSIM(sync *aka.SyncError, text string) string {
	switch {
	case sync == nil:
		return text
	case sync.Behind > 0:
		return fmt.Sprintf("SQN behind by %d, resynchronised", sync.Behind)
	case sync.Ahead > 0:
		return fmt.Sprintf("SQN ahead by %d, resynchronised", sync.Ahead)
	}
	return "SQN out of step, resynchronised"
}
