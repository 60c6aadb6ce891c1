package actors

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/asynkron/protoactor-go/actor"
	cmap "github.com/orcaman/concurrent-map"
	"github.com/rs/zerolog"
)

// newSystem starts an actor system that also works on 32-bit machines and
// logs through log.
//
// protoactor picks a bucket of its process registry by int(uint32 hash) % 1024,
// which is negative for half of all names where int has 32 bits, and panics
// (asynkron/protoactor-go issue 755). With a single bucket the remainder is
// always 0, so the two entries that exist by now move there. It also gives
// back the memory of 1023 buckets.
func newSystem(log zerolog.Logger) *actor.ActorSystem {
	oneShard()
	sys := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slogBridge{log})
	}))
	registry := sys.ProcessRegistry.LocalPIDs
	only := registry.LocalPIDs[0]
	for _, bucket := range registry.LocalPIDs[1:] {
		if bucket.IsEmpty() {
			continue // Items starts a goroutine for each of its maps
		}
		for id, process := range bucket.Items() {
			only.Set(id, process)
		}
	}
	registry.LocalPIDs = slices.Clone(registry.LocalPIDs[:1]) // a slice would hold on to all
	return sys
}

// oneShard lets protoactor's process registry start with 1024 maps and not with
// 32 times as many, which took a third of the phone's own time to start, most of
// it for the memory's first collection. How many is one number of the library
// for all maps, so it is set before the first one is made. More than one lock is
// of no use to a phone: an actor is looked up once for each PID that names it.
var oneShard = sync.OnceFunc(func() { cmap.SHARD_COUNT = 1 })

// slogBridge hands protoactor's own log records to zerolog. Its routine news
// (starts, dead letters of stopped actors) is debug detail here.
type slogBridge struct{ log zerolog.Logger }

func (b slogBridge) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || b.log.GetLevel() <= zerolog.DebugLevel
}

func (b slogBridge) Handle(_ context.Context, r slog.Record) error {
	event := b.log.Debug()
	if r.Level >= slog.LevelError {
		event = b.log.Error()
	} else if r.Level >= slog.LevelWarn {
		event = b.log.Warn()
	}
	r.Attrs(func(a slog.Attr) bool {
		// A lost message may hold credentials: its type is enough.
		if a.Key == "message" {
			event = event.Type(a.Key, a.Value.Any())
		} else {
			event = event.Str(a.Key, a.Value.String())
		}
		return true
	})
	event.Msg("actors: " + r.Message)
	return nil
}

func (b slogBridge) WithAttrs([]slog.Attr) slog.Handler { return b }

func (b slogBridge) WithGroup(string) slog.Handler { return b }
