package actors

import (
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// audioActor owns a sound device. One stream, or the ringer, has it at a time;
// the latest to ask gets it, once the one before has let go. A device that can't
// be opened is tried again while somebody wants it, and at once when a device
// was plugged in.
type audioActor struct {
	*env
	holder  *actor.PID
	next    *acquireAudio // waits for the holder to let go
	opening bool
	wanted  *acquireAudio // is being opened for
	lent    *lease        // not closed yet
	tries   attempts
	volume  *Volume // as the user has set it; nil leaves the device's own
}

// Messages of the Audio actor.
type (
	// acquireAudio asks for the device at rate Hz; owner gets audioGranted,
	// and audioMissing as long as it can't be opened. ring is for ringing.
	acquireAudio struct {
		owner *actor.PID
		rate  int
		ring  bool
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
		req    *acquireAudio
		err    error
	}
	// leaseEnded says that a device was really closed: not before can it be
	// opened anew.
	leaseEnded struct{ lease *lease }
	retryAudio struct{}
	// audioRestarted goes down to the streams after a failure of the actor:
	// those that waited for the device ask again.
	audioRestarted struct{}
)

// lease is an open device in the hands of its holder.
type lease struct {
	AudioStream
	owner   *actor.PID
	closing atomic.Bool
	closed  func(*lease) // tells the Audio actor
}

// Close closes the device, the first time.
func (l *lease) Close() error {
	if l.closing.Swap(true) {
		return nil
	}
	err := l.AudioStream.Close()
	l.closed(l)
	return err
}

func newAudioActor(e *env) *audioActor { return &audioActor{env: e} }

func (a *audioActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		a.tellVolume(ctx)
	case *actor.Stopping:
		a.tries.stop()
	case acquireAudio:
		ctx.Watch(msg.owner)
		a.acquire(ctx, msg)
	case releaseAudio:
		a.release(ctx, msg.owner)
	case *actor.Terminated:
		a.abandon(msg.Who)
		a.release(ctx, msg.Who)
	case audioOpened:
		a.opened(ctx, msg)
	case leaseEnded:
		a.returned(ctx, msg.lease)
	case retryAudio:
		a.open(ctx)
	case deviceChanged:
		a.deviceChanged(ctx, msg.change)
	case volumeCommand:
		a.changeVolume(ctx, msg)
	case volumeChanged:
		a.volumeChanged(ctx, msg)
	}
}

func (a *audioActor) acquire(ctx actor.Context, req acquireAudio) {
	if a.holder != nil && !a.holder.Equal(req.owner) {
		a.next = &req
		ctx.Send(a.holder, audioRevoked{})
		return
	}
	a.holder, a.wanted = req.owner, &req
	a.tries.begin()
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

// abandon closes what a holder that failed may have left open.
func (a *audioActor) abandon(owner *actor.PID) {
	if a.lent != nil && a.lent.owner.Equal(owner) {
		closeAway(a.lent)
	}
}

// returned goes on with who waits for a device that is closed now.
func (a *audioActor) returned(ctx actor.Context, l *lease) {
	if a.lent == l {
		a.lent = nil
	}
	a.open(ctx)
}

// open opens the device away from the mailbox, as a driver may hang; but not
// before it was closed, as many a device can be open only once.
func (a *audioActor) open(ctx actor.Context) {
	if a.opening || a.wanted == nil || a.lent != nil {
		return
	}
	a.opening = true
	a.tries.stop()
	root, self, req, open := ctx.ActorSystem().Root, ctx.Self(), a.wanted, a.ports.Audio.Open
	if req.ring {
		open = a.ports.Ring.Open
	}
	go func() {
		stream, err := guarded(func() (AudioStream, error) { return open(req.rate, frameTime) })
		root.Send(self, audioOpened{stream, req, err})
	}()
}

func (a *audioActor) opened(ctx actor.Context, msg audioOpened) {
	a.opening = false
	if msg.err != nil {
		a.failed(ctx, msg)
		return
	}
	root, self := ctx.ActorSystem().Root, ctx.Self()
	a.lent = &lease{AudioStream: msg.stream, owner: msg.req.owner, closed: func(l *lease) { root.Send(self, leaseEnded{l}) }}
	if a.wanted != msg.req {
		closeAway(a.lent) // wanted otherwise, or not at all, meanwhile
		return
	}
	a.wanted = nil
	a.keepVolume(ctx)
	ctx.Send(msg.req.owner, audioGranted{a.lent, msg.req.rate})
}

// failed tells the owner once, and tries again later.
func (a *audioActor) failed(ctx actor.Context, msg audioOpened) {
	if a.wanted != msg.req {
		a.open(ctx)
		return
	}
	if a.tries.failed(ctx, retryAudio{}) {
		ctx.Send(a.wanted.owner, audioMissing{msg.err})
	}
}

// deviceChanged tries at once when a sound device has come.
func (a *audioActor) deviceChanged(ctx actor.Context, change DeviceChange) {
	if change.Subsystem == soundSubsystem && !change.Removed {
		a.tries.plugged()
		a.open(ctx)
	}
}

// soundSubsystem is the kernel's name for sound devices.
const soundSubsystem = "sound"

// closeAway closes a device without waiting for its driver.
func closeAway(s AudioStream) { go s.Close() }
