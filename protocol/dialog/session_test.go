package dialog

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// TestRefresherOfUAS is RFC 4028 table 2 and §9.
func TestRefresherOfUAS(t *testing.T) {
	const knows = "Supported: timer"
	for _, c := range []struct {
		name  string
		ours  time.Duration
		lines []string
		want  string
	}{
		{"nobody asks", 0, []string{knows}, ""},
		{"we ask, caller knows", 1800 * time.Second, []string{knows}, " Require=timer Session-Expires=1800;refresher=uac"},
		{"we ask, caller doesn't know", 1800 * time.Second, nil, " Session-Expires=1800;refresher=uas"},
		{"we ask, caller's Min-SE is more", 1800 * time.Second, []string{knows, "Min-SE: 3600"}, " Require=timer Session-Expires=3600;refresher=uac"},
		{"caller asks", 0, []string{knows, "Session-Expires: 600"}, " Require=timer Session-Expires=600;refresher=uac"},
		{"caller wants us", 0, []string{knows, "Session-Expires: 600;refresher=uas"}, " Require=timer Session-Expires=600;refresher=uas"},
		{"caller wants itself", 0, []string{knows, "x: 600;refresher=UAC"}, " Require=timer Session-Expires=600;refresher=uac"},
		{"a proxy asks", 0, []string{"Session-Expires: 600"}, " Session-Expires=600;refresher=uas"},
		{"odd refresher", 0, []string{knows, "Session-Expires: 600 ; refresher=me"}, " Require=timer Session-Expires=600;refresher=uac"},
		{"no number", 0, []string{knows, "Session-Expires: soon"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newCallee(t, func(x *Config) { x.SessionExpires = c.ours }, testSDP(t), c.lines...)
			b.do(Accept{}).want("tell Agreed", "answer#1 200 10 INVITE"+c.want+" +sdp", "tell Accepted")
		})
	}
}

func withTimer(c *Config) { c.SessionExpires = 600 * time.Second }

// TestRefreshAtHalf: whoever refreshes does it at half the interval, by UPDATE
// where the peer knows it.
func TestRefreshAtHalf(t *testing.T) {
	b := newCaller(t, withTimer).up("Session-Expires: 600;refresher=uac", "Require: timer")
	b.at(299 * time.Second).want()
	b.at(300 * time.Second).want("send 2 UPDATE Session-Expires=600;refresher=uac")
	b.do(Response{Key: b.key(), Msg: toUs(t, 200, "2 UPDATE", "", "Session-Expires: 600;refresher=uac")}).want()
	b.at(600 * time.Second).want("send 3 UPDATE Session-Expires=600;refresher=uac")
}

// TestExpiry: BYE goes out min(32 s, a third) before the end (RFC 4028 §10).
func TestExpiry(t *testing.T) {
	for interval, bye := range map[string]time.Duration{"600": 568 * time.Second, "90": 60 * time.Second} {
		b := newCaller(t, withTimer).up("Session-Expires: " + interval + ";refresher=uas")
		b.at(bye - time.Second).want()
		b.at(bye).want("tell Ended Expired 0", "send 2 BYE").state(Ending)
	}
}

func TestPeerRefreshes(t *testing.T) {
	b := newCaller(t, withTimer).up("Session-Expires: 600;refresher=uas")
	b.at(300 * time.Second).do(Incoming{ID: 2, Msg: fromPeer(t, "UPDATE", 5, "", "Supported: timer", "Session-Expires: 600;refresher=uac")}).
		want("answer#2 200 5 UPDATE Require=timer Session-Expires=600;refresher=uac")
	b.at(867 * time.Second).want()
	b.at(868*time.Second).want("tell Ended Expired 0", "send 2 BYE")
}

func TestNoTimerGranted(t *testing.T) {
	b := newCaller(t, withTimer).up()
	b.at(24 * time.Hour).want()
}

// TestRefreshRefused: what is not about the dialog itself is tried again; the
// session ends only when its time is over.
func TestRefreshRefused(t *testing.T) {
	b := newCaller(t, withTimer).up("Session-Expires: 600;refresher=uac")
	b.at(300 * time.Second)
	b.do(Response{Key: b.key(), Msg: toUs(t, 503, "2 UPDATE", "")}).want()
	b.at(434 * time.Second).want("send 3 UPDATE Session-Expires=600;refresher=uac")
	b.do(Failed{Key: b.key(), Err: txn.ErrTimeout}).want("tell Ended Lost 408", "send 4 BYE")
}

func TestRefreshByReinvite(t *testing.T) {
	b := newCaller(t, withTimer).up("Session-Expires: 600;refresher=uac")
	b.at(300 * time.Second)
	b.do(Response{Key: b.key(), Msg: toUs(t, 405, "2 UPDATE", "")}).want("send 3 INVITE Session-Expires=600;refresher=uac +sdp")
	b.do(Response{Key: b.key(), Msg: toUs(t, 200, "3 INVITE", testSDP(t), "Session-Expires: 600;refresher=uac")}).
		want("ack 3 ACK", "tell Agreed")
}

func TestRefreshTooSmall(t *testing.T) {
	b := newCaller(t, withTimer).up("Session-Expires: 600;refresher=uac")
	b.at(300 * time.Second)
	b.do(Response{Key: b.key(), Msg: toUs(t, 422, "2 UPDATE", "", "Min-SE: 900")}).
		want("send 3 UPDATE Session-Expires=900;refresher=uac Min-SE=900")
	b.do(Response{Key: b.key(), Msg: toUs(t, 422, "3 UPDATE", "", "Min-SE: 60")}).want()
}

func TestSmallIntervalRefused(t *testing.T) {
	b := newCaller(t, nil).up()
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "UPDATE", 5, "", "Supported: timer", "Session-Expires: 30")}).
		want("answer#2 422 5 UPDATE Min-SE=90")
	b.do(Incoming{ID: 3, Msg: fromPeer(t, "INVITE", 6, testSDP(t), "Supported: timer", "Session-Expires: 89")}).
		want("answer#3 422 6 INVITE Min-SE=90")
	// Without Supported: timer a 422 would help nobody (RFC 4028 §9).
	b.do(Incoming{ID: 4, Msg: fromPeer(t, "UPDATE", 7, "", "Session-Expires: 30")}).
		want("answer#4 200 7 UPDATE Session-Expires=30;refresher=uas")
}

func TestRaise(t *testing.T) {
	s := Session{Interval: 120 * time.Second, MinSE: MinSessionInterval}
	for _, step := range []struct {
		line string
		ok   bool
		want time.Duration
	}{{"Min-SE: 300", true, 300 * time.Second}, {"Min-SE: 300", false, 300 * time.Second}, {"Min-SE: x", false, 300 * time.Second}, {"Expires: 1", false, 300 * time.Second}} {
		m := parse(t, "", "SIP/2.0 422 No", step.line)
		if ok := s.Raise(m); ok != step.ok || s.Interval != step.want {
			t.Errorf("%s: %v %v", step.line, ok, s)
		}
	}
	fields := s.Fields()
	if len(fields) != 2 || fields[0].Value != "300" || fields[1].ID != sip.HMinSE || fields[1].Value != "300" {
		t.Errorf("fields %v", fields)
	}
}
