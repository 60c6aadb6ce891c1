package actors_test

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
)

// countedVideo counts how many of its cameras are open.
type countedVideo struct {
	*simnet.Video
	open atomic.Int32
}

func (v *countedVideo) OpenCamera(wish actors.VideoWish) (actors.Camera, error) {
	c, err := v.Video.OpenCamera(wish)
	if err == nil {
		v.open.Add(1)
	}
	return &countedCamera{c, v}, err
}

type countedCamera struct {
	actors.Camera
	video *countedVideo
}

func (c *countedCamera) Close() error {
	c.video.open.Add(-1)
	return c.Camera.Close()
}

// borrowers share the camera of a phone, in the place of its streams.
type borrowers struct {
	*party
	video *countedVideo
	pids  map[string]*actor.PID

	mu    sync.Mutex
	heard []string
}

func newBorrowers(t *testing.T, names ...string) *borrowers {
	net := simnet.New()
	b := &borrowers{video: &countedVideo{Video: &simnet.Video{}}, pids: map[string]*actor.PID{}}
	ports := net.Ports(netip.MustParseAddr(aliceAddr))
	ports.Video = b.video
	b.party = newPartyWith(t, ports, "alice", aliceAddr, func(c *actors.Config) {
		c.Media.Video = actors.VideoConfig{Wish: actors.VideoWish{Width: 96, Height: 64, Rate: 5}}
	})
	for _, name := range names {
		b.pids[name] = b.System().Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) { b.hears(name, ctx.Message()) }))
	}
	return b
}

func (b *borrowers) hears(name string, msg any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch msg.(type) {
	case actors.CameraGranted:
		b.heard = append(b.heard, name+" has it")
	case actors.CameraRevoked:
		b.heard = append(b.heard, name+" is to give it up")
	}
}

// tell sends the Camera actor a message, before what the last one leads to is done.
func (b *borrowers) tell(say func(*actor.PID) any, name string) {
	b.System().Root.Send(b.find("/camera"), say(b.pids[name]))
}

func (b *borrowers) want(heard ...string) {
	b.t.Helper()
	pass(time.Second)
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.heard, heard) {
		b.t.Errorf("told %q, want %q", b.heard, heard)
	}
	b.heard = nil
}

// TestCameraOfADeadStream: a camera that was given to a stream which failed before it
// came to know that is closed; one that was given back is left to who closes it.
func TestCameraOfADeadStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBorrowers(t, "a", "b")
		b.tell(actors.AcquireCamera, "a")
		b.want("a has it")
		b.System().Root.Stop(b.pids["a"])
		pass(time.Second)
		if n := b.video.open.Load(); n != 0 {
			t.Errorf("%d cameras are open for nobody", n)
		}
		b.tell(actors.AcquireCamera, "b")
		b.want("b has it")
		b.tell(actors.ReleaseCamera, "b") // whose pump still closes it
		pass(time.Second)                 // that it stops would overtake it
		b.System().Root.Stop(b.pids["b"])
		pass(time.Second)
		if n := b.video.open.Load(); n != 1 {
			t.Errorf("%d cameras are open, not the one that is being closed", n)
		}
	})
}

// TestCameraForThree: who has asked for the camera and is overtaken before it got it
// is told, or it would wait for ever; the last one has it.
func TestCameraForThree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBorrowers(t, "a", "b", "c")
		b.tell(actors.AcquireCamera, "a")
		b.want("a has it")
		b.tell(actors.AcquireCamera, "b")
		b.want("a is to give it up")
		b.tell(actors.AcquireCamera, "b") // once more isn't overtaking
		b.want("a is to give it up")
		b.tell(actors.AcquireCamera, "c")
		pass(time.Second)
		b.mu.Lock()
		slices.Sort(b.heard) // they are told at the same time
		b.mu.Unlock()
		b.want("a is to give it up", "b is to give it up")
		b.tell(actors.ReleaseCamera, "b")
		b.tell(actors.ReleaseCamera, "a")
		b.want("c has it")
	})
}
