package dialog

import (
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// matrix declares every pair of state and event: "=" the state stays, "!" the
// event is Unexpected there, anything else is the next state. The two Early
// columns are the UAC's and the UAS's.
const matrix = `
                       Early/UAC   Early/UAS    Accepted2xx  Up          Ending      Terminated
Tick                   =           =            =            =           =           =
InviteResponse/180     =           !            !            =           =           !
InviteResponse/200     Up          !            !            =           =           !
InviteResponse/refuse  Ending      !            !            =           =           !
Drop                   Terminated  Terminated   Terminated   Terminated  Terminated  =
Ring                   !           =            !            !           !           !
Progress               !           =            !            !           !           !
Accept                 !           Accepted2xx  !            !           !           !
Refuse                 !           Terminated   Ending       !           !           !
Bye                    Ending      Terminated   Ending       Ending      !           !
Hold                   =           =            =            =           !           !
Resume                 =           =            =            =           !           !
Modify                 =           =            =            =           !           !
Ask                    =           =            =            =           !           !
Reply/unknown          !           !            !            !           !           !
Incoming/BYE           Terminated  Terminated   Terminated   Terminated  =           =
Incoming/INVITE        =           =            =            =           =           =
Incoming/UPDATE        =           =            =            =           =           =
Incoming/PRACK         =           =            =            =           =           =
Incoming/OPTIONS       =           =            =            =           =           =
Incoming/INFO          =           =            =            =           =           =
Incoming/REFER         =           =            =            =           =           =
Incoming/NOTIFY        =           =            =            =           =           =
Incoming/MESSAGE       =           =            =            =           =           =
Incoming/SUBSCRIBE     =           =            =            =           =           =
Incoming/FOO           =           =            =            =           =           =
Incoming/wrong-tag     =           =            =            =           =           =
IncomingAck            !           !            Up           !           !           !
IncomingAck/wrong      !           !            !            !           !           !
Canceled               =           =            =            =           =           =
Response/unknown       !           !            !            !           !           !
Failed/unknown         !           !            !            !           !           !
Unacked                =           =            =            =           =           =
`

// inState makes a dialog of each column.
func inState(t *testing.T, column string) *bench {
	switch column {
	case "Early/UAC":
		return newCaller(t, nil)
	case "Early/UAS":
		return newCallee(t, nil, testSDP(t))
	case "Accepted2xx":
		return newCallee(t, nil, testSDP(t)).do(Accept{})
	case "Up":
		return newCaller(t, nil).up()
	case "Ending":
		return newCaller(t, nil).up().do(Bye{})
	case "Terminated":
		return newCaller(t, nil).do(Drop{})
	}
	t.Fatalf("no state %q", column)
	return nil
}

// event makes an event of each row.
func event(t *testing.T, row string) Event {
	kind, what, _ := strings.Cut(row, "/")
	switch kind {
	case "Incoming":
		m := fromPeer(t, what, 50, "")
		if what == "wrong-tag" {
			m = parse(t, "", "BYE sip:us@192.0.2.1 SIP/2.0", "From: <sip:p@x>;tag=other", "To: <sip:u@x>;tag=us", "Call-ID: c1", "CSeq: 50 BYE")
		}
		return Incoming{ID: 9, Msg: m}
	case "InviteResponse":
		if what == "180" {
			return InviteResponse{Msg: toUs(t, 180, "1 INVITE", "")}
		}
		return InviteResponse{Msg: toUs(t, 200, "1 INVITE", testSDP(t)), Refuse: what == "refuse"}
	case "IncomingAck":
		if what == "wrong" {
			return IncomingAck{Msg: parse(t, "", "ACK sip:us@192.0.2.1 SIP/2.0", "From: <sip:p@x>;tag=other", "To: <sip:u@x>;tag=us", "Call-ID: c1", "CSeq: 10 ACK")}
		}
		return IncomingAck{Msg: fromPeer(t, "ACK", 10, "")}
	}
	plain := map[string]Event{
		"Tick": Tick{}, "Drop": Drop{}, "Ring": Ring{}, "Progress": Progress{}, "Accept": Accept{},
		"Refuse": Refuse{Status: 486}, "Bye": Bye{}, "Hold": Hold{}, "Resume": Resume{}, "Modify": Modify{},
		"Ask": Ask{Method: "INFO"}, "Reply": Reply{ID: 77, Status: 200}, "Canceled": Canceled{ID: 5},
		"Response": Response{Key: 99, Msg: toUs(t, 200, "9 INFO", "")},
		"Failed":   Failed{Key: 99, Err: txn.ErrTimeout}, "Unacked": Unacked{ID: 5},
	}
	ev, ok := plain[kind]
	if !ok {
		t.Fatalf("no event %q", row)
	}
	return ev
}

// TestMatrix holds every state against every event.
func TestMatrix(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	columns := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, column := range columns {
			t.Run(cells[0]+" in "+column, func(t *testing.T) {
				b := inState(t, column)
				before := b.d.State()
				b.do(event(t, cells[0]))
				if got := outcome(b, before); got != cells[i+1] {
					t.Errorf("got %s, declared %s", got, cells[i+1])
				}
			})
		}
	}
}

// outcome says what came of an event in the words of the matrix. Every request
// must be answered at once, or be handed up.
func outcome(b *bench, before State) string {
	for _, e := range b.fx {
		if _, ok := e.(Unexpected); ok {
			return "!"
		}
	}
	if b.d.State() != before {
		return b.d.State().String()
	}
	return "="
}

// TestRequestsAreAnswered checks that no request stays without an answer,
// whatever the state.
func TestRequestsAreAnswered(t *testing.T) {
	want := map[string]string{
		"BYE": "200 200 200 200 200 481", "INVITE": "491 500 500 200 481 481", "UPDATE": "200 200 200 200 481 481",
		"PRACK": "481 481 481 481 481 481", "OPTIONS": "200 200 200 200 481 481", "REFER": "405 405 405 405 481 481",
		"NOTIFY": "481 481 481 481 481 481", "MESSAGE": "405 405 405 405 481 481", "SUBSCRIBE": "405 405 405 405 481 481",
		"FOO": "501 501 501 501 481 481",
	}
	columns := strings.Fields(strings.Split(strings.TrimSpace(matrix), "\n")[0])
	for method, row := range want {
		for i, column := range columns {
			b := inState(t, column).do(event(t, "Incoming/"+method))
			got := answerTo(b, 9)
			if got != strings.Fields(row)[i] {
				t.Errorf("%s in %s: %s, want %s", method, column, got, strings.Fields(row)[i])
			}
		}
	}
}

// answerTo gives the status that the server transaction id got, "" for none.
func answerTo(b *bench, id txn.ID) string {
	for _, e := range b.fx {
		if r, ok := e.(Respond); ok && r.ID == id {
			return shortDraft(r.Draft)[:3]
		}
	}
	return ""
}

// TestSpoofed checks that a BYE with a wrong tag or an old CSeq ends nothing.
func TestSpoofed(t *testing.T) {
	b := newCallee(t, nil, testSDP(t)).upCallee()
	for _, seq := range []int{1, 9, 10} {
		b.do(Incoming{ID: 2, Msg: fromPeer(t, "BYE", seq, "")}).want("answer#2 500 " + sip.CSeq{Seq: uint32(seq), Method: sip.BYE}.String()).state(Up)
	}
	for _, line := range []string{
		"From: <sip:p@x>;tag=spoof|To: <sip:u@x>;tag=us|Call-ID: c1",
		"From: <sip:p@x>;tag=peer|To: <sip:u@x>;tag=them|Call-ID: c1",
		"From: <sip:p@x>;tag=peer|To: <sip:u@x>;tag=us|Call-ID: c2",
		"From: <sip:p@x>|To: <sip:u@x>;tag=us|Call-ID: c1",
	} {
		lines := append([]string{"BYE sip:us@192.0.2.1 SIP/2.0"}, strings.Split(line, "|")...)
		m := parse(t, "", append(lines, "CSeq: 99 BYE")...)
		b.do(Incoming{ID: 2, Msg: m}).want("answer#2 481 99 BYE").state(Up)
	}
	b.do(Incoming{ID: 2, Msg: fromPeer(t, "BYE", 11, "")}).
		want("answer#2 200 11 BYE", "tell Ended ByPeer 0", "tell Closed").state(Terminated)
}
