package txn

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// serverState is a state of a server transaction; the two machines share the
// names.
type serverState uint8

const (
	serverTrying     serverState = iota // nothing sent yet
	serverProceeding                    // a provisional response was sent
	serverCompleted                     // a final one was sent
	serverConfirmed                     // INVITE: the ACK of a non-2xx came
	serverAccepted                      // INVITE: a 2xx was sent (RFC 6026 §7.1)
)

// serverID finds a server transaction for a request (§17.2.3). Where the
// branch has no cookie, branch holds what RFC 2543 compares.
type serverID struct {
	branch, sentBy string
	method         sip.Method
}

// mergeID is what the copies of one request that came by different paths
// share (§8.2.2.2).
type mergeID struct {
	fromTag, callID string
	cseq            sip.CSeq
}

// server is one server transaction.
type server struct {
	layer *Layer
	id    ID
	key   serverID
	merge mergeID
	flow  transport.Flow // where responses go
	req   *sip.Message
	via   string // the top Via with received and rport filled in
	last  []byte // the last response, for retransmissions
	state serverState

	interval   time.Duration
	retransmit time.Time // timer G
	timeout    time.Time // timer H, I, J, L, or the one of 100 Trying
	canceled   bool
	slotIndex  int
}

func (s *server) at() time.Time { return earliest(s.retransmit, s.timeout) }
func (s *server) slot() *int    { return &s.slotIndex }

func (s *server) invite() bool { return s.key.method == sip.INVITE }

func (s *server) fire(now time.Time, fx []Effect) []Effect {
	l := s.layer
	if s.timeout.IsZero() || s.timeout.After(now) {
		s.interval = min(2*s.interval, l.cfg.Profile.T2)
		s.retransmit = now.Add(s.interval)
		l.schedule(s)
		return append(fx, Transmit{s.flow, s.last})
	}
	if s.state == serverTrying && s.invite() { // §17.2.1: the TU is silent
		return l.respond(now, s, sip.NewResponse(s.req, 100, ""), fx)
	}
	if s.state == serverCompleted && s.invite() {
		fx = append(fx, Unacked{s.id})
	}
	return l.endServer(s, fx)
}

// request takes a request to its transaction, or makes one.
func (l *Layer) request(now time.Time, e Received, fx []Effect) []Effect {
	via, err := e.Msg.Via()
	if err != nil {
		return append(fx, Unexpected{e})
	}
	key := serverKey(via, e.Msg)
	if s := l.servers[key]; s != nil {
		return l.repeated(now, s, e, fx)
	}
	switch e.Msg.Method() {
	case sip.ACK:
		return append(fx, IncomingAck(e))
	case sip.CANCEL:
		return l.canceled(now, key, via, e, fx)
	}
	return l.open(now, key, via, e, fx)
}

func serverKey(via sip.Via, m *sip.Message) serverID {
	method := m.Method()
	if method == sip.ACK {
		method = sip.INVITE
	}
	key := serverID{branch: via.Branch(), sentBy: strings.ToLower(via.SentBy()), method: method}
	if len(key.branch) > len(cookie) && strings.EqualFold(key.branch[:len(cookie)], cookie) {
		return key
	}
	// RFC 2543: everything that tells two requests apart. The To tag is left
	// out, as an ACK has one that its INVITE hasn't.
	cseq, _ := m.CSeq()
	key.branch = strings.Join([]string{m.RequestURI(), m.FromTag(), m.CallID(),
		strconv.FormatUint(uint64(cseq.Seq), 10), via.String()}, "\x00")
	return key
}

// repeated is a request that has its transaction: a retransmission, or the ACK
// of a non-2xx.
//
//	INVITE     INVITE again     ACK
//	Trying     absorbed         unexpected
//	Proceeding last 1xx again   unexpected
//	Completed  response again   → Confirmed
//	Confirmed  absorbed         absorbed
//	Accepted   absorbed         ↑
func (l *Layer) repeated(now time.Time, s *server, e Received, fx []Effect) []Effect {
	if e.Msg.Method() == sip.ACK {
		return l.acknowledged(now, s, e, fx)
	}
	if s.last == nil || s.state == serverConfirmed || s.state == serverAccepted {
		return fx
	}
	return append(fx, Transmit{s.flow, s.last})
}

func (l *Layer) acknowledged(now time.Time, s *server, e Received, fx []Effect) []Effect {
	switch s.state {
	case serverAccepted:
		return append(fx, IncomingAck(e))
	case serverCompleted:
		s.state = serverConfirmed
		if s.flow.Proto.Reliable() {
			return l.endServer(s, fx)
		}
		s.retransmit, s.timeout = time.Time{}, now.Add(l.cfg.Profile.I)
		l.schedule(s)
		return fx
	case serverConfirmed:
		return fx
	}
	return append(fx, Unexpected{e})
}

// open makes a server transaction and hands its request up.
func (l *Layer) open(now time.Time, key serverID, via sip.Via, e Received, fx []Effect) []Effect {
	cseq, _ := e.Msg.CSeq()
	merge := mergeID{e.Msg.FromTag(), e.Msg.CallID(), cseq}
	l.lastID++
	s := &server{layer: l, id: l.lastID, key: key, merge: merge, req: e.Msg, slotIndex: -1}
	s.via, s.flow = back(via, e.Flow)
	if _, twice := l.merged[merge]; twice && e.Msg.ToTag() == "" {
		return append(fx, Transmit{s.flow, s.bytes(sip.NewResponse(e.Msg, 482, ""))})
	}
	if len(l.servers) >= l.cfg.MaxServers {
		d := sip.NewResponse(e.Msg, 503, "")
		d.Add(sip.HRetryAfter, "5")
		return append(fx, Transmit{s.flow, s.bytes(d)})
	}
	l.servers[key], l.byID[s.id], l.merged[merge] = s, s, s.id
	// A TU that never answers must not leave a transaction behind: the client
	// of another request than INVITE has given up by timer F.
	s.timeout = now.Add(l.cfg.Profile.F)
	if s.invite() {
		s.timeout = now.Add(l.cfg.Profile.Trying)
	}
	l.schedule(s)
	return append(fx, Incoming{s.id, e.Flow, e.Msg})
}

// canceled answers a CANCEL (§9.2): 200 where its INVITE is here, else 481. It
// is absorbed like any other request.
func (l *Layer) canceled(now time.Time, key serverID, via sip.Via, e Received, fx []Effect) []Effect {
	inviteKey := key
	inviteKey.method = sip.INVITE
	target := l.servers[inviteKey]
	status := 200
	if target == nil {
		status = 481
	}
	l.lastID++
	s := &server{layer: l, id: l.lastID, key: key, req: e.Msg, slotIndex: -1}
	s.via, s.flow = back(via, e.Flow)
	l.servers[key], l.byID[s.id] = s, s
	fx = l.respond(now, s, sip.NewResponse(e.Msg, status, ""), fx)
	if target == nil || target.canceled || target.state > serverProceeding {
		return fx
	}
	target.canceled = true
	return append(fx, Canceled{target.id})
}

// back fills in received and rport (§18.2.1, RFC 3581 §4), and tells where
// responses go (§18.2.2): back on the flow; a datagram without rport to the
// port that the Via names. What came over SAs goes back over them, whatever the
// Via says.
func back(via sip.Via, flow transport.Flow) (string, transport.Flow) {
	source := flow.Remote.Addr().Unmap().WithZone("").String()
	_, asked := via.RPort()
	if asked && flow.Gen == 0 {
		via.Params = via.Params.With("rport", strconv.Itoa(int(flow.Remote.Port())))
	}
	if asked || !strings.EqualFold(strings.Trim(via.Host, "[]"), source) {
		via.Params = via.Params.With("received", source)
	}
	if !asked && !flow.Proto.Reliable() && flow.Gen == 0 {
		port := via.Port
		if port == 0 {
			port = 5060
		}
		flow.Remote = netip.AddrPortFrom(flow.Remote.Addr(), port)
	}
	return via.String(), flow
}

// bytes gives a response with the top Via as it must be.
func (s *server) bytes(d *sip.Draft) []byte {
	d.DelFirst(sip.HVia)
	d.Prepend(sip.HVia, s.via)
	return d.Bytes()
}

// respond sends a response of the TU (figures 7 and 8 of §17.2, RFC 6026 §7.1).
func (l *Layer) respond(now time.Time, s *server, d *sip.Draft, fx []Effect) []Effect {
	switch {
	case s.state == serverAccepted && d.Status/100 == 2:
		return append(fx, Transmit{s.flow, s.bytes(d)})
	case s.state >= serverCompleted:
		return append(fx, Unexpected{Respond{s.id, d}})
	}
	s.last = s.bytes(d)
	fx = append(fx, Transmit{s.flow, s.last})
	switch {
	case d.Status < 200:
		s.state, s.timeout = serverProceeding, time.Time{}
		l.schedule(s)
		return fx
	case !s.invite():
		s.state = serverCompleted
		if s.flow.Proto.Reliable() {
			return l.endServer(s, fx)
		}
		s.timeout = now.Add(l.cfg.Profile.J)
	case d.Status < 300:
		s.state, s.timeout = serverAccepted, now.Add(l.cfg.Profile.L)
	default:
		s.state, s.timeout = serverCompleted, now.Add(l.cfg.Profile.H)
		if !s.flow.Proto.Reliable() {
			s.interval = l.cfg.Profile.T1
			s.retransmit = now.Add(s.interval)
		}
	}
	l.schedule(s)
	return fx
}

func (l *Layer) endServer(s *server, fx []Effect) []Effect {
	s.retransmit, s.timeout = time.Time{}, time.Time{}
	l.schedule(s)
	delete(l.servers, s.key)
	delete(l.byID, s.id)
	if l.merged[s.merge] == s.id {
		delete(l.merged, s.merge)
	}
	return append(fx, Done{ID: s.id})
}
