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
	quick int  // attempts that are to be made quickly, as a device has come
	told  bool // that it is missing
	retry *time.Timer
}

// quickAttempts are as many as take 3 s: by then also a slow machine has given a
// device that was plugged in to its owners, of which nobody tells.
const quickAttempts = 15

// begin counts anew, for who asks for the device.
func (a *attempts) begin() { a.fails, a.told = 0, false }

// failed lets the actor get again when it is time for the next attempt. first
// tells that nobody was told so far that the device is missing.
func (a *attempts) failed(ctx actor.Context, again any) (first bool) {
	first, a.told = !a.told, true
	a.retry = after(ctx, a.pause(), again)
	return first
}

// pause counts a failure, and tells how long to wait after it.
func (a *attempts) pause() time.Duration {
	if a.quick > 0 {
		a.quick--
		return restartDelay(1)
	}
	a.fails++
	return min(restartDelay(a.fails), maxDeviceRetry)
}

// plugged makes the next attempts frequent: a device comes in pieces, and its nodes
// have their owners a little later.
func (a *attempts) plugged() { a.fails, a.quick = 0, quickAttempts }

// stop takes the next attempt back.
func (a *attempts) stop() {
	if a.retry != nil {
		a.retry.Stop()
		a.retry = nil
	}
}
