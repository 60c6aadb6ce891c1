package actors

import (
	"slices"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
)

// audioActor owns a sound device. One stream, or the ringer, has it at a time:
// the latest to ask, once the one before has let go, who gets it back afterwards
// if he still wants it. A device that can't be opened is tried again while
// somebody wants it, and at once when a device was plugged in.
type audioActor struct {
	*env
	wants   []acquireAudio // of all who want it, the latest last
	turn    *acquireAudio  // of the holder, who has it or whom it is opened for
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
	// yieldAudio says that the holder has closed the device for somebody else's
	// sake, and wants it back afterwards.
	yieldAudio struct{ turn *acquireAudio }
	// audioGranted gives the device to who has asked. turn tells this time from
	// others.
	audioGranted struct {
		stream AudioStream
		turn   *acquireAudio
		half   error // says what of it is missing; nil for nothing
	}
	audioMissing struct{ err error }
	// audioRevoked asks the holder to close the device, also one that is still on
	// its way to him, and to yield it.
	audioRevoked struct{ turn *acquireAudio }
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
	half    error // says what of it is missing; nil for nothing
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
	case yieldAudio:
		if msg.turn == a.turn {
			a.pass(ctx)
		}
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
	case retryVolume:
		a.tryVolume(ctx, msg.pauses)
	case volumeChanged:
		a.volumeChanged(ctx, msg)
	}
}

// acquire takes a request. Who asks once more, as his rate is another one now or
// his device has failed, keeps his place.
func (a *audioActor) acquire(ctx actor.Context, req acquireAudio) {
	i := a.wish(req.owner)
	if i < 0 {
		i = len(a.wants)
		a.wants = append(a.wants, req)
	}
	a.wants[i] = req
	switch {
	case i != len(a.wants)-1:
	case a.turn == nil || a.holds(req.owner):
		a.serve(ctx)
	default:
		a.revoke(ctx)
	}
}

// holds tells whether it is somebody's turn.
func (a *audioActor) holds(owner *actor.PID) bool { return a.turn != nil && a.turn.owner.Equal(owner) }

// revoke asks the holder for the device.
func (a *audioActor) revoke(ctx actor.Context) { ctx.Send(a.turn.owner, audioRevoked{a.turn}) }

// wish gives the index of somebody's request in wants, -1 for none.
func (a *audioActor) wish(owner *actor.PID) int {
	return slices.IndexFunc(a.wants, func(w acquireAudio) bool { return w.owner.Equal(owner) })
}

// serve opens the device for who asked last.
func (a *audioActor) serve(ctx actor.Context) {
	req := a.wants[len(a.wants)-1]
	a.turn, a.wanted = &req, &req
	a.tries.begin()
	a.open(ctx)
}

// release forgets who doesn't want the device any more.
func (a *audioActor) release(ctx actor.Context, owner *actor.PID) {
	if i := a.wish(owner); i >= 0 {
		a.wants = slices.Delete(a.wants, i, i+1)
	}
	if a.holds(owner) {
		a.pass(ctx)
	}
}

// pass ends the holder's turn: the next one gets the device.
func (a *audioActor) pass(ctx actor.Context) {
	a.turn, a.wanted = nil, nil
	if len(a.wants) > 0 {
		a.serve(ctx)
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
	if msg.stream == nil {
		a.failed(ctx, msg)
		return
	}
	root, self := ctx.ActorSystem().Root, ctx.Self()
	a.lent = &lease{AudioStream: msg.stream, owner: msg.req.owner, half: msg.err, closed: func(l *lease) { root.Send(self, leaseEnded{l}) }}
	if a.wanted != msg.req {
		closeAway(a.lent) // wanted otherwise, or not at all, meanwhile
		return
	}
	a.wanted = nil
	a.keepVolume(ctx)
	ctx.Send(msg.req.owner, audioGranted{a.lent, msg.req, msg.err})
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

// deviceChanged tries at once when a sound device has come, also where half of one
// is in use.
func (a *audioActor) deviceChanged(ctx actor.Context, change DeviceChange) {
	if change.Subsystem != soundSubsystem || change.Removed {
		return
	}
	a.tries.plugged()
	if l := a.lent; l != nil && l.half != nil && a.holds(l.owner) {
		a.revoke(ctx)
	}
	a.open(ctx)
}

// soundSubsystem is the kernel's name for sound devices.
const soundSubsystem = "sound"

// closeAway closes a device without waiting for its driver.
func closeAway(s AudioStream) { go s.Close() }
