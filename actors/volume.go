package actors

import (
	"context"
	"errors"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Volume is how loud the phone plays.
type Volume struct {
	// Percent is from 0 to 100.
	Percent int `json:"percent"`
	// Muted plays nothing, whatever Percent is.
	Muted bool `json:"muted,omitempty"`
	// Control is who does it: "mixer" is the sound card, "software" this phone.
	Control string `json:"control,omitempty"`
}

// mixerControl is the Control of a sound card's own volume.
const mixerControl = "mixer"

// errNoVolume: there is nothing that could be set.
var errNoVolume = errors.New("this phone can't set a volume: it has no sound device")

// Volume sets how loud calls are, from 0 to 100 percent.
func (p *Phone) Volume(ctx context.Context, percent int) (Volume, error) {
	return p.changeVolume(ctx, func(v *Volume) { v.Percent = percent })
}

// VolumeBy makes calls louder by so many percent, or below 0 less loud.
func (p *Phone) VolumeBy(ctx context.Context, percent int) (Volume, error) {
	return p.changeVolume(ctx, func(v *Volume) { v.Percent += percent })
}

// MuteSpeaker plays nothing until muted is false again. [Phone.Mute] is for the
// microphone.
func (p *Phone) MuteSpeaker(ctx context.Context, muted bool) (Volume, error) {
	return p.changeVolume(ctx, func(v *Volume) { v.Muted = muted })
}

// changeVolume changes the volume and tells what it is then.
func (p *Phone) changeVolume(ctx context.Context, change func(*Volume)) (Volume, error) {
	return ask[Volume](ctx, p, func(reply func(Volume, error)) any { return volumeCommand{change: change, reply: reply} })
}

// Messages of the volume.
type (
	volumeCommand struct {
		change func(*Volume)
		known  *Volume // by the Phone; nil where nothing is
		reply  func(Volume, error)
	}
	// retryVolume is another try to give a device its volume, see tryVolume.
	retryVolume struct{ pauses []time.Duration }
	// volumeChanged comes back from the device, and goes up to the Phone.
	volumeChanged struct {
		volume Volume
		set    bool // by the user
	}
)

// changeVolume asks the device away from the mailbox: its driver may hang.
func (a *audioActor) changeVolume(ctx actor.Context, cmd volumeCommand) {
	if a.ports.Volume == nil {
		cmd.reply(Volume{}, errNoVolume)
		return
	}
	root, self, port := ctx.ActorSystem().Root, ctx.Self(), a.ports.Volume
	go func() {
		v, err := guarded(func() (Volume, error) { return changed(port, cmd.known, cmd.change) })
		if err == nil {
			root.Send(self, volumeChanged{v, true})
		}
		cmd.reply(v, err)
	}()
}

// changed reads the volume, changes it and gives what the device made of it. Where
// the sound card that had it is away, it is changed from what was known of it: the
// phone's own volume is at its loudest then, which a headset must not get when it is
// back.
func changed(port VolumePort, known *Volume, change func(*Volume)) (Volume, error) {
	v, err := port.Volume()
	if err != nil {
		return v, err
	}
	if known != nil && known.Control == mixerControl && v.Control != mixerControl {
		v.Percent, v.Muted = known.Percent, known.Muted
	}
	change(&v)
	v.Percent = min(max(v.Percent, 0), 100)
	if err := port.SetVolume(v); err != nil {
		return v, err
	}
	return port.Volume()
}

// tellVolume lets the Phone know how loud the device is by itself.
func (a *audioActor) tellVolume(ctx actor.Context) {
	if a.ports.Volume == nil {
		return
	}
	root, self, port := ctx.ActorSystem().Root, ctx.Self(), a.ports.Volume
	go func() {
		if v, err := guarded(port.Volume); err == nil {
			root.Send(self, volumeChanged{v, false})
		}
	}()
}

// settling are the pauses before a card that was opened is given its volume again, as
// long as it doesn't take it: its mixer comes after what plays, and gets the owner that
// lets the phone in later still. Until then the phone's own volume would do the work,
// and go on to do so on top of the mixer's.
var settling = [...]time.Duration{200 * time.Millisecond, 800 * time.Millisecond, 2 * time.Second}

// keepVolume gives a device that was opened the volume that the user wants: it may
// be another one, or have forgotten it.
func (a *audioActor) keepVolume(ctx actor.Context) { a.tryVolume(ctx, settling[:]) }

// tryVolume is one try of keepVolume, with the pauses before those that may follow. It
// tells how loud the device is; but not what the phone's own volume is where the card
// may be gone again.
func (a *audioActor) tryVolume(ctx actor.Context, pauses []time.Duration) {
	if a.ports.Volume == nil {
		return
	}
	root, self, port, want, log := ctx.ActorSystem().Root, ctx.Self(), a.ports.Volume, a.volume, a.Log
	go func() {
		v, err := guarded(func() (Volume, error) { return kept(port, want) })
		mixer := err == nil && v.Control == mixerControl
		if mixer || err == nil && len(pauses) == len(settling) {
			root.Send(self, volumeChanged{v, false})
		}
		switch {
		case mixer:
		case len(pauses) > 0:
			time.AfterFunc(pauses[0], func() { root.Send(self, retryVolume{pauses[1:]}) })
		case err != nil:
			log.Warn().Err(err).Msg("the volume can't be set")
		}
	}()
}

// kept sets the volume that is wanted, if any, and gives the one that there is then.
func kept(port VolumePort, want *Volume) (Volume, error) {
	if want != nil {
		if err := port.SetVolume(*want); err != nil {
			return Volume{}, err
		}
	}
	return port.Volume()
}

func (a *audioActor) volumeChanged(ctx actor.Context, msg volumeChanged) {
	if msg.set {
		a.volume = &msg.volume
	}
	ctx.Send(ctx.Parent(), msg)
}
