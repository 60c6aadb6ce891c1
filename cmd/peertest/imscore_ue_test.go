//go:build peers

package peertest

import (
	"bufio"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/sip"
)

// A ue is a scripted phone of an IMS that shows what the core does, free of our
// phone's own ideas: its protected ports are plain sockets, which the kernel
// protects where the P-CSCF's does, and it never repeats anything. It speaks
// UDP, and takes connections at its server port.
type ue struct {
	e    *env
	core *IMSCore
	h    *Host
	user IMSUser
	usim *aka.USIM

	open net.PacketConn // port 5060: the first REGISTER
	set  ueSet
	in   *Journal[ueMessage]

	suite    string // alg and ealg that it offers
	id       string // Call-ID of the registration
	instance string // tells its first REGISTERs from each other, see package reg
	cseq     int
	offers   int
	nonce    string
	res      string
	nc       int
	granted  *sip.Message // 200 to the last REGISTER
}

// ueSet is a pair of protected ports with the P-CSCF's.
type ueSet struct {
	client, server net.PacketConn
	offer, answer  string // Security-Client, Security-Server
	remoteClient   netip.AddrPort
	remoteServer   netip.AddrPort
}

// ueMessage is what came in, and where.
type ueMessage struct {
	*sip.Message
	proto    string
	from, at netip.AddrPort
	answer   func(*sip.Draft) error
}

// String shows the message for a failed test.
func (m ueMessage) String() string {
	return fmt.Sprintf("%s %v → %v\n%v", m.proto, m.from, m.at, m.Message)
}

const ueServerPort = 45002

func (e *env) ue(c *IMSCore, name string, number uint8, u IMSUser) *ue {
	e.t.Helper()
	usim := must(aka.NewUSIM(aka.NewMilenage(u.K, u.OP), aka.State{}, aka.Limits{}))(e.t)
	p := &ue{e: e, core: c, h: e.host(name, number), user: u, usim: usim, in: &Journal[ueMessage]{},
		suite: "alg=hmac-sha-1-96;ealg=aes-cbc", id: rand.Text()}
	p.open = p.listen(PCSCFPort)
	p.set.server = p.listen(ueServerPort)
	l := must(p.h.Listen("tcp", p.h.Addr(ueServerPort).String()))(e.t)
	e.t.Cleanup(func() { l.Close() })
	go p.accept(l)
	return p
}

func (p *ue) listen(port uint16) net.PacketConn {
	p.e.t.Helper()
	conn := must(p.h.ListenPacket("udp", p.h.Addr(port).String()))(p.e.t)
	p.e.t.Cleanup(func() { conn.Close() })
	go p.receive(conn)
	return conn
}

func (p *ue) receive(conn net.PacketConn) {
	text := make([]byte, 65536)
	at := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	for {
		n, from, err := conn.ReadFrom(text)
		if err != nil {
			return
		}
		m, err := sip.Parse(append([]byte(nil), text[:n]...))
		if err != nil {
			continue
		}
		p.in.Add(ueMessage{Message: m, proto: "udp", at: at, from: from.(*net.UDPAddr).AddrPort(),
			// TS 33.203: answers go from the client port over UDP.
			answer: func(d *sip.Draft) error { return p.send(p.set.client, p.set.remoteServer, d) }})
	}
}

func (p *ue) accept(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		p.e.t.Cleanup(func() { conn.Close() })
		go p.read(conn)
	}
}

func (p *ue) read(conn net.Conn) {
	r := bufio.NewReader(conn)
	var f sip.Framer
	text := make([]byte, 4096)
	for {
		n, err := r.Read(text)
		if err != nil {
			return
		}
		f.Push(text[:n])
		for {
			raw, ok, err := f.Next()
			if err != nil || !ok {
				break
			}
			m, err := sip.Parse(append([]byte(nil), raw...))
			if err != nil {
				continue
			}
			p.in.Add(ueMessage{Message: m, proto: "tcp", at: conn.LocalAddr().(*net.TCPAddr).AddrPort(), from: conn.RemoteAddr().(*net.TCPAddr).AddrPort(),
				answer: func(d *sip.Draft) error { _, err := conn.Write(d.Bytes()); return err }})
		}
	}
}

func (p *ue) send(conn net.PacketConn, to netip.AddrPort, d *sip.Draft) error {
	_, err := conn.WriteTo(d.Bytes(), net.UDPAddrFromAddrPort(to))
	return err
}

// contact stays for as long as there are sets of security associations.
func (p *ue) contact() string {
	return fmt.Sprintf("<sip:%s@%v;rinstance=%s>", p.user.IMSI, p.h.Addr(ueServerPort), p.instance)
}

// request starts a request in a dialog or out of one.
func (p *ue) request(method sip.Method, uri, from, to, id string, cseq int) *sip.Draft {
	d := sip.NewRequest(method, uri)
	d.Add(sip.HFrom, from)
	d.Add(sip.HTo, to)
	d.Add(sip.HCallID, id)
	d.Add(sip.HCSeq, fmt.Sprintf("%d %s", cseq, method))
	d.Add(sip.HMaxForwards, "70")
	d.Add(sip.HContact, p.contact())
	return d
}

// ask sends a request and waits for its final answer.
func (p *ue) ask(conn net.PacketConn, to netip.AddrPort, d *sip.Draft) ueMessage {
	p.e.t.Helper()
	port := conn.LocalAddr().(*net.UDPAddr).Port
	if port != PCSCFPort {
		port = ueServerPort
	}
	d.Prepend(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s:%d;branch=z9hG4bK%s", p.h.IPv4, port, rand.Text()))
	check(p.e.t, p.send(conn, to, d))
	return p.final(d.Get(sip.HCallID), d.Get(sip.HCSeq))
}

func (p *ue) final(id, cseq string) ueMessage {
	p.e.t.Helper()
	return must(p.in.Wait(p.e.step(), p.h.Name+": answer to "+cseq, func(m ueMessage) bool {
		return !m.IsRequest() && m.Status() >= 200 && m.CallID() == id && m.Get(sip.HCSeq) == cseq
	}))(p.e.t)
}

// awaits waits for a request that matches.
func (p *ue) awaits(what string, match func(ueMessage) bool) ueMessage {
	p.e.t.Helper()
	return must(p.in.Wait(p.e.step(), p.h.Name+": "+what, func(m ueMessage) bool { return m.IsRequest() && match(m) }))(p.e.t)
}

// reply answers a request.
func (p *ue) reply(m ueMessage, status int, edit func(*sip.Draft)) {
	p.e.t.Helper()
	d := sip.NewResponse(m.Message, status, "")
	for r := range m.Values(sip.HRecordRoute) {
		d.Add(sip.HRecordRoute, r)
	}
	d.TagTo("callee")
	if edit != nil {
		edit(d)
	}
	check(p.e.t, m.answer(d))
}

// newOffer makes fresh SPIs and a fresh client port.
func (p *ue) newOffer() (offer string, client net.PacketConn) {
	p.e.t.Helper()
	p.offers++
	port := 45100 + p.offers
	return fmt.Sprintf("ipsec-3gpp;prot=esp;mod=trans;spi-c=%d;spi-s=%d;port-c=%d;port-s=%d;%s",
		10_000+2*p.offers, 10_001+2*p.offers, port, ueServerPort, p.suite), p.listen(uint16(port))
}

// register makes a REGISTER; authorization is without the scheme.
func (p *ue) register(expires int, offer, verify, authorization string) *sip.Draft {
	p.cseq++
	self := "<" + p.user.IMPU() + ">"
	d := p.request(sip.REGISTER, "sip:"+IMSRealm, self+";tag=reg", self, p.id, p.cseq)
	d.Add(sip.HExpires, strconv.Itoa(expires))
	d.Add(sip.HSupported, "path")
	d.Add(sip.HRequire, "sec-agree")
	d.Add(sip.HProxyRequire, "sec-agree")
	d.Add(sip.HSecurityClient, offer)
	if verify != "" {
		d.Add(sip.HSecurityVerify, verify)
	}
	d.Add(sip.HAuthorization, "Digest "+authorization)
	return d
}

// unproven is the authorization of a REGISTER that has no challenge yet.
func (p *ue) unproven() string { return p.identity() + `,nonce="",response=""` }

func (p *ue) identity() string {
	return fmt.Sprintf("username=%q,realm=%q,uri=%q", p.user.IMPI(), IMSRealm, "sip:"+IMSRealm)
}

// digest computes the response of RFC 2617 with the password and the next nc.
func (p *ue) digest(password string) string {
	p.nc++
	sum := func(s string) string {
		h := md5.Sum([]byte(s))
		return hex.EncodeToString(h[:])
	}
	nc := fmt.Sprintf("%08x", p.nc)
	response := sum(strings.Join([]string{sum(p.user.IMPI() + ":" + IMSRealm + ":" + password),
		p.nonce, nc, "cnonce", "auth", sum("REGISTER:sip:" + IMSRealm)}, ":"))
	return fmt.Sprintf(`%s,nonce=%q,response=%q,algorithm=AKAv1-MD5,qop=auth,nc=%s,cnonce="cnonce"`, p.identity(), p.nonce, response, nc)
}

// challenge takes a 401: the nonce, the card's answer and the P-CSCF's ports.
func (p *ue) challenge(m ueMessage, offer string, client net.PacketConn) (ueSet, error) {
	p.e.t.Helper()
	if m.Status() != 401 {
		p.e.t.Fatalf("%s: want a challenge:\n%v", p.h.Name, m)
	}
	set := ueSet{client: client, server: p.set.server, offer: offer, answer: m.Get(sip.HSecurityServer)}
	set.remoteClient = p.core.Host.Addr(uint16(parameter(p.e.t, set.answer, "port-c")))
	set.remoteServer = p.core.Host.Addr(uint16(parameter(p.e.t, set.answer, "port-s")))
	_, nonce, _ := strings.Cut(m.Get(sip.HWWWAuthenticate), `nonce="`)
	p.nonce, _, _ = strings.Cut(nonce, `"`)
	p.nc = 0
	rand, autn, _, err := aka.ParseNonce(p.nonce)
	check(p.e.t, err)
	r, err := p.usim.Authenticate(rand, autn)
	if err == nil {
		v1, _ := aka.ParseAlgorithm("AKAv1-MD5")
		p.res = r.Keys.Password(v1)
		p.protect(set, r.Keys)
	}
	return set, err
}

// parameter reads a number from a Security-* header.
func parameter(t *testing.T, header, name string) int {
	t.Helper()
	_, rest, ok := strings.Cut(header, name+"=")
	value, _, _ := strings.Cut(rest, ";")
	n, err := strconv.Atoi(value)
	if !ok || err != nil || n == 0 {
		t.Fatalf("no %s in %q", name, header)
	}
	return n
}

// online registers with all the trimmings.
func (p *ue) online() {
	p.e.t.Helper()
	set, err := p.first(p.unproven())
	check(p.e.t, err)
	p.enter(set)
}

// first sends a REGISTER in the clear, as a phone that has just been switched
// on, and takes the challenge.
func (p *ue) first(authorization string) (ueSet, error) {
	p.e.t.Helper()
	p.instance = rand.Text()
	p.forget()
	offer, client := p.newOffer()
	return p.challenge(p.ask(p.open, p.core.Proxy(), p.register(3600, offer, "", authorization)), offer, client)
}

// enter answers the challenge over a new set, and expects it to work. Kamailio's
// S-CSCF sends a challenge before it has stored what it expects, and challenges
// again who is quick: who starts anew then is slow enough one of these times.
func (p *ue) enter(set ueSet) {
	p.e.t.Helper()
	for try := 1; ; try++ {
		p.set = set
		m := p.ask(set.client, set.remoteServer, p.register(3600, set.offer, set.answer, p.digest(p.res)))
		if m.Status() != 401 || try == quickTries {
			p.accepted(m)
			return
		}
		var err error
		set, err = p.first(p.unproven())
		check(p.e.t, err)
	}
}

// quickTries is how often an answer may come too quickly.
const quickTries = 5

func (p *ue) accepted(m ueMessage) {
	p.e.t.Helper()
	if m.Status() != 200 {
		p.e.t.Fatalf("%s: not registered:\n%v", p.h.Name, m)
	}
	p.protectedAnswer(m)
	p.granted = m.Message
}

// protectedAnswer demands that an answer came by the SA port_pc → port_us.
func (p *ue) protectedAnswer(m ueMessage) {
	p.e.t.Helper()
	if m.from != p.set.remoteClient || m.at.Port() != ueServerPort {
		p.e.t.Errorf("%s: the answer came %v → %v, want from %v:\n%v", p.h.Name, m.from, m.at, p.set.remoteClient, m)
	}
}

// again is a REGISTER over the present set with its nonce; it returns the answer
// with the offer that was made.
func (p *ue) again(expires int) (m ueMessage, offer string, client net.PacketConn) {
	p.e.t.Helper()
	offer, client = p.newOffer()
	return p.ask(p.set.client, p.set.remoteServer, p.register(expires, offer, p.set.answer, p.digest(p.res))), offer, client
}

// outgoing starts a request from the registered user, by the Service-Route.
func (p *ue) outgoing(method sip.Method, uri, id string) *sip.Draft {
	d := p.request(method, uri, "<"+p.user.URI()+">;tag=caller", "<"+uri+">", id, 1)
	d.Add(sip.HRoute, fmt.Sprintf("<sip:%v;lr>", p.set.remoteServer))
	for r := range p.granted.Values(sip.HServiceRoute) {
		d.Add(sip.HRoute, r)
	}
	return d
}

// outside sends a request from a port that belongs to no association.
func (p *ue) outside(d *sip.Draft) ueMessage {
	p.e.t.Helper()
	return p.ask(p.listen(46_000), p.core.Host.Addr(6100), d)
}
