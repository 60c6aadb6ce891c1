package reg

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/aka"
	"github.com/imsphone/imsphone/protocol/digest"
	"github.com/imsphone/imsphone/protocol/sip"
)

// credentials are those of the last REGISTER.
func (u *ue) credentials() digest.Credentials {
	u.t.Helper()
	c, err := digest.ParseCredentials(u.last.Draft.Get(sip.HAuthorization))
	if err != nil {
		u.t.Fatal(err)
	}
	return c
}

// declined checks that the last REGISTER went in the clear, or over the set gen,
// and proves nothing: that is all that a challenge gets that isn't the network's.
func (u *ue) declined(gen uint32) {
	u.t.Helper()
	c := u.credentials()
	if u.last.Gen != gen || c.Response != "" || c.AUTS != "" {
		u.t.Errorf("over set %d: response %q, auts %q", u.last.Gen, c.Response, c.AUTS)
	}
	for _, e := range u.told {
		if p, ok := e.(Protect); ok && p.Gen > gen {
			u.t.Errorf("SAs for a challenge that isn't the network's")
		}
	}
}

// TestEveryFlippedBitOfAUTN: none is answered, in the clear or over SAs.
func TestEveryFlippedBitOfAUTN(t *testing.T) {
	for _, renewing := range []bool{false, true} {
		for bit := range 128 {
			u := newUE(t)
			gen := uint32(0)
			if u.start(); renewing {
				u = newUE(t)
				u.up()
				u.sleep()
				gen = 1
			}
			u.fresh()
			autn := u.vector.AUTN
			autn[bit/8] ^= 0x80 >> (bit % 8)
			u.answer(401, authenticate(aka.FormatNonce(u.vector.RAND, autn, nil)), "Security-Server: "+server)
			u.ask()
			u.declined(gen)
			if notice := lastOf[Notice](u.line); !strings.HasPrefix(notice.Text, "AUTN MAC wrong: OP instead of OPc?") {
				t.Errorf("bit %d: %q", bit, notice.Text)
			}
		}
	}
}

// TestChallengesOfSomebodyElse end in a refusal, with a Call-ID of its own for
// the next try.
func TestChallengesOfSomebodyElse(t *testing.T) {
	u := newUE(t)
	u.start()
	callID := u.last.Draft.Get(sip.HCallID)
	forged := func() {
		u.fresh()
		u.vector.AUTN[15]++
		u.answer(401, authenticate(aka.FormatNonce(u.vector.RAND, u.vector.AUTN, nil)), "Security-Server: "+server)
	}
	for range maxInvalid {
		forged()
		u.ask()
		u.declined(0)
	}
	forged()
	u.refusedWith(u.ask(), "AUTN MAC wrong")
	u.wakes(maxBackoff)
	u.sleep()
	u.step(FlowReady{Contacts: []string{contact}})
	if got := u.last.Draft.Get(sip.HCallID); got == callID {
		t.Error("the next try has the same Call-ID")
	}
}

// TestAReplayedChallenge gets AUTS, over the SAs that stand, and no SAs of its
// own.
func TestAReplayedChallenge(t *testing.T) {
	u := newUE(t)
	u.up()
	replayed := u.vector
	u.sleep()
	u.answer(401, authenticate(aka.FormatNonce(replayed.RAND, replayed.AUTN, nil)), "Security-Server: "+server)
	before := u.last.Draft.Get(sip.HSecurityClient)
	u.ask()
	c := u.credentials()
	if c.AUTS == "" || u.last.Gen != 1 || lastOf[Protect](u.line).Gen != 1 {
		t.Errorf("auts %q over set %d", c.AUTS, u.last.Gen)
	}
	if got := u.last.Draft.Get(sip.HSecurityClient); got == before {
		t.Error("the SPIs of Security-Client are the same")
	}
	if text := lastOf[Notice](u.line).Text; !strings.Contains(text, "SQN out of step, resynchronised") {
		t.Errorf("notice %q", text)
	}
	auts, err := c.VerifyAKA("", digest.Request{Method: "REGISTER", URI: "sip:" + home})
	if !errors.Is(err, digest.ErrSyncFailure) {
		t.Fatalf("auts: %v", err)
	}
	if sqn, err := aka.Resynchronise(subscriber, replayed.RAND, auts); err != nil || sqn != u.usim.SQN() {
		t.Errorf("SQN %d of the SIM's %d, %v", sqn, u.usim.SQN(), err)
	}
}

func TestNonces(t *testing.T) {
	for name, c := range map[string]struct{ nonce, text string }{
		"too short":  {base64.StdEncoding.EncodeToString(make([]byte, 31)), "the nonce holds 31 bytes"},
		"empty":      {"", "the nonce holds 0 bytes"},
		"not base64": {"§§§", "not base64"},
	} {
		u := newUE(t)
		u.start()
		u.refusedWith(u.answer(401, authenticate(c.nonce), "Security-Server: "+server), c.text)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	u := newUE(t)
	u.start()
	u.fresh()
	u.answer(401, authenticate(aka.FormatNonce(u.vector.RAND, u.vector.AUTN, []byte("server data\x00"))), "Security-Server: "+server)
	u.ask()
	u.protected()
	if u.grant(3600); u.r.State() != Up {
		t.Errorf("server data in the nonce: %v", u.r.State())
	}
}

// TestZeroBytesOfRES: the digest's password is RES as it is.
func TestZeroBytesOfRES(t *testing.T) {
	seen := map[int]bool{}
	for n := 0; len(seen) < 8; n++ {
		u := newUE(t)
		u.start()
		u.vector = aka.Generate(subscriber, [16]byte{byte(n), byte(n >> 8), byte(n >> 16)}, u.sqn.Next(), aka.AMF{})
		res := u.vector.Keys.ExposeRES()
		at := bytes.IndexByte(res, 0)
		if at < 0 || seen[at] {
			continue
		}
		seen[at] = true
		u.answer(401, authenticate(aka.FormatNonce(u.vector.RAND, u.vector.AUTN, nil)), "Security-Server: "+server)
		u.ask()
		u.protected()
		algorithm, _ := aka.ParseAlgorithm("AKAv1-MD5")
		if _, err := u.credentials().VerifyAKA(u.vector.Keys.Password(algorithm), digest.Request{Method: "REGISTER", URI: "sip:" + home}); err != nil {
			t.Errorf("RES with a zero at %d: %v", at, err)
		}
	}
}

// TestSecurityServersThatAreRefused: no SAs, no second REGISTER, and the reason.
func TestSecurityServersThatAreRefused(t *testing.T) {
	const tail = ";prot=esp;mod=trans;spi-c=4096;spi-s=4097;port-c=5100;port-s=6100"
	for name, c := range map[string]struct {
		lines []string
		text  string
	}{
		"stripped":       {nil, "offered no security mechanism"},
		"no encryption":  {[]string{"ipsec-3gpp;alg=hmac-sha-1-96;ealg=null" + tail}, "offered no algorithm that we accept"},
		"no integrity":   {[]string{"ipsec-3gpp;alg=null;ealg=aes-cbc" + tail}, "offered no algorithm that we accept"},
		"3DES":           {[]string{"ipsec-3gpp;alg=hmac-sha-1-96;ealg=des-ede3-cbc" + tail}, "its algorithms are not ours"},
		"unknown":        {[]string{"ipsec-3gpp;alg=hmac-sha-9;ealg=rot13" + tail}, "its algorithms are not ours"},
		"another":        {[]string{"tls;q=1, digest;d-qop=auth"}, "another mechanism than ipsec-3gpp"},
		"AH":             {[]string{strings.Replace(server, "prot=esp", "prot=ah", 1)}, "not esp"},
		"tunnel":         {[]string{strings.Replace(server, "mod=trans", "mod=tun", 1)}, "its mode is not ours"},
		"SPI 0":          {[]string{strings.Replace(server, "spi-s=4097", "spi-s=0", 1)}, "SPIs below 256 are reserved"},
		"port 0":         {[]string{strings.Replace(server, "port-s=6100", "port-s=0", 1)}, "a port is 0"},
		"our SPI":        {[]string{strings.NewReplacer("4096", "1002", "4097", "1004").Replace(server)}, "one of its SPIs, 1002 and 1004, is ours"},
		"too many":       {strings.Split(strings.Repeat("tls,", 32)+server, ","), "more than 32 mechanisms"},
		"wrong, in many": {[]string{"tls", "ipsec-3gpp", "digest"}, "no number of 32 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUE(t)
			u.start()
			u.refusedWith(u.challenge(c.lines...), c.text)
			u.renewing()
			u.refusedWith(u.challenge(c.lines...), c.text)
			if !lastOf[Refused](u.line).Bound || u.last.Gen != 1 {
				t.Error("the binding and its SAs went with the refusal")
			}
		})
	}
}

// renewing makes a new registration and begins its renewal.
func (u *ue) renewing() {
	*u = *newUE(u.t)
	u.up()
	u.sleep()
}

// TestTheChoiceIsVerified: what was offered comes back as it was, in its order,
// over the SAs of the best of it, with the same Security-Client.
func TestTheChoiceIsVerified(t *testing.T) {
	weak := "ipsec-3gpp;q=0.1;alg=hmac-md5-96;ealg=null;prot=esp;mod=trans;spi-c=5000;spi-s=5001;port-c=5100;port-s=6100"
	u := newUE(t)
	u.start()
	client := u.last.Draft.Get(sip.HSecurityClient)
	u.challenge(weak+",digest;q=0.9", server)
	u.ask()
	u.protected()
	set := lastOf[Protect](u.line).Set
	if set.PCSCF.ServerSPI != 4097 || set.Suite.String() != "hmac-sha-1-96/aes-cbc" {
		t.Errorf("chosen %v with %+v", set.Suite, set.PCSCF)
	}
	text := string(u.last.Draft.Bytes())
	want := "Security-Verify: " + weak + ",digest;q=0.9\r\nSecurity-Verify: " + server + "\r\n"
	if !strings.Contains(text, want) || u.last.Draft.Get(sip.HSecurityClient) != client {
		t.Errorf("not what was offered:\n%s", text)
	}
	for _, h := range []string{"Require: sec-agree\r\n", "Proxy-Require: sec-agree\r\n", "P-Access-Network-Info: IEEE-802.11\r\n"} {
		if !strings.Contains(text, h) {
			t.Errorf("no %q:\n%s", h, text)
		}
	}
	// Somebody weakened, stripped or reordered it: the P-CSCF sees that.
	u.refusedWith(u.answer(494, "Security-Server: "+server), "somebody may have changed it on its way")
}

// TestTheFirstRegisterProvesNothing and says nothing of where we are.
func TestTheFirstRegisterProvesNothing(t *testing.T) {
	u := newUE(t)
	u.start()
	text, c := string(u.last.Draft.Bytes()), u.credentials()
	if c.User != "alice@"+home || c.Nonce != "" || c.Response != "" {
		t.Errorf("credentials %v", c)
	}
	for _, h := range []string{"P-Access-Network-Info", "Security-Verify"} {
		if strings.Contains(text, h) {
			t.Errorf("%s in the clear:\n%s", h, text)
		}
	}
	for _, h := range []string{"Security-Client: ipsec-3gpp;", "Require: sec-agree\r\n", "Proxy-Require: sec-agree\r\n"} {
		if !strings.Contains(text, h) {
			t.Errorf("no %q:\n%s", h, text)
		}
	}
}

// TestSuccessInTheClear is none.
func TestSuccessInTheClear(t *testing.T) {
	u := newUE(t)
	u.start()
	u.refusedWith(u.grant(3600), "200 in the clear")
	if u.r.SecurityVerify() != nil || !u.r.Expires().IsZero() {
		t.Error("a binding of nobody's")
	}
}

// TestPasswordsAreNoAnswer: whoever asks for one in place of AKA gets none, also
// of an account that has one.
func TestPasswordsAreNoAnswer(t *testing.T) {
	for _, renewing := range []bool{false, true} {
		for _, challenge := range []struct {
			status int
			header string
		}{{401, "WWW-Authenticate"}, {407, "Proxy-Authenticate"}} {
			u := newUE(t)
			if u.start(); renewing {
				u.renewing()
			}
			n := u.last.Key
			fx := u.answer(challenge.status, challenge.header+`: Digest realm="`+home+`", nonce="n1", qop="auth"`, "Security-Server: "+server)
			u.refusedWith(fx, "the network's challenge is not AKA")
			if u.last.Key != n {
				t.Error("a password was given")
			}
		}
	}
}

// TestSecAgreeIsNotDone: refusals of sec-agree lead to no REGISTER without it.
func TestSecAgreeIsNotDone(t *testing.T) {
	for status, text := range map[int]string{420: "it lacks sec-agree", 494: "security agreement", 421: "421"} {
		u := newUE(t)
		u.start()
		u.refusedWith(u.answer(status, "Unsupported: sec-agree", "Security-Server: digest"), text)
		u.sleep()
		u.step(FlowReady{Contacts: []string{contact}})
		if !strings.Contains(string(u.last.Draft.Bytes()), "\r\nProxy-Require: sec-agree\r\n") {
			t.Errorf("after %d without sec-agree", status)
		}
	}
}

// TestChallengedAgainOverTheNewSAs: a few times it may be the network's
// fault, then its keys aren't ours. The P-CSCF may have SAs of these SPIs and ports already, so
// that the phone asks for a challenge with others instead of answering.
func TestChallengedAgainOverTheNewSAs(t *testing.T) {
	u := newUE(t)
	u.start()
	var offers []string
	for gen := range uint32(maxAnswered) {
		offers = append(offers, u.last.Draft.Get(sip.HSecurityClient))
		u.challenge(server)
		u.ask()
		u.protected()
		if u.last.Gen != gen+1 || u.last.Draft.Get(sip.HSecurityClient) != offers[gen] || u.last.Draft.Get(sip.HSecurityVerify) != server {
			t.Errorf("challenge %d over set %d:\n%s", gen, u.last.Gen, u.last.Draft.Bytes())
		}
		if gen == maxAnswered-1 {
			break
		}
		u.challenge(strings.Replace(server, "4096", "4098", 1))
		if u.last.Gen != 0 || u.last.Draft.Has(sip.HSecurityVerify) || !strings.Contains(u.last.Draft.Get(sip.HAuthorization), `nonce="", response=""`) {
			t.Errorf("asked anew over set %d:\n%s", u.last.Gen, u.last.Draft.Bytes())
		}
	}
	if offers[0] == offers[1] {
		t.Error("the second offer is the first")
	}
	u.refusedWith(u.challenge(server), "the network refused the SIM's answer: its K or OPc differs")
	u.wakes(maxBackoff)
}

// TestRefusedRenewals: what the network lost is registered from the beginning
// (TS 24.229 §5.1.1.4.1), a refusal of its own keeps what stands.
func TestRefusedRenewals(t *testing.T) {
	for status, want := range map[int]State{408: Locating, 500: Locating, 504: Locating, 403: Waiting, 480: Waiting} {
		u := newUE(t)
		u.renewing()
		callID := u.last.Draft.Get(sip.HCallID)
		if u.answer(status); u.r.State() != want {
			t.Errorf("%v after %d, want %v", u.r.State(), status, want)
		}
		if want == Waiting {
			continue
		}
		u.step(FlowReady{Contacts: []string{contact}})
		if u.last.Gen != 0 || u.last.Draft.Get(sip.HCallID) == callID {
			t.Errorf("%d: over set %d", status, u.last.Gen)
		}
		u.challenge(server)
		u.ask()
		u.protected()
		if u.grant(3600); !lastOf[Registered](u.line).First {
			t.Errorf("%d: not the first of a new binding", status)
		}
	}
}

// TestRenewal: new SPIs and client port, the same server port and so the same
// contact, over the set that stands; and the nonce again with the next count.
func TestRenewal(t *testing.T) {
	u := newUE(t)
	u.up()
	first := *u.last.Draft
	u.wakes(3000 * time.Second)
	u.sleep()
	before, after := first.Get(sip.HSecurityClient), u.last.Draft.Get(sip.HSecurityClient)
	if before == after || !strings.Contains(after, "port-s=32001") || u.last.Gen != 1 || u.last.Draft.Get(sip.HContact) != first.Get(sip.HContact) {
		t.Errorf("over set %d:\n%s", u.last.Gen, u.last.Draft.Bytes())
	}
	if c := u.credentials(); c.NC != "00000002" || c.Response == "" {
		t.Errorf("credentials %+v", c)
	}
	u.grant(1000)
	u.wakes(500 * time.Second)
}

// TestANetworkThatTakesNoAUTS is given up, and tried again before long.
func TestANetworkThatTakesNoAUTS(t *testing.T) {
	u := newUE(t)
	u.up()
	replayed := authenticate(aka.FormatNonce(u.vector.RAND, u.vector.AUTN, nil))
	u.sleep()
	for range maxInvalid {
		u.answer(401, replayed, "Security-Server: "+server)
		u.ask()
	}
	u.answer(401, replayed, "Security-Server: "+server)
	u.refusedWith(u.ask(), "although it was told the SIM's (AUTS)")
	u.wakes(22500 * time.Millisecond)
}

// TestKeysDoNotPrint: neither the registration nor its effects show the keys that
// pass through them.
func TestKeysDoNotPrint(t *testing.T) {
	u := newUE(t)
	u.start()
	u.challenge(server)
	fx := u.ask()
	ck, ik := u.vector.Keys.CK().Expose(), u.vector.Keys.IK().Expose()
	for _, v := range []any{u.r, *u.r, *u.r.ims, fx, struct{ fx []Effect }{fx}, Authenticated{Keys: u.vector.Keys}} {
		for _, format := range []string{"%v", "%+v", "%#v"} {
			text := fmt.Sprintf(format, v)
			for _, secret := range [][]byte{ck[:], ik[:], u.vector.Keys.ExposeRES()} {
				list := strings.Trim(fmt.Sprint(secret), "[]")
				if strings.Contains(text, list) || strings.Contains(text, fmt.Sprintf("%x", secret)) || strings.Contains(text, string(secret)) ||
					strings.Contains(text, strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%#v", secret), "[]byte{"), "}")) {
					t.Errorf("%T shows a key: %s", v, text)
				}
			}
		}
	}
}
