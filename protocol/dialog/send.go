package dialog

import (
	"strconv"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// maxTries bounds how often one request is sent again for 401, 407, 422 or 491.
const maxTries = 5

// purpose is why a request was sent, and so who takes its response.
type purpose uint8

const (
	forBye purpose = iota
	forPrack
	forAsk
	forChange
)

// sent is a request of ours whose final response is still to come.
type sent struct {
	key     uint64
	purpose purpose
	method  sip.Method
	uri     string
	seq     uint32
	// fields are those of this request alone; auth answers a challenge.
	fields, auth []sip.Field
	ctype        string
	body         string
	tries        int
	ref          uint64
}

// send starts a transaction for s with the next CSeq. The same s may be sent
// again after its final response came.
func (d *Dialog) send(s *sent) {
	d.lastKey++
	d.localSeq++
	s.key, s.seq = d.lastKey, d.localSeq
	s.tries++
	draft, p := d.request(s)
	s.uri = p.uri
	d.sent = append(d.sent, s)
	d.emit(Request{Key: s.key, Draft: draft, Hop: p.hop})
}

// request writes a request within the dialog (RFC 3261 §12.2.1.1).
func (d *Dialog) request(s *sent) (*sip.Draft, path) {
	p := d.route.path()
	draft := sip.NewRequest(s.method, p.uri)
	for _, r := range p.routes {
		draft.Add(sip.HRoute, r)
	}
	draft.Add(sip.HMaxForwards, "70")
	draft.Add(sip.HFrom, d.from)
	draft.Add(sip.HTo, d.to)
	draft.Add(sip.HCallID, d.id.CallID)
	draft.Add(sip.HCSeq, cseq(s.seq, s.method))
	if refreshesTarget(s.method) {
		draft.Add(sip.HContact, d.cfg.Contact)
		draft.Add(sip.HAllow, Allow)
	}
	if s.method != sip.ACK {
		draft.Add(sip.HSupported, Supported)
	}
	if d.cfg.UserAgent != "" {
		draft.Add(sip.HUserAgent, d.cfg.UserAgent)
	}
	addFields(draft, s.fields)
	addFields(draft, s.auth)
	if d.cfg.Extra != nil {
		addFields(draft, d.cfg.Extra(string(s.method)))
	}
	if s.body != "" {
		draft.SetBody(s.ctype, s.body)
	}
	return draft, p
}

func cseq(n uint32, m sip.Method) string {
	return strconv.FormatUint(uint64(n), 10) + " " + string(m)
}

// refreshesTarget tells which methods carry a Contact that moves the remote
// target (RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665, RFC 3515 §2.4).
func refreshesTarget(m sip.Method) bool {
	switch m {
	case sip.INVITE, sip.UPDATE, sip.SUBSCRIBE, sip.NOTIFY, sip.REFER:
		return true
	}
	return false
}

// take removes the sent request of key and gives it, nil when there is none.
func (d *Dialog) take(key uint64) *sent {
	for i, s := range d.sent {
		if s.key == key {
			d.sent = append(d.sent[:i], d.sent[i+1:]...)
			return s
		}
	}
	return nil
}

func (d *Dialog) find(key uint64) *sent {
	for _, s := range d.sent {
		if s.key == key {
			return s
		}
	}
	return nil
}

// response takes a response to one of our requests.
func (d *Dialog) response(ev Response) {
	status := ev.Msg.Status()
	s := d.find(ev.Key)
	if s != nil && !d.answers(ev.Msg, s) {
		d.unexpected(ev)
		return
	}
	if s != nil && status < 200 {
		d.provisionalToUs(s, ev.Msg)
		return
	}
	if s = d.take(ev.Key); s == nil {
		if !d.ackAgain(ev.Msg) {
			d.unexpected(ev)
		}
		return
	}
	if (status == 401 || status == 407) && d.authorize(s, ev.Msg) {
		d.send(s)
		return
	}
	d.final(s, status, ev.Msg)
}

// answers tells whether a response is to the request s: what it repeats of it
// must be right. The branch alone isn't believed.
func (d *Dialog) answers(m *sip.Message, s *sent) bool {
	seq, err := m.CSeq()
	return err == nil && seq == sip.CSeq{Seq: s.seq, Method: s.method} && m.CallID() == d.id.CallID && m.FromTag() == d.id.Local
}

// failed takes the news that a request got no response (RFC 3261 §8.1.3.1).
func (d *Dialog) failed(ev Failed) {
	s := d.take(ev.Key)
	if s == nil {
		d.unexpected(ev)
		return
	}
	d.final(s, StatusOf(ev.Err), nil)
}

// provisionalToUs acknowledges a reliable 1xx to a re-INVITE.
func (d *Dialog) provisionalToUs(s *sent, m *sip.Message) {
	if s.method == sip.INVITE && d.state == Up {
		d.reliableIn(m)
	}
}

// final hands the end of a request to its purpose. m is nil when status stands
// for no response.
func (d *Dialog) final(s *sent, status int, m *sip.Message) {
	switch s.purpose {
	case forBye:
		// Whatever came: the session is over (RFC 3261 §15.1.1).
	case forPrack:
		d.prackDone(status)
	case forAsk:
		d.tell(Asked{Ref: s.ref, Status: status, Msg: m})
	case forChange:
		d.changeDone(s, status, m)
	}
	if s.purpose == forAsk || s.purpose == forChange {
		d.checkLost(s, status)
	}
}

// checkLost ends the dialog when the peer no longer knows it, or doesn't answer
// (RFC 3261 §12.2.1.2, RFC 5057 §5.1). Silence towards an Ask is forgiven: some
// phones never answer an INFO. A PRACK that fails says nothing of a dialog that
// is up: the response that it was for is history then.
func (d *Dialog) checkLost(s *sent, status int) {
	if d.state != Up && d.state != Accepted2xx {
		return
	}
	switch {
	case status == 481:
		d.hangUp(Lost, status, "The other side no longer knows the call.", nil)
	case status == 408 && s.purpose == forChange:
		d.hangUp(Lost, status, "The other side no longer answers.", nil)
	}
}

// authorize adds credentials for a challenge; false when there are none.
func (d *Dialog) authorize(s *sent, m *sip.Message) bool {
	if d.cfg.Authorize == nil || s.tries >= maxTries || d.state == Terminated {
		return false
	}
	fields, ok := d.cfg.Authorize(string(s.method), s.uri, s.body, m)
	if ok {
		s.auth = fields
	}
	return ok
}

// after gives the time d from now.
func (d *Dialog) after(t time.Duration) time.Time { return d.now.Add(t) }
