package actors

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sdp"
	"github.com/imsphone/imsphone/protocol/sip"
)

// callVideo is the video of a call: what is wanted, and what there is.
//
//	want         our offers   what we answer
//	wantDefault  as it is     as VideoConfig.Answer says
//	wantNone     –            refused
//	wantReceive  recvonly     recvonly
//	wantBoth     sendrecv     sendrecv
//
// A wish for more is over when the far end has none of it: later offers, of a
// hold for instance, don't ask again.
type callVideo struct {
	pid     *actor.PID // of the stream; nil where there is none
	port    uint16
	opening bool
	want    wantVideo
	asking  bool // an offer of ours about it is under way
	agreed  *sdp.Agreed
	told    sdp.Direction // of the last video-started; Inactive for none
	offers  sdp.Direction // of the last video-offered
}

type wantVideo uint8

const (
	wantDefault wantVideo = iota
	wantNone
	wantReceive
	wantBoth
)

// The modes of Phone.Video.
const (
	videoOn      = "on"
	videoReceive = "receive"
	videoOff     = "off"
)

// jpegPayloadType is RFC 3551's static one.
const jpegPayloadType = 26

// openVideo starts the video stream of a call: its port is there from the
// beginning, so that whatever is offered can be answered at once.
func (c *callActor) openVideo(ctx actor.Context) {
	v := &c.video
	v.told, v.offers = sdp.Inactive, sdp.Inactive
	if c.ports.Video == nil {
		return
	}
	if first, ok := c.first.(dialTo); ok && first.video {
		v.want, v.asking = wantBoth, true
	}
	env, log, addr, cname, id := c.env, c.log, c.plan.media, c.cname, c.run.id
	v.opening = true
	v.pid = spawn(ctx, func() actor.Actor { return newVideoActor(env, log, addr, cname, id) }, "stream-1")
}

// opened has the port; without one the call does without video.
func (v *callVideo) opened(c *callActor, msg streamOpened) {
	v.opening, v.port = false, msg.port
	if msg.err != nil {
		c.log.Warn().Err(msg.err).Msg("this call has no video")
	}
}

// videoConfig is the configuration as it holds now: where there is no screen to
// show what would be received, the user is asked instead.
func (c *callActor) videoConfig() VideoConfig {
	cfg := c.media.Video
	if cfg.Answer == VideoReceive && c.ports.Video != nil && !c.ports.Video.HasScreen() {
		cfg.Answer = VideoAsk
	}
	return cfg
}

// stream is what our descriptions say about video.
func (v *callVideo) stream(cfg VideoConfig) (sdp.Stream, bool) {
	s := sdp.Stream{Kind: "video", Port: v.port, Bandwidth: cfg.Bandwidth,
		Codecs: []sdp.Codec{{PayloadType: jpegPayloadType, Name: "JPEG", ClockRate: 90000, Channels: 1}}}
	switch v.want {
	case wantNone:
		return s, false
	case wantReceive:
		s.Direction = sdp.RecvOnly
	case wantDefault:
		s.AnswerOnly = true
		if cfg.Answer == VideoReceive {
			s.Direction = sdp.RecvOnly
		}
		if cfg.Answer == VideoAsk || cfg.Answer == VideoOff {
			return s, false
		}
	}
	return s, v.port != 0
}

// offered is what the far end is ready for, "" for nothing.
func (v *callVideo) offered() string {
	if v.agreed == nil || v.agreed.Offered == sdp.Inactive {
		return ""
	}
	return v.agreed.Offered.String()
}

// noteOffer reads what the INVITE of an incoming call offers, so that the user
// knows while it rings.
func (c *callActor) noteOffer(m *sip.Message) {
	body, _ := m.BodyOf(dialog.SDPType)
	offer, err := sdp.Parse(body)
	if err != nil || c.video.port == 0 {
		return // the core says so to the caller
	}
	for i := range offer.Media {
		if m := &offer.Media[i]; m.Kind == "video" && !m.Rejected() && c.video.agreed == nil {
			c.video.agreed = &sdp.Agreed{Kind: "video", Direction: sdp.Inactive, Offered: m.Direction.Reverse(), Rejected: true}
		}
	}
	c.showVideo()
}

// videoCommand does what the user wants about video.
func (c *callActor) videoCommand(ctx actor.Context, mode string) error {
	state := call.State(c.status.State)
	want, known := map[string]wantVideo{videoOn: wantBoth, videoReceive: wantReceive, videoOff: wantNone}[mode]
	switch {
	case !known:
		return fmt.Errorf("video %q: say on, receive or off", mode)
	case c.video.port == 0:
		return fmt.Errorf("call %s has no video: see [video] in the configuration", c.run.id)
	case state != call.Active && state != call.Held:
		return fmt.Errorf("call %s is %s: it must be active first", c.run.id, c.status.StateName)
	}
	c.setVideo(ctx, want)
	return nil
}

// setVideo offers what is wanted now.
func (c *callActor) setVideo(ctx actor.Context, want wantVideo) {
	c.video.want, c.video.asking = want, true
	local := c.local()
	c.step(ctx, call.Modify{Local: &local})
}

// videoAsked follows the end of an offer of ours.
func (c *callActor) videoAsked(ctx actor.Context) {
	c.video.asking = false
	c.settleVideo(ctx)
}

// settleVideo gives a wish up that the far end has no ear for.
func (c *callActor) settleVideo(ctx actor.Context) {
	v, state := &c.video, call.State(c.status.State)
	there := v.agreed != nil && !v.agreed.Rejected
	if v.asking || there || v.want == wantDefault || v.want == wantNone || state != call.Active && state != call.Held {
		return
	}
	v.want = wantDefault
	local := c.local()
	c.step(ctx, call.Modify{Local: &local, Quiet: true})
	c.publish(ctx, Event{Type: "video-stopped", Text: "the far end has refused video, or has none that this phone understands"})
}

// applyVideo lets the video stream run as agreed; nil stops it.
func (c *callActor) applyVideo(ctx actor.Context, agreement *sdp.Agreement) {
	v := &c.video
	v.agreed = nil
	for i := range streamsOf(agreement) {
		if s := &agreement.Streams[i]; s.Kind == "video" && (v.agreed == nil || v.agreed.Rejected) {
			v.agreed = s
		}
	}
	run := v.agreed
	if run != nil && run.Rejected {
		run = nil
	}
	if v.pid != nil {
		ctx.Send(v.pid, configureStream{agreed: run})
	}
	c.showVideo()
	c.tellVideo(ctx)
	c.settleVideo(ctx)
}

func streamsOf(a *sdp.Agreement) []sdp.Agreed {
	if a == nil {
		return nil
	}
	return a.Streams
}

// showVideo puts the agreement into the status, and keeps the figures.
func (c *callActor) showVideo() {
	a, old := c.video.agreed, c.status.Video
	if a == nil || a.Rejected && a.Offered == sdp.Inactive {
		c.status.Video = nil
		return
	}
	s := VideoStatus{Direction: a.Direction.String(), Offered: a.Offered.String()}
	if chosen, ok := a.Codec(); ok {
		s.Codec = chosen.Name
	}
	if old != nil && !a.Rejected {
		s.Sent, s.Received, s.CameraLost = old.Sent, old.Received, old.CameraLost
	}
	c.status.Video = &s
}

// tellVideo tells what has changed: what runs, and what the far end would like
// besides.
func (c *callActor) tellVideo(ctx actor.Context) {
	v := &c.video
	runs, offers := sdp.Inactive, sdp.Inactive
	if v.agreed != nil {
		runs = v.agreed.Direction
		if o := v.agreed.Offered; v.agreed.Rejected || o.Sends() && !runs.Sends() {
			offers = o
		}
	}
	if runs != v.told {
		v.told = runs
		if runs == sdp.Inactive {
			c.publish(ctx, Event{Type: "video-stopped"})
		} else {
			c.publish(ctx, Event{Type: "video-started", Video: runs.String()})
		}
	}
	if offers != v.offers && (v.agreed == nil || !v.agreed.Held) {
		v.offers = offers
		if offers != sdp.Inactive && !v.asking && c.media.Video.Answer != VideoOff {
			c.publish(ctx, Event{Type: "video-offered", Video: offers.String()})
		}
	}
}

// videoFailed goes on without a stream that broke off.
func (c *callActor) videoFailed(ctx actor.Context) {
	c.counters.panics.Add(1)
	c.log.Error().Msg("the video stream failed: the call goes on without")
	c.video.pid, c.video.port, c.video.opening = nil, 0, false
	if !c.ready {
		if c.port != 0 {
			c.begun(ctx)
		}
		return
	}
	if c.video.agreed != nil && !c.video.agreed.Rejected {
		c.setVideo(ctx, wantNone)
	}
}

func (c *callActor) videoNews(ctx actor.Context, news videoNews) {
	s := c.status.Video
	if s == nil {
		return
	}
	next := *s // the old one may be read elsewhere
	switch news.kind {
	case "":
		next.Sent, next.Received = news.sent, news.received
		c.status.Video = &next
		c.snapshot(ctx)
		return
	case "camera-lost":
		next.CameraLost = true
	case "camera-back":
		next.CameraLost = false
	}
	c.status.Video = &next
	c.publish(ctx, Event{Type: news.kind, Text: news.text})
}
