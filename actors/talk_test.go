package actors_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors/simnet"
)

// digits gives the keys that the far end has pressed.
func (p *party) digits() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	for _, e := range p.events {
		b.WriteString(e.Digit)
	}
	return b.String()
}

// Two phones with sound hear each other, and each other's keys.
func TestTalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		alice, bob := newParty(t, net, "alice", aliceAddr), newParty(t, net, "bob", bobAddr)
		id := talk(alice, bob, at("bob", bobAddr))
		pass(time.Second)
		if c := alice.call(); c.Codec != "PCMU" {
			t.Errorf("a new call has codec %q", c.Codec)
		}
		if err := alice.DTMF(t.Context(), id, "12#A"); err != nil {
			t.Fatal(err)
		}
		if err := bob.DTMF(t.Context(), "", "0"); err != nil {
			t.Fatal(err)
		}
		pass(11 * time.Second)
		if got := bob.digits(); got != "12#A" {
			t.Errorf("bob heard the keys %q", got)
		}
		if got := alice.digits(); got != "0" {
			t.Errorf("alice heard the keys %q", got)
		}
		for _, p := range []*party{alice, bob} {
			c := p.call()
			if c.Codec != "PCMU" || c.Quality == nil || c.Quality.MOS < 4 || c.Quality.LostPackets != 0 || c.Quality.ReceivedPackets < 450 {
				t.Errorf("%s's call has codec %q and quality %+v", p.name, c.Codec, c.Quality)
			}
		}
		alice.do(alice.Hangup, id)
	})
}
