package actors_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/call"
)

// viewer is a phone with a camera and a screen.
type viewer struct {
	*party
	eyes    *simnet.Video
	devices *news[actors.DeviceChange]
}

func newViewer(t *testing.T, net *simnet.Net, name, addr string, source uint8, edit ...func(*actors.Config)) viewer {
	t.Helper()
	eyes, devices := &simnet.Video{Source: source}, &news[actors.DeviceChange]{}
	ports := net.Ports(netip.MustParseAddr(addr))
	ports.Video, ports.Hotplug = eyes, devices
	edit = append([]func(*actors.Config){func(c *actors.Config) {
		c.Media.Video = actors.VideoConfig{Wish: actors.VideoWish{Width: 96, Height: 64, Rate: 5}, Bandwidth: 500}
	}}, edit...)
	return viewer{newPartyWith(t, ports, name, addr, edit...), eyes, devices}
}

func answering(a actors.VideoAnswer) func(*actors.Config) {
	return func(c *actors.Config) { c.Media.Video.Answer = a }
}

func viewers(t *testing.T, edit ...func(*actors.Config)) (alice, bob viewer) {
	net := simnet.New()
	return newViewer(t, net, "alice", aliceAddr, 1, edit...), newViewer(t, net, "bob", bobAddr, 2, edit...)
}

// dialVideo calls with video and lets it ring.
func (v viewer) dialVideo(uri string) string {
	v.t.Helper()
	id, err := v.DialVideo(v.t.Context(), "", uri)
	if err != nil {
		v.t.Fatal(err)
	}
	pass(100 * time.Millisecond)
	return id
}

func (v viewer) video(mode string) {
	v.t.Helper()
	v.do(func(ctx context.Context, id string) error { return v.Video(ctx, id, mode) }, "")
}

// wantSeen lets two seconds go by and checks that the pictures of a source are
// shown in order, none of them missing; source 0 is none.
func (v viewer) wantSeen(source uint8) {
	v.t.Helper()
	pass(100 * time.Millisecond)
	v.eyes.Take()
	pass(2 * time.Second)
	seen, _ := v.eyes.Take()
	seen = slices.DeleteFunc(seen, func(s simnet.Seen) bool { return s.Whose != actors.Theirs })
	if source == 0 {
		if len(seen) != 0 {
			v.t.Errorf("%s sees %v", v.name, seen)
		}
		return
	}
	if len(seen) < 9 || len(seen) > 11 {
		v.t.Errorf("%s sees %d pictures in two seconds", v.name, len(seen))
	}
	for i, s := range seen {
		if s.Source != source || s.Count != seen[0].Count+i {
			v.t.Fatalf("%s sees picture %d of source %d after %d of %d: %v", v.name, s.Count, s.Source, i, len(seen), seen)
		}
	}
}

// A call with video from the start: the callee looks, and shows itself only when
// it says so.
func TestVideoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := viewers(t)
		alice.dialVideo(at("bob", bobAddr))
		if e := bob.last("incoming"); e.Video != "sendrecv" {
			t.Errorf("the call comes with video %q", e.Video)
		}
		bob.do(bob.Answer, "")
		alice.wantSeen(0)
		bob.wantSeen(1)
		if bob.eyes.Opened() != 0 {
			t.Error("the camera started without being asked")
		}
		if e := bob.last("video-offered"); e.Video != "sendrecv" {
			t.Errorf("offered %q", e.Video)
		}
		bob.video("on")
		alice.wantSeen(2)
		bob.wantSeen(1)
		pass(5 * time.Second)
		for _, v := range []viewer{alice, bob} {
			s := v.call().Video
			if s == nil || s.Direction != "sendrecv" || s.Codec != "JPEG" || s.Sent == nil || s.Received.Width != 96 || s.Received.Height != 64 ||
				s.Received.FPS < 4 || s.Received.FPS > 6 || s.Received.Dropped != 0 || s.Received.LostPackets != 0 || s.Sent.Dropped != 0 {
				t.Errorf("%s has video %+v, receives %+v", v.name, s, s.Received)
			}
		}
		bob.eyes.Take()
		bob.video("off")
		if _, blanked := bob.eyes.Take(); blanked == 0 {
			t.Error("the last picture stays on the screen")
		}
		alice.wantSeen(0)
		bob.wantSeen(0)
		bob.wantTold("call", "incoming", "video-started", "video-offered", "answered", "video-started", "updated", "video-stopped", "updated")
		alice.do(alice.Hangup, "")
	})
}

// Pictures wait for the sound that was captured with them: as soon as both
// streams have been reported on, they are behind by the jitter buffer at least.
func TestLipSync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := viewers(t)
		alice.dialVideo(at("bob", bobAddr))
		bob.do(bob.Answer, "")
		lag := func() time.Duration {
			bob.eyes.Take()
			pass(time.Second)
			seen, _ := bob.eyes.Take()
			last := seen[len(seen)-1]
			return last.At.Sub(alice.eyes.Taken(actors.VideoWish{Rate: 5}, last.Count))
		}
		if got := lag(); got > 5*time.Millisecond {
			t.Errorf("before any report pictures are behind by %v", got)
		}
		pass(15 * time.Second)
		if got := lag(); got < 20*time.Millisecond || got > 200*time.Millisecond {
			t.Errorf("pictures are behind by %v", got)
		}
	})
}

// Both show themselves from the first picture on.
func TestVideoAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := viewers(t)
		alice.dialVideo(at("bob", bobAddr))
		bob.do(bob.AnswerVideo, "")
		alice.wantSeen(2)
		bob.wantSeen(1)
		alice.do(alice.Hold, "")
		alice.wantSeen(0)
		bob.wantSeen(0)
		alice.do(alice.Resume, "")
		alice.wantSeen(2)
		bob.wantSeen(1)
	})
}

// What the configuration says is done with video that is offered in mid-call.
func TestVideoPolicies(t *testing.T) {
	for _, test := range []struct {
		answer       actors.VideoAnswer
		blind        bool  // bob has no screen
		alice, bob   uint8 // whom they see
		told         bool
		bobDirection string
	}{
		{actors.VideoReceive, false, 0, 1, true, "recvonly"},
		{actors.VideoReceive, true, 0, 0, true, "inactive"},
		{actors.VideoBoth, false, 2, 1, false, "sendrecv"},
		{actors.VideoAsk, false, 0, 0, true, "inactive"},
		{actors.VideoOff, false, 0, 0, false, "inactive"},
	} {
		synctest.Test(t, func(t *testing.T) {
			alice, bob := viewers(t, answering(test.answer))
			bob.eyes.Blind.Store(test.blind)
			talk(alice.party, bob.party, at("bob", bobAddr))
			alice.video("on")
			alice.wantSeen(test.alice)
			bob.wantSeen(test.bob)
			if told := slices.Contains(bob.told("call"), "video-offered"); told != test.told {
				t.Errorf("answer %d: told of the offer: %v", test.answer, told)
			}
			if s := bob.call().Video; s == nil || s.Direction != test.bobDirection {
				t.Errorf("answer %d: bob's video is %+v", test.answer, s)
			}
			if test.bob == 0 { // refused: the camera isn't left running for nobody
				if s := alice.call().Video; s != nil {
					t.Errorf("answer %d: alice's video is %+v", test.answer, s)
				}
				alice.do(alice.Hold, "")
				alice.do(alice.Resume, "")
				if n := strings.Count(strings.Join(bob.told("call"), " "), "video-offered"); n > 1 {
					t.Errorf("answer %d: offered %d times", test.answer, n)
				}
			}
			bob.wantCalls(call.Active)
		})
	}
}

// A phone without video refuses it, and the call goes on.
func TestVideoToPhoneWithout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		alice, bob := newViewer(t, net, "alice", aliceAddr, 1), newParty(t, net, "bob", bobAddr)
		alice.dialVideo(at("bob", bobAddr))
		bob.do(bob.Answer, "")
		alice.wantCalls(call.Active)
		alice.wantTold("call", "dialing", "ringing", "answered", "video-stopped")
		if alice.eyes.Opened() != 0 || alice.call().Video != nil {
			t.Errorf("video runs for nobody: %+v", alice.call().Video)
		}
		if err := bob.Video(t.Context(), "", "on"); err == nil || !strings.Contains(err.Error(), "[video]") {
			t.Errorf("a phone without video says %v", err)
		}
	})
}

// Both turn video on at once.
func TestVideoGlare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := viewers(t)
		talk(alice.party, bob.party, at("bob", bobAddr))
		for _, v := range []viewer{alice, bob} {
			if err := v.Video(t.Context(), "", "on"); err != nil {
				t.Fatal(err)
			}
		}
		pass(10 * time.Second)
		alice.wantSeen(2)
		bob.wantSeen(1)
	})
}

// A camera that is unplugged costs its pictures; it is used again within two
// seconds after it has come back.
func TestCameraUnplugged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := viewers(t, answering(actors.VideoBoth))
		alice.dialVideo(at("bob", bobAddr))
		bob.do(bob.Answer, "")
		for range 3 {
			bob.wantSeen(1)
			alice.eyes.Unplug()
			bob.wantSeen(15)
			if !alice.call().Video.CameraLost {
				t.Error("the status doesn't say that the camera is lost")
			}
			pass(5 * time.Second)
			alice.eyes.Plug()
			pass(2 * time.Second)
			bob.wantSeen(1)
		}
		alice.wantSeen(2)
		told := strings.Join(alice.told("call"), " ")
		if strings.Count(told, "camera-lost") != 3 || strings.Count(told, "camera-back") != 3 {
			t.Errorf("alice told %s", told)
		}
		bob.wantCalls(call.Active)
	})
}

// A camera that is plugged in is used at once, however long it was away.
func TestCameraPluggedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alice, bob := viewers(t, answering(actors.VideoBoth))
		alice.dialVideo(at("bob", bobAddr))
		bob.do(bob.Answer, "")
		alice.eyes.Unplug()
		pass(time.Minute + 100*time.Millisecond) // the next try is far from here
		alice.eyes.Plug()
		alice.devices.tell(actors.DeviceChange{Subsystem: "video4linux", Name: "video0"})
		pass(400 * time.Millisecond)
		if alice.call().Video.CameraLost {
			t.Error("the camera isn't used yet")
		}
	})
}

// A second call takes the camera from the first, and gives it back.
func TestVideoOfTwoCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		net := simnet.New()
		alice := newViewer(t, net, "alice", aliceAddr, 1)
		bob, carol := newViewer(t, net, "bob", bobAddr, 2), newViewer(t, net, "carol", carolAddr, 3)
		first := alice.dialVideo(at("bob", bobAddr))
		bob.do(bob.Answer, "")
		second := alice.dialVideo(at("carol", carolAddr))
		carol.do(carol.Answer, "")
		bob.wantSeen(0)
		carol.wantSeen(1)
		alice.do(alice.Hangup, second)
		alice.do(alice.Resume, first)
		bob.wantSeen(1)
	})
}

// The Camera actor and a video stream fail: the call lives on, and other calls'
// video does.
func TestVideoPanic(t *testing.T) {
	for name, msg := range map[string]any{"/camera": actors.PanicCamera, "/call-1/stream-1": actors.PanicVideo} {
		synctest.Test(t, func(t *testing.T) {
			alice, bob := viewers(t, answering(actors.VideoBoth))
			alice.dialVideo(at("bob", bobAddr))
			bob.do(bob.Answer, "")
			bob.wantSeen(1)
			alice.System().Root.Send(alice.find(name), msg)
			pass(5 * time.Second)
			if got := alice.status().Counters.Panics; got != 1 {
				t.Errorf("%s: %d actors failed", name, got)
			}
			alice.wantCalls(call.Active)
			bob.wantCalls(call.Active)
			if name == "/camera" {
				bob.wantSeen(1)
				alice.wantSeen(2)
			} else {
				bob.wantSeen(0)
				if s := bob.call().Video; s != nil {
					t.Errorf("bob's video is %+v", s)
				}
			}
			alice.do(alice.Hangup, "")
			alice.dialVideo(at("bob", bobAddr))
			bob.do(bob.AnswerVideo, "")
			alice.wantSeen(2)
			bob.wantSeen(1)
		})
	}
}
