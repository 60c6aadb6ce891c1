package actors

import (
	"errors"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/reg"
)

// spawnSIM makes the actor of the account's SIM.
func (l *lineActor) spawnSIM(ctx actor.Context) {
	if l.ims == nil || l.account.IMS.SIM == "" {
		return
	}
	port, name := l.ports.SIM, l.account.IMS.SIM
	l.ims.sim = spawn(ctx, func() actor.Actor { return &simActor{port: port, name: name} }, "sim")
}

// askSIM passes a challenge on.
func (l *lineActor) askSIM(ctx actor.Context, e reg.Authenticate) {
	if l.ims.sim == nil {
		ctx.Send(ctx.Self(), authenticated{id: e.ID, err: errNoSIM})
		return
	}
	l.ims.asked = e.ID
	ctx.Send(l.ims.sim, authenticate{ctx.Self(), e})
}

var errNoSIM = errors.New("the account has no SIM: set sim")
