package txn

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// wire is two layers and the messages between them, with a virtual clock. Each
// line of its log is what went over the wire or up to a TU.
type wire struct {
	t        *testing.T
	now      time.Time
	start    time.Time
	uac, uas *Layer
	flow     transport.Flow // as the client sees it
	log      strings.Builder
	lose     func(msg *sip.Message) bool
	server   ID // of the last Incoming
	answer   []int
	response *sip.Message
	wake     []packet
}

type packet struct {
	at   time.Time
	to   *Layer
	data []byte
}

func newWire(t *testing.T, proto transport.Proto) *wire {
	n := 0
	cfg := Config{Profile: RFC3261Profile(), NewBranch: func() string { n++; return fmt.Sprint(n) },
		SentBy: func(f transport.Flow) (string, uint16) { return f.Local.Addr().String(), f.Local.Port() }}
	w := &wire{t: t, now: time.Unix(1e9, 0), uac: New(cfg), uas: New(cfg), flow: transport.Flow{
		Local: netip.MustParseAddrPort("192.0.2.1:5060"), Remote: netip.MustParseAddrPort("192.0.2.2:5060"), Proto: proto}}
	w.start = w.now
	return w
}

func (w *wire) request(method sip.Method) *sip.Draft {
	d := sip.NewRequest(method, "sip:bob@192.0.2.2")
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HFrom, "<sip:alice@192.0.2.1>;tag=a")
	d.Add(sip.HTo, "<sip:bob@192.0.2.2>")
	d.Add(sip.HCallID, "call")
	d.Add(sip.HCSeq, "1 "+string(method))
	return d
}

// do steps a layer and puts what it sends on the wire.
func (w *wire) do(l *Layer, ev Event) {
	for _, e := range l.Step(w.now, ev, nil) {
		w.effect(l, e)
	}
}

func (w *wire) note(l *Layer, format string, args ...any) {
	who := "uac"
	if l == w.uas {
		who = "uas"
	}
	fmt.Fprintf(&w.log, "%7.3f %s %s\n", w.now.Sub(w.start).Seconds(), who, fmt.Sprintf(format, args...))
}

func (w *wire) effect(l *Layer, e Effect) {
	switch e := e.(type) {
	case Transmit:
		msg, err := sip.Parse(e.Data)
		if err != nil || sip.Check(msg, err).Action != sip.Accept {
			w.t.Fatalf("sent %v:\n%s", err, e.Data)
		}
		lost := w.lose != nil && w.lose(msg)
		arrow := "──▶"
		if lost {
			arrow = "──✗"
		}
		w.note(l, "%s %s", arrow, title(msg))
		if !lost {
			other := w.uas
			if l == w.uas {
				other = w.uac
			}
			w.wake = append(w.wake, packet{w.now.Add(time.Millisecond), other, e.Data})
		}
	case Incoming:
		w.note(l, "request %s", e.Msg.Method())
		w.server = e.ID
		for _, status := range w.answer {
			w.do(l, Respond{e.ID, w.reply(e.Msg, status)})
		}
	case Response:
		w.response = e.Msg
		w.note(l, "response %d", e.Msg.Status())
	case Failed:
		w.note(l, "failed: %v", e.Err)
	case Canceled:
		w.note(l, "canceled")
	case IncomingAck:
		w.note(l, "ack of 2xx")
	case Unacked:
		w.note(l, "unacked")
	case Stray:
		w.note(l, "stray %d", e.Msg.Status())
	case Done:
		w.note(l, "done")
	case Unexpected:
		w.note(l, "unexpected %T", e.Event)
	}
}

func (w *wire) reply(req *sip.Message, status int) *sip.Draft {
	d := sip.NewResponse(req, status, "")
	if status > 100 {
		d.Set(sip.HTo, req.Get(sip.HTo)+";tag=b")
	}
	return d
}

func title(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.Method())
	}
	return fmt.Sprintf("%d (%s)", m.Status(), m.Method())
}

// run lets the time pass until nothing is to come, or until the end.
func (w *wire) run(end time.Duration) {
	for {
		next := earliest(w.uac.Next(), w.uas.Next())
		for _, p := range w.wake {
			next = earliest(next, p.at)
		}
		if next.IsZero() || next.After(w.start.Add(end)) {
			return
		}
		if next.After(w.now) {
			w.now = next
		}
		w.deliver()
		for _, l := range []*Layer{w.uac, w.uas} {
			if n := l.Next(); !n.IsZero() && !n.After(w.now) {
				w.do(l, Tick{})
			}
		}
	}
}

func (w *wire) deliver() {
	for len(w.wake) > 0 && !w.wake[0].at.After(w.now) {
		p := w.wake[0]
		w.wake = w.wake[1:]
		msg, err := sip.Parse(p.data)
		if err != nil {
			w.t.Fatal(err)
		}
		flow := w.flow
		if p.to == w.uas {
			flow.Local, flow.Remote = flow.Remote, flow.Local
		}
		w.do(p.to, Received{flow, msg})
	}
}

func (w *wire) want(ladder string) {
	w.t.Helper()
	if got := w.log.String(); strings.TrimSpace(got) != strings.TrimSpace(ladder) {
		w.t.Errorf("got\n%s\nwant\n%s", got, ladder)
	}
	if w.uac.Len()+w.uas.Len() > 0 || len(w.uac.timers)+len(w.uas.timers) > 0 {
		w.t.Errorf("%d and %d transactions are left", w.uac.Len(), w.uas.Len())
	}
}

const forever = 1000 * time.Second

func TestPlainRequestOverUDP(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.answer = []int{200}
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.OPTIONS)})
	w.run(forever)
	w.want(`
  0.000 uac ──▶ OPTIONS
  0.001 uas request OPTIONS
  0.001 uas ──▶ 200 (OPTIONS)
  0.002 uac response 200
  5.002 uac done
 32.001 uas done`)
}

func TestPlainRequestOverTCP(t *testing.T) {
	w := newWire(t, transport.TCP)
	w.answer = []int{200}
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.OPTIONS)})
	w.run(forever)
	w.want(`
  0.000 uac ──▶ OPTIONS
  0.001 uas request OPTIONS
  0.001 uas ──▶ 200 (OPTIONS)
  0.001 uas done
  0.002 uac response 200
  0.002 uac done`)
}

// TestTimersEAndF is the retransmission of §17.1.2.2: 0.5, 1.5, 3.5, 7.5 s and
// then every 4 s, until timer F at 32 s.
func TestTimersEAndF(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.lose = func(*sip.Message) bool { return true }
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.REGISTER)})
	w.run(forever)
	w.want(`
  0.000 uac ──✗ REGISTER
  0.500 uac ──✗ REGISTER
  1.500 uac ──✗ REGISTER
  3.500 uac ──✗ REGISTER
  7.500 uac ──✗ REGISTER
 11.500 uac ──✗ REGISTER
 15.500 uac ──✗ REGISTER
 19.500 uac ──✗ REGISTER
 23.500 uac ──✗ REGISTER
 27.500 uac ──✗ REGISTER
 31.500 uac ──✗ REGISTER
 32.000 uac failed: no answer in time
 32.000 uac done`)
}

// TestTimersAAndB is §17.1.1.2: 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s, timer B.
func TestTimersAAndB(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.lose = func(*sip.Message) bool { return true }
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.run(forever)
	w.want(`
  0.000 uac ──✗ INVITE
  0.500 uac ──✗ INVITE
  1.500 uac ──✗ INVITE
  3.500 uac ──✗ INVITE
  7.500 uac ──✗ INVITE
 15.500 uac ──✗ INVITE
 31.500 uac ──✗ INVITE
 32.000 uac failed: no answer in time
 32.000 uac done`)
}

func TestInviteAccepted(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.answer = []int{180, 200, 200}
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.run(forever)
	w.want(`
  0.000 uac ──▶ INVITE
  0.001 uas request INVITE
  0.001 uas ──▶ 180 (INVITE)
  0.001 uas ──▶ 200 (INVITE)
  0.001 uas ──▶ 200 (INVITE)
  0.002 uac response 180
  0.002 uac response 200
  0.002 uac response 200
 32.001 uas done
 32.002 uac done`)
}

// TestInviteRefused loses the first ACK: timer G sends the response again.
func TestInviteRefused(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.answer = []int{486}
	acks := 0
	w.lose = func(m *sip.Message) bool {
		if m.IsRequest() && m.Method() == sip.ACK {
			acks++
			return acks == 1
		}
		return false
	}
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.run(forever)
	w.want(`
  0.000 uac ──▶ INVITE
  0.001 uas request INVITE
  0.001 uas ──▶ 486 (INVITE)
  0.002 uac ──✗ ACK
  0.002 uac response 486
  0.501 uas ──▶ 486 (INVITE)
  0.502 uac ──▶ ACK
  5.503 uas done
 32.002 uac done`)
	if to := w.response.ToTag(); to != "b" {
		t.Errorf("tag %q", to)
	}
}

func TestTimerH(t *testing.T) {
	w := newWire(t, transport.TCP)
	w.answer = []int{486}
	w.lose = func(m *sip.Message) bool { return m.IsRequest() && m.Method() == sip.ACK }
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.run(forever)
	w.want(`
  0.000 uac ──▶ INVITE
  0.001 uas request INVITE
  0.001 uas ──▶ 486 (INVITE)
  0.002 uac ──✗ ACK
  0.002 uac response 486
  0.002 uac done
 32.001 uas unacked
 32.001 uas done`)
}

// TestASilentTUGetsTrying: after 200 ms the layer sends 100 itself.
func TestASilentTUGetsTrying(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.run(time.Second)
	w.do(w.uac, Cancel{Key: 1})
	w.run(2 * time.Second)
	w.do(w.uas, Respond{w.server, w.reply(w.uas.byID[w.server].req, 487)})
	w.run(forever)
	w.want(`
  0.000 uac ──▶ INVITE
  0.001 uas request INVITE
  0.201 uas ──▶ 100 (INVITE)
  0.202 uac response 100
  0.202 uac ──▶ CANCEL
  0.203 uas ──▶ 200 (CANCEL)
  0.203 uas canceled
  0.204 uas ──▶ 487 (INVITE)
  0.205 uac ──▶ ACK
  0.205 uac response 487
  5.206 uas done
 32.203 uas done
 32.205 uac done`)
}

// TestCancelWaitsForAProvisional: §9.1 forbids it before.
func TestCancelWaitsForAProvisional(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.do(w.uac, Cancel{Key: 1})
	if got := strings.Count(w.log.String(), "CANCEL"); got != 0 {
		t.Errorf("%d CANCELs at once", got)
	}
	w.answer = []int{180}
	w.run(time.Second)
	if got := strings.Count(w.log.String(), "──▶ CANCEL"); got != 1 {
		t.Errorf("%d CANCELs after 180\n%s", got, w.log.String())
	}
}

func TestCancelThatCrossesA200IsOnlyAnswered(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.answer = []int{180, 200}
	w.lose = func(m *sip.Message) bool { return !m.IsRequest() && m.Status() == 200 && m.Method() == sip.INVITE }
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.run(10 * time.Millisecond)
	w.do(w.uac, Cancel{Key: 1})
	w.run(time.Second)
	if log := w.log.String(); strings.Contains(log, "canceled") || !strings.Contains(log, "200 (CANCEL)") {
		t.Errorf("%s", log)
	}
}

func TestCancelWithoutInviteGets481(t *testing.T) {
	w := newWire(t, transport.UDP)
	d := w.request(sip.CANCEL)
	d.Prepend(sip.HVia, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx")
	w.wake = append(w.wake, packet{w.now, w.uas, d.Bytes()})
	w.run(time.Second)
	if log := w.log.String(); !strings.Contains(log, "481 (CANCEL)") {
		t.Errorf("%s", log)
	}
}

// TestMergedRequestGets482 is §8.2.2.2: the same request by another path.
func TestMergedRequestGets482(t *testing.T) {
	w := newWire(t, transport.UDP)
	for _, branch := range []string{"z9hG4bK1", "z9hG4bK2"} {
		d := w.request(sip.INVITE)
		d.Prepend(sip.HVia, "SIP/2.0/UDP 192.0.2.1;branch="+branch)
		w.wake = append(w.wake, packet{w.now, w.uas, d.Bytes()})
	}
	w.run(100 * time.Millisecond)
	if log := w.log.String(); strings.Count(log, "482 (INVITE)") != 1 || strings.Count(log, "request INVITE") != 1 {
		t.Errorf("%s", log)
	}
}

func TestResponsesFollowTheFlowAndTheVia(t *testing.T) {
	flow := transport.Flow{Local: netip.MustParseAddrPort("192.0.2.2:5060"), Remote: netip.MustParseAddrPort("203.0.113.9:40000")}
	tests := []struct{ via, want, remote string }{
		{"SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1;rport", "rport=40000;received=203.0.113.9", "203.0.113.9:40000"},
		{"SIP/2.0/UDP 10.0.0.1:5070;branch=z9hG4bK1", "received=203.0.113.9", "203.0.113.9:5070"},
		{"SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK1", "branch=z9hG4bK1", "203.0.113.9:5060"},
		{"SIP/2.0/TCP 10.0.0.1:5070;branch=z9hG4bK1", "received=203.0.113.9", "203.0.113.9:40000"},
	}
	for _, tt := range tests {
		v, err := sip.ParseVia(tt.via)
		if err != nil {
			t.Fatal(err)
		}
		f := flow
		if v.Transport == "TCP" {
			f.Proto = transport.TCP
		}
		got, to := back(v, f)
		if !strings.HasSuffix(got, tt.want) || to.Remote.String() != tt.remote {
			t.Errorf("%s → %s at %s", tt.via, got, to.Remote)
		}
	}
}

func TestAnIPv6ViaHasBrackets(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.flow.Local = netip.MustParseAddrPort("[2001:db8::1]:5060")
	data := w.uac.withVia(w.request(sip.OPTIONS), w.flow, "b")
	if want := "Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=b;rport\r\n"; !strings.Contains(string(data), want) {
		t.Errorf("%s lacks %s", data, want)
	}
}

func TestOldBranchesStillMatch(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.answer = []int{486}
	invite := w.request(sip.INVITE)
	invite.Prepend(sip.HVia, "SIP/2.0/UDP 192.0.2.1:5060")
	ack := w.request(sip.ACK)
	ack.Set(sip.HTo, "<sip:bob@192.0.2.2>;tag=b")
	ack.Prepend(sip.HVia, "SIP/2.0/UDP 192.0.2.1:5060")
	w.lose = func(m *sip.Message) bool { return !m.IsRequest() }
	for i, d := range []*sip.Draft{invite, invite, ack} {
		w.wake = append(w.wake, packet{w.now.Add(time.Duration(i) * time.Millisecond), w.uas, d.Bytes()})
	}
	w.run(forever)
	if log := w.log.String(); strings.Count(log, "request INVITE") != 1 || strings.Contains(log, "unacked") || w.uas.Len() != 0 {
		t.Errorf("%s", log)
	}
}

func TestALostFlowFailsWhatWaits(t *testing.T) {
	w := newWire(t, transport.TCP)
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.OPTIONS)})
	w.do(w.uac, Request{Key: 2, Flow: w.flow, Draft: w.request(sip.INVITE)})
	w.do(w.uac, FlowFailed{w.flow, fmt.Errorf("reset")})
	w.wake = nil
	if log := w.log.String(); strings.Count(log, "failed: reset") != 2 || w.uac.Len() != 0 {
		t.Errorf("%s", log)
	}
}

func TestARequestThatNobodyAnswersIsForgotten(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.do(w.uac, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.OPTIONS)})
	w.run(forever)
	if log := w.log.String(); !strings.Contains(log, "failed") || w.uas.Len()+w.uac.Len() != 0 {
		t.Errorf("%s", log)
	}
}

func TestTooManyTransactionsGet503(t *testing.T) {
	w := newWire(t, transport.UDP)
	w.uas.cfg.MaxServers = 1
	for i := range 2 {
		d := w.request(sip.OPTIONS)
		d.Set(sip.HCallID, fmt.Sprint(i))
		d.Prepend(sip.HVia, fmt.Sprintf("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK%d", i))
		w.wake = append(w.wake, packet{w.now, w.uas, d.Bytes()})
	}
	w.run(100 * time.Millisecond)
	if log := w.log.String(); strings.Count(log, "503 (OPTIONS)") != 1 {
		t.Errorf("%s", log)
	}
}

// TestNothingIsLeft runs 10,000 transactions of every kind through a wire that
// loses a third; in short mode, for emulated processors, 2,000.
func TestNothingIsLeft(t *testing.T) {
	w := newWire(t, transport.UDP)
	n, last := 0, uint64(10000)
	if testing.Short() {
		last = 2000
	}
	w.lose = func(*sip.Message) bool { n++; return n%3 == 0 }
	for key := uint64(1); key <= last; key++ {
		method := sip.OPTIONS
		w.answer = []int{200}
		if key%2 == 0 {
			method, w.answer = sip.INVITE, [][]int{{180, 486}, {200}, {100}, {603}}[key/2%4]
		}
		d := w.request(method)
		d.Set(sip.HCallID, fmt.Sprint(key))
		w.do(w.uac, Request{Key: key, Flow: w.flow, Draft: d})
		if key%16 == 0 {
			w.do(w.uac, Cancel{Key: key})
		}
		w.run(w.now.Sub(w.start) + 10*time.Millisecond)
		w.now = w.now.Add(10 * time.Millisecond)
		w.log.Reset()
	}
	w.run(w.now.Sub(w.start) + forever)
	for id := range w.uas.byID { // INVITEs that only ever got 100 and no CANCEL
		w.do(w.uas, Respond{id, w.reply(w.uas.byID[id].req, 480)})
	}
	w.run(w.now.Sub(w.start) + forever)
	w.log.Reset()
	for key := range w.uac.byKey {
		w.do(w.uac, Abandon{key})
	}
	w.log.Reset()
	w.want("")
}

// FuzzEvents feeds random events; whatever comes, an abandoned layer is empty
// after enough ticks.
func FuzzEvents(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
	f.Fuzz(func(t *testing.T, script []byte) {
		w := newWire(t, transport.Proto(len(script)%2))
		for i, b := range script[:min(len(script), 200)] {
			switch key := uint64(b / 8 % 8); b % 8 {
			case 0:
				w.do(w.uac, Request{Key: key + 1, Flow: w.flow, Draft: w.request(sip.INVITE)})
			case 1:
				w.do(w.uac, Request{Key: key + 1, Flow: w.flow, Draft: w.request(sip.OPTIONS)})
			case 2:
				w.do(w.uac, Cancel{Key: key + 1})
			case 3:
				w.do(w.uac, Abandon{key + 1})
			case 4:
				if s := w.uas.byID[ID(key+1)]; s != nil {
					w.do(w.uas, Respond{s.id, w.reply(s.req, 100+int(b)/64*100)})
				}
			case 5:
				w.do(w.uac, FlowFailed{w.flow, fmt.Errorf("x")})
			default:
				w.run(w.now.Sub(w.start) + time.Duration(i)*100*time.Millisecond)
			}
		}
		w.run(w.now.Sub(w.start) + forever)
		for id, s := range w.uas.byID {
			w.do(w.uas, Respond{id, w.reply(s.req, 500)})
		}
		for key := range w.uac.byKey {
			w.do(w.uac, Abandon{key})
		}
		w.run(w.now.Sub(w.start) + forever)
		if w.uas.Len() > 0 || w.uac.Len() > 0 {
			t.Errorf("left: %d, %d", w.uac.Len(), w.uas.Len())
		}
	})
}

// TestProtectedTransactionsStayInside: no response from outside the SAs ends a
// request that went over them, nor the other way round, and responses go back
// over them whatever the Via says (TS 33.203 §7.1).
func TestProtectedTransactionsStayInside(t *testing.T) {
	for _, sent := range []uint32{0, 7} {
		w := newWire(t, transport.UDP)
		w.flow.Gen = sent
		fx := w.uac.Step(w.now, Request{Key: 1, Flow: w.flow, Draft: w.request(sip.OPTIONS)}, nil)
		out := fx[0].(Transmit)
		req, err := sip.Parse(out.Data)
		if err != nil {
			t.Fatal(err)
		}
		if via, _ := req.Via(); via.Params.Has("rport") != (sent == 0) {
			t.Errorf("set %d: Via %s", sent, req.Get(sip.HVia))
		}
		resp, _ := sip.Parse(sip.NewResponse(req, 200, "").Bytes())
		other := w.flow
		other.Gen = 7 - sent
		if fx = w.uac.Step(w.now, Received{Flow: other, Msg: resp}, nil); len(fx) != 1 {
			t.Fatalf("set %d: %v", sent, fx)
		} else if _, stray := fx[0].(Stray); !stray {
			t.Errorf("set %d: a response from set %d is taken: %T", sent, other.Gen, fx[0])
		}
		if !w.uac.Uses(sent) || w.uac.Uses(other.Gen) {
			t.Error("Uses is wrong")
		}
		if fx = w.uac.Step(w.now, Received{Flow: w.flow, Msg: resp}, nil); len(fx) == 0 {
			t.Errorf("set %d: its own response is not taken", sent)
		}
	}
	protected := transport.Flow{Local: netip.MustParseAddrPort("192.0.2.2:31001"), Remote: netip.MustParseAddrPort("203.0.113.9:6100"), Gen: 1}
	via, _ := sip.ParseVia("SIP/2.0/UDP 203.0.113.9:5100;branch=z9hG4bK1")
	if _, flow := back(via, protected); flow != protected {
		t.Errorf("a response leaves for %v", flow)
	}
}

// TestIMSProfile is TS 24.229 table 7.7.1, the UE's column.
func TestIMSProfile(t *testing.T) {
	want := Profile{T1: 2 * time.Second, T2: 16 * time.Second, T4: 17 * time.Second,
		B: 128 * time.Second, D: 128 * time.Second, F: 128 * time.Second, H: 128 * time.Second, J: 128 * time.Second,
		I: 17 * time.Second, K: 17 * time.Second,
		L: 128 * time.Second, M: 128 * time.Second, // RFC 6026's, 64·T1
		Trying: 200 * time.Millisecond}
	if got := IMSProfile(); got != want {
		t.Errorf("%+v", got)
	}
}
