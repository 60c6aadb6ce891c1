package calltest

import (
	"fmt"
	"strings"

	"github.com/imsphone/imsphone/protocol/call"
)

// FailAt makes the n-th effect of calls and dialogs fail, counted from 0; -1
// for none. Failures are reported as the actors report them; effects without
// report, such as a response, are lost.
func (l *Lab) FailAt(n int) { l.failAt = n }

// Effects tells how many effects of calls and dialogs there were.
func (l *Lab) Effects() int { return l.effects }

// Failed names the effect that was made to fail, "" for none.
func (l *Lab) Failed() string { return l.failed }

// fails counts an effect and tells whether it is the one that fails.
func (l *Lab) fails(e any) bool {
	n := l.effects
	l.effects++
	if n != l.failAt {
		return false
	}
	l.failed = fmt.Sprintf("%T", e)
	l.log("!! %s fails", l.failed)
	return true
}

// Leaks lists what is still alive; nothing should be once every call has been
// hung up and RunUntilIdle has returned true.
func (l *Lab) Leaks() []string {
	var leaks []string
	for _, n := range l.nodes {
		p, ok := n.(*Phone)
		if !ok {
			continue
		}
		if n := p.layer.Len(); n != 0 || !p.layer.Next().IsZero() {
			leaks = append(leaks, fmt.Sprintf("%s: %d transactions", p.id, n))
		}
		for _, line := range p.Lines {
			leaks = append(leaks, line.leaks()...)
		}
	}
	return leaks
}

func (l *Line) leaks() []string {
	var leaks []string
	if !l.Closed {
		leaks = append(leaks, l.label()+": the call never closed, "+l.core.State().String())
	}
	if !l.core.Next().IsZero() {
		leaks = append(leaks, l.label()+": a timer of the call runs")
	}
	if l.Media != nil {
		leaks = append(leaks, l.label()+": the media still run")
	}
	for _, d := range l.dialogs {
		if !d.closed {
			leaks = append(leaks, fmt.Sprintf("%s: dialog %d is %s", l.label(), d.key, d.core.State()))
		}
	}
	return leaks
}

// HangUpAll hangs up every call that isn't over.
func (l *Lab) HangUpAll() {
	l.eachLine(func(line *Line) {
		if line.core.State() != call.Terminated {
			line.Do(call.Hangup{})
		}
	})
}

// Unexpected counts the events that met a state without use for them.
func (l *Lab) Unexpected() int {
	n := 0
	l.eachLine(func(line *Line) { n += line.Unexpected })
	return n
}

func (l *Lab) eachLine(f func(*Line)) {
	for _, n := range l.nodes {
		if p, ok := n.(*Phone); ok {
			for _, line := range p.Lines {
				f(line)
			}
		}
	}
}

// States tells what each call of the lab went through, one line a call:
// "alice: dialing ringing-out active terminated".
func (l *Lab) States() string {
	var b strings.Builder
	l.eachLine(func(line *Line) {
		b.WriteString(line.label() + ":")
		for _, n := range line.Notices {
			if c, ok := n.(call.Changed); ok {
				b.WriteString(" " + c.State.String())
			}
		}
		b.WriteString("\n")
	})
	return b.String()
}
