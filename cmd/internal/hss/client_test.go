package hss_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"net"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
	"github.com/imsphone/imsphone/protocol/aka"
)

const (
	realm  = "ims.mnc001.mcc001.3gppnetwork.org"
	impi   = "001010000000001@" + realm
	barred = "sip:" + impi
	impu   = "sip:+15550001@" + realm
	tel    = "tel:+15550001"
	scscf  = "sip:scscf." + realm + ":6060"

	bob     = "bob@" + realm
	bobURI  = "sip:" + bob
	bobsWay = "secret of bob"
)

var (
	testK   = [16]byte{0x46, 0x5b, 0x5c, 0xe8, 0xb1, 0x99, 0xb4, 0x9f, 0xaa, 0x5f, 0x0a, 0x2e, 0xe2, 0x38, 0xa6, 0xbc}
	testOPc = [16]byte{0xcd, 0x63, 0xcb, 0x71, 0x95, 0x4a, 0x9f, 0x4e, 0x48, 0xa5, 0x99, 0x4e, 0x37, 0xa0, 0x2b, 0xaf}
)

// alice has a card, as TS 35.208's first test set keys it.
func alice() hss.Subscriber {
	session := hss.Originating
	return hss.Subscriber{
		IMPI: impi, IMPUs: []hss.Identity{{URI: barred, Barred: true}, {URI: impu}, {URI: tel}},
		AKA: aka.NewMilenageOPc(testK, testOPc), AMF: aka.AMF{0x80, 0},
		Filters: []hss.Filter{
			{Priority: 1, Server: "sip:presence.example.org:5065", Triggers: []hss.Trigger{
				{Method: "PUBLISH"}, {Header: "Event", HeaderContent: ".*presence.*"}, {Group: 1, Negated: true, Session: &session},
			}},
			{Priority: 2, Server: "sip:all.example.org", TerminateOnFailure: true, CNF: true},
		},
	}
}

func bobs() hss.Subscriber {
	return hss.Subscriber{IMPI: bob, IMPUs: []hss.Identity{{URI: bobURI}}, Password: bobsWay, ServedUnregistered: true}
}

func newStore(t *testing.T) *hss.Store {
	t.Helper()
	s, err := hss.NewStore(rand.Reader, alice(), bobs())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func newCard(t *testing.T) *aka.USIM {
	t.Helper()
	card, err := aka.NewUSIM(aka.NewMilenageOPc(testK, testOPc), aka.State{}, aka.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// serve runs a server on the loopback until the test ends; its log must hold no
// secret.
func serve(t *testing.T, cfg hss.Config) (*hss.Server, string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cfg.Realm, cfg.Log = realm, zerolog.New(zerolog.SyncWriter(&log))
	s := hss.NewServer(cfg)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error("Serve:", err)
		}
		if bytes.Contains(log.Bytes(), []byte(bobsWay)) {
			t.Error("the log holds a password:", log.String())
		}
	})
	return s, l.Addr().String()
}

// client is a CSCF's side of a connection.
type client struct {
	t    *testing.T
	conn net.Conn
	r    *bufio.Reader
	host string
	last uint32
}

// dial connects; every wait on the connection has an end.
func dial(t *testing.T, addr, host string) *client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	return &client{t: t, conn: conn, r: bufio.NewReader(conn), host: host}
}

// connect dials and exchanges capabilities.
func connect(t *testing.T, addr, host string) *client {
	t.Helper()
	c := dial(t, addr, host)
	wantResult(t, c.ask(diameter.CapabilitiesExchange, 0, c.cxApplication()), diameter.Success, false)
	return c
}

func (c *client) cxApplication() diameter.AVP {
	return diameter.VendorSpecificApplicationID.Group(
		diameter.VendorID.Uint32(diameter.TGPP), diameter.AuthApplicationID.Uint32(diameter.Cx))
}

func (c *client) origin() []diameter.AVP {
	return []diameter.AVP{diameter.OriginHost.Text(c.host), diameter.OriginRealm.Text(realm)}
}

func (c *client) send(m diameter.Message) {
	c.t.Helper()
	if _, err := c.conn.Write(m.Append(nil)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) read() diameter.Message {
	c.t.Helper()
	m, err := diameter.Read(c.r)
	if err != nil {
		c.t.Fatal(err)
	}
	return m
}

// ask sends a request and gives its answer.
func (c *client) ask(command, application uint32, avps ...diameter.AVP) diameter.Message {
	c.t.Helper()
	c.last++
	q := diameter.Message{
		Flags: diameter.Request | diameter.Proxiable, Command: command, Application: application, HopByHop: c.last, EndToEnd: c.last + 1000,
		AVPs: append(append([]diameter.AVP{diameter.SessionID.Text("session;1;2")}, c.origin()...), avps...),
	}
	c.send(q)
	a := c.read()
	if a.IsRequest() || a.Command != command || a.Application != application || a.HopByHop != q.HopByHop || a.EndToEnd != q.EndToEnd {
		c.t.Fatalf("%+v doesn't answer %+v", a, q)
	}
	if s := diameter.FindText(a.AVPs, diameter.SessionID); s != "session;1;2" {
		c.t.Fatalf("Session-Id %q", s)
	}
	return a
}

// cx asks about a user; an empty identity is left out.
func (c *client) cx(command uint32, impi, impu string, avps ...diameter.AVP) diameter.Message {
	c.t.Helper()
	if impi != "" {
		avps = append(avps, diameter.UserName.Text(impi))
	}
	if impu != "" {
		avps = append(avps, diameter.PublicIdentity.Text(impu))
	}
	return c.ask(command, diameter.Cx, avps...)
}

// mar asks for authentication; proof is RAND and AUTS, or nil.
func (c *client) mar(impi, impu, scheme string, proof []byte) diameter.Message {
	c.t.Helper()
	item := []diameter.AVP{diameter.SIPAuthenticationScheme.Text(scheme)}
	if proof != nil {
		item = append(item, diameter.SIPAuthorization.Bytes(proof))
	}
	return c.cx(diameter.MultimediaAuth, impi, impu, diameter.ServerName.Text(scscf),
		diameter.SIPNumberAuthItems.Uint32(3), diameter.SIPAuthDataItem.Group(item...))
}

func (c *client) sar(impi, impu string, a hss.Assignment, avps ...diameter.AVP) diameter.Message {
	c.t.Helper()
	avps = append(avps, diameter.ServerName.Text(scscf), diameter.ServerAssignmentType.Uint32(uint32(a)))
	return c.cx(diameter.ServerAssignment, impi, impu, avps...)
}

// wantResult checks the result and the E flag, and that there is no other
// result.
func wantResult(t *testing.T, a diameter.Message, want uint32, experimental bool) {
	t.Helper()
	code, hasCode := diameter.FindUint32(a.AVPs, diameter.ResultCode)
	group := diameter.FindGroup(a.AVPs, diameter.ExperimentalResult)
	other, hasOther := diameter.FindUint32(group, diameter.ExperimentalResultCode)
	if experimental {
		code, hasCode, hasOther = other, hasOther, hasCode
		if v, _ := diameter.FindUint32(group, diameter.VendorID); v != diameter.TGPP {
			t.Errorf("a result of vendor %d", v)
		}
	}
	if code != want || !hasCode || hasOther {
		t.Errorf("result %d (experimental %v), want %d; both kinds: %v", code, experimental, want, hasOther)
	}
	if protocolError := want/1000 == 3; protocolError != (a.Flags&diameter.Error != 0) {
		t.Errorf("flags %#x with result %d", a.Flags, code)
	}
}

// vector takes the vector out of a MAA.
func vector(t *testing.T, a diameter.Message) (rand, autn [16]byte, keys aka.Keys) {
	t.Helper()
	wantResult(t, a, diameter.Success, false)
	if n, _ := diameter.FindUint32(a.AVPs, diameter.SIPNumberAuthItems); n != 1 {
		t.Fatalf("%d items", n)
	}
	item := diameter.FindGroup(a.AVPs, diameter.SIPAuthDataItem)
	get := func(t diameter.Attribute) []byte { a, _ := diameter.Find(item, t); return a.Data }
	challenge, ck, ik := get(diameter.SIPAuthenticate), get(diameter.ConfidentialityKey), get(diameter.IntegrityKey)
	if len(challenge) != 32 || len(ck) != 16 || len(ik) != 16 || string(get(diameter.SIPAuthenticationScheme)) != diameter.SchemeAKAv1 {
		t.Fatalf("no vector: %d, %d, %d octets", len(challenge), len(ck), len(ik))
	}
	return [16]byte(challenge), [16]byte(challenge[16:]), aka.NewKeys(get(diameter.SIPAuthorization), [16]byte(ck), [16]byte(ik))
}
