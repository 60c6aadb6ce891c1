package actors

import (
	"io"

	"github.com/asynkron/protoactor-go/actor"
)

// devicesActor watches which devices are plugged in and pulled out.
type devicesActor struct {
	*env
	watch io.Closer
}

// deviceChanged goes from Devices through the Phone to who has such devices.
type deviceChanged struct{ change DeviceChange }

// retryDevices of the actor to itself.
type retryDevices struct{}

func (d *devicesActor) Receive(ctx actor.Context) {
	switch msg := ctx.Message().(type) {
	case *actor.Started, retryDevices:
		d.start(ctx)
	case *actor.Stopped:
		if d.watch != nil {
			d.watch.Close()
		}
	case deviceChanged:
		d.Log.Debug().Str("subsystem", msg.change.Subsystem).Str("device", msg.change.Name).Bool("removed", msg.change.Removed).Msg("device changed")
		ctx.Send(ctx.Parent(), msg)
	}
}

func (d *devicesActor) start(ctx actor.Context) {
	root, self := ctx.ActorSystem().Root, ctx.Self()
	watch, err := d.ports.Hotplug.Watch(func(c DeviceChange) { root.Send(self, deviceChanged{c}) })
	if err != nil {
		d.Log.Warn().Err(err).Msg("can't watch devices: one that is plugged in will be noticed a little later")
		after(ctx, linkRetry, retryDevices{})
		return
	}
	d.watch = watch
}
