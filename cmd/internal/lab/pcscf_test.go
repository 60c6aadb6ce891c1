package lab_test

import (
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/cmd/internal/lab"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

// script is a phone that says what a test wants, before a core without sockets
// and clock.
type script struct {
	t    *testing.T
	core *lab.IMS
	sim  simCard
	now  time.Time
	n    int
	// What the last 401 brought.
	server    []string
	challenge digest.Challenge
	gen       uint32
	installed map[uint32]secagree.Set
}

var (
	scriptAddr = netip.MustParseAddrPort(aliceAddr + ":5060")
	coreAddr   = netip.MustParseAddrPort(labAddr + ":5060")
)

func newScript(t *testing.T) *script {
	t.Helper()
	users := lab.Users("alice", "bob")
	core, err := lab.NewIMS(lab.IMSConfig{Domain: "lab.test", Users: users, Random: rand.Reader, Number: mathrand.IntN, NewToken: rand.Text},
		lab.ProxyConfig{UDP: coreAddr, TCP: coreAddr, NewBranch: rand.Text})
	if err != nil {
		t.Fatal(err)
	}
	return &script{t: t, core: core, sim: newSIM(t, users[0], 0), now: time.Unix(1e9, 0), installed: map[uint32]secagree.Set{}}
}

// ask sends a request over a set, 0 in the clear, and gives the answer.
func (s *script) ask(gen uint32, method sip.Method, fields ...string) *sip.Message {
	s.t.Helper()
	msg, ok := s.request(method, fields...)
	if !ok {
		s.t.Fatalf("the request is not one: %q", fields)
	}
	return s.answer(gen, s.core.Receive(s.now, s.flow(gen), msg))
}

// request makes a request; not ok is one that no core gets to see.
func (s *script) request(method sip.Method, fields ...string) (msg *sip.Message, ok bool) {
	s.n++
	uri := "sip:lab.test"
	if method != sip.REGISTER {
		uri = "sip:bob@lab.test"
	}
	msg, err := sip.Parse(fmt.Appendf(nil, "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d\r\nMax-Forwards: 70\r\n"+
		"From: <sip:alice@lab.test>;tag=a\r\nTo: <sip:alice@lab.test>\r\nCall-ID: c%d\r\nCSeq: %d %s\r\nContact: <sip:alice@%s:2000>\r\n%s\r\n",
		method, uri, scriptAddr, s.n, s.n, s.n, method, aliceAddr, strings.Join(append(fields, ""), "\r\n")))
	return msg, sip.CheckRelay(msg, err).Action == sip.Accept
}

func (s *script) flow(gen uint32) transport.Flow {
	if gen == 0 {
		return transport.Flow{Local: coreAddr, Remote: scriptAddr}
	}
	set := s.installed[gen]
	return transport.Flow{Local: netip.AddrPortFrom(set.PCSCF.Addr, set.PCSCF.ServerPort), Remote: netip.AddrPortFrom(set.UE.Addr, set.UE.ServerPort), Gen: gen}
}

// answer finds the answer among the effects; it goes the way that the request
// came.
func (s *script) answer(gen uint32, fx []lab.Effect) (answer *sip.Message) {
	s.t.Helper()
	for _, effect := range fx {
		switch e := effect.(type) {
		case lab.Install:
			s.gen, s.installed[e.Gen] = e.Gen, e.Set
		case lab.Remove:
			delete(s.installed, e.Gen)
		case lab.Transmit:
			msg, err := sip.Parse(e.Data)
			if err != nil {
				s.t.Fatal(err)
			}
			if !msg.IsRequest() && msg.Status() >= 200 {
				answer = msg
				if e.Flow.Gen != gen {
					s.t.Errorf("a request over set %d is answered over set %d", gen, e.Flow.Gen)
				}
			}
		}
	}
	return answer
}

func (s *script) want(msg *sip.Message, status int) {
	s.t.Helper()
	if msg == nil || msg.Status() != status {
		s.t.Fatalf("want %d, got\n%v", status, msg)
	}
}

const (
	private    = `Authorization: Digest username="alice@lab.test", realm="lab.test", uri="sip:lab.test", nonce="", response=""`
	goodClient = "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;prot=esp;mod=trans;spi-c=1000;spi-s=1001;port-c=1999;port-s=2000"
)

// challenged registers in the clear.
func (s *script) challenged() {
	s.t.Helper()
	s.tell(s.ask(0, sip.REGISTER, private, "Security-Client: "+goodClient))
}

// tell takes what a 401 brings.
func (s *script) tell(msg *sip.Message) {
	s.t.Helper()
	s.want(msg, 401)
	s.server = nil
	for line := range msg.Lines(sip.HSecurityServer) {
		s.server = append(s.server, line)
	}
	var err error
	if s.challenge, err = digest.ParseChallenge(msg.Get(sip.HWWWAuthenticate)); err != nil {
		s.t.Fatal(err)
	}
}

// proof answers the challenge with the SIM's keys.
func (s *script) proof() string {
	s.t.Helper()
	random, autn, _, err := aka.ParseNonce(s.challenge.Nonce)
	if err != nil {
		s.t.Fatal(err)
	}
	keys, err := s.sim.USIM.Authenticate(random, autn)
	if err != nil {
		s.t.Fatal(err)
	}
	known, _ := s.challenge.AKA()
	agent := digest.NewAgent("alice@lab.test", "", rand.Text)
	return "Authorization: " + agent.AnswerWith(s.challenge, keys.Keys.Password(known), nil, digest.Request{Method: "REGISTER", URI: "sip:lab.test"})
}

func (s *script) verify() string { return "Security-Verify: " + strings.Join(s.server, ", ") }

// registered registers.
func (s *script) registered() {
	s.t.Helper()
	s.challenged()
	s.want(s.ask(s.gen, sip.REGISTER, s.proof(), "Security-Client: "+goodClient, s.verify()), 200)
}

// TestSetFollowsAgreement: the SAs are those that the headers tell.
func TestSetFollowsAgreement(t *testing.T) {
	s := newScript(t)
	s.challenged()
	set := s.installed[s.gen]
	got, err := secagree.ParseMechanism(s.server[0])
	if err != nil {
		t.Fatal(err)
	}
	got.End.Addr = set.PCSCF.Addr
	ue := secagree.End{Addr: scriptAddr.Addr(), ClientPort: 1999, ServerPort: 2000, ClientSPI: 1000, ServerSPI: 1001}
	if got.End != set.PCSCF || got.Suite != set.Suite || set.UE != ue || set.PCSCF.Addr != coreAddr.Addr() {
		t.Errorf("%s\n%+v", s.server, set)
	}
}

// TestREGISTERsThatAreRefused: without sec-agree, without anything in common, or
// by nobody whom the HSS knows.
func TestREGISTERsThatAreRefused(t *testing.T) {
	client := func(s string) string { return "Security-Client: " + s }
	for name, c := range map[string]struct {
		status int
		fields []string
	}{
		"no sec-agree":         {421, []string{private}},
		"another mechanism":    {494, []string{private, client("tls")}},
		"des":                  {494, []string{private, client(strings.Replace(goodClient, "aes-cbc", "des-ede3-cbc", 1))}},
		"SPI 0":                {494, []string{private, client(strings.Replace(goodClient, "1000", "0", 1))}},
		"port 0":               {494, []string{private, client(strings.Replace(goodClient, "1999", "0", 1))}},
		"nobody":               {403, []string{client(goodClient)}},
		"unknown subscriber":   {403, []string{strings.Replace(private, "alice", "mallory", 1), client(goodClient)}},
		"somebody else's IMPI": {403, []string{strings.Replace(private, "alice", "bob", 1), client(goodClient)}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			s.want(s.ask(0, sip.REGISTER, c.fields...), c.status)
			if len(s.installed) != 0 {
				t.Errorf("%d sets", len(s.installed))
			}
		})
	}
}

// TestAnswersThatAreRefused: an answer to the challenge that doesn't repeat what
// was agreed on, or isn't the SIM's, registers nobody.
func TestAnswersThatAreRefused(t *testing.T) {
	weaker := "ipsec-3gpp;alg=hmac-md5-96;ealg=null;prot=esp;mod=trans;spi-c=1000;spi-s=1001;port-c=1999;port-s=2000"
	for name, c := range map[string]struct {
		status int
		fields func(s *script) []string
	}{
		"no Security-Verify": {494, func(s *script) []string { return []string{s.proof(), "Security-Client: " + goodClient} }},
		"weakened Security-Verify": {494, func(s *script) []string {
			return []string{s.proof(), "Security-Client: " + goodClient, strings.Replace(s.verify(), "aes-cbc", "null", 1)}
		}},
		"another Security-Client": {494, func(s *script) []string { return []string{s.proof(), "Security-Client: " + weaker, s.verify()} }},
		"wrong RES": {403, func(s *script) []string {
			s.challenge.Realm = "elsewhere.test"
			p := strings.Replace(s.proof(), "elsewhere.test", "lab.test", 1)
			return []string{p, "Security-Client: " + goodClient, s.verify()}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(t)
			s.challenged()
			s.want(s.ask(s.gen, sip.REGISTER, c.fields(s)...), c.status)
			s.want(s.ask(s.gen, sip.MESSAGE, s.verify()), 403)
			s.now = s.now.Add(4 * time.Minute) // the transactions end
			s.answer(0, s.core.Tick(s.now))
			if len(s.installed) != 0 {
				t.Errorf("%d sets are left", len(s.installed))
			}
		})
	}
}

// TestAnAnswerInTheClear is challenged again: it proves nothing.
func TestAnAnswerInTheClear(t *testing.T) {
	s := newScript(t)
	s.challenged()
	s.want(s.ask(0, sip.REGISTER, s.proof(), "Security-Client: "+goodClient, s.verify()), 401)
}

// TestAnAnswerServesOnce: who repeats it is challenged.
func TestAnAnswerServesOnce(t *testing.T) {
	s := newScript(t)
	s.challenged()
	proof := s.proof()
	s.want(s.ask(s.gen, sip.REGISTER, proof, "Security-Client: "+goodClient, s.verify()), 200)
	s.want(s.ask(s.gen, sip.REGISTER, proof, "Security-Client: "+goodClient, s.verify()), 401)
}

// TestRequestsFromOutside are refused and counted, whatever they say; over the
// SAs they have to repeat Security-Server.
func TestRequestsFromOutside(t *testing.T) {
	s := newScript(t)
	s.registered()
	for _, method := range []sip.Method{sip.INVITE, sip.MESSAGE, sip.OPTIONS, sip.BYE, sip.SUBSCRIBE} {
		s.want(s.ask(0, method, s.verify()), 403)
	}
	s.want(s.ask(s.gen+7, sip.MESSAGE, s.verify()), 403)
	s.want(s.ask(s.gen, sip.MESSAGE), 494)
	s.want(s.ask(s.gen, sip.MESSAGE, strings.Replace(s.verify(), "spi-c=", "spi-c=1", 1)), 494)
	s.want(s.ask(s.gen, sip.MESSAGE, s.verify()), 480) // bob isn't there
	if n := s.core.Outside(); n != 6 {
		t.Errorf("%d were counted", n)
	}
}

// TestSubscriptionsThatAreRefused: to the registrations of others, or in dialogs
// that aren't there.
func TestSubscriptionsThatAreRefused(t *testing.T) {
	s := newScript(t)
	s.registered()
	s.want(s.ask(s.gen, sip.SUBSCRIBE, s.verify(), "Event: reg"), 403) // bob's
	s.want(s.ask(s.gen, sip.SUBSCRIBE, s.verify(), "Event: presence"), 480)
}

// TestSetsExpire: a phone that falls silent loses its SAs half a minute after its
// registration.
func TestSetsExpire(t *testing.T) {
	s := newScript(t)
	s.registered()
	for s.now.Before(time.Unix(1e9, 0).Add(time.Hour + 29*time.Second)) {
		s.now = s.now.Add(time.Second)
		s.answer(0, s.core.Tick(s.now))
	}
	if len(s.installed) != 1 {
		t.Error("it went too early")
	}
	s.now = s.now.Add(time.Second)
	s.answer(0, s.core.Tick(s.now))
	if len(s.installed) != 0 || !s.core.Next().IsZero() {
		t.Errorf("%d sets are left", len(s.installed))
	}
}

// FuzzRegister: without the SIM nobody is registered, whatever he sends over the
// SAs or past them, and each request is answered the way that it came.
func FuzzRegister(f *testing.F) {
	f.Add(true, private, "Security-Client: "+goodClient, "Security-Verify: ipsec-3gpp")
	f.Add(false, private, "Security-Client: tls, "+goodClient, "Expires: 0")
	f.Add(true, strings.Replace(private, `nonce=""`, `nonce="AAAA", auts="AAAAAAAAAAAAAAAAAAA="`, 1), "Security-Client:", "Contact: *")
	f.Fuzz(func(t *testing.T, over bool, a, b, c string) {
		s := newScript(t)
		s.challenged()
		gen := uint32(0)
		if over {
			gen = s.gen
		}
		for range 2 {
			msg, ok := s.request(sip.REGISTER, a, b, c)
			if !ok {
				return
			}
			if got := s.answer(gen, s.core.Receive(s.now, s.flow(gen), msg)); got != nil && got.Status() < 300 {
				t.Errorf("%v", got)
			}
		}
		if len(s.installed) > 3 {
			t.Errorf("%d sets", len(s.installed))
		}
	})
}
