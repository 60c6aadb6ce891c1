package actors

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

type idle struct{ started *sync.WaitGroup }

func (i idle) Receive(ctx actor.Context) {
	if _, ok := ctx.Message().(*actor.Started); ok {
		i.started.Done()
	}
}

// A process registry of many buckets panics at half of all names where int has
// 32 bits: this test means something under GOARCH=arm or 386.
func TestManyActors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := newSystem(zerolog.Nop())
		if n := cap(sys.ProcessRegistry.LocalPIDs.LocalPIDs); n != 1 {
			t.Errorf("%d buckets", n)
		}
		const many = 2000
		var started sync.WaitGroup
		started.Add(many)
		pids := make([]*actor.PID, many)
		for i := range pids {
			pids[i] = sys.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return idle{&started} }))
		}
		started.Wait()
		for _, pid := range pids {
			if _, ok := sys.ProcessRegistry.Get(pid); !ok {
				t.Fatalf("%s isn't registered", pid.Id)
			}
			sys.Root.Stop(pid)
		}
		synctest.Wait()
		for _, pid := range pids {
			if _, ok := sys.ProcessRegistry.Get(pid); ok {
				t.Fatalf("%s is still registered", pid.Id)
			}
		}
		sys.Shutdown() // a goroutine that stays would fail the bubble
	})
}

// A system that starts with 32 maps for each of 1024 buckets takes as long as the
// rest of the phone.
func TestSystemStartsSmall(t *testing.T) {
	sys := newSystem(zerolog.Nop())
	defer sys.Shutdown()
	if n := len(sys.ProcessRegistry.LocalPIDs.LocalPIDs[0]); n != 1 {
		t.Errorf("%d maps in a bucket", n)
	}
}

// The processes that exist from the start survive the move.
func TestSystemProcesses(t *testing.T) {
	sys := newSystem(zerolog.Nop())
	defer sys.Shutdown()
	if items := sys.ProcessRegistry.LocalPIDs.LocalPIDs[0].Keys(); len(items) != 2 {
		t.Errorf("the registry has %v", items)
	}
	for _, name := range []string{"eventstream", "deadletter"} {
		if _, ok := sys.ProcessRegistry.GetLocal(name); !ok {
			t.Errorf("%s is gone", name)
		}
	}
}
