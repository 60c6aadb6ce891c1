package event

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// send builds a SUBSCRIBE (RFC 6665 §4.1.2): the first one outside, the others
// within the dialog.
func (s *Subscription) send(expires time.Duration, credentials ...sip.Field) {
	s.cseq++
	s.key++
	s.pending = true
	uri, route, to := s.target, s.route, "<"+s.cfg.URI+">"
	if s.target == "" {
		uri, route = s.cfg.URI, s.cfg.Route()
	}
	if s.remoteTag != "" {
		to += ";tag=" + s.remoteTag
	}
	d := sip.NewRequest(sip.SUBSCRIBE, uri)
	for _, r := range route {
		d.Add(sip.HRoute, r)
	}
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HFrom, "<"+s.cfg.From+">;tag="+s.localTag)
	d.Add(sip.HTo, to)
	d.Add(sip.HCallID, s.callID)
	d.Add(sip.HCSeq, strconv.FormatUint(uint64(s.cseq), 10)+" SUBSCRIBE")
	d.Add(sip.HContact, s.cfg.Contact)
	d.Add(sip.HEvent, s.cfg.Package)
	d.Add(sip.HAccept, s.cfg.Accept)
	d.Add(sip.HExpires, strconv.Itoa(int(expires/time.Second)))
	if s.cfg.UserAgent != "" {
		d.Add(sip.HUserAgent, s.cfg.UserAgent)
	}
	if s.cfg.Fields != nil {
		for _, f := range s.cfg.Fields() {
			d.Add(f.ID, f.Value)
		}
	}
	for _, f := range credentials {
		d.Add(f.ID, f.Value)
	}
	s.do(Request{Key: s.key, Draft: d, Hop: hop(uri, route)})
}

// hop is where a request goes first (RFC 3261 §12.2.1.1).
func hop(uri string, route []string) string {
	if len(route) == 0 {
		return uri
	}
	a, err := sip.ParseAddress(route[0])
	if err != nil {
		return uri
	}
	return a.URI.String()
}

func (s *Subscription) response(in Response) {
	if in.Key != s.key || !s.pending {
		s.do(Unexpected{s.state, in}) // late
		return
	}
	status := in.Msg.Status()
	if status < 200 {
		return
	}
	s.pending = false
	switch {
	case status < 300:
		s.accepted(in.Msg)
	case (status == 401 || status == 407) && s.answer(in.Msg):
	case status == 423 && s.raise(in.Msg):
	case status == 481 && s.state == Up:
		s.begin() // the notifier forgot us (RFC 6665 §4.1.2.2)
	case s.state == Up && (status == 408 || status >= 500):
		// The subscription stands until it expires.
	default:
		s.wait(fmt.Sprintf("the subscription to %s was refused: %d %s", s.cfg.Package, status, in.Msg.Reason()), refusedFor(in.Msg))
	}
}

// refusedFor is the pause after a refusal: what the server asks for, and an hour
// where it will not change its mind.
func refusedFor(m *sip.Message) time.Duration {
	if n, ok := m.Number(sip.HRetryAfter); ok {
		return time.Duration(min(n, 3600)) * time.Second
	}
	switch m.Status() {
	case 403, 404, 489, 501:
		return maxRetry
	}
	return 0
}

func (s *Subscription) failed(in Failed) {
	if in.Key != s.key || !s.pending {
		s.do(Unexpected{s.state, in}) // late
		return
	}
	s.pending = false
	if s.state == Up {
		return // it stands until it expires
	}
	s.wait("the subscription to "+s.cfg.Package+" got no answer: "+in.Err.Error(), 0)
}

// accepted takes a 2xx: the interval is the notifier's (RFC 6665 §4.1.2.1).
func (s *Subscription) accepted(m *sip.Message) {
	if s.state == Leaving {
		return // the last NOTIFY, or its time, ends it
	}
	s.learn(m, m.ToTag())
	granted := s.interval
	if n, ok := m.Number(sip.HExpires); ok {
		granted = time.Duration(n) * time.Second
	}
	s.stand(granted)
	if s.state == Trying {
		// Up with the first NOTIFY; none within timer N is a failure.
		s.due = s.now.Add(firstNotify)
	}
}

// learn makes the dialog, from the 2xx or the NOTIFY, whichever is first. A 2xx
// of another fork than the NOTIFY's tells nothing of it.
func (s *Subscription) learn(m *sip.Message, tag string) {
	if s.remoteTag == "" {
		s.remoteTag = tag
		s.route = nil
		for r := range m.Values(sip.HRecordRoute) {
			if m.IsRequest() {
				s.route = append(s.route, r)
			} else {
				s.route = append([]string{r}, s.route...) // reversed for who asked
			}
		}
	}
	if tag != s.remoteTag {
		return
	}
	if c, err := m.Contact(); err == nil && c.URI.Host != "" {
		s.target = c.URI.String()
	}
}

// stand sets the times of a subscription that was granted: refreshed as
// TS 24.229 §5.1.1.3 says, 600 s before the expiry or at half-time.
func (s *Subscription) stand(granted time.Duration) {
	s.expires = s.now.Add(granted)
	if granted > 1200*time.Second {
		s.due = s.expires.Add(-600 * time.Second)
		return
	}
	s.due = s.now.Add(max(granted/2, minRefresh))
}

func (s *Subscription) answer(m *sip.Message) bool {
	if s.cfg.Authorize == nil || s.challenges >= maxChallenges {
		return false
	}
	uri := s.cfg.URI
	if s.target != "" {
		uri = s.target
	}
	fields, ok := s.cfg.Authorize(string(sip.SUBSCRIBE), uri, "", m)
	if !ok {
		return false
	}
	s.challenges++
	s.send(s.asked(), fields...)
	return true
}

func (s *Subscription) asked() time.Duration {
	if s.state == Leaving {
		return 0
	}
	return s.interval
}

// raise obeys 423 Interval Too Brief (RFC 6665 §4.1.2.1) once a SUBSCRIBE.
func (s *Subscription) raise(m *sip.Message) bool {
	n, ok := m.Number(sip.HMinExpires)
	least := time.Duration(n) * time.Second
	if !ok || least <= s.interval || s.raised {
		return false
	}
	s.interval, s.raised = least, true
	s.send(s.asked())
	return true
}

// notify takes a NOTIFY (RFC 6665 §4.1.3) and always answers it.
func (s *Subscription) notify(in Notify) {
	m := in.Msg
	status, text := s.judge(m)
	if status != 200 {
		s.do(Answer{sip.NewResponse(m, status, text)})
		return
	}
	cseq, _ := m.CSeq()
	s.remoteCSeq = cseq.Seq
	s.learn(m, m.FromTag())
	s.do(Answer{sip.NewResponse(m, 200, "")})
	if m.Body() != "" {
		s.do(News{ContentType: m.ContentType(), Body: m.Body()})
	}
	s.heed(m.Get(sip.HSubscriptionState))
}

// judge tells how a NOTIFY is to be answered.
func (s *Subscription) judge(m *sip.Message) (status int, reason string) {
	cseq, err := m.CSeq()
	switch {
	case s.callID == "" || m.CallID() != s.callID || m.ToTag() != s.localTag:
		return 481, ""
	case s.remoteTag != "" && m.FromTag() != s.remoteTag:
		return 481, "" // another fork's
	case err != nil:
		return 400, "No CSeq"
	case s.remoteCSeq != 0 && cseq.Seq <= s.remoteCSeq:
		return 500, "CSeq Out Of Order"
	case !sip.EqualFold(packageOf(m), s.cfg.Package):
		return 489, ""
	case m.Get(sip.HSubscriptionState) == "":
		return 400, "No Subscription-State"
	}
	return 200, ""
}

func packageOf(m *sip.Message) string {
	name, _, _ := strings.Cut(m.Get(sip.HEvent), ";")
	return strings.TrimSpace(name)
}

// heed does what Subscription-State asks for (RFC 6665 §4.1.3).
func (s *Subscription) heed(value string) {
	state, rest, _ := strings.Cut(value, ";")
	params := sip.Params(";" + rest)
	if sip.EqualFold(strings.TrimSpace(state), "terminated") {
		s.terminated(params)
		return
	}
	if n, err := strconv.ParseUint(first(params.Get("expires")), 10, 32); err == nil && n > 0 {
		s.stand(time.Duration(n) * time.Second)
	} else if s.expires.IsZero() {
		s.stand(s.interval)
	}
	if s.state == Trying {
		s.state = Up
	}
	if s.state == Leaving {
		s.due = s.now.Add(leaveTime)
	}
}

func first(s string, _ bool) string { return s }

// terminated ends the subscription; its reason says when a new one has sense.
func (s *Subscription) terminated(params sip.Params) {
	reason, _ := params.Get("reason")
	after := retryTime
	switch strings.ToLower(reason) {
	case "deactivated", "timeout":
		after = s.soon()
	case "rejected", "noresource", "invariant":
		after = maxRetry
	}
	if n, err := strconv.ParseUint(first(params.Get("retry-after")), 10, 32); err == nil {
		after = max(time.Duration(n)*time.Second, time.Second)
	}
	if reason == "" {
		reason = "no reason given"
	}
	s.wait("the notifier ended the subscription: "+reason, after)
}
