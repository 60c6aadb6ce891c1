package call

import (
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/txn"
)

// matrix declares every pair of phase and event: "=" the phase stays, "!" the
// event is Unexpected there, anything else is the next phase. "over" is a call
// that its user has left while the peer still has to be told.
const matrix = `
                     idle      calling   alerting  talking   over     closed
Tick                 =         =         =         =         =        =
Dial                 calling   !         !         !         !        !
Incoming/INVITE      alerting  =         =         =         =        =
Incoming/BYE         closed    =         =         =         =        =
IncomingAck          !         !         =         !         !        !
Canceled             !         !         leaving   !         !        !
Response/180         !         =         !         =         =        =
Response/200         !         =         !         =         =        =
Response/486         !         closed    !         !         !        !
Failed               !         closed    !         !         !        !
Unacked              =         =         =         =         =        =
Reported/Agreed      !         !         =         =         =        !
Reported/Accepted    !         !         talking   =         =        !
Reported/Ended       !         !         leaving   leaving   =        !
Reported/Closed      !         !         closed    leaving   =        !
Lost                 !         !         closed    leaving   =        !
Ring                 !         !         =         !         !        !
Progress             !         !         =         !         !        !
Answer               !         !         =         !         !        !
Reject               !         !         leaving   !         !        !
Hangup               closed    leaving   leaving   leaving   !        !
Hold                 !         !         !         =         !        !
Resume               !         !         !         =         !        !
Modify               !         =         =         =         !        !
Ask                  !         !         !         =         !        !
Reply                !         !         !         =         !        !
`

// inPhase makes a call of each column. The talking one is ours, and up.
func inPhase(t *testing.T, column string) *bench {
	b := newBench(t, nil)
	switch column {
	case "idle":
		return b
	case "calling":
		return b.dial()
	case "alerting":
		return b.arrive(testSDP(t))
	}
	b.dial()
	b.do(b.response(200, "peer")).report(1, dialog.Confirmed{})
	if column == "talking" {
		return b
	}
	b.do(Hangup{})
	if column == "closed" {
		b.report(1, dialog.Closed{}).at(60 * 1e9)
	}
	return b
}

func event(b *bench, row string) Event {
	t := b.t
	kind, what, _ := strings.Cut(row, "/")
	switch kind {
	case "Incoming":
		if what == "INVITE" {
			return Incoming{ID: 9, Msg: invite(t, ""), Local: testLocal()}
		}
		return Incoming{ID: 9, Msg: within(t, what, "peer", "t1")}
	case "Response":
		if b.c.out == nil {
			b.c.out = &outgoing{from: "<sip:x@y>", callID: "x", key: 7}
			r := b.response(180, "x")
			b.c.out = nil
			return r
		}
		return b.response(map[string]int{"180": 180, "200": 200, "486": 486}[what], "peer")
	case "Reported":
		return Reported{Dialog: 1, Notice: map[string]dialog.Notice{"Agreed": dialog.Agreed{Agreement: testAgreement()},
			"Accepted": dialog.Accepted{}, "Ended": dialog.Ended{}, "Closed": dialog.Closed{}}[what]}
	}
	plain := map[string]Event{
		"Tick": Tick{}, "Dial": Dial{URI: "sip:x@y", Local: testLocal()}, "Canceled": Canceled{ID: 1},
		"IncomingAck": IncomingAck{Msg: within(t, "ACK", "peer", "t1")},
		"Failed":      Failed{Key: 1, Err: txn.ErrTimeout}, "Unacked": Unacked{}, "Lost": Lost{Dialog: 1},
		"Ring": Ring{}, "Progress": Progress{}, "Answer": Answer{}, "Reject": Reject{Status: 486}, "Hangup": Hangup{},
		"Hold": Hold{}, "Resume": Resume{}, "Modify": Modify{}, "Ask": Ask{}, "Reply": Reply{},
	}
	ev, ok := plain[kind]
	if !ok {
		t.Fatalf("no event %q", row)
	}
	return ev
}

// TestMatrix holds every phase against every event.
func TestMatrix(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	columns := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, column := range columns {
			t.Run(cells[0]+" in "+column, func(t *testing.T) {
				b := inPhase(t, column)
				before := b.c.phase
				b.do(event(b, cells[0]))
				if got := outcome(b, before); got != cells[i+1] {
					t.Errorf("got %s, declared %s", got, cells[i+1])
				}
			})
		}
	}
}

func outcome(b *bench, before phase) string {
	for _, e := range b.fx {
		if _, ok := e.(Unexpected); ok {
			return "!"
		}
	}
	if b.c.phase != before {
		return b.c.phase.String()
	}
	return "="
}

func TestNames(t *testing.T) {
	if ReasonDeflected.String() != "deflected" || Waiting.String() != "waiting" || State(99).String() != "unknown" || Reason(99).String() != "unknown" {
		t.Error("names of states and reasons")
	}
}
