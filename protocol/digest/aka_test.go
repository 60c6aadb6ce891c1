package digest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/aka"
)

const (
	testIMPI  = "user@msg.pc.t-mobile.com"
	testRealm = "msg.pc.t-mobile.com"
)

var testREGISTER = Request{Method: "REGISTER", URI: "sip:msg.pc.t-mobile.com"}

func akaAgent() *Agent { return NewAgent(testIMPI, "", func() string { return "cnonce01" }) }

func parseCredentials(t *testing.T, value string) Credentials {
	t.Helper()
	c, err := ParseCredentials(value)
	if err != nil {
		t.Fatalf("%s: %v", value, err)
	}
	return c
}

// RES as raw bytes, the first of them zero (RFC 3310 §3.3).
func TestAKAv1KnownAnswer(t *testing.T) {
	keys := aka.NewKeys([]byte("\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"), [16]byte{}, [16]byte{})
	ch, err := ParseChallenge(`Digest realm="msg.pc.t-mobile.com", nonce="dGVzdG5vbmNlMTIzNA==", algorithm=AKAv1-MD5, qop="auth"`)
	if err != nil {
		t.Fatal(err)
	}
	algorithm, ok := ch.AKA()
	if !ok {
		t.Fatal("not seen as AKA")
	}
	want := `Digest username="user@msg.pc.t-mobile.com", realm="msg.pc.t-mobile.com", nonce="dGVzdG5vbmNlMTIzNA==",` +
		` uri="sip:msg.pc.t-mobile.com", response="803db8645c1631ba35e82bc29c8a26c3", algorithm=AKAv1-MD5,` +
		` qop=auth, nc=00000001, cnonce="cnonce01"`
	if got := akaAgent().AnswerWith(ch, keys.Password(algorithm), nil, testREGISTER); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A whole run of card and network in each algorithm, with the oddities of
// cores in how they write it.
func TestAKARun(t *testing.T) {
	f := aka.NewMilenage([16]byte{1}, [16]byte{2})
	for _, parameters := range []string{
		`algorithm=AKAv1-MD5, qop="auth"`,
		`algorithm="akav1-md5",qop=auth`,
		`algorithm=AKAv1-MD5-sess, qop=auth,auth-int`,
		`qop="auth-int", algorithm=AKAv1-MD5, ck="00112233445566778899aabbccddeeff", ik="00112233445566778899aabbccddeeff"`,
		`algorithm=AKAv1-MD5`,
		`algorithm=AKAv1-MD5, qop=""`,
		`algorithm=AKAv1-MD5, qop="auth", opaque="x", stale=false, domain="sip:a,b"`,
		`algorithm=AKAv2-MD5, qop="auth"`,
		`algorithm=akav2-md5-SESS, qop="auth,auth-int"`,
		`algorithm=AKAv2-SHA-256, qop="auth"`,
		`algorithm=AKAv2-SHA-512-256, qop="auth"`,
	} {
		t.Run(parameters, func(t *testing.T) {
			vector := aka.Generate(f, [16]byte{9}, 1<<20, aka.AMF{0x80})
			for _, nonce := range []string{
				`"` + aka.FormatNonce(vector.RAND, vector.AUTN, nil) + `"`,
				aka.FormatNonce(vector.RAND, vector.AUTN, []byte("srv")),
			} {
				runAKA(t, f, vector, `Digest `+parameters+`, realm="msg.pc.t-mobile.com",nonce=`+nonce)
			}
		})
	}
}

func runAKA(t *testing.T, f aka.Functions, vector aka.Vector, line string) {
	t.Helper()
	ch, err := ParseChallenge(line)
	if err != nil {
		t.Fatal(err)
	}
	algorithm, ok := ch.AKA()
	if !ok {
		t.Fatalf("%s isn't seen as AKA", line)
	}
	rand, autn, _, err := aka.ParseNonce(ch.Nonce)
	if err != nil {
		t.Fatal(err)
	}
	usim, err := aka.NewUSIM(f, aka.State{}, aka.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	result, err := usim.Authenticate(rand, autn)
	if err != nil {
		t.Fatal(err)
	}
	agent, password := akaAgent(), vector.Keys.Password(algorithm)
	for nc, value := range []string{
		agent.AnswerWith(ch, result.Keys.Password(algorithm), nil, testREGISTER),
		reuse(t, agent, ch.Realm),
		reuse(t, agent, ch.Realm),
	} {
		c := parseCredentials(t, value)
		if c.Nonce != ch.Nonce || c.QOP != "" && c.NC != fmt.Sprintf("%08x", nc+1) {
			t.Errorf("use %d: %s", nc+1, value)
		}
		if _, err := c.VerifyAKA(password, testREGISTER); err != nil {
			t.Errorf("use %d: %s: %v", nc+1, value, err)
		}
		if err := c.Verify(password, testREGISTER); err != nil {
			t.Errorf("use %d: %s: %v", nc+1, value, err)
		}
		if _, err := c.VerifyAKA(password+"\x00", testREGISTER); !errors.Is(err, ErrMismatch) {
			t.Errorf("a wrong RES: %v", err)
		}
	}
}

// reuse answers with the remembered nonce.
func reuse(t *testing.T, a *Agent, realm string) string {
	t.Helper()
	value, ok := a.Credentials(realm, testREGISTER)
	if !ok {
		t.Fatal("the nonce isn't remembered")
	}
	return value
}

const akaLine = `Digest realm="msg.pc.t-mobile.com", nonce="4uokYcpJ+gPQHBkKLkP9IkNeqxStKIAAlKpOgZ4tPQo=", algorithm=AKAv1-MD5, qop="auth"`

func TestSyncFailure(t *testing.T) {
	ch, err := ParseChallenge(akaLine)
	if err != nil {
		t.Fatal(err)
	}
	auts := [14]byte{0xde, 0xad, 13: 0xff}
	agent := akaAgent()
	value := agent.AnswerWith(ch, "not to be used", auts[:], testREGISTER)
	c := parseCredentials(t, value)
	if c.AUTS != aka.FormatAUTS(auts) || c.Nonce != ch.Nonce || c.NC != "00000001" {
		t.Errorf("%s", value)
	}
	if err := c.Verify("", testREGISTER); err != nil {
		t.Errorf("with an empty password: %v", err)
	}
	if got, err := c.VerifyAKA("RES", testREGISTER); !errors.Is(err, ErrSyncFailure) || got != auts {
		t.Errorf("%x, %v", got, err)
	}
	if _, ok := agent.Credentials(ch.Realm, testREGISTER); ok {
		t.Error("a nonce that the SIM refused is remembered")
	}
	for name, change := range map[string]func(*Credentials){
		"no auts":           func(c *Credentials) { c.AUTS = "" },
		"response of RES":   func(c *Credentials) { c.Response = strings.Repeat("0", 32) },
		"no response":       func(c *Credentials) { c.Response = "" },
		"auts of 13 bytes":  func(c *Credentials) { c.AUTS = c.AUTS[:17] },
		"auts not base64":   func(c *Credentials) { c.AUTS = "!" + c.AUTS },
		"another algorithm": func(c *Credentials) { c.Algorithm = "MD5" },
	} {
		changed := c
		change(&changed)
		got, err := changed.VerifyAKA("RES", testREGISTER)
		if err == nil || errors.Is(err, ErrSyncFailure) || got != [14]byte{} {
			t.Errorf("%s: %x, %v", name, got, err)
		}
	}
}

func TestMACFailure(t *testing.T) {
	ch, err := ParseChallenge(akaLine)
	if err != nil {
		t.Fatal(err)
	}
	agent := akaAgent()
	value := agent.Decline(ch, testREGISTER)
	if !strings.Contains(value, `response=""`) || strings.Contains(value, "auts") || !strings.Contains(value, `nonce="`+ch.Nonce+`"`) {
		t.Errorf("%s", value)
	}
	c := parseCredentials(t, value)
	if _, err := c.VerifyAKA("RES", testREGISTER); !errors.Is(err, ErrMACFailure) {
		t.Errorf("%v", err)
	}
	if err := c.Verify("", testREGISTER); !errors.Is(err, ErrMismatch) {
		t.Errorf("an empty response passes for one: %v", err)
	}
	if _, ok := agent.Credentials(ch.Realm, testREGISTER); ok {
		t.Error("a nonce that the SIM refused is remembered")
	}
}

// A refused challenge leaves the last good nonce in use.
func TestRefusalKeepsTheLastGoodNonce(t *testing.T) {
	good, err := ParseChallenge(akaLine)
	if err != nil {
		t.Fatal(err)
	}
	bad := good
	bad.Nonce = "bad"
	agent := akaAgent()
	agent.AnswerWith(good, "\x00RES", nil, testREGISTER)
	agent.Decline(bad, testREGISTER)
	agent.AnswerWith(bad, "", make([]byte, 14), testREGISTER)
	c := parseCredentials(t, reuse(t, agent, good.Realm))
	if c.Nonce != good.Nonce || c.NC != "00000002" || c.Verify("\x00RES", testREGISTER) != nil {
		t.Errorf("%+v", c)
	}
}

func TestAnswerWithAnUnknownAlgorithmProvesNothing(t *testing.T) {
	value := akaAgent().AnswerWith(Challenge{Realm: "r", Nonce: "n", Algorithm: "AKAv9-MD5"}, "secret", nil, testREGISTER)
	if !strings.Contains(value, `response=""`) {
		t.Errorf("%s", value)
	}
}

// The account's password must not go into a digest whose nonce a server could
// choose in AKA's name.
func TestAPasswordIsNoAnswerToAKA(t *testing.T) {
	agent := NewAgent("alice", "secret", func() string { return "cn" })
	if _, err := agent.Answer(slices.Values([]string{akaLine}), testREGISTER, 0); !errors.Is(err, ErrAlgorithm) {
		t.Errorf("%v", err)
	}
	values, err := agent.Answer(slices.Values([]string{akaLine, `Digest realm="r", nonce="n"`}), testREGISTER, 0)
	if err != nil || len(values) != 1 || parseCredentials(t, values[0]).Realm != "r" {
		t.Errorf("%q, %v", values, err)
	}
	for _, name := range []string{"", "MD5", "SHA-256", "AKA", "AKAv1", "AKAv9-MD5"} {
		if _, ok := (Challenge{Algorithm: name}).AKA(); ok {
			t.Errorf("%q is taken for AKA", name)
		}
	}
}

func TestInitial(t *testing.T) {
	const want = `Digest username="user1_private@home1.net", realm="home1.net", uri="sip:home1.net", nonce="", response=""`
	got := Initial("user1_private@home1.net", "home1.net", "sip:home1.net")
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c := parseCredentials(t, got); c.User != "user1_private@home1.net" || c.Nonce != "" || c.Response != "" {
		t.Errorf("%+v", c)
	}
}

func TestAgentNeverPrintsItsSecrets(t *testing.T) {
	agent := NewAgent("alice", "hunter2", func() string { return "cn" })
	ch, err := ParseChallenge(akaLine)
	if err != nil {
		t.Fatal(err)
	}
	agent.AnswerWith(ch, "hunter2", nil, testREGISTER)
	var outputs []string
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		outputs = append(outputs, fmt.Sprintf(format, agent), fmt.Sprintf(format, *agent), fmt.Sprintf(format, struct{ a *Agent }{agent}))
	}
	for _, out := range outputs {
		if strings.Contains(out, "hunter2") || bytes.Contains([]byte(out), []byte("68756e74657232")) {
			t.Errorf("%s", out)
		}
	}
}
