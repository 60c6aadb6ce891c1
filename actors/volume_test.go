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
	own   actors.Volume
	until time.Time // the mixer's node isn't there, or with err not the phone's
	err   error
}

func newHeadset(net *simnet.Net, percent int, muted bool) *headset {
	h := &headset{soundCard: newSoundCard(net), own: actors.Volume{Percent: 100, Control: "software"}}
	h.volume = actors.Volume{Percent: percent, Muted: muted, Control: "mixer"}
	return h
}

// away tells that the phone's own volume has to do.
func (h *headset) away() (bool, error) {
	if !h.gone && time.Now().Before(h.until) {
		return true, h.err
	}
	return h.gone, nil
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
	if away, err := h.away(); away {
		return h.own, err
	}
	return h.volume, nil
}

func (h *headset) SetVolume(to actors.Volume) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	away, err := h.away()
	if err != nil {
		return err
	}
	if away {
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
			pass(longOut)
			do(test.out)
			card.plug(true)
			pass(time.Second)
			if v, _ := card.Volume(); !card.now("call") || v.Percent != test.percent || v.Muted != test.silent {
				t.Errorf("%s: it comes back with %+v; want %d, muted %v", test.name, v, test.percent, test.silent)
			}
		})
	}
}

// TestVolumeOfALateMixer: a headset that has forgotten its volume gets it although its
// mixer comes, or can be used, only after it plays; the phone's own volume is out of
// the way then. What the user does in between counts.
func TestVolumeOfALateMixer(t *testing.T) {
	for _, cause := range []error{nil, errBusy} {
		for late := 50 * time.Millisecond; late < 2900*time.Millisecond; late += 190 * time.Millisecond {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				card := newHeadset(net, 80, false)
				alice, bob := newParty(t, net, "alice", aliceAddr), card.phone(t, net, "bob", bobAddr)
				talk(alice, bob, at("bob", bobAddr))
				pass(time.Second)
				want := 30
				if _, err := bob.Volume(t.Context(), want); err != nil {
					t.Fatal(err)
				}
				card.plug(false)
				pass(longOut)
				card.mu.Lock()
				card.volume.Percent, card.until, card.err = 80, time.Now().Add(late), cause
				card.mu.Unlock()
				card.plug(true)
				pass(40 * time.Millisecond)
				if v, err := bob.VolumeBy(t.Context(), -5); err == nil {
					want = v.Percent
				}
				pass(5 * time.Second)
				if v, _ := card.Volume(); !card.now("call") || v.Percent != want || v.Control != "mixer" {
					t.Errorf("late by %v (%v): the mixer has %+v, want %d", late, cause, v, want)
				}
				if card.own.Percent != 100 {
					t.Errorf("late by %v (%v): the phone's own volume is %d %%, too", late, cause, card.own.Percent)
				}
				if v := bob.status().Volume; v.Percent != want || v.Control != "mixer" {
					t.Errorf("late by %v (%v): the status says %+v, want %d", late, cause, v, want)
				}
			})
		}
	}
}
