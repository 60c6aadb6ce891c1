package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/call"
)

// Phone is a running phone. Its methods may be used from any goroutine; they
// are the only way into the tree.
type Phone struct {
	sys  *actor.ActorSystem
	env  *env
	root *actor.PID
	bus  *bus
	// died is closed when the root actor is gone.
	died chan struct{}
	once sync.Once // shuts the actor system down
}

// Start starts the phone's tree. Ports must all be there. The phone registers
// by itself; Subscribe tells what becomes of it.
func Start(cfg Config, ports Ports) *Phone {
	if cfg.MaxCalls == 0 {
		cfg.MaxCalls = 4
	}
	sys := newSystem(cfg.Log)
	if cfg.FirstPort == 0 {
		cfg.FirstPort, cfg.LastPort = 30000, 32767
	}
	e := &env{Config: cfg, media: cfg.Media, ports: ports, bus: newBus(), counters: &counters{},
		allocator: newAllocator(cfg.FirstPort, cfg.LastPort)}
	p := &Phone{sys: sys, env: e, bus: e.bus, died: make(chan struct{})}
	props := actor.PropsFromProducer(func() actor.Actor { return &phoneActor{env: e, died: p.died} },
		actor.WithSupervisor(stopOnPanic()), actor.WithGuardian(stopOnPanic()))
	p.root = sys.Root.Spawn(props)
	return p
}

// Died is closed when the root actor has ended: after Stop, or when it failed
// and the process should end.
func (p *Phone) Died() <-chan struct{} { return p.died }

// Subscribe gives the events from now on, until cancel is called. A listener
// that lags far behind loses events; the phone never waits for it.
func (p *Phone) Subscribe() (events <-chan Event, cancel func()) { return p.bus.subscribe() }

// Status takes a snapshot of lines and calls.
func (p *Phone) Status(ctx context.Context) (Status, error) {
	s, err := ask[Status](ctx, p, func(reply func(Status, error)) any { return statusCommand{reply} })
	if err == nil {
		p.env.countSAs(&s)
	}
	return s, err
}

// Dial starts a call on the account of that name; an empty name means the
// first one. It gives the call's name at once: events tell the rest.
func (p *Phone) Dial(ctx context.Context, account, uri string) (string, error) {
	return ask[string](ctx, p, func(reply func(string, error)) any {
		return dialRequest{account: account, uri: uri, reply: reply}
	})
}

// DialVideo does the same and offers video in both directions.
func (p *Phone) DialVideo(ctx context.Context, account, uri string) (string, error) {
	return ask[string](ctx, p, func(reply func(string, error)) any {
		return dialRequest{account: account, uri: uri, video: true, reply: reply}
	})
}

// Answer takes the ringing call of that name; an empty name means the only one
// that rings. The other commands name calls likewise.
func (p *Phone) Answer(ctx context.Context, call string) error {
	return p.command(ctx, call, verbAnswer, "")
}

// AnswerVideo does the same and shows us, too, where the caller offers video.
func (p *Phone) AnswerVideo(ctx context.Context, call string) error {
	return p.command(ctx, call, verbAnswer, videoOn)
}

// Video changes what a call does about video: "on" shows both ends, "receive"
// the far end alone, "off" ends video.
func (p *Phone) Video(ctx context.Context, call, mode string) error {
	return p.command(ctx, call, verbVideo, mode)
}

// Hangup ends a call, or refuses one that rings.
func (p *Phone) Hangup(ctx context.Context, call string) error {
	return p.command(ctx, call, verbHangup, "")
}

// Hold puts the far end of an active call on hold.
func (p *Phone) Hold(ctx context.Context, call string) error {
	return p.command(ctx, call, verbHold, "")
}

// Resume takes a held call back.
func (p *Phone) Resume(ctx context.Context, call string) error {
	return p.command(ctx, call, verbResume, "")
}

// DTMF sends digits (0–9, *, #, A–D) as telephone events (RFC 4733).
func (p *Phone) DTMF(ctx context.Context, call, digits string) error {
	return p.command(ctx, call, verbDTMF, digits)
}

// Mute sends silence instead of the microphone until muted is false again.
func (p *Phone) Mute(ctx context.Context, call string, muted bool) error {
	if muted {
		return p.command(ctx, call, verbMute, "")
	}
	return p.command(ctx, call, verbUnmute, "")
}

// Register tries a registration that waits for its next try at once; an empty
// account means all.
func (p *Phone) Register(ctx context.Context, account string) error {
	_, err := ask[struct{}](ctx, p, func(reply func(struct{}, error)) any {
		return registerRequest{account, reply}
	})
	return err
}

// Stop hangs up, de-registers and ends the tree, at the latest when ctx ends.
// Stopping twice does no harm.
func (p *Phone) Stop(ctx context.Context) {
	p.sys.Root.Send(p.root, shutdown{})
	select {
	case <-p.died:
	case <-ctx.Done():
		p.sys.Root.Stop(p.root)
		<-p.died
	}
	p.once.Do(p.sys.Shutdown)
}

func (p *Phone) command(ctx context.Context, call string, v verb, arg string) error {
	_, err := ask[struct{}](ctx, p, func(reply func(struct{}, error)) any {
		return callCommand{call, command{verb: v, arg: arg, reply: func(err error) { reply(struct{}{}, err) }}}
	})
	return err
}

// ask sends the message that make builds around a reply function, and waits
// for the reply. It is for the world outside of the tree.
func ask[T any](ctx context.Context, p *Phone, make func(reply func(T, error)) any) (T, error) {
	type answer struct {
		value T
		err   error
	}
	ch := newAnswer[answer]()
	p.sys.Root.Send(p.root, make(func(v T, err error) {
		select {
		case ch <- answer{v, err}:
		default: // a second reply to one question
		}
	}))
	select {
	case a := <-ch:
		return a.value, a.err
	case <-p.died:
		var zero T
		return zero, fmt.Errorf("the phone has stopped")
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

func newAnswer[T any]() chan T { return make(chan T, 1) }

// Messages of the root actor.
type (
	statusCommand struct{ reply func(Status, error) }
	dialRequest   struct {
		account, uri string
		video        bool
		reply        func(string, error)
	}
	registerRequest struct {
		account string
		reply   func(struct{}, error)
	}
	shutdown    struct{}
	respawnLine struct{ index int }
)

// phoneActor is the root: it owns the lines and the call table, keeps their
// snapshots, and hands commands down.
type phoneActor struct {
	*env
	died chan struct{}

	calls, audio, camera, link *actor.PID
	// ringer and ringAudio tell of incoming calls, devices of what is plugged in;
	// nil where the ports have none.
	ringer, ringAudio, devices *actor.PID

	ringing ringing // as Calls wants it
	volume  *Volume // nil while it isn't known

	lines      []*lineEntry
	callStatus []CallStatus
	stopping   bool // calls are being hung up
	leaving    bool // lines are being de-registered
}

type lineEntry struct {
	account  AccountConfig
	pid      *actor.PID
	status   AccountStatus
	failures int
	stopped  bool
}

func (p *phoneActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		p.start(ctx)
	case *actor.Stopping:
		p.stopping = true // also after a panic: nothing is restarted then
	case *actor.Stopped:
		close(p.died)
	case *actor.Terminated:
		p.childGone(ctx, msg.Who)
	case respawnLine:
		p.spawnLine(ctx, p.lines[msg.index])
	case AccountStatus:
		for _, l := range p.lines {
			if l.account.Name == msg.Name {
				l.status = msg
			}
		}
	case CallStatus:
		p.callChanged(ctx, msg)
	case statusCommand:
		msg.reply(p.status(), nil)
	case dialRequest:
		p.dial(ctx, msg)
	case registerRequest:
		p.register(ctx, msg)
	case callCommand:
		ctx.Send(p.calls, msg)
	case ringing:
		p.ring(ctx, msg)
	case deviceChanged:
		p.deviceChanged(ctx, msg)
	case volumeCommand:
		msg.known = p.volume
		ctx.Send(p.audio, msg)
	case volumeChanged:
		p.volume = &msg.volume
	case linkChanged:
		for _, l := range p.lines {
			ctx.Send(l.pid, msg)
		}
	case shutdown:
		p.shutdown(ctx)
	case allClosed:
		p.stopLines(ctx)
	case lineStopped:
		for _, l := range p.lines {
			if l.account.Name == msg.account {
				l.stopped = true
			}
		}
		p.finish(ctx)
	}
}

func (p *phoneActor) start(ctx actor.Context) {
	p.spawnAudio(ctx)
	p.spawnCamera(ctx)
	p.spawnRingAudio(ctx)
	p.spawnRinger(ctx)
	p.spawnCalls(ctx)
	p.spawnLink(ctx)
	p.spawnDevices(ctx)
	for _, a := range p.Accounts {
		l := &lineEntry{account: a, status: newLineStatus(a)}
		p.lines = append(p.lines, l)
		p.spawnLine(ctx, l)
	}
}

func (p *phoneActor) spawnAudio(ctx actor.Context) {
	env := p.env
	p.audio = spawn(ctx, func() actor.Actor { return newAudioActor(env) }, "audio")
	p.env.audio.Store(p.audio)
}

func (p *phoneActor) spawnCamera(ctx actor.Context) {
	if env := p.env; env.ports.Video != nil {
		p.camera = spawn(ctx, func() actor.Actor { return newCameraActor(env) }, "camera")
		env.camera.Store(p.camera)
	}
}

func (p *phoneActor) spawnLink(ctx actor.Context) {
	if env := p.env; env.ports.Link != nil {
		p.link = spawn(ctx, func() actor.Actor { return &linkActor{env: env} }, "link")
	}
}

func (p *phoneActor) spawnCalls(ctx actor.Context) {
	env := p.env
	p.calls = spawn(ctx, func() actor.Actor { return newCallsActor(env) }, "calls")
}

func (p *phoneActor) spawnLine(ctx actor.Context, l *lineEntry) {
	env, account, calls := p.env, l.account, p.calls
	l.pid = spawn(ctx, func() actor.Actor { return newLineActor(env, account, calls) }, "line-"+account.Name)
}

// childGone restarts what has failed. The lines get to know a new call table.
func (p *phoneActor) childGone(ctx actor.Context, who *actor.PID) {
	if p.stopping {
		return
	}
	p.counters.panics.Add(1)
	p.Log.Error().Str("actor", who.Id).Msg("an actor failed: restarting it")
	p.bus.publish(Event{Class: "phone", Type: "restarted", Text: who.Id + " failed inside the phone and was restarted"})
	switch {
	case who.Equal(p.audio):
		p.spawnAudio(ctx)
		ctx.Send(p.calls, audioRestarted{})
		p.tellRinger(ctx, audioRestarted{})
	case who.Equal(p.camera):
		p.spawnCamera(ctx)
		ctx.Send(p.calls, cameraRestarted{})
	case who.Equal(p.link):
		p.spawnLink(ctx)
	case who.Equal(p.devices):
		p.spawnDevices(ctx)
	case who.Equal(p.ringAudio):
		p.spawnRingAudio(ctx)
		p.tellRinger(ctx, audioRestarted{})
	case who.Equal(p.ringer):
		p.spawnRinger(ctx)
	case who.Equal(p.calls):
		p.callStatus = nil
		p.ring(ctx, ringing{})
		p.spawnCalls(ctx)
		for _, l := range p.lines {
			ctx.Send(l.pid, callsRestarted{p.calls})
		}
	}
	for i, l := range p.lines {
		if who.Equal(l.pid) {
			after(ctx, restartDelay(l.failures), respawnLine{i})
			l.failures++
		}
	}
}

func (p *phoneActor) callChanged(ctx actor.Context, s CallStatus) {
	i := slices.IndexFunc(p.callStatus, func(c CallStatus) bool { return c.Call == s.Call })
	ended := s.State == int(call.Terminated)
	switch {
	case i >= 0 && ended:
		p.callStatus = slices.Delete(p.callStatus, i, i+1)
	case i >= 0:
		p.callStatus[i] = s
	case !ended:
		p.callStatus = append(p.callStatus, s)
	}
}

func (p *phoneActor) status() Status {
	s := Status{Accounts: make([]AccountStatus, len(p.lines)), Calls: slices.Clone(p.callStatus)}
	for i, l := range p.lines {
		s.Accounts[i] = l.status
	}
	if s.Calls == nil {
		s.Calls = []CallStatus{}
	}
	for i := range s.Calls {
		if c := &s.Calls[i]; !c.Answered.IsZero() {
			c.Seconds = int(time.Since(c.Answered) / time.Second)
		}
	}
	s.Volume = p.volume
	s.Counters = p.counters.snapshot()
	return s
}

func (c *counters) snapshot() CounterStatus {
	return CounterStatus{Unexpected: c.unexpected.Load(), Malformed: c.malformed.Load(),
		Rejected: c.rejected.Load(), Overload: c.overload.Load(), Panics: c.panics.Load(), Outside: c.outside.Load()}
}

func (p *phoneActor) dial(ctx actor.Context, msg dialRequest) {
	if p.stopping {
		msg.reply("", fmt.Errorf("the phone is stopping"))
		return
	}
	if call.Emergency(msg.uri) {
		msg.reply("", errEmergency)
		return
	}
	for _, l := range p.lines {
		if msg.account == "" || l.account.Name == msg.account {
			ctx.Send(p.calls, dialCommand{line: l.pid, account: l.account, uri: msg.uri, video: msg.video, reply: msg.reply})
			return
		}
	}
	msg.reply("", p.noAccount(msg.account))
}

// errEmergency refuses what can't be served: a call that seems to be made, and
// reaches nobody, is worse.
var errEmergency = errors.New("this phone can't make emergency calls, and nobody has been called: use another phone, now")

func (p *phoneActor) register(ctx actor.Context, msg registerRequest) {
	found := msg.account == ""
	for _, l := range p.lines {
		if msg.account == "" || l.account.Name == msg.account {
			found = true
			ctx.Send(l.pid, registerNow{})
		}
	}
	if !found {
		msg.reply(struct{}{}, p.noAccount(msg.account))
		return
	}
	msg.reply(struct{}{}, nil)
}

func (p *phoneActor) noAccount(name string) error {
	names := make([]string, len(p.lines))
	for i, l := range p.lines {
		names[i] = l.account.Name
	}
	return fmt.Errorf("there is no account %q: the configuration has %s", name, strings.Join(names, ", "))
}

// shutdown hangs up; then the lines de-register; then the tree ends.
func (p *phoneActor) shutdown(ctx actor.Context) {
	if p.stopping {
		return
	}
	p.stopping = true
	ctx.Send(p.calls, hangupAll{})
	after(ctx, byeTime, allClosed{})
}

// byeTime is how long the last BYEs may take before the lines de-register: a
// call lingers for 32 s after its end, for late answers of a fork.
const byeTime = time.Second

// stopLines comes when no call is left, or byeTime later.
func (p *phoneActor) stopLines(ctx actor.Context) {
	if p.leaving {
		return
	}
	p.leaving = true
	for _, l := range p.lines {
		ctx.Send(l.pid, stopLine{})
	}
	p.finish(ctx)
}

func (p *phoneActor) finish(ctx actor.Context) {
	for _, l := range p.lines {
		if !l.stopped {
			return
		}
	}
	ctx.Stop(ctx.Self())
}
