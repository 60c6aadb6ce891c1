package lab_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/call"
)

// The soak runs for days of virtual time: two, or thirty where IMSPHONE_SOAK
// says "30d". Lines refresh every ten minutes, and there is a call every half
// an hour.
const (
	shortSoak = 2
	longSoak  = 30
	callEvery = 30 * time.Minute
	lossRate  = 0.05
)

func soakDays() int {
	if os.Getenv("IMSPHONE_SOAK") == "30d" {
		return longSoak
	}
	return shortSoak
}

// lossy loses a share of the packets, the same ones in each run as far as the
// packets come in the same order.
func lossy(share float64) func([]byte) bool {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	return func([]byte) bool {
		mu.Lock()
		defer mu.Unlock()
		return random.Float64() < share
	}
}

// usage is what must not grow.
type usage struct {
	goroutines              int
	heap                    uint64 // bytes
	forks, branches, nonces int
}

// The room for growth between two checkpoints, which are at the same moment of
// the refresh cycle: the garbage collector and the runtime have some of their
// own.
const (
	moreGoroutines = 8
	moreHeap       = 256 << 10
)

func (w *world) usage() usage {
	synctest.Wait()
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	u := usage{goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc}
	u.forks, u.branches, u.nonces = w.server.Held()
	return u
}

// check tells what has grown since u.
func (u usage) check(now usage) error {
	switch {
	case now.goroutines > u.goroutines+moreGoroutines:
		return fmt.Errorf("goroutines grew from %d to %d", u.goroutines, now.goroutines)
	case now.heap > u.heap+moreHeap:
		return fmt.Errorf("the heap grew from %d to %d bytes", u.heap, now.heap)
	case now.forks > 0 || now.branches > 0:
		return fmt.Errorf("the proxy still holds %d requests and %d branches", now.forks, now.branches)
	case now.nonces > u.nonces+8:
		return fmt.Errorf("nonces grew from %d to %d", u.nonces, now.nonces)
	}
	return nil
}

// patience is how long an answer may take under losses, and the end of a call with
// what comes late: 64·T1 each.
type patience struct{ answer, end time.Duration }

var (
	plainPatience = patience{40 * time.Second, 80 * time.Second}
	imsPatience   = patience{150 * time.Second, 300 * time.Second}
)

// shortCall is one call with a random length from a phone to another: all of
// it must work in spite of the losses.
func shortCall(from, to *party, talk time.Duration, patience patience) {
	from.t.Helper()
	from.dial(to.name)
	pass(patience.answer)
	from.want(call.Active)
	to.want(call.Active)
	pass(talk)
	from.do(from.Hangup)
	pass(patience.end)
	from.want(call.Terminated)
	to.want(call.Terminated)
}

func TestSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.net.Lose = lossy(lossRate)
		answers := func(a *actors.AccountConfig) { a.AutoAnswer, a.AnswerDelay = true, 2*time.Second }
		alice := w.phone("alice", "wonder", aliceAddr, answers)
		bob := w.phone("bob", "builder", bobAddr, answers)
		w.soak(alice, bob, plainPatience)
	})
}

// TestIMSSoak does the same in an IMS, whose sets of SAs are renewed all the time.
func TestIMSSoak(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCore(t)
		c.net.Lose = lossy(lossRate)
		answers := func(a *actors.AccountConfig) { a.AutoAnswer, a.AnswerDelay = true, 2*time.Second }
		alice, bob := c.subscriber("alice", aliceAddr, answers), c.subscriber("bob", bobAddr, answers)
		c.soak(alice, bob, imsPatience)
		if n := c.sets.Sets(); n > 4 {
			t.Errorf("in the end the P-CSCF has %d sets", n)
		}
	})
}

// soak lets two phones call each other for days.
func (w *world) soak(alice, bob *party, patience patience) {
	t := w.t
	t.Helper()
	pass(5 * time.Minute)
	var base usage
	calls := soakDays() * int(24*time.Hour/callEvery)
	for i := range calls {
		begin := time.Now()
		from, to := alice, bob
		if i%2 == 1 {
			from, to = bob, alice
		}
		shortCall(from, to, time.Duration(i%120)*time.Second, patience)
		if t.Failed() {
			t.Fatalf("call %d of %d failed", i+1, calls)
		}
		pass(callEvery - time.Since(begin))
		switch now := w.usage(); {
		case i == calls/10: // all has happened once
			base = now
		case i > calls/10:
			if err := base.check(now); err != nil {
				t.Fatalf("after %d of %d calls %v", i+1, calls, err)
			}
		}
	}
	for _, p := range []*party{alice, bob} {
		if s := p.status(); s.Accounts[0].State != "registered" || s.Counters.Panics != 0 || s.Counters.Malformed != 0 || s.Counters.Overload != 0 {
			t.Errorf("in the end %s is %+v", p.name, s)
		}
	}
}
