package calltest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Latency is how long a packet travels.
const Latency = 10 * time.Millisecond

// Lab is the network and the clock.
type Lab struct {
	start, now time.Time
	nodes      []node
	wire       []*Packet
	mail       []letter
	pick       func(n int) int
	hooks      []func(*Packet) Verdict
	ladder     strings.Builder
	effects    int
	failAt     int
	failed     string
	sequence   int
	packets    int
}

// node is something with an address on the network.
type node interface {
	name() string
	addr() netip.AddrPort
	receive(p *Packet)
	next() time.Time
	tick()
}

// Packet is a datagram on its way.
type Packet struct {
	From, To netip.AddrPort
	Data     []byte
	at       time.Time
	sequence int
}

// Text gives the message's first line: "INVITE sip:b@192.0.2.2 SIP/2.0".
func (p *Packet) Text() string {
	line, _, _ := strings.Cut(string(p.Data), "\r\n")
	return line
}

// Verdict is what the network does to a packet.
type Verdict struct {
	Drop  bool
	Delay time.Duration
	// Copies is how many more arrive.
	Copies int
}

// New makes an empty lab. The clock starts at a fixed date.
func New() *Lab {
	t := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	return &Lab{start: t, now: t, failAt: -1}
}

// Now gives the virtual time since the start.
func (l *Lab) Now() time.Duration { return l.now.Sub(l.start) }

// Script adds a rule of the network; the rules are asked in order and the first
// one that isn't zero decides.
func (l *Lab) Script(rule func(*Packet) Verdict) { l.hooks = append(l.hooks, rule) }

// DropNext loses the first n packets whose first line starts with text.
func (l *Lab) DropNext(n int, text string) {
	l.Script(func(p *Packet) Verdict {
		if n > 0 && strings.HasPrefix(p.Text(), text) {
			n--
			return Verdict{Drop: true}
		}
		return Verdict{}
	})
}

// LosePacket loses the n-th packet that is sent, counted from 0.
func (l *Lab) LosePacket(n int) {
	l.Script(func(*Packet) Verdict {
		n--
		return Verdict{Drop: n == -1}
	})
}

// HasProxy tells whether there is a proxy on the network.
func (l *Lab) HasProxy() bool {
	return slices.ContainsFunc(l.nodes, func(n node) bool { _, ok := n.(*Proxy); return ok })
}

// Packets tells how many packets were sent.
func (l *Lab) Packets() int { return l.packets }

// Ladder gives what has happened so far as text.
func (l *Lab) Ladder() string { return l.ladder.String() }

func (l *Lab) log(format string, args ...any) {
	fmt.Fprintf(&l.ladder, "%9.3f  %s\n", l.Now().Seconds(), fmt.Sprintf(format, args...))
}

// Note puts a remark into the ladder.
func (l *Lab) Note(text string) { l.log("-- %s", text) }

// send puts a packet on the wire.
func (l *Lab) send(from, to netip.AddrPort, data []byte) {
	l.packets++
	p := &Packet{From: from, To: to, Data: append([]byte(nil), data...)}
	v := Verdict{}
	for _, rule := range l.hooks {
		if v = rule(p); v != (Verdict{}) {
			break
		}
	}
	mark := ""
	if v.Drop {
		mark = "  (lost)"
	}
	l.log("%s → %s  %s%s", l.nameOf(from), l.nameOf(to), summary(data), mark)
	if v.Drop {
		return
	}
	for i := range v.Copies + 1 {
		q := *p
		l.sequence++
		q.sequence = l.sequence
		q.at = l.now.Add(Latency + v.Delay + time.Duration(i)*time.Millisecond)
		l.wire = append(l.wire, &q)
	}
}

func (l *Lab) nameOf(a netip.AddrPort) string {
	for _, n := range l.nodes {
		if n.addr() == a {
			return n.name()
		}
	}
	return a.String()
}

// letter is work in the mailbox of whoever is to do it.
type letter struct {
	to   any
	work func()
}

// post puts work into a mailbox.
func (l *Lab) post(to any, work func()) { l.mail = append(l.mail, letter{to, work}) }

// Shuffle has pick, a number in [0, n), choose which of n mailboxes is served
// next, as actors run in any order; each mailbox stays in order. Without it
// everything happens in the order in which it was posted.
func (l *Lab) Shuffle(pick func(n int) int) { l.pick = pick }

// nextLetter takes the letter that is to be read next.
func (l *Lab) nextLetter() letter {
	at := 0
	if l.pick != nil {
		heads := l.heads()
		at = heads[l.pick(len(heads))]
	}
	next := l.mail[at]
	l.mail = append(l.mail[:at], l.mail[at+1:]...)
	return next
}

// heads gives the places of the first letters of all mailboxes.
func (l *Lab) heads() []int {
	seen := map[any]bool{}
	var heads []int
	for i, m := range l.mail {
		if !seen[m.to] {
			seen[m.to] = true
			heads = append(heads, i)
		}
	}
	return heads
}

// Settle empties the mailboxes without letting time pass.
func (l *Lab) Settle() {
	for n := 0; len(l.mail) > 0; n++ {
		if n > 100000 {
			panic("calltest: the mailboxes never get empty")
		}
		l.nextLetter().work()
	}
}

// Run lets d pass.
func (l *Lab) Run(d time.Duration) {
	end := l.now.Add(d)
	l.Settle()
	for {
		t, ok := l.nextTime()
		if !ok || t.After(end) {
			break
		}
		l.step(t)
	}
	l.now = end
}

// RunUntilIdle lets time pass until nothing is left to wait for, for at most
// limit; false when that isn't enough.
func (l *Lab) RunUntilIdle(limit time.Duration) bool {
	end := l.now.Add(limit)
	l.Settle()
	for {
		t, ok := l.nextTime()
		if !ok {
			return true
		}
		if t.After(end) {
			return false
		}
		l.step(t)
	}
}

// step goes to time t and does what is due then.
func (l *Lab) step(t time.Time) {
	if t.After(l.now) {
		l.now = t
	}
	for i, p := range l.wire {
		if !p.at.After(l.now) && l.first(p) {
			l.wire = append(l.wire[:i], l.wire[i+1:]...)
			l.deliver(p)
			l.Settle()
			return
		}
	}
	for _, n := range l.nodes {
		if t := n.next(); !t.IsZero() && !t.After(l.now) {
			n.tick()
			l.Settle()
		}
	}
}

// first tells whether no other packet is due before p.
func (l *Lab) first(p *Packet) bool {
	for _, q := range l.wire {
		if q.at.Before(p.at) || q.at.Equal(p.at) && q.sequence < p.sequence {
			return false
		}
	}
	return true
}

func (l *Lab) deliver(p *Packet) {
	for _, n := range l.nodes {
		if n.addr() == p.To {
			n.receive(p)
		}
	}
}

// nextTime gives when something is due.
func (l *Lab) nextTime() (time.Time, bool) {
	var first time.Time
	consider := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, p := range l.wire {
		consider(p.at)
	}
	for _, n := range l.nodes {
		consider(n.next())
	}
	return first, !first.IsZero()
}
