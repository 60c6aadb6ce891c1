package actors

import "github.com/asynkron/protoactor-go/actor"

func (p *phoneActor) spawnDevices(ctx actor.Context) {
	if env := p.env; env.ports.Hotplug != nil {
		p.devices = spawn(ctx, func() actor.Actor { return &devicesActor{env: env} }, "devices")
	}
}

// spawnRingAudio starts an Audio actor for a device that only rings.
func (p *phoneActor) spawnRingAudio(ctx actor.Context) {
	env := p.env
	if env.ports.Ring == nil || env.ports.Ring.Shared() {
		return
	}
	p.ringAudio = spawn(ctx, func() actor.Actor { return newAudioActor(env) }, "ring-audio")
	env.ringAudio.Store(p.ringAudio)
}

// spawnRinger starts the Ringer, which goes on with what the one before did.
func (p *phoneActor) spawnRinger(ctx actor.Context) {
	if env := p.env; env.ports.Ring != nil {
		p.ringer = spawn(ctx, func() actor.Actor { return &ringerActor{env: env} }, "ringer")
		p.tellRinger(ctx, p.ringing)
	}
}

func (p *phoneActor) ring(ctx actor.Context, msg ringing) {
	p.ringing = msg
	p.tellRinger(ctx, msg)
}

func (p *phoneActor) tellRinger(ctx actor.Context, msg any) {
	if p.ringer != nil {
		ctx.Send(p.ringer, msg)
	}
}

// deviceChanged tells who has devices of the kind.
func (p *phoneActor) deviceChanged(ctx actor.Context, msg deviceChanged) {
	ctx.Send(p.audio, msg)
	if p.camera != nil {
		ctx.Send(p.camera, msg)
	}
	if p.ringAudio != nil {
		ctx.Send(p.ringAudio, msg)
	}
}
