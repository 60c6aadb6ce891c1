package call

import "time"

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
	alarmCount
)

// alarms are the deadlines of a call, zero for those that are off.
type alarms [alarmCount]time.Time

func (a *alarms) set(k alarm, t time.Time) { a[k] = t }

func (a *alarms) clear(ks ...alarm) {
	for _, k := range ks {
		a[k] = time.Time{}
	}
}

func (a *alarms) on(k alarm) bool { return !a[k].IsZero() }

// next gives the earliest deadline, zero for none.
func (a *alarms) next() time.Time {
	var first time.Time
	for _, t := range a {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	return first
}

// due takes one deadline that has passed off the list.
func (a *alarms) due(now time.Time) (alarm, bool) {
	for k, t := range a {
		if !t.IsZero() && !t.After(now) {
			a[k] = time.Time{}
			return alarm(k), true
		}
	}
	return 0, false
}

// tick rings every alarm that is due; none of them sets one to the same time.
func (c *Call) tick() {
	for {
		k, ok := c.at.due(c.now)
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
