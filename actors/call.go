package actors

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
)

// callActor runs one call.Call: it asks its Line for a plan, opens the stream,
// and from then on steps the core and routes its effects.
type callActor struct {
	*env
	log     zerolog.Logger
	run     *callRun
	line    *actor.PID
	account AccountConfig
	first   any // dialTo or requested: what made the call

	plan   planned
	stream *actor.PID
	port   uint16
	// cname names us in the reports of all streams.
	cname string
	video callVideo
	// sessionID is the id of our o= line, the same for the life of the call.
	sessionID uint64
	ready     bool  // the core has had its first event
	stopping  bool  // our children end with us
	stash     []any // what came before that

	alarm  alarm
	fx     []call.Effect
	status CallStatus
}

// callRun is what survives a panic of the call's actor, so that Calls can say
// farewell for it.
type callRun struct {
	id        string
	core      *call.Call
	transport *actor.PID
	dialogs   map[call.DialogKey]*dialogChild
}

type dialogChild struct {
	pid     *actor.PID
	run     *dialogRun
	stopped bool // by us: its end is no failure
}

// dialTo starts an outgoing call.
type dialTo struct {
	uri   string
	video bool
}

// autoAnswer answers an incoming call that still rings.
type autoAnswer struct{}

// command is a user's wish for one call.
type command struct {
	verb  verb
	arg   string
	reply func(error)
}

type verb uint8

const (
	verbAnswer verb = iota
	verbHangup
	verbHold
	verbResume
	verbDTMF
	verbMute
	verbUnmute
	verbVideo
)

func (c *callActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		c.start(ctx)
	case *actor.Stopping:
		c.stopping = true
	case *actor.Stopped:
		c.alarm.stop()
	case *actor.Terminated:
		c.childGone(ctx, msg.Who)
	case planned:
		c.planned(ctx, msg)
	case streamOpened:
		c.opened(ctx, msg)
	case transportChanged:
		c.run.transport = msg.transport
		for _, child := range c.run.dialogs {
			ctx.Send(child.pid, msg)
		}
	default:
		if !c.ready {
			c.early(ctx, msg)
			return
		}
		c.receive(ctx, msg)
	}
}

func (c *callActor) start(ctx actor.Context) {
	c.status.Started = time.Now()
	c.sessionID, c.cname = rand.Uint64N(1<<62), newToken()
	if first, ok := c.first.(requested); ok {
		ctx.Send(c.line, planIncoming{owner: ctx.Self(), flow: first.origin.flow})
		return
	}
	first := c.first.(dialTo)
	c.status.State, c.status.Remote = int(call.Dialing), first.uri
	c.publish(ctx, Event{Type: "dialing"})
	ctx.Send(c.line, planCall{owner: ctx.Self(), uri: first.uri})
}

// early keeps what comes before the core runs; only a hang-up of a call that
// has not left the phone needs no core.
func (c *callActor) early(ctx actor.Context, msg any) {
	cmd, ok := msg.(command)
	_, outgoing := c.first.(dialTo)
	if ok && outgoing && cmd.verb == verbHangup {
		cmd.reply(nil)
		c.fail(ctx, call.ReasonTerminated, "hung up before the call left the phone")
		return
	}
	c.stash = append(c.stash, msg)
}

func (c *callActor) planned(ctx actor.Context, p planned) {
	if c.plan.transport != nil {
		return
	}
	if p.err != nil {
		c.fail(ctx, call.ReasonError, p.err.Error())
		return
	}
	p.media = c.mediaAddr(p.media)
	c.plan = p
	c.run.transport = p.transport
	env := c.env
	c.stream = spawn(ctx, func() actor.Actor { return newStreamActor(env, c.log, p.media, c.cname) }, "stream-0")
	c.openVideo(ctx)
}

// mediaAddr is where our streams listen: the address of the signalling, unless
// the caller offers media of the other IP version.
func (c *callActor) mediaAddr(signalling netip.Addr) netip.Addr {
	first, ok := c.first.(requested)
	if !ok {
		return signalling
	}
	body, _ := first.msg.BodyOf(dialog.SDPType)
	offer, err := sdp.Parse(body)
	if err != nil {
		return signalling // the core says so to the caller
	}
	for _, m := range offer.Media {
		if m.Addr.IsValid() && m.Addr.Is4() != signalling.Is4() {
			if local, err := c.ports.RTP.LocalFor(m.Addr); err == nil {
				return local
			}
		}
	}
	return signalling
}

// opened has a stream's port: with all of them the core can start.
func (c *callActor) opened(ctx actor.Context, msg streamOpened) {
	switch {
	case c.ready:
		return
	case msg.kind == "video":
		c.video.opened(c, msg)
	case msg.err != nil:
		c.fail(ctx, call.ReasonAudioSetupFailed, msg.err.Error())
		return
	default:
		c.port = msg.port
	}
	if c.port != 0 && !c.video.opening {
		c.begun(ctx)
	}
}

// begun starts the core with what made the call, and then with what has come
// since.
func (c *callActor) begun(ctx actor.Context) {
	c.run.core = call.New(c.plan.config)
	c.ready = true
	switch first := c.first.(type) {
	case dialTo:
		c.status.Remote = c.plan.uri
		c.begin(ctx, call.Dial{URI: c.plan.uri, Local: c.local()})
	case requested:
		c.noteOffer(first.msg)
		c.begin(ctx, call.Incoming{ID: first.origin.id, Msg: first.msg, Local: c.local(),
			Busy: c.status.Waiting, Trusted: c.plan.trusted})
	}
	stash := c.stash
	c.stash = nil
	for _, m := range stash {
		c.receive(ctx, m)
	}
}

// local is what we offer and answer with: audio, and what the user or the
// configuration says about video.
func (c *callActor) local() sdp.Local {
	local := sdp.Local{
		Addr: c.plan.media, SessionID: c.sessionID, Username: "imsphone",
		Streams: []sdp.Stream{{
			Kind: "audio", Port: c.port, Codecs: c.media.sdpCodecs(), Ptime: frameTime,
		}},
	}
	if s, ok := c.video.stream(c.videoConfig()); ok {
		local.Streams = append(local.Streams, s)
	}
	return local
}

func (c *callActor) receive(ctx actor.Context, msg any) {
	switch msg := msg.(type) {
	case tick:
		c.alarm.rung()
		c.step(ctx, call.Tick{})
	case responded:
		c.step(ctx, call.Response{Key: msg.key, Msg: msg.msg})
	case unanswered:
		c.step(ctx, call.Failed{Key: msg.key, Err: msg.err})
	case requested:
		c.step(ctx, call.Incoming{ID: msg.origin.id, Msg: msg.msg})
	case acked:
		c.step(ctx, call.IncomingAck{Msg: msg.msg})
	case canceled:
		c.step(ctx, call.Canceled{ID: msg.origin.id})
	case unacked:
		c.step(ctx, call.Unacked{ID: msg.origin.id})
	case reported:
		c.reported(ctx, msg)
	case autoAnswer:
		if c.ringing() {
			c.step(ctx, call.Answer{})
		}
	case command:
		c.command(ctx, msg)
	case streamNews:
		c.streamNews(ctx, msg)
	case audioRestarted, waitingTone:
		if c.stream != nil {
			ctx.Send(c.stream, msg)
		}
	case videoNews:
		c.videoNews(ctx, msg)
	case cameraRestarted:
		if c.video.pid != nil {
			ctx.Send(c.video.pid, msg)
		}
	}
}

func (c *callActor) ringing() bool {
	s := call.State(c.status.State)
	return s == call.RingingIn || s == call.Waiting
}

func (c *callActor) command(ctx actor.Context, cmd command) {
	switch cmd.verb {
	case verbAnswer:
		if !c.ringing() {
			cmd.reply(fmt.Errorf("call %s is %s: there is nothing to answer", c.run.id, c.status.StateName))
			return
		}
		if cmd.arg == videoOn {
			c.setVideo(ctx, wantBoth)
		}
		c.step(ctx, call.Answer{})
	case verbHangup:
		if c.ringing() {
			c.step(ctx, call.Reject{Status: 603})
		} else {
			c.step(ctx, call.Hangup{})
		}
	case verbHold:
		c.step(ctx, call.Hold{})
	case verbResume:
		c.step(ctx, call.Resume{})
	case verbDTMF, verbMute, verbUnmute:
		if call.State(c.status.State) != call.Active {
			cmd.reply(fmt.Errorf("call %s is %s: it must be active first", c.run.id, c.status.StateName))
			return
		}
		ctx.Send(c.stream, streamCommand(cmd))
		c.noteMute(ctx, cmd.verb)
		return
	case verbVideo:
		cmd.reply(c.videoCommand(ctx, cmd.arg))
		return
	}
	cmd.reply(nil)
}

// noteMute tells that the microphone was muted or not; of other verbs it says
// nothing.
func (c *callActor) noteMute(ctx actor.Context, v verb) {
	kind, known := map[verb]string{verbMute: "muted", verbUnmute: "unmuted"}[v]
	if known {
		c.status.Muted = v == verbMute
		c.publish(ctx, Event{Type: kind})
	}
}

// begin steps the core for the first time. The call table learns the route
// before anything leaves the phone, so that no answer can overtake it.
func (c *callActor) begin(ctx actor.Context, ev call.Event) {
	fx := c.run.core.Step(time.Now(), ev, nil)
	c.status.CallID = c.run.core.Route().CallID
	ctx.Send(ctx.Parent(), callStarted{call: c.run.id, route: c.run.core.Route()})
	c.performAll(ctx, fx)
}

func (c *callActor) step(ctx actor.Context, ev call.Event) {
	// Performing an effect may step the core again: that step gets a slice of
	// its own.
	fx := c.run.core.Step(time.Now(), ev, c.fx[:0])
	c.fx = nil
	c.performAll(ctx, fx)
	c.fx = fx
}

func (c *callActor) performAll(ctx actor.Context, fx []call.Effect) {
	for _, effect := range fx {
		c.perform(ctx, effect)
	}
	c.alarm.set(ctx, c.run.core.Next())
}

func (c *callActor) perform(ctx actor.Context, effect call.Effect) {
	switch e := effect.(type) {
	case call.Request:
		ctx.Send(c.run.transport, sendRequest{owner: ctx.Self(), key: e.Key, draft: e.Draft, hop: e.Hop})
	case call.Cancel:
		ctx.Send(c.run.transport, cancelRequest{owner: ctx.Self(), key: e.Key, fields: e.Fields})
	case call.Abandon:
		ctx.Send(c.run.transport, abandonRequest{owner: ctx.Self(), key: e.Key})
	case call.Respond:
		ctx.Send(c.run.transport, respondRequest{id: e.ID, draft: e.Draft})
	case call.Open:
		c.open(ctx, e)
	case call.Pass:
		if child := c.run.dialogs[e.Dialog]; child != nil && !child.stopped {
			ctx.Send(child.pid, passed{e.Event})
		}
	case call.Media:
		c.applyMedia(ctx, e.Agreement)
	case call.Tell:
		c.tell(ctx, e.Notice)
	case call.Unexpected:
		c.counters.unexpected.Add(1)
		c.log.Debug().Stringer("state", e.State).Type("event", e.Event).Msg("unexpected event")
	}
}

func (c *callActor) open(ctx actor.Context, e call.Open) {
	run := &dialogRun{core: dialog.New(time.Now(), e.Params), transport: c.run.transport}
	env, key, log := c.env, e.Dialog, c.log
	pid := spawn(ctx, func() actor.Actor {
		return &dialogActor{env: env, log: log, key: key, run: run}
	}, fmt.Sprintf("dialog-%d", key))
	c.run.dialogs[key] = &dialogChild{pid: pid, run: run}
}

func (c *callActor) reported(ctx actor.Context, msg reported) {
	child := c.run.dialogs[msg.dialog]
	if child == nil {
		return
	}
	c.step(ctx, call.Reported{Dialog: msg.dialog, Notice: msg.notice})
	if _, closed := msg.notice.(dialog.Closed); closed {
		child.stopped = true
		ctx.Stop(child.pid)
	}
}

// childGone handles the end of a dialog or stream: ours, or by a panic.
func (c *callActor) childGone(ctx actor.Context, who *actor.PID) {
	if c.stopping {
		return
	}
	if who.Equal(c.stream) {
		c.stream = nil
		c.counters.panics.Add(1)
		c.log.Error().Msg("the stream failed: the call ends")
		if c.ready {
			c.step(ctx, call.Hangup{})
		}
		return
	}
	if c.video.pid != nil && who.Equal(c.video.pid) {
		c.videoFailed(ctx)
		return
	}
	for key, child := range c.run.dialogs {
		if !child.pid.Equal(who) {
			continue
		}
		delete(c.run.dialogs, key)
		if !child.stopped {
			c.counters.panics.Add(1)
			c.log.Error().Uint32("dialog", uint32(key)).Msg("the dialog failed: its call ends")
			c.step(ctx, call.Lost{Dialog: key})
		}
	}
}

// applyMedia lets the streams run as agreed; nil stops them.
func (c *callActor) applyMedia(ctx actor.Context, agreement *sdp.Agreement) {
	c.applyVideo(ctx, agreement)
	if c.stream == nil {
		return
	}
	var audio *sdp.Agreed
	if agreement != nil {
		for i := range agreement.Streams {
			if s := &agreement.Streams[i]; s.Kind == "audio" && !s.Rejected {
				audio = s
				break
			}
		}
	}
	if audio != nil {
		if chosen, ok := audio.Codec(); ok { // else the stream says what is wrong
			c.status.Codec = chosen.Name
		}
	}
	ctx.Send(c.stream, configureStream{agreed: audio})
}

func (c *callActor) streamNews(ctx actor.Context, news streamNews) {
	switch {
	case news.digit != "":
		c.publish(ctx, Event{Type: "dtmf", Digit: news.digit})
	case news.quality != nil:
		c.status.Quality = news.quality
		if c.video.pid != nil {
			ctx.Send(c.video.pid, alignVideo{news.lag})
		}
		c.publish(ctx, Event{Type: "quality", Quality: news.quality, Codec: news.codec})
	case news.text != "":
		c.publish(ctx, Event{Type: news.kind, Text: news.text})
	}
}

// fail ends a call whose core never ran.
func (c *callActor) fail(ctx actor.Context, reason call.Reason, text string) {
	if first, ok := c.first.(requested); ok {
		c.refuse(ctx, first)
	}
	c.end(ctx, call.Changed{State: call.Terminated, Reason: reason, Text: text})
	c.close(ctx)
}

func (c *callActor) close(ctx actor.Context) {
	ctx.Send(ctx.Parent(), callClosed{call: c.run.id})
}

// farewell ends what a failed call has open, as well as can be done: its
// actor and its dialogs' are stopped, so their cores may be used here.
func (r *callRun) farewell(root *actor.RootContext, self *actor.PID) {
	for _, child := range r.dialogs {
		child.run.farewell(root, self)
	}
	if r.core == nil {
		return
	}
	_ = attempt(func() {
		for _, effect := range r.core.Step(time.Now(), call.Hangup{}, nil) {
			switch e := effect.(type) {
			case call.Cancel:
				root.Send(r.transport, cancelRequest{owner: self, key: e.Key, fields: e.Fields})
			case call.Respond:
				root.Send(r.transport, respondRequest{id: e.ID, draft: e.Draft})
			}
		}
	})
}

// attempt runs f and turns a panic into an error: for farewells, where the
// state may be what made the panic.
func attempt(f func()) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.Join(errFarewell, fmt.Errorf("%v", r))
		}
	}()
	f()
	return nil
}

var errFarewell = errors.New("the farewell failed too")
