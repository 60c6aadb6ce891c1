package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// audioActor owns the sound device. One stream has it at a time; the latest to
// ask gets it, once the one before has let go. A device that can't be opened
// is tried again while somebody wants it.
type audioActor struct {
	*env
	holder  *actor.PID
	next    *acquireAudio // waits for the holder to let go
	opening bool
	wanted  *acquireAudio // is being opened for
	fails   int
}

// Messages of the Audio actor.
type (
	// acquireAudio asks for the device at rate Hz; owner gets audioGranted,
	// and audioMissing as long as it can't be opened.
	acquireAudio struct {
		owner *actor.PID
		rate  int
	}
	// releaseAudio says that owner has closed the device, or needs none.
	releaseAudio struct{ owner *actor.PID }
	audioGranted struct {
		stream AudioStream
		rate   int
	}
	audioMissing struct{ err error }
	// audioRevoked asks the holder to close the device and release it.
	audioRevoked struct{}
	audioOpened  struct {
		stream AudioStream
		rate   int
		err    error
	}
	retryAudio struct{}
	// audioRestarted goes down to the streams after a failure of the actor:
	// those that waited for the device ask again.
	audioRestarted struct{}
)

func newAudioActor(e *env) *audioActor { return &audioActor{env: e} }

func (a *audioActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case acquireAudio:
		ctx.Watch(msg.owner)
		a.acquire(ctx, msg)
	case releaseAudio:
		a.release(ctx, msg.owner)
	case *actor.Terminated:
		a.release(ctx, msg.Who)
	case audioOpened:
		a.opened(ctx, msg)
	case retryAudio:
		a.open(ctx)
	}
}

func (a *audioActor) acquire(ctx actor.Context, req acquireAudio) {
	if a.holder != nil && !a.holder.Equal(req.owner) {
		a.next = &req
		ctx.Send(a.holder, audioRevoked{})
		return
	}
	a.holder, a.wanted, a.fails = req.owner, &req, 0
	a.open(ctx)
}

func (a *audioActor) release(ctx actor.Context, owner *actor.PID) {
	if a.next != nil && a.next.owner.Equal(owner) {
		a.next = nil
	}
	if a.holder == nil || !a.holder.Equal(owner) {
		return
	}
	a.holder, a.wanted = nil, nil
	if next := a.next; next != nil {
		a.next = nil
		a.acquire(ctx, *next)
	}
}

// open opens the device away from the mailbox: a driver may hang.
func (a *audioActor) open(ctx actor.Context) {
	if a.opening || a.wanted == nil {
		return
	}
	a.opening = true
	root, self, rate, port := ctx.ActorSystem().Root, ctx.Self(), a.wanted.rate, a.ports.Audio
	go func() {
		stream, err := port.Open(rate, frameTime)
		root.Send(self, audioOpened{stream, rate, err})
	}()
}

// maxAudioRetry is how long the phone waits at most before it looks for a
// missing device again.
const maxAudioRetry = 2 * time.Second

func (a *audioActor) opened(ctx actor.Context, msg audioOpened) {
	a.opening = false
	if a.wanted == nil || a.wanted.rate != msg.rate {
		if msg.err == nil {
			closeAway(msg.stream)
		}
		a.open(ctx)
		return
	}
	if msg.err != nil {
		if a.fails == 0 {
			ctx.Send(a.wanted.owner, audioMissing{msg.err})
		}
		a.fails++
		after(ctx, min(restartDelay(a.fails), maxAudioRetry), retryAudio{})
		return
	}
	ctx.Send(a.wanted.owner, audioGranted{msg.stream, a.wanted.rate})
	a.wanted = nil
}

// closeAway closes a device without waiting for its driver.
func closeAway(s AudioStream) { go s.Close() }
