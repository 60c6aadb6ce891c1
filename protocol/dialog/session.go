package dialog

import (
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

const (
	// MinSessionInterval is the smallest session interval (RFC 4028 §4).
	MinSessionInterval = 90 * time.Second
	// shortestSession bounds what a careless peer can make us do: no refresh
	// more often than every ten seconds.
	shortestSession = 20 * time.Second
)

// Session is what a request asks of the session timer (RFC 4028 §4, §5).
type Session struct {
	// Interval is Session-Expires, 0 for none.
	Interval time.Duration
	// MinSE is the smallest interval that we accept.
	MinSE time.Duration
}

// Fields gives the header fields of an initial INVITE.
func (s Session) Fields() []sip.Field { return s.fields("") }

// fields gives the fields of a request with that refresher ("" leaves it to
// the peer).
func (s Session) fields(refresher string) []sip.Field {
	if s.Interval == 0 {
		return nil
	}
	value := seconds(max(s.Interval, s.MinSE))
	if refresher != "" {
		value += ";refresher=" + refresher
	}
	fields := []sip.Field{{ID: sip.HSessionExpires, Value: value}}
	if s.MinSE > MinSessionInterval {
		fields = append(fields, sip.Field{ID: sip.HMinSE, Value: seconds(s.MinSE)})
	}
	return fields
}

// Raise takes the Min-SE of a 422; false when there is none that helps (RFC
// 4028 §7.3).
func (s *Session) Raise(m *sip.Message) bool {
	n, ok := m.Number(sip.HMinSE)
	minSE := time.Duration(n) * time.Second
	if !ok || minSE <= s.Interval && minSE <= s.MinSE {
		return false
	}
	s.MinSE = max(s.MinSE, minSE)
	s.Interval = max(s.Interval, minSE)
	return true
}

// TooSmall tells whether the session interval of a request is below minSE, and
// gives the Min-SE field of the 422 that it gets then (RFC 4028 §9).
func TooSmall(m *sip.Message, minSE time.Duration) (sip.Field, bool) {
	interval, _, ok := sessionExpires(m)
	if !ok || interval >= minSE || !m.HasOption(sip.HSupported, "timer") {
		return sip.Field{}, false
	}
	return sip.Field{ID: sip.HMinSE, Value: seconds(minSE)}, true
}

// timer is the session timer of a dialog. It runs from the 2xx to the INVITE on:
// an UPDATE in an early dialog has nothing to say about it.
type timer struct {
	// ask is what we ask for.
	ask Session
	// interval is what holds now, 0 for no timer; ours tells that we refresh.
	interval time.Duration
	ours     bool
}

// request gives the fields of a re-INVITE or UPDATE: the roles stay (RFC 4028
// §7.4).
func (t *timer) request(d *Dialog) []sip.Field {
	if d.state == Early {
		return nil
	}
	if t.interval == 0 {
		return t.ask.Fields()
	}
	s := Session{Interval: max(t.interval, t.ask.MinSE), MinSE: t.ask.MinSE}
	if t.ours {
		return s.fields("uac")
	}
	return s.fields("uas")
}

// fromResponse takes the interval that a 2xx to a request of ours grants; one
// without Session-Expires means that there is no timer (RFC 4028 §7.2).
func (t *timer) fromResponse(d *Dialog, m *sip.Message) {
	if d.state == Early {
		return
	}
	interval, refresher, ok := sessionExpires(m)
	if !ok {
		t.interval = 0
		d.at.Clear(alarmRefresh, alarmExpire)
		return
	}
	t.interval, t.ours = interval, !sip.EqualFold(refresher, "uas")
	t.arm(d)
}

// answer gives the fields of our 2xx to a request, and starts the timer (RFC
// 4028 §9, table 2).
func (t *timer) answer(d *Dialog, m *sip.Message) []sip.Field {
	if d.state == Early {
		return nil
	}
	knows := m.HasOption(sip.HSupported, "timer")
	interval, refresher, asked := sessionExpires(m)
	if !asked {
		interval = max(t.ask.Interval, minSE(m))
		if t.ask.Interval == 0 {
			t.interval = 0
			d.at.Clear(alarmRefresh, alarmExpire)
			return nil
		}
	}
	switch {
	case !knows:
		refresher = "uas"
	case refresher == "":
		refresher = "uac"
	}
	t.interval, t.ours = interval, sip.EqualFold(refresher, "uas")
	t.arm(d)
	fields := []sip.Field{{ID: sip.HSessionExpires, Value: seconds(interval) + ";refresher=" + refresher}}
	if knows {
		fields = append(fields, sip.Field{ID: sip.HRequire, Value: "timer"})
	}
	return fields
}

// arm starts the timer: we refresh at half the interval, and BYE goes out
// min(32 s, interval/3) before its end (RFC 4028 §10).
func (t *timer) arm(d *Dialog) {
	t.interval = max(t.interval, shortestSession)
	d.at.Clear(alarmRefresh)
	if t.ours {
		d.at.Set(alarmRefresh, d.after(t.interval/2))
	}
	d.at.Set(alarmExpire, d.after(t.interval-min(32*time.Second, t.interval/3)))
}

// again plans another refresh halfway to the end of the session, while there is
// time for one.
func (t *timer) again(d *Dialog) {
	left := d.at[alarmExpire].Sub(d.now)
	if d.at.On(alarmExpire) && left > shortestSession/2 {
		d.at.Set(alarmRefresh, d.after(left/2))
	}
}

func (t *timer) raise(m *sip.Message) bool {
	s := Session{Interval: max(t.interval, t.ask.Interval), MinSE: t.ask.MinSE}
	if !s.Raise(m) {
		return false
	}
	t.ask.MinSE = s.MinSE
	return true
}

func (t *timer) tooSmall(m *sip.Message) (sip.Field, bool) { return TooSmall(m, t.ask.MinSE) }

// expire ends a session that nobody has refreshed.
func (d *Dialog) expire() {
	d.hangUp(Expired, 0, "The call was not refreshed in time; the other side may be gone.", nil)
}

// sessionExpires reads Session-Expires.
func sessionExpires(m *sip.Message) (interval time.Duration, refresher string, ok bool) {
	n, ok := m.Number(sip.HSessionExpires)
	if !ok {
		return 0, "", false
	}
	_, params, _ := strings.Cut(m.Get(sip.HSessionExpires), ";")
	refresher, _ = sip.Params(";" + params).Get("refresher")
	if !sip.EqualFold(refresher, "uac") && !sip.EqualFold(refresher, "uas") {
		refresher = ""
	}
	return time.Duration(n) * time.Second, strings.ToLower(refresher), true
}

func minSE(m *sip.Message) time.Duration {
	n, _ := m.Number(sip.HMinSE)
	return time.Duration(n) * time.Second
}

func seconds(t time.Duration) string { return strconv.FormatInt(int64(t/time.Second), 10) }
