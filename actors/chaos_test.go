package actors_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/call"
)

// find gives the only actor whose name ends so.
func (p *party) find(suffix string) *actor.PID {
	p.t.Helper()
	var found []string
	for _, id := range p.System().ProcessRegistry.LocalPIDs.LocalPIDs[0].Keys() {
		if strings.HasSuffix(id, suffix) {
			found = append(found, id)
		}
	}
	if len(found) != 1 {
		p.t.Fatalf("the actors named …%s are %v", suffix, found)
	}
	return p.System().NewLocalPID(found[0])
}

// TestPanic lets an actor of each kind panic in a phone that is registered and
// has two calls: the first is held, the second active.
func TestPanic(t *testing.T) {
	for _, test := range []struct {
		actor string
		msg   any
		// bob has the first call, carol the second.
		bobLives, carolLives bool
		registersAgain       bool
	}{
		{"/audio", actors.PanicAudio, true, true, false},
		{"/line-alice", actors.PanicLine, true, true, true},
		{"/transport", actors.PanicTransport, true, true, true},
		{"/calls", actors.PanicCalls, false, false, false},
		{"/call-1", actors.PanicCall, false, true, false},
		{"/call-1/dialog-1", actors.PanicDialog, false, true, false},
		{"/call-1/stream-0", actors.PanicStream, false, true, false},
		{"/call-2", actors.PanicCall, true, false, false},
		{"/call-2/dialog-1", actors.PanicDialog, true, false, false},
		{"/call-2/stream-0", actors.PanicStream, true, false, false},
	} {
		t.Run(strings.TrimPrefix(test.actor, "/"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				net := simnet.New()
				r := newRegistrar(t, net)
				alice := newParty(t, net, "alice", aliceAddr, registering)
				bob := newParty(t, net, "bob", bobAddr)
				carol := newParty(t, net, "carol", carolAddr)
				pass(time.Second)
				talk(alice, bob, at("bob", bobAddr))
				talk(alice, carol, at("carol", carolAddr))
				alice.wantCalls(call.Held, call.Active)

				alice.System().Root.Send(alice.find(test.actor), test.msg)
				pass(5 * time.Second)

				if got := alice.status().Counters.Panics; got != 1 {
					t.Errorf("%d actors failed", got)
				}
				wantAlive(bob, test.bobLives)
				wantAlive(carol, test.carolLives)
				if got := len(r.registers()); got != 1 != test.registersAgain {
					t.Errorf("registered %d times", got)
				}
				if a := alice.status().Accounts[0]; a.State != "registered" {
					t.Errorf("the account is %s: %s", a.State, a.Text)
				}
				works(alice, bob, carol)
			})
		})
	}
}

// wantAlive tells whether a phone still has its call.
func wantAlive(p *party, lives bool) {
	p.t.Helper()
	if lives {
		p.wantCalls(call.Active)
		return
	}
	p.wantCalls()
	if e := p.last("ended"); e.ReasonName != "terminated" || e.Status != 0 {
		p.t.Errorf("%s's call ended with %d, %s: %s", p.name, e.Status, e.ReasonName, e.Text)
	}
}

// works hangs up what is left and makes one more call in each direction.
func works(alice, bob, carol *party) {
	alice.t.Helper()
	for _, c := range alice.status().Calls {
		alice.do(alice.Hangup, c.Call)
	}
	alice.wantCalls()
	bob.wantCalls()
	carol.wantCalls()
	talk(alice, bob, at("bob", bobAddr))
	talk(carol, alice, at("alice", aliceAddr))
	alice.wantCalls(call.Held, call.Active)
}

// The root's own panic is the end of the process: Died tells.
func TestRootPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := pair(t)
		talk(alice, bob, at("bob", bobAddr))
		alice.System().Root.Send(alice.Root(), actors.PanicPhone)
		synctest.Wait()
		select {
		case <-alice.Died():
		default:
			t.Error("nobody hears that the root has failed")
		}
		if _, err := alice.Status(t.Context()); err == nil {
			t.Error("a dead phone has a status")
		}
	})
}

// A transport that keeps failing is made anew each time, and the pauses in
// between stay short.
func TestManyPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		newRegistrar(t, net)
		alice := newParty(t, net, "alice", aliceAddr, registering)
		for i := range 30 {
			pass(6 * time.Second)
			alice.System().Root.Send(alice.find("/transport"), actors.PanicTransport)
			pass(10 * time.Second)
			if a := alice.status().Accounts[0]; a.State != "registered" {
				t.Fatalf("after %d failures the account is %s: %s", i+1, a.State, a.Text)
			}
		}
	})
}

func TestStopDeregisters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		r := newRegistrar(t, net)
		alice := newParty(t, net, "alice", aliceAddr, registering)
		bob := newParty(t, net, "bob", bobAddr)
		pass(time.Second)
		talk(alice, bob, at("bob", bobAddr))
		alice.Stop(t.Context())
		if got := r.registers(); !slices.Equal(got, []string{"3600", "0"}) {
			t.Errorf("the registrar was asked for %v s", got)
		}
		synctest.Wait()
		bob.wantCalls()
		if e := alice.last("unregistered"); e.Account != "alice" {
			t.Errorf("the account %q was unregistered", e.Account)
		}
	})
}

// Without a registrar a phone stops as well.
func TestStopUnregistered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice := newParty(t, simnet.New(), "alice", aliceAddr, registering)
		pass(time.Minute)
		if a := alice.status().Accounts[0]; a.State == "registered" {
			t.Error("registered with nobody")
		}
		begin := time.Now()
		alice.Stop(t.Context())
		if took := time.Since(begin); took > 35*time.Second {
			t.Errorf("stopping took %s", took)
		}
	})
}
