package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// maxDeviceRetry is how long the phone waits at most before it looks for a
// missing device again.
const maxDeviceRetry = 2 * time.Second

// attempts are those to open a device that somebody wants. The zero value is
// ready.
type attempts struct {
	fails int
	told  bool // that it is missing
	retry *time.Timer
}

// begin counts anew, for who asks for the device.
func (a *attempts) begin() { a.fails, a.told = 0, false }

// failed lets the actor get again when it is time for the next attempt. first
// tells that nobody was told so far that the device is missing.
func (a *attempts) failed(ctx actor.Context, again any) (first bool) {
	first, a.told = !a.told, true
	a.fails++
	a.retry = after(ctx, min(restartDelay(a.fails), maxDeviceRetry), again)
	return first
}

// plugged makes the next attempts as frequent as the first ones: a device comes
// in pieces, and its nodes have their owners a little later.
func (a *attempts) plugged() { a.fails = 0 }

// stop takes the next attempt back.
func (a *attempts) stop() {
	if a.retry != nil {
		a.retry.Stop()
		a.retry = nil
	}
}
