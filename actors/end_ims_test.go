package actors_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/regevent"
)

// TestTheLogSaysWhatIsTrue: the subscription that ends with the registration is
// nothing to warn of, one that ends alone is.
func TestTheLogSaysWhatIsTrue(t *testing.T) {
	const lost = "not told of the registration's state"
	for name, c := range map[string]struct {
		state regevent.State
		event regevent.Event
		wants string
		not   string
	}{
		"with the registration": {regevent.Terminated, regevent.Deactivated, "the network asked for a new registration (deactivated)", lost},
		"alone":                 {regevent.Active, regevent.Registered, lost + ": the notifier ended the subscription: noresource", "the network"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				net := simnet.New()
				core := newIMSCore(t, net)
				alice := subscriber(t, net, aliceAddr, newSIM(t, 0), func(c *actors.Config) { c.Log = zerolog.New(zerolog.SyncWriter(&log)) })
				pass(time.Second)
				core.with(func() { core.notify(c.state, c.event, "terminated;reason=noresource") })
				pass(time.Second)
				alice.Stop(t.Context())
				if text := log.String(); !strings.Contains(text, c.wants) || strings.Contains(text, c.not) {
					t.Errorf("the log:\n%s", text)
				}
			})
		})
	}
}

// TestANetworkThatEndsEachRegistration gets few of them.
func TestANetworkThatEndsEachRegistration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		ended := uint32(0)
		// An hour, and until the registration that may just have come has its end.
		for i := 0; i < 3600 || i < 3610 && alice.account().State != "failed"; i++ {
			pass(time.Second)
			core.with(func() {
				if core.over.Gen != ended {
					ended = core.over.Gen
					core.notify(regevent.Terminated, regevent.Deactivated, "terminated;reason=noresource")
				}
			})
		}
		pass(time.Second)
		if n := len(core.requests()); n < 8 || n > 24 {
			t.Errorf("%d REGISTERs in an hour", n)
		}
		if a := alice.account(); a.State != "failed" || !strings.Contains(a.Text, "again and soon after") {
			t.Errorf("%s: %s", a.State, a.Text)
		}
		if n := alice.status().Counters.Unexpected; n != 0 {
			t.Errorf("%d unexpected events", n)
		}
	})
}

// TestFailingLinesKeepNoPorts: what a line had is free for the next one.
func TestFailingLinesKeepNoPorts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0), func(c *actors.Config) { c.FirstPort, c.LastPort = 31000, 31007 })
		for range 10 {
			pass(10 * time.Second)
			alice.System().Root.Send(alice.find("/line-alice"), actors.PanicLine)
		}
		pass(10 * time.Second)
		if a := alice.account(); a.State != "registered" {
			t.Errorf("%s: %s", a.State, a.Text)
		}
	})
}

// TestNothingIsRegisteredWhileThePhoneStops: its end doesn't wait for that.
func TestNothingIsRegisteredWhileThePhoneStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		core := newIMSCore(t, net)
		alice := subscriber(t, net, aliceAddr, newSIM(t, 0))
		pass(time.Second)
		core.with(func() { core.deaf = true })
		bound, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		go func() {
			time.Sleep(2 * time.Second)
			alice.Register(bound, "alice")
		}()
		start := time.Now()
		alice.Stop(bound)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}
