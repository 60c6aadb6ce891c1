package call

import "github.com/imsphone/imsphone/protocol/internal/deadline"

// alarm names one of the call's deadlines.
type alarm uint8

const (
	// alarmRing ends a call that nobody answers.
	alarmRing alarm = iota
	// alarmForks is when no other branch of a fork can answer 2xx any more:
	// 64·T1 after the first (RFC 3261 §13.2.2.4).
	alarmForks
	// alarmCancel is when a cancelled INVITE without a final response is given
	// up: 64·T1 after the CANCEL (RFC 3261 §9.1).
	alarmCancel
	// alarmRetry sends the INVITE again after 491.
	alarmRetry
	// alarmGuard forgets dialogs that never report their end.
	alarmGuard
)

// alarms are the deadlines of a call.
type alarms = deadline.Set[alarm]

// tick rings every alarm that is due; none of them sets one to the same time.
func (c *Call) tick() {
	for {
		k, ok := c.at.Due(c.now)
		if !ok {
			return
		}
		c.alarm(k)
	}
}

func (c *Call) alarm(k alarm) {
	switch k {
	case alarmRing:
		c.ringTimeout()
	case alarmForks:
		c.forksDone()
	case alarmCancel:
		c.cancelTimeout()
	case alarmRetry:
		c.invite()
	case alarmGuard:
		c.forgetLegs()
	}
}
