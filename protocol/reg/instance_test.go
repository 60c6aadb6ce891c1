package reg

import (
	"testing"

	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
)

// TestInstance: each REGISTER that starts from nothing has a contact of its own,
// and a renewal keeps the contact that stands.
func TestInstance(t *testing.T) {
	l := newLine(t)
	port := uint16(40000)
	l.r.ims = &ims{IMS: IMS{Offer: func(server uint16) (secagree.Offer, error) {
		if port++; server == 0 {
			server = port
		}
		return secagree.Offer{End: secagree.End{ServerPort: server}}, nil
	}}}
	l.r.contacts = []string{"sip:alice@192.0.2.7:5060;transport=tcp"}
	renew := func() (uint16, string, string) {
		t.Helper()
		if err := l.r.renew(); err != nil {
			t.Fatal(err)
		}
		u, err := sip.ParseURI(l.r.contacts[0])
		if err != nil {
			t.Fatal(err)
		}
		token, _ := u.Param(instance)
		if transport, _ := u.Param("transport"); token == "" || transport != "tcp" {
			t.Errorf("contact %v", u)
		}
		return u.Port, token, l.r.contacts[0]
	}
	port1, token1, _ := renew()
	port2, token2, second := renew()
	if port1 == port2 || token1 == token2 {
		t.Errorf("two attempts with port %d and instance %s", port1, token1)
	}
	l.r.ims.active.gen = 1
	if _, _, third := renew(); third != second {
		t.Errorf("the renewal has contact %s, not %s", third, second)
	}
}
