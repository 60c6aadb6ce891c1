package actors

import (
	"errors"
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// stopOnPanic is the only supervision strategy of the tree: an actor whose
// state may be torn is stopped, and its parent, who gets *actor.Terminated,
// decides what comes next. protoactor's restart would lose the message and the
// state, and stop silently at the eleventh failure.
func stopOnPanic() actor.SupervisorStrategy {
	return actor.NewOneForOneStrategy(0, 0, func(any) actor.Directive { return actor.StopDirective })
}

// spawn starts a child whose failures stop it.
func spawn(ctx actor.Context, make func() actor.Actor, name string) *actor.PID {
	props := actor.PropsFromProducer(make, actor.WithSupervisor(stopOnPanic()))
	pid, err := ctx.SpawnNamed(props, name)
	if err != nil {
		// The name is taken by an incarnation that is just stopping.
		return ctx.Spawn(props)
	}
	return pid
}

// tick says that an actor's alarm has rung.
type tick struct{}

// alarm is an actor's one timer: it sends a tick when the core's Next has
// come. A tick too many is harmless, as cores look at the time themselves.
type alarm struct {
	timer *time.Timer
	at    time.Time
}

// set moves the alarm to at; the zero time disarms it.
func (a *alarm) set(ctx actor.Context, at time.Time) { a.setWith(ctx, at, tick{}) }

// setWith does the same with a message of its own, for an actor that has more
// than one core.
func (a *alarm) setWith(ctx actor.Context, at time.Time, msg any) {
	if at.Equal(a.at) {
		return
	}
	a.at = at
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if at.IsZero() {
		return
	}
	root, self := ctx.ActorSystem().Root, ctx.Self()
	a.timer = time.AfterFunc(max(time.Until(at), 0), func() { root.Send(self, msg) })
}

// rung is called on each tick before the core steps, so that the same time can
// be set again.
func (a *alarm) rung() { a.at = time.Time{} }

// stop disarms the alarm for good.
func (a *alarm) stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
}

// after sends msg to self in d; the timer is returned for stopping.
func after(ctx actor.Context, d time.Duration, msg any) *time.Timer {
	root, self := ctx.ActorSystem().Root, ctx.Self()
	return time.AfterFunc(d, func() { root.Send(self, msg) })
}

// errDriver: a driver of the machine failed in a way that it should not have.
var errDriver = errors.New("a driver of this phone failed, please report it")

// guarded calls a driver away from a mailbox, where a panic would end the process
// instead of an actor: it becomes an error of that one question.
func guarded[T any](driver func() (T, error)) (v T, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDriver, p)
		}
	}()
	return driver()
}

// restartDelay is the pause before the n-th restart in a row of a child: 100 ms
// doubled up to 5 s.
func restartDelay(n int) time.Duration {
	return min(100*time.Millisecond<<min(n, 6), 5*time.Second)
}
