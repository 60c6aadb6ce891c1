package actors

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/reg"
)

// simActor is an account's SIM. It asks the card away from its mailbox, one
// question at a time.
type simActor struct {
	port SIMPort
	name string

	sim   SIM // nil until the first question
	busy  bool
	queue []authenticate
}

// authenticate asks the SIM; owner gets authenticated with the same id.
type (
	authenticate struct {
		owner  *actor.PID
		effect reg.Authenticate
	}
	authenticated struct {
		id   uint64
		keys aka.Keys
		err  error
	}
	// simDone is the end of a question, for the SIM itself.
	simDone struct{}
)

// simTime bounds one authentication: modems take their time.
const simTime = 15 * time.Second

var errSIMFailed = errors.New("the SIM's driver failed: see the log")

func (s *simActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case authenticate:
		s.queue = append(s.queue, msg)
	case simDone:
		s.busy = false
	default:
		return
	}
	for !s.busy && len(s.queue) > 0 {
		next := s.queue[0]
		s.queue = s.queue[1:]
		s.ask(ctx, next)
	}
}

func (s *simActor) ask(ctx actor.Context, q authenticate) {
	if s.sim == nil {
		sim, err := s.port.Open(s.name)
		if err != nil {
			ctx.Send(q.owner, authenticated{id: q.effect.ID, err: err})
			return
		}
		s.sim = sim
	}
	s.busy = true
	root, self, sim := ctx.ActorSystem().Root, ctx.Self(), s.sim
	go func() {
		bound, cancel := context.WithTimeout(context.Background(), simTime)
		defer cancel()
		keys, err := guarded(func() (aka.Keys, error) { return sim.Authenticate(bound, q.effect.RAND, q.effect.AUTN) })
		root.Send(q.owner, authenticated{q.effect.ID, keys, err})
		root.Send(self, simDone{})
	}()
}
