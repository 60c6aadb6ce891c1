package actors_test

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
)

// headset is a sound card with a mixer. While it is out, the volume is the phone's
// own, which is at its loudest as long as the mixer does it.
type headset struct {
	*soundCard
	own actors.Volume
}

func newHeadset(net *simnet.Net, percent int, muted bool) *headset {
	h := &headset{soundCard: newSoundCard(net), own: actors.Volume{Percent: 100, Control: "software"}}
	h.volume = actors.Volume{Percent: percent, Muted: muted, Control: "mixer"}
	return h
}

// phone starts a phone with the headset.
func (h *headset) phone(t *testing.T, net *simnet.Net, name, addr string) *party {
	ports := net.Ports(netip.MustParseAddr(addr))
	ports.Audio, ports.Volume, ports.Hotplug = h, h, h
	return newPartyWith(t, ports, name, addr)
}

func (h *headset) Volume() (actors.Volume, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone {
		return h.own, nil
	}
	return h.volume, nil
}

func (h *headset) SetVolume(to actors.Volume) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone {
		h.own.Percent, h.own.Muted = to.Percent, to.Muted
		return nil
	}
	h.own.Percent, h.own.Muted = 100, false
	h.volume.Percent, h.volume.Muted = to.Percent, to.Muted
	return nil
}

// TestVolumeWhileOut: what is done to the volume while the headset is out goes on
// from what it had, whether the user has set that or not.
func TestVolumeWhileOut(t *testing.T) {
	type step func(t *testing.T, p *party)
	by := func(percent int) step {
		return func(t *testing.T, p *party) {
			if _, err := p.VolumeBy(t.Context(), percent); err != nil {
				t.Error(err)
			}
		}
	}
	mute := func(muted bool) step {
		return func(t *testing.T, p *party) {
			if _, err := p.MuteSpeaker(t.Context(), muted); err != nil {
				t.Error(err)
			}
		}
	}
	for _, test := range []struct {
		name    string
		muted   bool
		before  []step
		out     []step
		percent int
		silent  bool
	}{
		{"less loud", false, nil, []step{by(-10)}, 30, false},
		{"twice", false, nil, []step{by(-10), by(-10)}, 20, false},
		{"after the user's own", false, []step{by(5)}, []step{by(-10)}, 35, false},
		{"muted before", true, nil, []step{by(-10)}, 30, true},
		{"muted while it is out", false, nil, []step{mute(true)}, 40, true},
		{"and not any more", false, nil, []step{mute(true), mute(false)}, 40, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			net := simnet.New()
			card := newHeadset(net, 40, test.muted)
			alice, bob := newParty(t, net, "alice", aliceAddr), card.phone(t, net, "bob", bobAddr)
			talk(alice, bob, at("bob", bobAddr))
			pass(time.Second)
			do := func(steps []step) {
				for _, s := range steps {
					s(t, bob)
					synctest.Wait()
				}
			}
			do(test.before)
			card.plug(false)
			pass(time.Minute)
			do(test.out)
			card.plug(true)
			pass(time.Second)
			if v, _ := card.Volume(); !card.now("call") || v.Percent != test.percent || v.Muted != test.silent {
				t.Errorf("%s: it comes back with %+v; want %d, muted %v", test.name, v, test.percent, test.silent)
			}
		})
	}
}
