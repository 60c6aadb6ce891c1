package actors

import (
	"fmt"
	"io"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/transport"
)

// linkActor watches the machine's network and sleep for the lines.
type linkActor struct {
	*env
	watch io.Closer
}

// linkChanged goes from the Link through the Phone to the lines.
type linkChanged struct{ change LinkChange }

// Messages of the Link to itself, and of a Line to its Transport.
type (
	retryLink struct{}
	// checkAddress asks whether flow still leaves from its own address; the Line
	// gets addressLost where it doesn't.
	checkAddress struct{ flow transport.Flow }
	addressLost  struct{ err error }
)

// linkRetry is the pause before the network is tried to be watched again.
const linkRetry = 30 * time.Second

func (l *linkActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started, retryLink:
		l.start(ctx)
	case *actor.Stopped:
		if l.watch != nil {
			l.watch.Close()
		}
	case linkChanged:
		ctx.Send(ctx.Parent(), msg)
	}
}

func (l *linkActor) start(ctx actor.Context) {
	root, self := ctx.ActorSystem().Root, ctx.Self()
	watch, err := l.ports.Link.Watch(func(c LinkChange) { root.Send(self, linkChanged{c}) })
	if err != nil {
		l.Log.Warn().Err(err).Msg("can't watch the network: a change of address will be noticed late")
		after(ctx, linkRetry, retryLink{})
		return
	}
	l.watch = watch
}

// checkAddress compares the address that packets leave from now. Where there is
// no way at all nothing is lost yet: it may come back as it was.
func (t *transportActor) checkAddress(ctx actor.Context, flow transport.Flow) {
	if t.socket == nil || !flow.Remote.IsValid() {
		return
	}
	now := t.socket.LocalFor(flow.Remote.Addr())
	if !now.IsValid() || now.Unmap() == flow.Local.Addr().Unmap() {
		return
	}
	for _, r := range t.routes {
		if r.state == routeUp && r.gen == 0 {
			delete(t.routes, r.hop)
		}
	}
	ctx.Send(ctx.Parent(), addressLost{fmt.Errorf("our address changed from %s to %s", flow.Local.Addr(), now)})
}
