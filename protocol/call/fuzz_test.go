package call_test

import (
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/call/calltest"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
)

// FuzzLab has two phones and a forking proxy do what the input says, over a
// network that loses, repeats and reorders. Whatever happens: no panic, and
// after everybody has hung up nothing is left.
func FuzzLab(f *testing.F) {
	f.Add([]byte{17, 250, 48, 2, 250, 4, 250, 3})
	f.Add([]byte{19, 250, 48, 1, 250, 6, 24, 250, 2, 15, 5, 24, 250, 3})
	f.Add([]byte{22, 17, 250, 48, 2, 80, 2, 250, 23, 4, 250, 10, 21, 250, 53, 255})
	f.Fuzz(func(t *testing.T, input []byte) {
		if len(input) > 200 {
			return
		}
		l := calltest.New()
		w := newWorld(l)
		for i, b := range input {
			w.act(b, i)
		}
		if !finish(l) {
			t.Fatalf("timers never end\n%s", l.Ladder())
		}
		for _, leak := range l.Leaks() {
			t.Errorf("%s\n%s", leak, l.Ladder())
		}
	})
}

// world is what the fuzzer plays with.
type world struct {
	lab    *calltest.Lab
	proxy  *calltest.Proxy
	phones []*calltest.Phone
	fate   []calltest.Verdict
	who    int
}

func newWorld(l *calltest.Lab) *world {
	w := &world{lab: l}
	w.proxy, w.phones = proxied(l, "alice", "bob", "carol")
	for i, p := range w.phones {
		credentials(p, true)
		p.Config.Dialog.SessionExpires = time.Duration(i) * 90 * time.Second
		p.Config.Dialog.HandUp = []string{"INFO"}
	}
	l.Script(func(*calltest.Packet) calltest.Verdict {
		if len(w.fate) == 0 {
			return calltest.Verdict{}
		}
		v := w.fate[0]
		w.fate = w.fate[1:]
		return v
	})
	return w
}

// act does one thing.
func (w *world) act(b byte, i int) {
	p := w.phones[w.who%len(w.phones)]
	local := calltest.OtherLocal(p.Local)
	commands := []call.Event{
		call.Ring{}, call.Progress{}, call.Answer{}, call.Hangup{}, call.Hold{}, call.Resume{},
		call.Modify{Local: &local}, call.Modify{Contact: "<sip:new@" + alice + ">"}, call.Reject{Status: 486},
		call.Reject{Status: 302, Fields: []sip.Field{{ID: sip.HContact, Value: "<" + w.phones[0].URI() + ">"}}},
		call.Ask{Ask: dialog.Ask{Method: "INFO", Ref: uint64(i)}}, call.Tick{}, call.Canceled{}, call.Unacked{},
	}
	kind, size := int(b%32), int(b/32)
	switch {
	case kind < len(commands):
		p.Do(commands[kind])
	case kind < 17:
		w.who = size
	case kind < 19:
		w.phones[0].Dial("sip:home@example.com")
	case kind < 20:
		w.phones[1].Dial(w.phones[2].URI(), late)
	case kind < 21:
		p.Crash(size)
	case kind < 22:
		p.ReplyAll(200)
	case kind < 23:
		w.proxy.KeepLosers = size%2 == 0
	case kind < 24:
		w.proxy.Challenge = []func(*sip.Message) int{nil, challenging(401, sip.INVITE, sip.BYE), challenging(407, sip.PRACK, sip.UPDATE)}[size%3]
	case kind < 26:
		w.fate = append(w.fate, []calltest.Verdict{{Drop: true}, {}, {Copies: 1}, {Delay: 50 * time.Millisecond},
			{Delay: time.Second}, {Drop: true}, {}, {Copies: 2}}[size])
	case kind < 30:
		w.lab.Run(time.Duration(size) * 15 * time.Millisecond)
	default:
		w.lab.Run(time.Duration(size*size) * time.Second)
	}
}
