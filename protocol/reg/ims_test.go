package reg

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

const (
	home = "ims.example.org"
	// server is what the P-CSCF of these tests offers.
	server = "ipsec-3gpp;q=0.5;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=4096;spi-s=4097;port-c=5100;port-s=6100"
)

var subscriber = aka.NewMilenageOPc([16]byte{1, 2, 3}, [16]byte{4, 5, 6})

// ue is a registration with an IMS core, with the core's side of AKA.
type ue struct {
	*line
	usim   *aka.USIM
	sqn    *aka.Generator
	vector aka.Vector // of the last challenge
	offers int
}

func newUE(t *testing.T) *ue {
	u := &ue{line: newLine(t), sqn: aka.NewGenerator(0)}
	var err error
	if u.usim, err = aka.NewUSIM(subscriber, aka.State{}, aka.Limits{}); err != nil {
		t.Fatal(err)
	}
	cfg := u.r.cfg
	cfg.AOR, cfg.Display, cfg.Registrar, cfg.Route = "sip:alice@"+home, "", "sip:"+home, nil
	cfg.Expires = 600_000 * time.Second
	cfg.Agent = digest.NewAgent("alice@"+home, "", cfg.NewToken)
	cfg.IMS = &IMS{PrivateID: "alice@" + home, Realm: home, AccessNetwork: "IEEE-802.11", Offer: u.offer}
	u.r = New(cfg)
	return u
}

// offer counts up from port 31000 and SPI 1000.
func (u *ue) offer(server uint16) (secagree.Offer, error) {
	u.offers++
	n := u.offers
	end := secagree.End{ClientPort: uint16(31000 + n), ServerPort: server, ClientSPI: uint32(1000 + 2*n), ServerSPI: uint32(1001 + 2*n)}
	if server == 0 {
		end.ServerPort = uint16(32000 + n)
	}
	return secagree.Offer{Suites: []secagree.Suite{{Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC}, {Integrity: secagree.HMACMD5}},
		Modes: []secagree.Mode{secagree.Transport}, End: end}, nil
}

// fresh is the WWW-Authenticate of a new challenge.
func (u *ue) fresh() string {
	u.vector = aka.Generate(subscriber, [16]byte{byte(u.sqn.Last()), byte(u.sqn.Last() >> 8)}, u.sqn.Next(), aka.AMF{0x80})
	return authenticate(aka.FormatNonce(u.vector.RAND, u.vector.AUTN, nil))
}

func authenticate(nonce string) string {
	return "WWW-Authenticate: " + digest.Challenge{Realm: home, Nonce: nonce, Algorithm: "AKAv1-MD5", Auth: true}.String()
}

// challenge answers 401 with a fresh challenge and those Security-Server lines.
func (u *ue) challenge(servers ...string) []Effect {
	u.t.Helper()
	headers := []string{u.fresh()}
	for _, s := range servers {
		headers = append(headers, "Security-Server: "+s)
	}
	return u.answer(401, headers...)
}

// ask lets the SIM answer the last question.
func (u *ue) ask() []Effect {
	u.t.Helper()
	q := lastOf[Authenticate](u.line)
	result, err := u.usim.Authenticate(q.RAND, q.AUTN)
	return u.step(Authenticated{ID: q.ID, Keys: result.Keys, Err: err})
}

func (u *ue) protected() []Effect {
	u.t.Helper()
	return u.step(Protected{Gen: lastOf[Protect](u.line).Gen})
}

// grant answers 200.
func (u *ue) grant(seconds int) []Effect {
	u.t.Helper()
	return u.answer(200, "Contact: "+u.last.Draft.Get(sip.HContact)+fmt.Sprintf(";expires=%d", seconds),
		"P-Associated-URI: <sip:alice@"+home+">, <tel:+15550001>", "Service-Route: <sip:orig@scscf."+home+";lr>")
}

// up registers over a set of SAs.
func (u *ue) up() {
	u.t.Helper()
	u.start()
	u.challenge(server)
	u.ask()
	u.protected()
	u.grant(3600)
	if u.r.State() != Up {
		u.t.Fatalf("state %v after 200", u.r.State())
	}
}

// refusedWith checks that the registration waits, with that text, and that
// nothing was sent or accepted.
func (u *ue) refusedWith(fx []Effect, text string) {
	u.t.Helper()
	for _, e := range fx {
		switch e.(type) {
		case Request, Registered, Confirm, Protect:
			u.t.Errorf("%T in spite of a refusal", e)
		}
	}
	if refused := lastOf[Refused](u.line); !strings.Contains(refused.Text, text) || u.r.State() != Waiting {
		u.t.Errorf("%v: %q, want %q", u.r.State(), refused.Text, text)
	}
}

var errGone = errors.New("gone")
