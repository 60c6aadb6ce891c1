package dialog

import (
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// FuzzDialog feeds messages of any kind to a dialog of each kind: no panic, and
// after Bye and time enough it is Terminated, with no timer left.
func FuzzDialog(f *testing.F) {
	f.Add("a183 Progress;rel;sdp|i180 Ringing|a200 OK;sdp|iUPDATE;5;sdp|h|iINVITE;6;sdp|kACK;6|b")
	f.Add("R|P|iPRACK;11;rack|A|kACK;10|iINVITE;12|kACK;12;sdp|iBYE;20")
	f.Add("P|iPRACK;11;rack;sdp|A|A|r|F|tttt|iINFO;90|Y|h|u|m|a200 OK;sdp|a491 x")
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 2000 {
			return
		}
		for _, make := range []func() *bench{
			func() *bench { return newCaller(t, withTimer) },
			func() *bench { return newCallee(t, withTimer, testSDP(t), rel) },
			func() *bench { return newCallee(t, nil, "") },
		} {
			b := make()
			for _, line := range strings.Split(script, "|") {
				if ev := scripted(t, b, line); ev != nil {
					b.do(ev)
				}
			}
			b.do(Drop{})
			if b.d.State() != Terminated || !b.d.Next().IsZero() {
				t.Errorf("%s with a timer at %s after Drop", b.d.State(), b.d.Next())
			}

			b = make()
			for _, line := range strings.Split(script, "|") {
				if ev := scripted(t, b, line); ev != nil {
					b.do(ev)
				}
			}
			b.do(Bye{}).at(b.now.Sub(epoch) + 3*time.Minute)
			if b.d.State() != Terminated || !b.d.Next().IsZero() {
				t.Errorf("%s with a timer at %s after Bye", b.d.State(), b.d.Next())
			}
		}
	})
}

// scripted makes an event of one line of a script: a letter, then what a
// message needs.
func scripted(t *testing.T, b *bench, line string) Event {
	if line == "" {
		return nil
	}
	switch line[0] {
	case 'a':
		return response(t, b, line[1:])
	case 'i', 'k':
		return request(t, b, line)
	case 't':
		b.at(b.now.Sub(epoch) + time.Duration(len(line))*700*time.Millisecond)
		return nil
	}
	local := testLocal()
	return map[byte]Event{
		'R': Ring{}, 'P': Progress{}, 'A': Accept{}, 'F': Refuse{Status: 486}, 'b': Bye{}, 'h': Hold{}, 'u': Resume{},
		'm': Modify{Local: &local}, 'c': Modify{Contact: "<sip:new@192.0.2.9>"}, 'q': Ask{Method: "INFO"}, 'Y': Reply{ID: 9, Status: 200},
		'r': Failed{Key: b.key(), Err: txn.ErrTimeout}, 'C': Canceled{ID: 9}, 'U': Unacked{ID: 9},
	}[line[0]]
}

// response makes "183 Progress;rel;sdp" a response to the latest request.
func response(t *testing.T, b *bench, s string) Event {
	parts := strings.Split(s, ";")
	seq := sip.CSeq{Seq: b.d.inviteSeq, Method: sip.INVITE}
	pending := b.d.find(b.key())
	if pending != nil {
		seq = sip.CSeq{Seq: pending.seq, Method: pending.method}
	}
	text := "SIP/2.0 " + parts[0] + "\r\nFrom: <sip:us@x>;tag=us\r\nTo: <sip:peer@x>;tag=peer\r\nCall-ID: c1\r\nCSeq: " + seq.String() + "\r\n"
	m := finishMessage(t, text, parts[1:], b)
	if m == nil || m.IsRequest() {
		return nil
	}
	if pending == nil && m.Status() < 300 {
		return InviteResponse{Msg: m, Refuse: len(parts) > 4}
	}
	return Response{Key: b.key(), Msg: m}
}

// request makes "iUPDATE;5;sdp" an Incoming, and "k…" an ACK.
func request(t *testing.T, b *bench, s string) Event {
	parts := strings.Split(s[1:], ";")
	if len(parts) < 2 {
		return nil
	}
	text := parts[0] + " sip:us@x SIP/2.0\r\nFrom: <sip:peer@x>;tag=peer\r\nTo: <sip:us@x>;tag=us\r\nCall-ID: c1\r\nCSeq: " +
		parts[1] + " " + parts[0] + "\r\n"
	m := finishMessage(t, text, parts[2:], b)
	if m == nil || !m.IsRequest() {
		return nil
	}
	if s[0] == 'k' {
		return IncomingAck{Msg: m}
	}
	return Incoming{ID: 9, Msg: m}
}

// finishMessage adds what the words ask for; a word with a colon is a header of
// its own. It gives nil when that can't be parsed.
func finishMessage(t *testing.T, text string, words []string, b *bench) *sip.Message {
	body := ""
	for _, w := range words {
		switch {
		case w == "sdp":
			body = testSDP(t)
			text += "Content-Type: application/sdp\r\n"
		case w == "rel":
			text += "Require: 100rel\r\nRSeq: 1\r\n"
		case w == "rack" && b.d.prov.out != nil:
			text += "RAck: " + sip.CSeq{Seq: b.d.prov.out.rseq, Method: "10 INVITE"}.String() + "\r\n"
		case strings.Contains(w, ":"):
			text += w + "\r\n"
		}
	}
	m, err := sip.Parse([]byte(text + "\r\n" + body))
	if err != nil {
		return nil
	}
	return m
}
