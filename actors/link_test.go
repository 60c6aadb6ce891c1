package actors_test

import (
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
)

// TestTheRegistrationMovesWithTheAddress: with and without IPsec, within the
// seconds that roaming may take.
func TestTheRegistrationMovesWithTheAddress(t *testing.T) {
	for name, ims := range map[string]bool{"SIP": false, "IMS": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net, link := simnet.New(), &news[actors.LinkChange]{}
				ports := net.Ports(netip.MustParseAddr(aliceAddr))
				ports.Link, ports.SIM = link, newSIM(t, 0)
				edit := registering
				if ims {
					newIMSCore(t, net)
					edit = func(c *actors.Config) { c.Accounts = imsAccount("alice") }
				} else {
					newRegistrar(t, net)
				}
				alice := newPartyWith(t, ports, "alice", aliceAddr, edit)
				pass(time.Second)
				link.tell(actors.LinkChange{}) // of no account of ours
				pass(time.Second)
				if a := alice.account(); a.State != "registered" || !strings.Contains(a.Contact, aliceAddr) {
					t.Fatalf("%+v", a)
				}
				net.Move(netip.MustParseAddr(aliceAddr), netip.MustParseAddr("10.0.7.7"))
				link.tell(actors.LinkChange{})
				pass(3 * time.Second)
				if a := alice.account(); a.State != "registered" || !strings.Contains(a.Contact, "10.0.7.7") || len(a.Associations) > 1 {
					t.Errorf("%+v", a)
				}
			})
		})
	}
}

func TestRegisteredAtOnceAfterASleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net, link := simnet.New(), &news[actors.LinkChange]{}
		r := newRegistrar(t, net)
		ports := net.Ports(netip.MustParseAddr(aliceAddr))
		ports.Link = link
		newPartyWith(t, ports, "alice", aliceAddr, registering)
		pass(time.Second)
		link.tell(actors.LinkChange{Resumed: true})
		pass(time.Second)
		if n := len(r.registers()); n != 2 {
			t.Errorf("%d REGISTERs", n)
		}
	})
}
