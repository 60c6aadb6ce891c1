package digest

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// The examples of RFC 2617 §3.5, RFC 7616 §3.9.1 and the AKA example of
// RFC 3310 with qop (known from the paper trail of IMS cores).
func TestKnownAnswers(t *testing.T) {
	const mufasa = "Mufasa"
	tests := []struct {
		name, secret, want string
		c                  Credentials
		req                Request
	}{
		{
			name: "RFC 2617 MD5", secret: "Circle Of Life", want: "6629fae49393a05397450978507c4ef1",
			c: Credentials{User: mufasa, Realm: "testrealm@host.com", Nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
				URI: "/dir/index.html", QOP: "auth", NC: "00000001", CNonce: "0a4f113b"},
			req: Request{Method: "GET"},
		},
		{
			name: "RFC 7616 MD5", secret: "Circle of Life", want: "8ca523f5e9506fed4657c9700eebdbec",
			c: Credentials{User: mufasa, Realm: "http-auth@example.org", Nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
				URI: "/dir/index.html", QOP: "auth", NC: "00000001", CNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", Algorithm: "MD5"},
			req: Request{Method: "GET"},
		},
		{
			name: "RFC 7616 SHA-256", secret: "Circle of Life", want: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
			c: Credentials{User: mufasa, Realm: "http-auth@example.org", Nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
				URI: "/dir/index.html", QOP: "auth", NC: "00000001", CNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", Algorithm: "SHA-256"},
			req: Request{Method: "GET"},
		},
		{
			name: "raw bytes as the secret (RFC 3310 §3.3)", want: "803db8645c1631ba35e82bc29c8a26c3",
			secret: "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
			c: Credentials{User: "user@msg.pc.t-mobile.com", Realm: "msg.pc.t-mobile.com", Nonce: "dGVzdG5vbmNlMTIzNA==",
				URI: "sip:msg.pc.t-mobile.com", QOP: "auth", NC: "00000001", CNonce: "cnonce01"},
			req: Request{Method: "REGISTER"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := algorithmOf(tt.c.Algorithm)
			if !ok {
				t.Fatal("algorithm unknown")
			}
			if got := a.response(&tt.c, tt.secret, tt.req); got != tt.want {
				t.Errorf("response %s, want %s", got, tt.want)
			}
			tt.c.Response = tt.want
			if err := tt.c.Verify(tt.secret, tt.req); err != nil {
				t.Errorf("Verify: %v", err)
			}
			if err := tt.c.Verify(tt.secret+"x", tt.req); !errors.Is(err, ErrMismatch) {
				t.Errorf("Verify with a wrong secret: %v", err)
			}
		})
	}
}

func newTestAgent(secret string) *Agent {
	return NewAgent("alice", secret, func() string { return "cn" })
}

func answer(t *testing.T, a *Agent, req Request, attempts int, challenges ...string) Credentials {
	t.Helper()
	values, err := a.Answer(slices.Values(challenges), req, attempts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCredentials(values[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Verify("secret", req); err != nil {
		t.Fatalf("%s: %v", values[0], err)
	}
	return c
}

func TestAgentAnswers(t *testing.T) {
	req := Request{Method: "INVITE", URI: "sip:bob@example.org", Body: "v=0\r\n"}
	for _, challenge := range []string{
		`Digest realm="r", nonce="n"`,
		`digest realm="r",nonce="n", algorithm=MD5-sess, qop="auth"`,
		`Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth-int", opaque="o,\"x\""`,
		`Digest realm="r", nonce="n", algorithm=SHA-512-256-sess, qop="auth, auth-int", ck="0", ,domain="sip:a, sip:b"`,
	} {
		answer(t, newTestAgent("secret"), req, 0, challenge)
	}
}

func TestAgentPrefersTheTopmostKnownAlgorithm(t *testing.T) {
	c := answer(t, newTestAgent("secret"), Request{Method: "REGISTER", URI: "sip:r"}, 0,
		`Digest realm="r", nonce="1", algorithm=WHIRLPOOL`,
		`Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth"`,
		`Digest realm="r", nonce="3", algorithm=MD5`)
	if c.Nonce != "2" || c.Algorithm != "SHA-256" {
		t.Errorf("answered nonce %q with %q", c.Nonce, c.Algorithm)
	}
}

func TestNonceCountGrowsAndStartsAnew(t *testing.T) {
	a, req := newTestAgent("secret"), Request{Method: "REGISTER", URI: "sip:r"}
	if c := answer(t, a, req, 0, `Digest realm="r", nonce="1", qop="auth"`); c.NC != "00000001" {
		t.Errorf("first nc %s", c.NC)
	}
	value, ok := a.Credentials("r", req)
	if c, _ := ParseCredentials(value); !ok || c.NC != "00000002" || c.Verify("secret", req) != nil {
		t.Errorf("second use: %v %q", ok, value)
	}
	if c := answer(t, a, req, 1, `Digest realm="r", nonce="2", qop="auth", stale=TRUE`); c.NC != "00000001" {
		t.Errorf("nc after a stale nonce %s", c.NC)
	}
	a.Forget()
	if _, ok := a.Credentials("r", req); ok {
		t.Error("credentials after Forget")
	}
}

func TestAgentGivesUp(t *testing.T) {
	req := Request{Method: "REGISTER", URI: "sip:r"}
	tests := []struct {
		challenge string
		attempts  int
		want      error
	}{
		{`Digest realm="r", nonce="2"`, 1, ErrRejected},
		{`Digest realm="r", nonce="2", algorithm=AKAv9`, 0, ErrAlgorithm},
		{`Basic realm="r"`, 0, ErrScheme},
		{`Digest nonce="2"`, 0, ErrIncomplete},
	}
	for _, tt := range tests {
		_, err := newTestAgent("x").Answer(slices.Values([]string{tt.challenge}), req, tt.attempts)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.challenge, err, tt.want)
		}
	}
	if _, err := newTestAgent("x").Answer(slices.Values([]string(nil)), req, 0); !errors.Is(err, ErrIncomplete) {
		t.Errorf("no challenge: %v", err)
	}
}

func TestTwoRealmsGetAnAnswerEach(t *testing.T) {
	values, err := newTestAgent("secret").Answer(slices.Values([]string{
		`Digest realm="a", nonce="1"`, `Digest realm="b", nonce="2"`,
	}), Request{Method: "INVITE", URI: "sip:x"}, 0)
	if err != nil || len(values) != 2 {
		t.Fatalf("%q, %v", values, err)
	}
}

func TestNothingBreaksOutOfAValue(t *testing.T) {
	a := NewAgent("al\r\nX: y", "s", func() string { return "c" })
	values, err := a.Answer(slices.Values([]string{"Digest realm=\"r\\\r\n\", nonce=\"n\", opaque=\"o\r\nEvil: 1\""}), Request{URI: "sip:\r\nr"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(values[0], "\r\n") {
		t.Errorf("line end in %q", values[0])
	}
}

func FuzzChallenge(f *testing.F) {
	f.Add(`Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=MD5, stale=true, opaque=""`)
	f.Add(`Digest realm=r,nonce="\"",`)
	f.Add(`Digest qop=auth,auth-int,realm=r, algorithm=akav1-md5 ck="00", ik=0,nonce=bm9uY2U=`)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseChallenge(s)
		if err != nil || strings.ContainsAny(s, "\r\n\x00") {
			return
		}
		// Blanks, quotes and commas can't stand in a token such as algorithm.
		c.Algorithm = strings.Map(tokenOnly, c.Algorithm)
		again, err := ParseChallenge(c.String())
		if err != nil || again != c {
			t.Errorf("%q → %q → %+v, %v", s, c.String(), again, err)
		}
	})
}

func FuzzCredentials(f *testing.F) {
	f.Add(`Digest username="a", realm="r", nonce="n", uri="sip:r", response="0", qop=auth, nc=00000001, cnonce="c"`)
	f.Add(`Digest username="a",realm="r",nonce="",uri="sip:r",response="",auts="5PYxMuX2NOT2NeQ="`)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := ParseCredentials(s)
		if err != nil || strings.ContainsAny(s, "\r\n\x00") {
			return
		}
		c.Algorithm, c.NC = strings.Map(tokenOnly, c.Algorithm), strings.Map(tokenOnly, c.NC)
		if c.QOP = strings.Map(tokenOnly, c.QOP); c.QOP == "" {
			c.NC, c.CNonce = "", ""
		}
		again, err := ParseCredentials(c.String())
		if err != nil || again != c {
			t.Errorf("%q → %q → %+v, %v", s, c.String(), again, err)
		}
	})
}

func tokenOnly(r rune) rune {
	if r > ' ' && r < 0x7f && r != ',' && r != '"' && r != '\\' {
		return r
	}
	return -1
}
