//go:build peers

package peertest

import (
	"encoding/hex"
	"os"
	"testing"
)

// esp is what the phones of these tests protect their signalling with: on a
// machine whose kernel has no ESP nothing, as Kamailio does there, and in the
// guest of make test-ipsec the kernel or the phone itself.
func esp() string {
	if name := os.Getenv("IMSPHONE_ESP"); name != "" {
		return name
	}
	return "unprotected"
}

// core starts an IMS core whose P-CSCF does as the phones do.
func (e *env) core(o IMSOptions) *IMSCore {
	o.RealESP = esp() != "unprotected"
	return e.imsCore(o)
}

// subscriber is a phone's account at the core.
func subscriber(u IMSUser, transport string) PhoneConfig {
	return PhoneConfig{Domain: IMSRealm, Transport: transport, Expires: 600, Tone: phoneTone, Codec: "PCMA",
		IMS: &PhoneIMS{IMSI: u.IMSI, K: hex.EncodeToString(u.K[:]), OP: hex.EncodeToString(u.OP[:]),
			PCSCF: []string{"10.46.0.11"}, IPsec: esp()}}
}

func TestIMSRegistration(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			c := e.core(IMSOptions{NonceReuse: true})
			p := e.phone(e.host("phone", 21), subscriber(IMSAlice(), transport))
			s := e.registered(p)
			a := s.Accounts[0]
			if len(a.Associations) != 1 || a.Associations[0].State != "active" || len(a.Identities) < 2 || a.Identities[0] != IMSAlice().URI() {
				t.Errorf("%+v", a)
			}
			check(t, p.Stop())
			entries := c.HSS.Journal()
			if last := entries[len(entries)-1]; last.Command != "SAR" {
				t.Errorf("the HSS was asked last: %v", last)
			}
		})
	}
}

