package actors_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/actors/simnet"
	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/regevent"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/sip"
	"github.com/imsphone/imsphone/protocol/transport"
)

const coreAddr = "10.0.0.100"

// The subscriber of the core.
var (
	subscriberK   = [16]byte{0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc}
	subscriberOPc = [16]byte{0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e, 0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf}
	functions     = aka.NewMilenageOPc(subscriberK, subscriberOPc)
)

// imsCore is an IMS core as small as it can be: it challenges with AKA, installs
// the SAs, and grants what comes over them. It routes calls between its two
// subscribers by the sets that they registered over.
type imsCore struct {
	t     *testing.T
	clear *simnet.Socket
	safe  *simnet.Protected

	mu    sync.Mutex
	sqn   *aka.Generator
	gens  uint32
	sets  map[uint32]*coreSet
	users map[string]uint32 // the set of each user's registration
	grant int               // seconds
	reuse bool              // accept a nonce again
	seen  []string          // "REGISTER 0", "REGISTER 1", …: the REGISTERs and their sets
	// last is the last request of each method.
	last map[sip.Method]*sip.Message
	// answers are the phone's: "NOTIFY 200".
	answers []string
	// subscription is the last SUBSCRIBE and the set that it came over.
	subscription *sip.Message
	over         transport.Flow
	version      uint32
	deaf         bool // answers nothing
	wrong        bool // keys of its SAs
	inside       int  // protected requests
	spoiled      spoiled
}

// spoiled is what an attacker, or a core that is not well, makes of the protocol.
// Its functions may be nil.
type spoiled struct {
	// nonce gives the nonce of a challenge.
	nonce func(aka.Vector) string
	// servers gives the lines of Security-Server, of the right one.
	servers func(string) []string
	// register takes a REGISTER away from the core.
	register func(transport.Flow, *sip.Message) bool
	// again: challenges that follow over the new SAs.
	again int
}

type coreSet struct {
	offer  string
	set    secagree.Set
	vector aka.Vector
	verify string
}

func newIMSCore(t *testing.T, net *simnet.Net) *imsCore { return newIMSCoreAt(t, net, coreAddr) }

func newIMSCoreAt(t *testing.T, net *simnet.Net, addr string) *imsCore {
	c := &imsCore{t: t, sqn: aka.NewGenerator(0), sets: map[uint32]*coreSet{}, users: map[string]uint32{}, last: map[sip.Method]*sip.Message{}, grant: 3600}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clear = net.Listen(netip.MustParseAddrPort(addr+":5060"), func(in transport.Inbound) { c.receive(in) })
	c.safe = net.ProtectCore(func(in transport.Inbound) { c.receive(in) })
	t.Cleanup(func() { c.clear.Close(); c.safe.Close() })
	return c
}

func (c *imsCore) send(flow transport.Flow, b []byte) {
	if flow.Gen == 0 {
		c.clear.Send(flow, b)
		return
	}
	c.safe.Send(flow, b)
}

func (c *imsCore) receive(in transport.Inbound) {
	msg, err := sip.Parse(in.Data)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deaf {
		return
	}
	if msg.IsRequest() {
		c.last[msg.Method()] = msg
	}
	switch {
	case !msg.IsRequest():
		c.answers = append(c.answers, fmt.Sprintf("%s %d", msg.Method(), msg.Status()))
	case msg.Method() == sip.REGISTER:
		c.seen = append(c.seen, fmt.Sprintf("%s %d", msg.Method(), in.Flow.Gen))
		if f := c.spoiled.register; f == nil || !f(in.Flow, msg) {
			c.register(in.Flow, msg)
		}
	case msg.Method() == sip.SUBSCRIBE:
		c.subscribed(in.Flow, msg)
	}
}

func (c *imsCore) register(flow transport.Flow, msg *sip.Message) {
	credentials, err := digest.ParseCredentials(msg.Get(sip.HAuthorization))
	if err != nil {
		c.t.Errorf("Authorization: %v", err)
		return
	}
	if credentials.AUTS != "" {
		c.resynchronise(credentials)
	}
	s := c.sets[flow.Gen]
	if s != nil && c.spoiled.again > 0 {
		c.spoiled.again--
		s = nil
	}
	if s == nil || (!c.reuse && msg.Get(sip.HSecurityClient) != s.offer) {
		c.challenge(flow, msg)
		return
	}
	if msg.Get(sip.HSecurityVerify) != s.verify {
		c.send(flow, sip.NewResponse(msg, 494, "").Bytes())
		return
	}
	algorithm, _ := aka.ParseAlgorithm("AKAv1-MD5")
	if _, err := credentials.VerifyAKA(s.vector.Keys.Password(algorithm), digest.Request{Method: "REGISTER", URI: credentials.URI}); err != nil {
		c.send(flow, sip.NewResponse(msg, 403, "").Bytes())
		return
	}
	d := sip.NewResponse(msg, 200, "")
	if msg.Get(sip.HExpires) != "0" {
		d.Add(sip.HContact, msg.Get(sip.HContact)+fmt.Sprintf(";expires=%d", c.grant))
		d.Add(sip.HPAssociatedURI, "<tel:+15550001>")
		d.Add(sip.HServiceRoute, "<sip:orig@scscf.example.org;lr>")
		c.users[credentials.User] = flow.Gen
		c.safe.Extend(flow.Gen, time.Duration(c.grant+60)*time.Second)
	}
	c.send(flow, d.Bytes())
	c.inside++
}

// resynchronise takes over the SIM's SQN.
func (c *imsCore) resynchronise(credentials digest.Credentials) {
	rand, _, _, err := aka.ParseNonce(credentials.Nonce)
	if err != nil {
		c.t.Error(err)
		return
	}
	auts, err := credentials.VerifyAKA("", digest.Request{Method: "REGISTER", URI: credentials.URI})
	if !errors.Is(err, digest.ErrSyncFailure) {
		c.t.Errorf("auts: %v", err)
		return
	}
	sqn, err := aka.Resynchronise(functions, rand, auts)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.sqn.Resynchronise(sqn)
}

// challenge answers 401 and installs the set that is to answer it.
func (c *imsCore) challenge(flow transport.Flow, msg *sip.Message) {
	offer, err := secagree.ParseMechanism(slices.Collect(msg.Values(sip.HSecurityClient))[0])
	if err != nil {
		c.t.Errorf("Security-Client: %v", err)
		return
	}
	c.gens++
	gen := c.gens
	rand := [16]byte{byte(gen), 9}
	v := aka.Generate(functions, rand, c.sqn.Next(), aka.AMF{})
	server := secagree.Mechanism{Suite: offer.Suite, Preference: 500, End: secagree.End{
		ClientPort: uint16(20000 + gen), ServerPort: 19999, ClientSPI: 5000 + 2*gen, ServerSPI: 5001 + 2*gen}}
	s := &coreSet{offer: msg.Get(sip.HSecurityClient), vector: v, verify: server.String(), set: secagree.Set{
		Suite: offer.Suite, UE: offer.End, PCSCF: server.End, IK: v.Keys.IK(), CK: v.Keys.CK()}}
	s.set.UE.Addr, s.set.PCSCF.Addr = flow.Remote.Addr(), flow.Local.Addr()
	if c.wrong {
		s.set.IK = aka.NewKey([16]byte{1})
	}
	c.sets[gen] = s
	if err := c.safe.Install(context.Background(), gen, s.set, time.Hour); err != nil {
		c.t.Errorf("install: %v", err)
	}
	nonce, servers := aka.FormatNonce(v.RAND, v.AUTN, nil), []string{s.verify}
	if f := c.spoiled.nonce; f != nil {
		nonce = f(v)
	}
	if f := c.spoiled.servers; f != nil {
		servers = f(s.verify)
	}
	d := sip.NewResponse(msg, 401, "")
	d.Add(sip.HWWWAuthenticate, digest.Challenge{Realm: "ims.example.org", Nonce: nonce, Algorithm: "AKAv1-MD5", Auth: true}.String())
	for _, line := range servers {
		d.Add(sip.HSecurityServer, line)
	}
	c.send(flow, d.Bytes())
}

// subscribed grants a subscription and tells that all is well.
func (c *imsCore) subscribed(flow transport.Flow, msg *sip.Message) {
	d := sip.NewResponse(msg, 200, "")
	d.TagTo("core")
	d.Add(sip.HExpires, "7200")
	d.Add(sip.HContact, "<sip:scscf.example.org>")
	c.send(flow, d.Bytes())
	c.subscription, c.over = msg, flow
	c.notify(regevent.Active, regevent.Registered, "active;expires=7200")
}

// notify tells what became of the phone's contact.
func (c *imsCore) notify(state regevent.State, event regevent.Event, subscription string) {
	sub := c.subscription
	contact, _ := sub.Contact()
	c.version++
	d := sip.NewRequest(sip.NOTIFY, contact.URI.String())
	d.Add(sip.HVia, fmt.Sprintf("SIP/2.0/UDP %s:5060;branch=z9hG4bKn%d", coreAddr, c.version))
	d.Add(sip.HFrom, sub.Get(sip.HTo)+";tag=core")
	d.Add(sip.HTo, sub.Get(sip.HFrom))
	d.Add(sip.HCallID, sub.CallID())
	d.Add(sip.HCSeq, fmt.Sprintf("%d NOTIFY", c.version))
	d.Add(sip.HContact, "<sip:scscf.example.org>")
	d.Add(sip.HEvent, "reg")
	d.Add(sip.HSubscriptionState, subscription)
	d.SetBody(regevent.ContentType, regevent.Document{Version: c.version, Full: true, Registrations: []regevent.Registration{{
		AOR: "tel:+15550001", ID: "1", State: state, Contacts: []regevent.Contact{{ID: "1", State: state, Event: event, URI: contact.URI.String(), RetryAfter: 5 * time.Minute}},
	}}}.String())
	c.send(c.over, d.Bytes())
}

func (c *imsCore) requests() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seen)
}

func (c *imsCore) with(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// softSIM is a SIM in memory.
type softSIM struct{ usim *aka.USIM }

func (s softSIM) Open(string) (actors.SIM, error) { return s, nil }

func (s softSIM) Authenticate(_ context.Context, rand, autn [16]byte) (aka.Keys, error) {
	r, err := s.usim.Authenticate(rand, autn)
	return r.Keys, err
}

// newSIM makes a SIM that has seen sequence numbers up to seen.
func newSIM(t *testing.T, seen uint64) softSIM {
	t.Helper()
	state := aka.State{}
	for i := range state {
		state[i] = seen
	}
	usim, err := aka.NewUSIM(functions, state, aka.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return softSIM{usim}
}

// subscriber starts a phone with an account of the core.
func subscriber(t *testing.T, net *simnet.Net, addr string, sim softSIM, edit ...func(*actors.Config)) *party {
	t.Helper()
	ports := net.Ports(netip.MustParseAddr(addr))
	ports.SIM = sim
	edit = append([]func(*actors.Config){func(c *actors.Config) { c.Accounts = imsAccount("alice") }}, edit...)
	return newPartyWith(t, ports, "alice", addr, edit...)
}

// imsAccount is one account of the core.
func imsAccount(name string) []actors.AccountConfig {
	user := name + "@ims.example.org"
	return []actors.AccountConfig{{
		Name: name, AOR: "sip:" + user, Register: true, Registrar: "sip:ims.example.org", AuthUser: user,
		Proxy: "sip:" + coreAddr, Expires: 600_000 * time.Second,
		IMS: &actors.IMSConfig{PrivateID: user, Realm: "ims.example.org", SIM: name, IPsec: true,
			PCSCF: []string{"sip:" + coreAddr}, Suites: []secagree.Suite{{Integrity: secagree.HMACSHA1, Encryption: secagree.AESCBC}},
			Modes: []secagree.Mode{secagree.Transport}, AccessNetwork: "IEEE-802.11"},
	}}
}

func (p *party) account() actors.AccountStatus {
	p.t.Helper()
	return p.status().Accounts[0]
}

// states lists the sets of the phone's account.
func (p *party) sets() []string {
	p.t.Helper()
	var list []string
	for _, a := range p.account().Associations {
		list = append(list, fmt.Sprintf("%d %s", a.Set, a.State))
	}
	return list
}
