package actors

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"
)

// cameraActor owns the camera. One stream has it at a time; the latest to ask
// gets it, once the one before has let go. A camera that can't be opened is
// tried again while somebody wants it, and at once when a camera was plugged in.
// Pictures never come here.
type cameraActor struct {
	*env
	holder  *actor.PID
	next    *actor.PID // waits for the holder to let go
	opening bool
	wanted  bool         // the holder has no camera yet
	lent    *cameraLease // until it is given back
	tries   attempts
}

// cameraLease is an open camera in the hands of its holder.
type cameraLease struct {
	Camera
	owner *actor.PID
	close func() error
}

func lendCamera(c Camera, to *actor.PID) *cameraLease {
	return &cameraLease{c, to, sync.OnceValue(c.Close)}
}

// Close closes the camera, the first time.
func (l *cameraLease) Close() error { return l.close() }

// Messages of the Camera actor.
type (
	// acquireCamera asks for the camera; owner gets cameraGranted, and
	// cameraMissing as long as it can't be opened.
	acquireCamera struct{ owner *actor.PID }
	// releaseCamera says that owner has closed the camera, or needs none.
	releaseCamera struct{ owner *actor.PID }
	cameraGranted struct{ camera Camera }
	cameraMissing struct{ err error }
	// cameraRevoked asks the holder to close the camera and release it.
	cameraRevoked struct{}
	cameraOpened  struct {
		camera Camera
		err    error
	}
	retryCamera struct{}
	// cameraRestarted goes down to the streams after a failure of the actor:
	// those that waited for the camera ask again.
	cameraRestarted struct{}
)

func newCameraActor(e *env) *cameraActor { return &cameraActor{env: e} }

func (a *cameraActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Stopping:
		a.tries.stop()
	case acquireCamera:
		ctx.Watch(msg.owner)
		a.acquire(ctx, msg.owner)
	case releaseCamera:
		a.release(ctx, msg.owner)
	case *actor.Terminated:
		a.abandon(msg.Who)
		a.release(ctx, msg.Who)
	case cameraOpened:
		a.opened(ctx, msg)
	case retryCamera:
		a.open(ctx)
	case deviceChanged:
		a.deviceChanged(ctx, msg.change)
	}
}

func (a *cameraActor) acquire(ctx actor.Context, owner *actor.PID) {
	if a.holder != nil && !a.holder.Equal(owner) {
		if a.next != nil && !a.next.Equal(owner) {
			ctx.Send(a.next, cameraRevoked{}) // it goes on without, as if it had had it
		}
		a.next = owner
		ctx.Send(a.holder, cameraRevoked{})
		return
	}
	a.holder, a.wanted = owner, true
	a.tries.begin()
	a.open(ctx)
}

func (a *cameraActor) release(ctx actor.Context, owner *actor.PID) {
	if a.next != nil && a.next.Equal(owner) {
		a.next = nil
	}
	if a.holder == nil || !a.holder.Equal(owner) {
		return
	}
	a.holder, a.lent, a.wanted = nil, nil, false
	if next := a.next; next != nil {
		a.next = nil
		a.acquire(ctx, next)
	}
}

// abandon closes what a holder that failed may have left open: it may not even have
// come to know that it has it.
func (a *cameraActor) abandon(owner *actor.PID) {
	if a.lent != nil && a.lent.owner.Equal(owner) {
		closeCamera(a.lent)
	}
}

// open opens the camera away from the mailbox: a driver may hang.
func (a *cameraActor) open(ctx actor.Context) {
	if a.opening || !a.wanted {
		return
	}
	a.opening = true
	a.tries.stop()
	root, self, wish, port := ctx.ActorSystem().Root, ctx.Self(), a.media.Video.Wish, a.ports.Video
	go func() {
		camera, err := guarded(func() (Camera, error) { return port.OpenCamera(wish) })
		root.Send(self, cameraOpened{camera, err})
	}()
}

func (a *cameraActor) opened(ctx actor.Context, msg cameraOpened) {
	a.opening = false
	switch {
	case !a.wanted && msg.err == nil:
		closeCamera(msg.camera)
	case !a.wanted:
	case msg.err != nil:
		if a.tries.failed(ctx, retryCamera{}) {
			ctx.Send(a.holder, cameraMissing{msg.err})
		}
	default:
		a.wanted = false
		a.lent = lendCamera(msg.camera, a.holder)
		ctx.Send(a.holder, cameraGranted{a.lent})
	}
}

// deviceChanged tries at once when a camera has come.
func (a *cameraActor) deviceChanged(ctx actor.Context, change DeviceChange) {
	if change.Subsystem == cameraSubsystem && !change.Removed {
		a.tries.plugged()
		a.open(ctx)
	}
}

// cameraSubsystem is the kernel's name for cameras, among others.
const cameraSubsystem = "video4linux"

// closeCamera closes a camera without waiting for its driver.
func closeCamera(c Camera) { go c.Close() }
