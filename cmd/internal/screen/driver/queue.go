package driver

import (
	"context"
	"errors"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/screen"
)

// errBusy tells the user that commands are waiting already.
var errBusy = errors.New("the phone is busy: try again")

// commandTime bounds one command.
const commandTime = 30 * time.Second

// queue performs commands one after the other, off the loop, and asks for the
// status: once for however many times that it was wanted meanwhile.
type queue struct {
	phone    Phone
	commands chan screen.Command
	wanted   chan struct{}
	done     chan screen.Event
	ctx      context.Context
	cancel   context.CancelFunc
	ended    chan struct{}
}

func newQueue(phone Phone) *queue {
	q := &queue{phone: phone, commands: make(chan screen.Command, 16), wanted: make(chan struct{}, 1),
		done: make(chan screen.Event), ended: make(chan struct{})}
	q.ctx, q.cancel = context.WithCancel(context.Background())
	go q.run()
	return q
}

func (q *queue) add(c screen.Command) bool {
	select {
	case q.commands <- c:
		return true
	default:
		return false
	}
}

func (q *queue) refresh() {
	select {
	case q.wanted <- struct{}{}:
	default:
	}
}

// close ends the queue with what it does at the moment.
func (q *queue) close() {
	q.cancel()
	<-q.ended
}

func (q *queue) run() {
	defer close(q.ended)
	for {
		var e screen.Event
		select {
		case c := <-q.commands:
			e = q.command(c)
		case <-q.wanted:
			e = q.status()
		case <-q.ctx.Done():
			return
		}
		if e == nil {
			continue
		}
		select {
		case q.done <- e:
		case <-q.ctx.Done():
			return
		}
	}
}

func (q *queue) command(c screen.Command) screen.Event {
	ctx, cancel := context.WithTimeout(q.ctx, commandTime)
	defer cancel()
	answer, err := q.phone.Do(ctx, c)
	return screen.Answered{Command: c, Answer: answer, Err: err}
}

// status is nil where the phone has none to give: it is stopping then.
func (q *queue) status() screen.Event {
	ctx, cancel := context.WithTimeout(q.ctx, commandTime)
	defer cancel()
	s, err := q.phone.Status(ctx)
	if err != nil {
		return nil
	}
	return screen.Status{Status: s}
}
