package actors_test

import (
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
)

// fakeLink lets a test say that the network changed.
type fakeLink struct {
	mu      sync.Mutex
	changed func(actors.LinkChange)
}

func (l *fakeLink) Watch(changed func(actors.LinkChange)) (io.Closer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changed = changed
	return io.NopCloser(nil), nil
}

func (l *fakeLink) tell(c actors.LinkChange) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changed(c)
}

// TestTheRegistrationMovesWithTheAddress: with and without IPsec, within the
// seconds that roaming may take.
func TestTheRegistrationMovesWithTheAddress(t *testing.T) {
	for name, ims := range map[string]bool{"SIP": false, "IMS": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net, link := simnet.New(), &fakeLink{}
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
		net, link := simnet.New(), &fakeLink{}
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
