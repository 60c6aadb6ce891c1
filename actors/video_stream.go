package actors

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/media/video"
	"github.com/imsphone/imsphone/protocol/sdp"
)

// videoActor controls a video stream: it owns the sockets and the session, asks
// for the camera while there is something to show, and never touches a packet
// or a picture itself (see videoPump).
type videoActor struct {
	*env
	log         zerolog.Logger
	addr        netip.Addr
	cname, call string
	pump        *videoPump

	agreed *sdp.Agreed
	// holds: we have a camera or have asked for it.
	holds   bool
	ticking bool
	blank   bool // the camera is away
}

// videoNews goes up to the Call: figures where kind is empty.
type videoNews struct {
	kind, text     string
	sent, received *VideoFlow
}

// alignVideo tells how far what is heard is behind, nil for not known: pictures
// are shown at the same lag.
type alignVideo struct{ lag *time.Duration }

// cameraEnded is the pump's word that it has let go of the camera.
type cameraEnded struct{ err error }

// videoTick is when reports and figures are looked at.
type videoTick struct{}

// videoTickEvery is how late a report may be.
const videoTickEvery = time.Second

func newVideoActor(e *env, log zerolog.Logger, addr netip.Addr, cname, call string) *videoActor {
	return &videoActor{env: e, log: log, addr: addr, cname: cname, call: call}
}

func (v *videoActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started:
		v.open(ctx)
	case *actor.Stopped:
		v.close()
	case configureStream:
		v.configure(ctx, msg.agreed)
	case cameraGranted:
		v.granted(ctx, msg)
	case cameraMissing:
		v.missing(ctx, msg.err)
	case cameraRevoked:
		v.revoked(ctx)
	case cameraEnded:
		v.ended(ctx, msg)
	case cameraRestarted:
		if v.holds && (!v.pump.running() || v.blank) {
			v.tellCamera(ctx, acquireCamera{ctx.Self()})
		}
	case alignVideo:
		if v.pump != nil {
			v.pump.align(msg.lag)
		}
	case videoTick:
		v.tick(ctx)
	}
}

func (v *videoActor) open(ctx actor.Context) {
	sock, err := v.ports.RTP.Open(v.addr, "video")
	if err != nil {
		ctx.Send(ctx.Parent(), streamOpened{kind: "video", err: fmt.Errorf("no media port: %w", err)})
		return
	}
	root, self := ctx.ActorSystem().Root, ctx.Self()
	v.pump = newVideoPump(sock, v.ports.Video, v.call, func(msg any) { root.Send(self, msg) })
	v.pump.start()
	ctx.Send(ctx.Parent(), streamOpened{kind: "video", port: sock.LocalPort()})
}

func (v *videoActor) close() {
	if v.pump != nil {
		v.pump.close()
	}
}

func (v *videoActor) configure(ctx actor.Context, agreed *sdp.Agreed) {
	v.agreed = agreed
	if v.pump == nil {
		return
	}
	if agreed == nil {
		v.pump.configure(nil)
		v.reconcile(ctx)
		return
	}
	cfg, err := v.sessionConfig(agreed)
	if err != nil {
		v.log.Error().Err(err).Msg("the agreed video can't run")
		return
	}
	v.pump.configure(&cfg)
	v.reconcile(ctx)
	if !v.ticking {
		v.ticking = true
		after(ctx, videoTickEvery, videoTick{})
	}
}

// sessionConfig turns an agreement into what the RTP session needs.
func (v *videoActor) sessionConfig(a *sdp.Agreed) (video.Config, error) {
	chosen, ok := a.Codec()
	if !ok || len(a.Recv) == 0 {
		return video.Config{}, fmt.Errorf("no video codec was agreed on")
	}
	bandwidth := v.media.Video.Bandwidth
	if a.Bandwidth != 0 && (bandwidth == 0 || a.Bandwidth < bandwidth) {
		bandwidth = a.Bandwidth
	}
	return video.Config{
		SSRC: rand.Uint32(), SeqStart: uint16(rand.Uint32()), TSStart: rand.Uint32(),
		CNAME: v.cname, Random: rand.Float64,
		PayloadType: chosen.PayloadType, ReceiveType: a.Recv[0].PayloadType,
		Send: a.Direction.Sends(), Receive: a.Direction.Receives(),
		Rate: v.media.Video.Wish.Rate, Bandwidth: bandwidth,
		Remote: a.Remote, RemoteRTCP: a.RemoteRTCP,
	}, nil
}

// wanted tells whether the camera is needed: only ever while we send.
func (v *videoActor) wanted() bool { return v.agreed != nil && v.agreed.Direction.Sends() }

// reconcile asks for the camera or lets it go.
func (v *videoActor) reconcile(ctx actor.Context) {
	switch {
	case v.wanted() == v.holds:
	case v.holds:
		v.holds, v.blank = false, false
		if v.pump.running() {
			v.pump.stopLoop() // cameraEnded releases it
			return
		}
		v.tellCamera(ctx, releaseCamera{ctx.Self()})
	default:
		v.holds = true
		v.tellCamera(ctx, acquireCamera{ctx.Self()})
	}
}

func (v *videoActor) tellCamera(ctx actor.Context, msg any) { ctx.Send(v.camera.Load(), msg) }

func (v *videoActor) granted(ctx actor.Context, msg cameraGranted) {
	if !v.holds {
		closeCamera(msg.camera) // we have changed our mind meanwhile
		v.tellCamera(ctx, releaseCamera{ctx.Self()})
		return
	}
	if v.blank {
		v.blank = false
		ctx.Send(ctx.Parent(), videoNews{kind: "camera-back", text: "the camera is back"})
	}
	v.pump.run(msg.camera)
}

// missing lets the call live on without a camera: the far end sees a blank
// picture until it can be opened.
func (v *videoActor) missing(ctx actor.Context, err error) {
	if !v.holds {
		return
	}
	if !v.blank {
		v.log.Warn().Err(err).Msg("no camera")
		ctx.Send(ctx.Parent(), videoNews{kind: "camera-lost", text: err.Error()})
	}
	v.goBlank()
}

func (v *videoActor) goBlank() {
	v.blank = true
	v.pump.run(v.ports.Video.Blank(v.media.Video.Wish))
}

// revoked gives the camera to another stream and goes on without.
func (v *videoActor) revoked(ctx actor.Context) {
	if v.holds {
		v.goBlank()
	}
	v.tellCamera(ctx, releaseCamera{ctx.Self()})
}

// ended follows a loop that has let go of its camera: because we wanted so, or
// because the camera failed.
func (v *videoActor) ended(ctx actor.Context, msg cameraEnded) {
	v.tellCamera(ctx, releaseCamera{ctx.Self()})
	if v.holds && msg.err != nil {
		v.missing(ctx, fmt.Errorf("the camera failed: %w", msg.err))
	}
	if v.holds {
		v.tellCamera(ctx, acquireCamera{ctx.Self()})
	}
}

// tick sends the report that is due and tells the figures, while there is a
// stream.
func (v *videoActor) tick(ctx actor.Context) {
	st, ok := v.pump.tick(time.Now())
	if !ok {
		v.ticking = false
		return
	}
	after(ctx, videoTickEvery, videoTick{})
	sent, received := videoFlows(st)
	ctx.Send(ctx.Parent(), videoNews{sent: sent, received: received})
}

// videoFlows gives a session's figures as status shows them.
func videoFlows(s video.Stats) (sent, received *VideoFlow) {
	flow := func(d video.Direction, dropped uint64, lost int32, jitter time.Duration) *VideoFlow {
		return &VideoFlow{Frames: d.Frames, Dropped: dropped, Width: d.Width, Height: d.Height, FPS: d.Rate, KBPS: d.Bitrate,
			LostPackets: int64(lost), JitterMS: float64(jitter) / float64(time.Millisecond)}
	}
	const tick = time.Second / video.ClockRate
	return flow(s.Sent, s.Skipped, s.About.Lost, time.Duration(s.About.Jitter)*tick),
		flow(s.Received, s.Incomplete, s.Lost, s.Jitter)
}
