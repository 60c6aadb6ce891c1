package actors

import (
	"github.com/asynkron/protoactor-go/actor"
)

// ringerActor tells of incoming calls by sound. It asks for its device as a
// stream does: where that is the device of calls, a call that is answered takes
// it away.
type ringerActor struct {
	*env
	on      bool
	loop    *ringLoop     // plays; nil while it has no device
	yielded *acquireAudio // when it last had to give the device away
}

// Messages of the Ringer.
type (
	// ringing goes from Calls through the Phone to the Ringer.
	ringing struct{ on bool }
	// ringEnded is a loop's word that its device has failed.
	ringEnded struct {
		loop *ringLoop
		err  error
	}
)

// ringLoop is one run of the device goroutine: what its device gives, which is
// the sound of ringing, goes to its speaker.
type ringLoop struct{ stream AudioStream }

func (r *ringerActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case ringing:
		r.ring(ctx, msg.on)
	case audioGranted:
		r.granted(ctx, msg)
	case audioMissing:
		r.missing(msg.err)
	case audioRevoked:
		r.revoked(ctx, msg)
	case ringEnded:
		r.ended(ctx, msg)
	case audioRestarted:
		if r.on && r.loop == nil {
			r.acquire(ctx)
		}
	case *actor.Stopped:
		r.close()
	}
}

func (r *ringerActor) ring(ctx actor.Context, on bool) {
	if on == r.on {
		return
	}
	r.on = on
	if on {
		r.acquire(ctx)
	} else {
		r.stop(ctx)
	}
}

func (r *ringerActor) acquire(ctx actor.Context) {
	ctx.Send(r.ringDevice(), acquireAudio{owner: ctx.Self(), rate: ringRate, ring: true})
}

// stop lets the device go; what is still on its way to us is given back.
func (r *ringerActor) stop(ctx actor.Context) {
	r.close()
	ctx.Send(r.ringDevice(), releaseAudio{ctx.Self()})
}

// revoked lends the device to a call; if that is over before the ringing is, it
// goes on.
func (r *ringerActor) revoked(ctx actor.Context, msg audioRevoked) {
	r.yielded = msg.turn
	r.close()
	if r.on {
		ctx.Send(r.ringDevice(), yieldAudio(msg))
	}
}

func (r *ringerActor) close() {
	if r.loop != nil {
		closeAway(r.loop.stream)
		r.loop = nil
	}
}

func (r *ringerActor) granted(ctx actor.Context, msg audioGranted) {
	if !r.on || r.loop != nil || msg.turn == r.yielded {
		closeAway(msg.stream)
		return
	}
	root, self, l := ctx.ActorSystem().Root, ctx.Self(), &ringLoop{msg.stream}
	r.loop = l
	go func() {
		err := l.play()
		closeAway(l.stream)
		root.Send(self, ringEnded{l, err})
	}()
}

// play rings until the device fails or is closed.
func (l *ringLoop) play() error {
	pcm := make([]int16, samplesOf(ringRate))
	for {
		if err := l.stream.Read(pcm); err != nil {
			return err
		}
		if err := l.stream.Write(pcm); err != nil {
			return err
		}
	}
}

// missing says why it doesn't ring. The device is tried again meanwhile.
func (r *ringerActor) missing(err error) {
	r.Log.Warn().Err(err).Msg("no audio device to ring on")
	r.bus.publish(Event{Class: "phone", Type: "ring-lost", Text: err.Error()})
}

// ended asks for a device that has failed anew.
func (r *ringerActor) ended(ctx actor.Context, msg ringEnded) {
	if r.loop != msg.loop {
		return // we have closed it ourselves
	}
	r.Log.Warn().Err(msg.err).Msg("the audio device to ring on failed")
	r.stop(ctx)
	r.acquire(ctx)
}

// ringDevice is the Audio actor of the device to ring on.
func (e *env) ringDevice() *actor.PID {
	if e.ports.Ring.Shared() {
		return e.audio.Load()
	}
	return e.ringAudio.Load()
}
