package secagree

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/imsphone/imsphone/protocol/sip"
)

var ours = Offer{Suites: DefaultSuites(), Modes: []Mode{Transport},
	End: End{ClientPort: 31000, ServerPort: 31001, ClientSPI: 1111, ServerSPI: 2222}}

const tail = ";spi-c=4096;spi-s=4097;port-c=5100;port-s=6100"

// choose reads lines as they would stand in a 401.
func choose(t *testing.T, o Offer, lines ...string) (Agreement, error) {
	t.Helper()
	text := "SIP/2.0 401 Unauthorized\r\n"
	for _, l := range lines {
		text += "Security-Server: " + l + "\r\n"
	}
	m, _ := sip.Parse([]byte(text + "\r\n"))
	return o.Choose(m.Lines(sip.HSecurityServer), m.Values(sip.HSecurityServer))
}

func TestChoiceIsTheHighestQ(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		want  Suite
	}{
		"Kamailio's": {[]string{"ipsec-3gpp;prot=esp;mod=trans" + tail + ";alg=hmac-sha-1-96;ealg=null"}, Suite{HMACSHA1, NoEncryption}},
		"defaults":   {[]string{"ipsec-3gpp;alg=hmac-md5-96" + tail}, Suite{HMACMD5, NoEncryption}},
		"two elements": {[]string{"ipsec-3gpp;q=0.1;alg=hmac-md5-96" + tail + ", ipsec-3gpp;q=0.2;alg=hmac-sha-1-96;ealg=aes-cbc" + tail},
			Suite{HMACSHA1, AESCBC}},
		"two lines": {[]string{"ipsec-3gpp;q=0.9;alg=aes-gmac" + tail, "ipsec-3gpp;q=1;alg=null;ealg=aes-gcm" + tail}, Suite{NoIntegrity, AESGCM}},
		"the first of equals": {[]string{"ipsec-3gpp;alg=hmac-sha-1-96" + tail + ",ipsec-3gpp;alg=hmac-md5-96" + tail},
			Suite{HMACSHA1, NoEncryption}},
		"others between": {[]string{"tls;q=1.0, digest;q=0.9, IPSEC-3GPP;Q=0.5;ALG=HMAC-MD5-96;EALG=AES-CBC" + tail}, Suite{HMACMD5, AESCBC}},
		"3DES passed over": {[]string{"ipsec-3gpp;q=0.9;alg=hmac-sha-1-96;ealg=des-ede3-cbc" + tail + ",ipsec-3gpp;q=0.1;alg=hmac-md5-96" + tail},
			Suite{HMACMD5, NoEncryption}},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := choose(t, ours, c.lines...)
			if err != nil || a.Suite != c.want {
				t.Fatalf("chose %v, %v; want %v", a.Suite, err, c.want)
			}
			if a.PCSCF != (End{ClientSPI: 4096, ServerSPI: 4097, ClientPort: 5100, ServerPort: 6100}) || a.UE != ours.End {
				t.Errorf("ends %+v", a)
			}
			if !slices.Equal(a.Verify, c.lines) {
				t.Errorf("Security-Verify %q is not Security-Server %q", a.Verify, c.lines)
			}
		})
	}
}

func TestWhatIsNeverChosen(t *testing.T) {
	if _, err := choose(t, ours); !errors.Is(err, ErrNoServer) {
		t.Errorf("without Security-Server: %v", err)
	}
	weak := ours
	weak.Suites = []Suite{{HMACSHA1, AESCBC}}
	for line, why := range map[string]string{
		"tls;q=1": "another mechanism",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=null" + tail:                                          "did not offer",
		"ipsec-3gpp;alg=null;ealg=null" + tail:                                                   "algorithms are not ours",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=des-ede3-cbc" + tail:                                  "algorithms are not ours",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-gcm" + tail:                                       "algorithms are not ours",
		"ipsec-3gpp;ealg=aes-cbc" + tail:                                                         "no alg",
		"ipsec-3gpp;prot=ah;alg=hmac-sha-1-96;ealg=aes-cbc" + tail:                               "not esp",
		"ipsec-3gpp;mod=tun;alg=hmac-sha-1-96;ealg=aes-cbc" + tail:                               "mode is not ours",
		"ipsec-3gpp;mod=UDP-enc-tun;alg=hmac-sha-1-96;ealg=aes-cbc" + tail:                       "did not offer",
		"ipsec-3gpp;alg=hmac-sha-1-96;alg=hmac-md5-96;ealg=aes-cbc" + tail:                       "stands twice",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=0;spi-s=4097;port-c=5;port-s=6":         "reserved",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=999;spi-s=999;port-c=5;port-s=6":        "both 999",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=999;spi-s=998;port-c=5;port-s=0":        "port is 0",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=999;spi-s=998;port-c=5;port-s=5":        "both 5",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=4294967296;spi-s=998;port-c=5;port-s=6": "no number",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-c=-1;spi-s=998;port-c=5;port-s=6":         "no number",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;spi-s=998;port-c=5;port-s=6":                  "no number",
		"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc;q=1.5" + tail:                                 "q=1.5",
		"ipsec-3gpp": "no number",
	} {
		a, err := choose(t, weak, line)
		var none *NoneUsableError
		if !errors.As(err, &none) || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: chose %v, error %v, want %q", line, a.Suite, err, why)
		}
	}
}

// TestHostileLists: what is read and said of a Security-Server is bounded.
func TestHostileLists(t *testing.T) {
	usable := "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc" + tail
	full := slices.Repeat([]string{"tls"}, maxServerElements-1)
	if a, err := choose(t, ours, append(full, usable)...); err != nil || len(a.Verify) != maxServerElements {
		t.Errorf("%d lines: %v", maxServerElements, err)
	}
	if _, err := choose(t, ours, append(full, usable, usable)...); err == nil || !strings.Contains(err.Error(), "more than 32 mechanisms") {
		t.Errorf("one more: %v", err)
	}
	long := "x" + strings.Repeat("y", 20_000)
	if _, err := choose(t, ours, slices.Repeat([]string{long}, maxServerElements)...); err == nil || len(err.Error()) > 1000 {
		t.Errorf("an explanation of %d bytes", len(err.Error()))
	}
}

// TestOurSPIsAreNotThePCSCFs is TS 33.203 §7.1. Ports may be the same, at two
// addresses, and 5060, which the same clause leaves to what isn't protected,
// makes no packet less so.
func TestOurSPIsAreNotThePCSCFs(t *testing.T) {
	const suite = "ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc"
	for _, spis := range []string{"spi-c=1111;spi-s=9000", "spi-c=2222;spi-s=9000", "spi-c=9000;spi-s=1111", "spi-c=9000;spi-s=2222"} {
		line := suite + ";" + spis + ";port-c=5100;port-s=6100"
		if _, err := choose(t, ours, line); err == nil || !strings.Contains(err.Error(), "is ours") {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, ports := range []string{"port-c=31000;port-s=31001", "port-c=31001;port-s=31000", "port-c=5062;port-s=5060"} {
		if _, err := choose(t, ours, suite+";spi-c=4096;spi-s=4097;"+ports); err != nil {
			t.Errorf("%s: %v", ports, err)
		}
	}
}

// TestReasonsAreToldOnce: what is wrong with every element alike is one sentence.
func TestReasonsAreToldOnce(t *testing.T) {
	zero := ";spi-c=0;spi-s=0;port-c=5;port-s=6"
	_, err := choose(t, ours, "ipsec-3gpp;q=0.9;alg=hmac-sha-1-96;ealg=aes-cbc"+zero, "ipsec-3gpp;q=0.5;alg=hmac-md5-96"+zero)
	want := "the P-CSCF offered no algorithm that we accept: it is malformed: SPIs below 256 are reserved (spi-c=0, spi-s=0)"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestSameElements(t *testing.T) {
	a := []string{"ipsec-3gpp;alg=hmac-sha-1-96;ealg=aes-cbc" + tail, "ipsec-3gpp;alg=hmac-md5-96" + tail}
	same := func(b ...string) bool { return SameElements(slices.Values(a), slices.Values(b)) }
	if !same(a...) || !same(strings.Replace(a[0], ";", " ; ", -1), a[1]) {
		t.Error("the same elements differ")
	}
	if same(a[0]) || same(a[1], a[0]) || same() || same(strings.Replace(a[0], "aes-cbc", "null", 1), a[1]) {
		t.Error("stripped, reordered or weakened elements are the same")
	}
}

func TestOfferIsOneLineThatParses(t *testing.T) {
	both := ours
	both.Modes = []Mode{UDPTunnel, Transport}
	m, _ := sip.Parse([]byte("REGISTER sip:a SIP/2.0\r\nSecurity-Client: " + both.String() + "\r\n\r\n"))
	n := 0
	for e := range m.Values(sip.HSecurityClient) {
		got, err := ParseMechanism(e)
		if err != nil || got.End != ours.End || got.Suite != ours.Suites[n%len(ours.Suites)] || got.Mode != both.Modes[n/len(ours.Suites)] {
			t.Errorf("element %d: %+v, %v", n, got, err)
		}
		n++
	}
	if n != 2*len(ours.Suites) {
		t.Errorf("%d elements", n)
	}
	for _, s := range DefaultSuites() {
		if !s.Valid() {
			t.Errorf("%v is offered and not known", s)
		}
	}
	if len(DefaultSuites()) != len(Suites()) {
		t.Error("not every suite is offered")
	}
}

func TestAllocatorNeverRepeats(t *testing.T) {
	n := 0
	a := NewAllocator(100, 107, func(limit int) int { n++; return n / 2 % limit }) // each number twice
	first, ok := a.Allocate(0)
	if !ok || first.check() != nil {
		t.Fatalf("%+v", first)
	}
	seen := map[uint32]bool{}
	ports := map[uint16]bool{first.ServerPort: true, first.ClientPort: true}
	var last End
	for range 6 {
		e, ok := a.Allocate(first.ServerPort)
		if !ok || e.check() != nil || e.ServerPort != first.ServerPort || ports[e.ClientPort] || seen[e.ClientSPI] || seen[e.ServerSPI] {
			t.Fatalf("%+v, %v", e, ok)
		}
		ports[e.ClientPort], seen[e.ClientSPI], seen[e.ServerSPI] = true, true, true
		last = e
	}
	if e, ok := a.Allocate(first.ServerPort); ok {
		t.Errorf("a ninth port: %+v", e)
	}
	a.Release(last, false)
	if e, ok := a.Allocate(first.ServerPort); !ok || e.ClientPort != last.ClientPort {
		t.Errorf("a port that was released isn't used again: %+v, %v", e, ok)
	}
}

func FuzzParseMechanism(f *testing.F) {
	f.Add("ipsec-3gpp;prot=esp;mod=trans" + tail + ";alg=hmac-sha-1-96;ealg=null")
	f.Add("IPSEC-3GPP;q=0.123;alg=aes-gmac ; ealg=null;mod=UDP-enc-tun" + tail)
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMechanism(s)
		if err != nil {
			return
		}
		if !m.Suite.Valid() || m.End.check() != nil {
			t.Fatalf("%q gave %+v", s, m)
		}
		again, err := ParseMechanism(m.String())
		if err != nil || again != m {
			t.Fatalf("%q → %q → %+v, %v", s, m, again, err)
		}
	})
}
