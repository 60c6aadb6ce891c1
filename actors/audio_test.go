package actors_test

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/call"
)

var (
	errBusy = errors.New("busy")
	errGone = errors.New("gone")
)

// soundCard is a sound card as hw: names it: it can be open once, and takes its
// time to be closed. It is also the phone's ring, volume and hotplug port.
type soundCard struct {
	actors.AudioPort
	apart bool // it rings on another one

	mu      sync.Mutex
	open    map[string]int // by "call" and "ring"
	log     []string
	gone    bool
	half    error // what of it is missing
	watches int
	volume  actors.Volume
	loudest int16 // of what was played in calls since hears
	news    news[actors.DeviceChange]
}

func newSoundCard(net *simnet.Net) *soundCard {
	return &soundCard{AudioPort: net.Ports(netip.Addr{}).Audio, open: map[string]int{}, volume: actors.Volume{Percent: 70, Control: "mixer"}}
}

// party starts a phone with the card.
func (c *soundCard) party(t *testing.T, net *simnet.Net, name, addr string, edit ...func(*actors.Config)) *party {
	ports := net.Ports(netip.MustParseAddr(addr))
	ports.Audio, ports.Ring, ports.Volume, ports.Hotplug = c, cardRing{c}, cardVolume{c}, c
	return newPartyWith(t, ports, name, addr, edit...)
}

func (c *soundCard) take(use string, rate int, period time.Duration) (actors.AudioStream, error) {
	time.Sleep(30 * time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone {
		return nil, errGone
	}
	if c.open[use] > 0 || !c.apart && len(c.open) > 0 {
		c.log = append(c.log, use+" finds it busy")
		return nil, errBusy
	}
	s, err := c.AudioPort.Open(rate, period)
	c.open[use]++
	c.log = append(c.log, use)
	return &cardStream{AudioStream: s, card: c, use: use}, errors.Join(err, c.half)
}

func (c *soundCard) Open(rate int, period time.Duration) (actors.AudioStream, error) {
	return c.take("call", rate, period)
}

// opened lists what the card was opened for so far.
func (c *soundCard) opened() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.log)
}

// now tells whether the card is open for a use.
func (c *soundCard) now(use string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open[use] > 0
}

// hears tells, after a second, whether somebody's voice came from the card then.
func (c *soundCard) hears() bool {
	pass(200 * time.Millisecond) // what is under way
	c.mu.Lock()
	c.loudest = 0
	c.mu.Unlock()
	pass(time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loudest > 1000
}

// plug pulls the card out or puts it back.
func (c *soundCard) plug(in bool) {
	c.usable(in)
	c.told(!in)
}

// usable lets the card be opened, or not, of which a phone hears nothing.
func (c *soundCard) usable(is bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = !is
}

// told is the news of the card.
func (c *soundCard) told(removed bool) {
	c.news.tell(actors.DeviceChange{Subsystem: "sound", Name: "snd/pcmC0D0p", Removed: removed})
}

func (c *soundCard) Watch(changed func(actors.DeviceChange)) (io.Closer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watches++; c.watches == 2 {
		panic("the second watch fails")
	}
	return c.news.Watch(changed)
}

// cardStream is the card while it is open.
type cardStream struct {
	actors.AudioStream
	card *soundCard
	use  string
	shut atomic.Bool
}

func (s *cardStream) Read(pcm []int16) error {
	s.card.mu.Lock()
	gone := s.card.gone
	s.card.mu.Unlock()
	if gone {
		return errGone
	}
	return s.AudioStream.Read(pcm)
}

func (s *cardStream) Write(pcm []int16) error {
	if s.use == "call" {
		s.card.mu.Lock()
		s.card.loudest = max(s.card.loudest, slices.Max(pcm))
		s.card.mu.Unlock()
	}
	return s.AudioStream.Write(pcm)
}

func (s *cardStream) Close() error {
	if s.shut.Swap(true) {
		return nil
	}
	err := s.AudioStream.Close()
	time.Sleep(80 * time.Millisecond)
	s.card.mu.Lock()
	defer s.card.mu.Unlock()
	if s.card.open[s.use]--; s.card.open[s.use] == 0 {
		delete(s.card.open, s.use)
	}
	return err
}

type cardRing struct{ *soundCard }

func (r cardRing) Shared() bool { return !r.apart }

func (r cardRing) Open(rate int, period time.Duration) (actors.AudioStream, error) {
	return r.take("ring", rate, period)
}

type cardVolume struct{ *soundCard }

func (v cardVolume) Volume() (actors.Volume, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.volume, nil
}

func (v cardVolume) SetVolume(to actors.Volume) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.volume = to
	return nil
}

// TestRinging: an incoming call rings, and stops to ring however it ends; the one
// device is never found busy.
func TestRinging(t *testing.T) {
	for _, test := range []struct {
		name  string
		end   func(alice, bob *party)
		after []string // what the card is opened for
		call  bool     // it is open for a call then
	}{
		{"answered", func(_, bob *party) { bob.do(bob.Answer, "") }, []string{"ring", "call"}, true},
		{"refused", func(_, bob *party) { bob.do(bob.Hangup, "") }, []string{"ring"}, false},
		{"cancelled", func(alice, _ *party) { alice.do(alice.Hangup, "") }, []string{"ring"}, false},
	} {
		for _, apart := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				card := newSoundCard(net)
				card.apart = apart
				alice, bob := newParty(t, net, "alice", aliceAddr), card.party(t, net, "bob", bobAddr)
				alice.dial(at("bob", bobAddr))
				pass(time.Second)
				if !card.now("ring") {
					t.Errorf("%s: it doesn't ring", test.name)
				}
				test.end(alice, bob)
				pass(time.Second)
				if card.now("ring") || card.now("call") != test.call {
					t.Errorf("%s: rings %v, talks %v", test.name, card.now("ring"), card.now("call"))
				}
				if got := card.opened(); !slices.Equal(got, test.after) {
					t.Errorf("%s: opened for %v", test.name, got)
				}
				if slices.Contains(bob.told("call"), "audio-lost") {
					t.Errorf("%s: the device was missing", test.name)
				}
			})
		}
	}
}

// TestRingingAgain: a call that waits in silence rings once the other one is over.
func TestRingingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		card := newSoundCard(net)
		alice, carol := newParty(t, net, "alice", aliceAddr), newParty(t, net, "carol", carolAddr)
		bob := card.party(t, net, "bob", bobAddr)
		talk(alice, bob, at("bob", bobAddr))
		carol.dial(at("bob", bobAddr))
		pass(time.Second)
		bob.wantCalls(call.Active, call.Waiting)
		if card.now("ring") || !card.now("call") {
			t.Error("it rings into a call")
		}
		alice.do(alice.Hangup, "")
		pass(time.Second)
		if !card.now("ring") || card.now("call") {
			t.Error("it doesn't ring after the call")
		}
		bob.do(bob.Answer, "")
		pass(time.Second)
		if card.now("ring") || !card.now("call") {
			t.Error("it doesn't stop to ring")
		}
	})
}

// TestHoldIsSilent: who is on hold hears nothing, and isn't heard; the card is free.
// Afterwards everything is as before.
func TestHoldIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		near, far := newSoundCard(net), newSoundCard(net)
		alice, bob := near.party(t, net, "alice", aliceAddr), far.party(t, net, "bob", bobAddr)
		talk(alice, bob, at("bob", bobAddr))
		for range 3 {
			if !far.hears() || !near.hears() {
				t.Error("they don't hear each other")
			}
			alice.do(alice.Hold, "")
			if far.hears() || near.hears() {
				t.Error("they hear each other on hold")
			}
			if near.now("call") || !far.now("call") {
				t.Errorf("on hold the card is open: here %v, there %v", near.now("call"), far.now("call"))
			}
			alice.do(alice.Resume, "")
		}
		if told := alice.told("call"); slices.Contains(told, "audio-lost") || slices.Contains(told, "audio-back") {
			t.Errorf("the user is told of a device that was never lost: %v", told)
		}
	})
}

// TestSoundAfterAnotherCall: a call that was put aside for another one, or that
// another one rang beside, has its sound again afterwards.
func TestSoundAfterAnotherCall(t *testing.T) {
	for name, meanwhile := range map[string]func(t *testing.T, bob, carol *party, first, second *soundCard){
		"answered": func(t *testing.T, bob, carol *party, first, second *soundCard) {
			carol.dial(at("bob", bobAddr))
			bob.do(bob.Answer, "")
			if !second.hears() || first.hears() {
				t.Error("the wrong one hears bob")
			}
			bob.do(bob.Hangup, "2")
		},
		"swapped": func(t *testing.T, bob, carol *party, first, second *soundCard) {
			carol.dial(at("bob", bobAddr))
			bob.do(bob.Answer, "")
			for range 3 {
				bob.do(bob.Resume, "1")
				if second.hears() || !first.hears() {
					t.Error("not the first one hears bob")
				}
				bob.do(bob.Resume, "2")
				if !second.hears() || first.hears() {
					t.Error("not the second one hears bob")
				}
			}
			bob.do(bob.Hangup, "2")
		},
		"refused": func(t *testing.T, bob, carol *party, first, _ *soundCard) {
			bob.do(bob.Hold, "")
			carol.dial(at("bob", bobAddr))
			pass(time.Second)
			bob.do(bob.Hangup, "2")
		},
		"called": func(t *testing.T, bob, carol *party, first, second *soundCard) {
			bob.dial(at("carol", carolAddr))
			pass(time.Second)
			carol.do(carol.Hangup, "")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				card, first, second := newSoundCard(net), newSoundCard(net), newSoundCard(net)
				bob := card.party(t, net, "bob", bobAddr)
				alice, carol := first.party(t, net, "alice", aliceAddr), second.party(t, net, "carol", carolAddr)
				talk(alice, bob, at("bob", bobAddr))
				if !first.hears() || !card.hears() {
					t.Error("they don't hear each other")
				}
				meanwhile(t, bob, carol, first, second)
				pass(time.Second)
				bob.do(bob.Resume, "1")
				if !first.hears() || !card.hears() {
					t.Error("they don't hear each other again")
				}
			})
		})
	}
}

// TestAutoAnswerDoesNotRing: nobody has to hear what answers itself.
func TestAutoAnswerDoesNotRing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		card := newSoundCard(net)
		alice := newParty(t, net, "alice", aliceAddr)
		card.party(t, net, "bob", bobAddr, func(c *actors.Config) { c.Accounts[0].AutoAnswer = true })
		alice.dial(at("bob", bobAddr))
		pass(time.Second)
		if got := card.opened(); !slices.Equal(got, []string{"call"}) {
			t.Errorf("opened for %v", got)
		}
	})
}

// TestReplug: a card that is pulled out in a call is used again at once when it is
// back, twenty times; the call stays up.
func TestReplug(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		card := newSoundCard(net)
		alice, bob := newParty(t, net, "alice", aliceAddr), card.party(t, net, "bob", bobAddr)
		talk(alice, bob, at("bob", bobAddr))
		for i := range 20 {
			pass(time.Second)
			card.plug(false)
			pass(time.Duration(i+1) * time.Second)
			if card.now("call") {
				t.Fatal("it was opened while it was out")
			}
			card.plug(true)
			pass(300 * time.Millisecond)
			if !card.now("call") {
				t.Fatalf("after %d s out it isn't used again", i+1)
			}
		}
		bob.wantCalls(call.Active)
		alice.wantCalls(call.Active)
		lost := slices.DeleteFunc(bob.told("call"), func(s string) bool { return s != "audio-lost" })
		if len(lost) < 20 || len(lost) > 40 {
			t.Errorf("told %d times that it is lost", len(lost))
		}
	})
}

// longOut is how long a device has to be out for the attempts to open it to be as
// far apart as they get.
const longOut = 15 * time.Second

// TestReplugSlowly: a card can't be opened yet when it is told of, as its nodes have
// no owner; soon after it can it is used, however long that takes.
func TestReplugSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		card := newSoundCard(net)
		alice, bob := newParty(t, net, "alice", aliceAddr), card.party(t, net, "bob", bobAddr)
		talk(alice, bob, at("bob", bobAddr))
		for late := time.Duration(0); late < 3*time.Second; late += 170 * time.Millisecond {
			card.plug(false)
			pass(longOut)
			card.told(false)
			pass(late)
			card.usable(true)
			pass(300 * time.Millisecond)
			if !card.now("call") {
				t.Fatalf("300 ms after the nodes had their owner, %v after they came, it isn't used", late)
			}
		}
	})
}

// TestHalfADevice: with the speaker alone a call can be heard; the microphone is
// used as soon as it is plugged in.
func TestHalfADevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		card := newSoundCard(net)
		card.half = errors.New("there is no microphone")
		alice, bob := newParty(t, net, "alice", aliceAddr), card.party(t, net, "bob", bobAddr)
		talk(alice, bob, at("bob", bobAddr))
		if !card.hears() {
			t.Error("nothing is heard without a microphone")
		}
		card.told(false) // of another one
		pass(time.Second)
		if !card.hears() {
			t.Error("nothing is heard any more")
		}
		if e := bob.last("audio-lost"); e.Text != "there is no microphone" {
			t.Errorf("told of %q", e.Text)
		}
		card.mu.Lock()
		card.half = nil
		card.mu.Unlock()
		card.told(false)
		pass(time.Second)
		if !card.hears() {
			t.Error("nothing is heard with a microphone")
		}
		told := slices.DeleteFunc(bob.told("call"), func(s string) bool { return s != "audio-lost" && s != "audio-back" })
		if !slices.Equal(told, []string{"audio-lost", "audio-back"}) {
			t.Errorf("told %v", told)
		}
	})
}

func TestVolume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		card := newSoundCard(net)
		alice, bob := newParty(t, net, "alice", aliceAddr), card.party(t, net, "bob", bobAddr)
		want := func(percent int, muted bool) {
			t.Helper()
			synctest.Wait()
			if v := bob.status().Volume; v == nil || v.Percent != percent || v.Muted != muted || v.Control != "mixer" {
				t.Errorf("the status says %+v", v)
			}
		}
		want(70, false)
		for _, test := range []struct {
			set     func() (actors.Volume, error)
			percent int
			muted   bool
		}{
			{func() (actors.Volume, error) { return bob.Volume(t.Context(), 40) }, 40, false},
			{func() (actors.Volume, error) { return bob.VolumeBy(t.Context(), 5) }, 45, false},
			{func() (actors.Volume, error) { return bob.VolumeBy(t.Context(), -90) }, 0, false},
			{func() (actors.Volume, error) { return bob.MuteSpeaker(t.Context(), true) }, 0, true},
			{func() (actors.Volume, error) { return bob.Volume(t.Context(), 300) }, 100, true},
		} {
			if v, err := test.set(); err != nil || v.Percent != test.percent || v.Muted != test.muted {
				t.Errorf("%+v, %v; want %d, %v", v, err, test.percent, test.muted)
			}
			want(test.percent, test.muted)
		}
		if _, err := alice.Volume(t.Context(), 1); err == nil {
			t.Error("a phone without a device has a volume")
		}
		// Another card, or one that has forgotten it, gets the volume anew.
		cardVolume{card}.SetVolume(actors.Volume{Percent: 1})
		talk(alice, bob, at("bob", bobAddr))
		pass(time.Second)
		if v, _ := (cardVolume{card}).Volume(); v.Percent != 100 || !v.Muted {
			t.Errorf("the opened card has %+v", v)
		}
	})
}

// TestPanicRinging lets the actors of ringing and of devices fail while it rings.
func TestPanicRinging(t *testing.T) {
	for _, apart := range []bool{false, true} {
		for _, test := range []struct {
			actor string
			msg   any
		}{
			{"/ringer", actors.PanicRinger}, {"/audio", actors.PanicAudio}, {"/ring-audio", actors.PanicAudio}, {"/devices", actors.RetryDevices},
		} {
			if test.actor == "/ring-audio" && !apart {
				continue
			}
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				card := newSoundCard(net)
				card.apart = apart
				alice, bob := newParty(t, net, "alice", aliceAddr), card.party(t, net, "bob", bobAddr)
				alice.dial(at("bob", bobAddr))
				pass(time.Second)
				bob.System().Root.Send(bob.find(test.actor), test.msg)
				pass(3 * time.Second)
				if got := bob.status().Counters.Panics; got != 1 {
					t.Errorf("%s: %d actors failed", test.actor, got)
				}
				if !card.now("ring") {
					t.Errorf("%s, apart %v: it doesn't ring any more", test.actor, apart)
				}
				bob.do(bob.Answer, "")
				pass(3 * time.Second)
				if card.now("ring") || !card.now("call") {
					t.Errorf("%s, apart %v: rings %v, talks %v", test.actor, apart, card.now("ring"), card.now("call"))
				}
			})
		}
	}
}
