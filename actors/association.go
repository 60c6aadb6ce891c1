package actors

import (
	"context"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/protocol/secagree"
)

// associationActor is one set of SAs: it has them installed, keeps their hard
// lifetime, and looks after them. It is never restarted: its parent removes the
// SAs and the Line registers anew.
type associationActor struct {
	socket ProtectedSocket
	create secagree.Create
	order  installOrder
	log    zerolog.Logger
	check  *time.Timer
}

// extendAssociation sets the SAs' hard lifetime, from now.
type extendAssociation struct{ lifetime time.Duration }

// Messages of an Association to itself.
type (
	associationInstalled struct{ err error }
	checkAssociation     struct{}
)

const (
	// installTime bounds the installation of a set. The kernel of a small board
	// takes seconds for the first one: it loads the algorithms and tests them. The
	// network waits for minutes (reg-await-auth, TS 24.229 §5.4.1.2).
	installTime = 30 * time.Second
	// checkInterval is the pause between two looks at whether the SAs are still
	// there: somebody may have flushed them.
	checkInterval = time.Minute
)

func newAssociationActor(socket ProtectedSocket, create secagree.Create, order installOrder, log zerolog.Logger) *associationActor {
	return &associationActor{socket: socket, create: create, order: order, log: log.With().Uint32("set", create.Gen).Logger()}
}

func (a *associationActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		a.install(ctx)
	case *actor.Stopped:
		if a.check != nil {
			a.check.Stop()
		}
	case associationInstalled:
		a.installed(ctx, msg.err)
	case extendAssociation:
		if err := a.socket.Extend(a.create.Gen, msg.lifetime); err != nil {
			a.log.Warn().Err(err).Msg("can't extend the security associations")
			ctx.Send(ctx.Parent(), setLost{a.create.Gen, err})
		}
	case checkAssociation:
		a.look(ctx)
	}
}

// install talks to the kernel away from the mailbox.
func (a *associationActor) install(ctx actor.Context) {
	root, self := ctx.ActorSystem().Root, ctx.Self()
	socket, create, order := a.socket, a.create, a.order
	go func() {
		defer close(order.settled)
		bound, cancel := context.WithTimeout(context.Background(), installTime)
		defer cancel()
		if order.removed != nil {
			select {
			case <-order.removed:
			case <-bound.Done(): // Install says what is in its way
			}
		}
		_, err := guarded(func() (struct{}, error) {
			return struct{}{}, socket.Install(bound, create.Gen, create.Set, create.Lifetime)
		})
		root.Send(self, associationInstalled{err})
	}()
}

func (a *associationActor) installed(ctx actor.Context, err error) {
	if err == nil {
		s := a.create.Set
		a.log.Info().Stringer("suite", s.Suite).Stringer("mode", s.Mode).Msg("security associations installed")
		a.check = after(ctx, checkInterval, checkAssociation{})
	}
	ctx.Send(ctx.Parent(), setInstalled{a.create.Gen, err})
}

// look finds out whether the SAs are still there.
func (a *associationActor) look(ctx actor.Context) {
	if _, err := a.socket.Counters(a.create.Gen); err != nil {
		ctx.Send(ctx.Parent(), setLost{a.create.Gen, fmt.Errorf("the security associations are gone: %w", err)})
		return
	}
	a.check = after(ctx, checkInterval, checkAssociation{})
}
