//go:build peers && ipsec

package peertest

import (
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/sip"
)

// protected starts a phone at a core with real ESP, and waits until it has
// registered and been told so.
func (e *env) protected(h *Host, transport string, edit ...func(*PhoneConfig)) *Phone {
	e.t.Helper()
	config := subscriber(IMSAlice(), transport)
	for _, f := range edit {
		f(&config)
	}
	p := e.phone(h, config)
	e.registered(p)
	e.notified(p)
	return p
}

// TestESPOnTheWire: once the phone has answered the challenge, nothing but ESP is
// between it and the core until it has gone: the registration, the state of it,
// its renewal, a message of the core and the answer to the de-registration.
// Whoever answers Kamailio's challenge too quickly starts anew in the clear (see
// enter), and a phone waits for the end's answer only for so long: there may have to
// be another try.
func TestESPOnTheWire(t *testing.T) {
	t.Parallel()
	overBoth(t, func(t *testing.T, transport string) {
		e := newEnv(t)
		c := e.core(IMSOptions{Associations: 24})
		h := e.host("phone", 21)
		for try := 1; ; try++ {
			frames, whole := e.wire(c, h, transport)
			if whole {
				e.onlyESP(frames, c.Host, h)
				return
			}
			if try == quickTries {
				t.Fatal("each time a registration was begun twice, or its end wasn't answered")
			}
		}
	})
}

// leaving is for how long a phone waits for the answer to its de-registration.
const leaving = 4 * time.Second

// wire lets a phone come and go, and gives what was on its wire; whole is that it
// began one registration and was answered at its end.
func (e *env) wire(c *IMSCore, h *Host, transport string) (frames []Frame, whole bool) {
	e.t.Helper()
	capture := must(StartCapture(e.step(), h))(e.t)
	p := e.protected(h, transport)
	e.order(p, "register")
	e.refreshed(p)
	begun := map[string]bool{}
	for _, m := range must(p.Trace(e.step()))(e.t) {
		if m.Out && !m.Protected && m.Label == "REGISTER" {
			begun[m.CSeq] = true
		}
	}
	asked := time.Now()
	check(e.t, p.Stop())
	ended := time.Now()
	if ended.Sub(asked) >= leaving {
		check(e.t, capture.Stop())
		return nil, false
	}
	must(c.P.WaitSaid(e.step(), "gone sip:"+IMSAlice().IMSI))(e.t)
	frames = must(capture.IP(e.step()))(e.t)
	// What the core still wants to tell a phone that is gone is its own affair.
	return slices.DeleteFunc(frames, func(f Frame) bool { return f.Time > time.Duration(ended.UnixNano()) }), len(begun) == 1
}

// onlyESP demands that there is nothing in the clear between two hosts once there
// was ESP.
func (e *env) onlyESP(frames []Frame, core, phone *Host) {
	e.t.Helper()
	clear, esp := 0, 0
	for _, f := range frames {
		switch {
		case !f.between(phone, core):
		case f.Protocol == "50":
			esp++
		case esp == 0, f.repeatsChallenge(), f.endsConnection():
			clear++
		default:
			e.t.Errorf("in the clear: protocol %s, %s → %s, %s", f.Protocol, f.From, f.To, f.Info)
		}
	}
	e.t.Logf("%d packets in the clear, %d of ESP", clear, esp)
	// Of ESP: two REGISTERs with their answers, SUBSCRIBE, NOTIFY, and the end.
	if clear < 2 || clear > 20 || esp < 14 {
		e.t.Errorf("%d packets in the clear, %d of ESP", clear, esp)
	}
}

// repeatsChallenge recognises the answer to a first REGISTER that was sent twice
// as its answer took long.
func (f Frame) repeatsChallenge() bool {
	return f.Protocol == "17" && strings.Contains(f.Info, "Status: 401")
}

// endsConnection recognises the end of the connection of the first REGISTER.
func (f Frame) endsConnection() bool {
	return f.Payload == "0" && slices.Contains(f.Ports[:], fmt.Sprint(PCSCFPort))
}

// between tells whether a packet goes from one of two hosts to the other.
func (f Frame) between(a, b *Host) bool {
	ends := []string{f.From, f.To}
	return slices.Contains(ends, a.IPv4.String()) && slices.Contains(ends, b.IPv4.String())
}

// TestESPSuites: each pair of algorithms that the P-CSCF knows and the phone
// offers.
func TestESPSuites(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.core(IMSOptions{NonceReuse: true})
	h := e.host("phone", 21)
	for _, suite := range []string{"hmac-md5-96/null", "hmac-md5-96/aes-cbc", "hmac-sha-1-96/null", "hmac-sha-1-96/aes-cbc"} {
		p := e.protected(h, "udp", func(c *PhoneConfig) { c.IMS.Algorithms = []string{suite} })
		s := must(p.Status(e.step()))(t)
		a := s.Accounts[0].Associations
		if len(a) != 1 || a[0].Algorithms != suite || a[0].State != "active" {
			t.Errorf("%s: %+v", suite, a)
			continue
		}
		for i, sa := range a[0].SAs {
			if sa.Counters == nil || sa.Counters.Refused != 0 {
				t.Errorf("%s, SA %d: %+v", suite, i, sa.Counters)
			}
		}
		check(t, p.Stop())
	}
}

// output gives what a command of ip(8) prints about the host.
func (h *Host) output(command string) (string, error) {
	out, err := exec.Command("ip", append([]string{"-n", h.ns}, strings.Fields(command)...)...).Output()
	return string(out), err
}

// kernelSAs lists the SPIs of the SAs that a host's kernel holds.
func (e *env) kernelSAs(h *Host) []string {
	e.t.Helper()
	var spis []string
	for line := range strings.Lines(must(h.output("xfrm state"))(e.t)) {
		if _, spi, ok := strings.Cut(line, "spi "); ok {
			spis = append(spis, strings.Fields(spi)[0])
		}
	}
	return spis
}

// TestESPCrash: what a killed phone leaves in the kernel is gone once the next
// one has registered, and nothing is left once that one has ended.
func TestESPCrash(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.core(IMSOptions{})
	h := e.host("phone", 21)
	sas := 4
	if esp() != "kernel" {
		sas = 0 // the phone does it itself
	}
	p := e.protected(h, "udp")
	before := e.kernelSAs(h)
	check(t, p.Kill())
	if left := e.kernelSAs(h); len(before) != sas || !slices.Equal(before, left) {
		t.Fatalf("before the crash %v, after it %v, want %d", before, left, sas)
	}
	p = e.protected(h, "udp")
	after := e.kernelSAs(h)
	if len(after) != sas || slices.ContainsFunc(after, func(spi string) bool { return slices.Contains(before, spi) }) {
		t.Errorf("the crashed phone had %v, the next one has %v", before, after)
	}
	check(t, p.Stop())
	if left := must(h.output("xfrm state"))(t) + must(h.output("xfrm policy"))(t); strings.Contains(left, "proto esp") {
		t.Errorf("left behind:\n%s", left)
	}
}

// forgeries is how many requests the phone is sent from outside its SAs.
const forgeries = 10_000

// TestESPForgeries: requests that say all the right things, from the core's own
// host and ports and from a neighbour, but come in the clear: the phone hears
// none of them, and says that they came.
func TestESPForgeries(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	c := e.core(IMSOptions{})
	h := e.host("phone", 21)
	p := e.protected(h, "udp")
	target := contactOf(t, must(p.Status(e.step()))(t))
	before := must(p.Status(e.step()))(t).Counters.OutsideSAs
	neighbour := must(e.host("mallory", 66).ListenPacket("udp", "10.46.0.66:5060"))(t)
	defer neighbour.Close()
	core := must(c.Host.ListenPacket("udp", c.Host.Addr(7777).String()))(t)
	defer core.Close()
	to := net.UDPAddrFromAddrPort(h.Addr(target.Port))
	for i := range forgeries {
		from := []net.PacketConn{neighbour, core}[i%2]
		if _, err := from.WriteTo(forgery(target, from.LocalAddr(), i), to); err != nil {
			t.Fatal(err)
		}
	}
	// The renewal comes behind them all.
	e.order(p, "register")
	e.refreshed(p)
	s := must(p.Status(e.step()))(t)
	counted := s.Counters.OutsideSAs - before
	t.Logf("%d of %d requests from outside were counted", counted, forgeries)
	if esp() == "kernel" && counted == 0 { // else the ports aren't the kernel's
		t.Error("none was counted")
	}
	if len(s.Calls) != 0 || s.Accounts[0].State != "registered" {
		t.Errorf("calls %+v, account %s", s.Calls, s.Accounts[0].State)
	}
	if text := p.messages(); strings.Contains(text, "forged") {
		t.Errorf("a forged request got through:\n%s", text)
	}
}

// contactOf reads the contact that the phone registered.
func contactOf(t *testing.T, s PhoneStatus) sip.URI {
	t.Helper()
	return must(sip.ParseURI(s.Accounts[0].Contact))(t)
}

// forgery is a request to the phone's contact, of one kind after the other.
func forgery(target sip.URI, from net.Addr, n int) []byte {
	method := []sip.Method{sip.INVITE, sip.MESSAGE, sip.NOTIFY, sip.BYE, sip.OPTIONS}[n/2%5]
	d := sip.NewRequest(method, target.String())
	d.Add(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %v;branch=z9hG4bKforged%d", from, n))
	d.Add(sip.HFrom, "<"+IMSBob().URI()+">;tag=forged")
	d.Add(sip.HTo, "<"+IMSAlice().URI()+">")
	d.Add(sip.HCallID, fmt.Sprintf("forged-%d", n))
	d.Add(sip.HCSeq, "1 "+string(method))
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HContact, fmt.Sprintf("<sip:%v>", from))
	return d.Bytes()
}
