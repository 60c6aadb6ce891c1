package actors_test

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/transport"
)

// hosts is a DNS that knows addresses alone.
type hosts map[string][]string

func (h hosts) Lookup(_ context.Context, q transport.Query) (a transport.Answer, _ error) {
	for _, text := range h[q.Name] {
		addr := netip.MustParseAddr(text)
		if q.Type == transport.A && addr.Is4() || q.Type == transport.AAAA && addr.Is6() {
			a.Records = append(a.Records, transport.Record{Addr: addr})
		}
	}
	return a, nil
}

// TestTheNextAddress: of a P-CSCF's addresses one is of an IP version that the
// line doesn't speak, and one breaks each connection with the first message on
// it; the line doesn't go back to it for ever.
func TestTheNextAddress(t *testing.T) {
	const brokenAddr = "10.0.0.90"
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		broken, asked := (*simnet.Socket)(nil), 0
		broken = net.Listen(netip.MustParseAddrPort(brokenAddr+":5060"), func(in transport.Inbound) {
			if len(in.Data) > 0 {
				asked++
				broken.Cut()
			}
		})
		t.Cleanup(func() { broken.Close() })
		ports := net.Ports(netip.MustParseAddr(aliceAddr))
		ports.SIM = newSIM(t, 0)
		ports.Resolver = hosts{"pcscf.example.org": {"fd00::1", brokenAddr, coreAddr}}
		alice := newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) {
			c.Accounts = imsAccount("alice")
			c.Accounts[0].IMS.PCSCF = []string{"sip:pcscf.example.org:5060;transport=tcp"}
		})
		pass(10 * time.Second)
		if got := core.requests(); alice.account().State != "registered" || !slices.Equal(got, []string{"REGISTER 0", "REGISTER 1"}) || asked != 1 {
			t.Errorf("%s; the core has %q, the other address was asked %d times", alice.account().Explain(time.Now()), got, asked)
		}
	})
}
