package actors

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/rs/zerolog"
)

// owners asks for a device in the name of several, and yields it as a stream does.
type owners struct {
	*actor.ActorSystem
	audio *actor.PID
	log   []string
}

// owner makes one; his Read and Write are never called.
func (o *owners) owner(name string) *actor.PID {
	var open AudioStream
	var yielded *acquireAudio
	return o.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case audioGranted:
			if msg.turn == yielded {
				closeAway(msg.stream)
				break
			}
			o.log, open = append(o.log, name), msg.stream
		case audioRevoked:
			yielded = msg.turn
			if open != nil {
				closeAway(open)
				open = nil
			}
			ctx.Send(o.audio, yieldAudio(msg))
		case *actor.Stopping:
			if open != nil {
				closeAway(open)
			}
		}
	}))
}

// onePort is a device that can be open once.
type onePort struct {
	AudioPort
	t    *testing.T
	open *bool
}

func (p onePort) Open(int, time.Duration) (AudioStream, error) {
	if *p.open {
		p.t.Error("the device was opened while it was open")
	}
	*p.open = true
	return &oneStream{open: p.open}, nil
}

type oneStream struct {
	AudioStream
	open *bool
}

func (s *oneStream) Close() error { *s.open = false; return nil }

// TestDeviceGoesBack: the latest to ask has the device, and whoever it was taken
// from has it back afterwards, unless he is gone or doesn't want it any more.
func TestDeviceGoesBack(t *testing.T) {
	for name, test := range map[string]struct {
		apart bool // there is time between the requests
		order []string
	}{
		"one by one": {true, []string{"a", "b", "c", "b"}},
		"at once":    {false, []string{"c", "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := &owners{ActorSystem: newSystem(zerolog.Nop())}
				defer func() {
					o.Shutdown()
					time.Sleep(time.Minute) // its dead letters' goroutine
				}()
				e := &env{ports: Ports{Audio: onePort{t: t, open: new(bool)}}}
				o.audio = o.Root.Spawn(actor.PropsFromProducer(func() actor.Actor { return newAudioActor(e) }))
				a, b, c := o.owner("a"), o.owner("b"), o.owner("c")
				for _, owner := range []*actor.PID{a, b, c} {
					o.Root.Send(o.audio, acquireAudio{owner: owner, rate: 8000})
					if test.apart {
						synctest.Wait()
					}
				}
				synctest.Wait()
				o.Root.Send(o.audio, releaseAudio{a})
				o.Root.Stop(c)
				synctest.Wait()
				// Who gets it in between, if at all, depends on who is quicker.
				got := o.log
				if !test.apart {
					got = got[max(len(got)-2, 0):]
				}
				if !slices.Equal(got, test.order) {
					t.Errorf("granted to %v", o.log)
				}
				o.Root.Stop(a)
				o.Root.Stop(b)
				synctest.Wait()
			})
		})
	}
}
