package calltest

import (
	"strings"

	"github.com/imsphone/imsphone/protocol/call"
	"github.com/imsphone/imsphone/protocol/dialog"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/txn"
)

// Silence loses everything that a phone sends from now on.
func (l *Lab) Silence(p *Phone) {
	l.Script(func(pk *Packet) Verdict { return Verdict{Drop: pk.From == p.at} })
}

// Without100rel hides from the others that a phone supports 100rel.
func (l *Lab) Without100rel(p *Phone) { p.edit = func(d *sip.Draft) { d.Set(sip.HSupported, "timer") } }

// ReplyAll answers every request that was handed up to the phone's latest call
// and isn't answered yet.
func (p *Phone) ReplyAll(status int) {
	l := p.Line()
	if l == nil {
		return
	}
	for _, n := range l.Notices[l.replied:] {
		if r, ok := n.(call.Requested); ok {
			l.Do(call.Reply{Reply: dialog.Reply{ID: r.ID, Status: status}})
		}
	}
	l.replied = len(l.Notices)
}

// Deliver feeds a message in as if it had come from the network.
func (p *Phone) Deliver(from *Phone, text string) {
	m, err := sip.Parse([]byte(strings.ReplaceAll(text, "\n", "\r\n")))
	if err != nil {
		p.lab.log("%s: unreadable message: %v", p.id, err)
		return
	}
	p.step(txn.Received{Flow: p.flow(from.at), Msg: m})
}

// Crash ends the n-th dialog of the latest call without a word.
func (p *Phone) Crash(n int) {
	if l := p.Line(); l != nil && n < len(l.dialogs) {
		l.crash(l.dialogs[n].key)
	}
}
