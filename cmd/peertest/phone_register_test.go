//go:build peers

package peertest

import (
	"context"
	"strings"
	"testing"
)

func TestPhoneRegisters(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		for _, algorithm := range []string{"MD5", "SHA-256"} {
			t.Run(transport+" "+algorithm, func(t *testing.T) {
				t.Parallel()
				e := newEnv(t)
				k := e.kamailio(KamailioConfig{Algorithm: algorithm})
				p := e.phone(e.host("phone", 21), alice(transport))
				line := must(k.WaitStored(e.step(), "alice"))(t)
				if !strings.Contains(line, "from "+transport+":10.46.0.21:") {
					t.Errorf("Kamailio says %q; want a registration over %s", line, transport)
				}
				s := e.registered(p)
				if a := s.Accounts[0]; a.Expires != 600 || !strings.Contains(a.Contact, "10.46.0.21") {
					t.Errorf("the account is %+v; want 600 s and a contact at 10.46.0.21", a)
				}
			})
		}
	}
}

func TestPhoneRegistersOverIPv6(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			k := e.kamailio(KamailioConfig{})
			c := alice(transport)
			c.V6, c.Proxy = true, "sip:[fd46::11]:5060"
			p := e.phone(e.host("phone", 21), c)
			must(k.WaitLine(e.step(), "lab: stored alice from "+transport+":.*fd46::21"))(t)
			e.registered(p)
		})
	}
}

// TestPhoneDeregisters: a phone that ends takes its contact with it.
func TestPhoneDeregisters(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{})
	p := e.phone(e.host("phone", 21), alice("udp"))
	e.registered(p)
	check(t, p.Stop())
	must(k.WaitLine(e.step(), "lab: stored alice .*expires(=| )0"))(t)
}

// TestWrongPasswordIsSaid: one sentence that says what to do, and the phone
// lives on.
func TestWrongPasswordIsSaid(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{})
	c := alice("udp")
	c.Password = "looking-glass"
	p := e.phone(e.host("phone", 21), c)
	must(k.WaitLine(e.step(), "lab: refused alice"))(t)
	s := must(p.WaitAccount(e.step(), "failed"))(t)
	if text := s.Accounts[0].Text; !strings.Contains(text, "password") || strings.Contains(text, c.Password) {
		t.Errorf("the status says %q; want a sentence about the password, without it", text)
	}
	tried := map[string]bool{} // a REGISTER that is sent twice is refused twice
	for line := range strings.Lines(k.Text()) {
		if _, request, ok := strings.Cut(line, "lab: refused alice's "); ok {
			tried[request] = true
		}
	}
	if len(tried) > 2 {
		t.Errorf("the wrong password was tried %d times", len(tried))
	}
}

// TestUnreachableProxyIsSaid: nobody listens at the proxy's address.
func TestUnreachableProxyIsSaid(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.host("kamailio", 11)
	p := e.phone(e.host("phone", 21), alice("tcp"))
	s := must(p.WaitAccount(e.step(), "failed"))(t)
	if text := s.Accounts[0].Text; !strings.Contains(text, "10.46.0.11") {
		t.Errorf("the status says %q; want a sentence that names the server", text)
	}
}

// TestPhoneReturnsAfterKamailioRestart: the registrar forgets everything, is
// away for a while, and the phone registers again by itself.
func TestPhoneReturnsAfterKamailioRestart(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			t.Parallel()
			e := newEnv(t)
			k := e.kamailio(KamailioConfig{})
			c := alice(transport)
			c.Expires = 6
			p := e.phone(e.host("phone", 21), c)
			must(k.WaitStored(e.step(), "alice"))(t)
			check(t, k.Stop())
			// RFC 3261's timer F gives up on a request after 32 s.
			long, cancel := context.WithTimeout(t.Context(), 3*bound)
			defer cancel()
			must(p.WaitAccount(long, "failed"))(t)
			check(t, k.Restart(e.step()))
			must(k.WaitStored(long, "alice"))(t)
			e.registered(p)
		})
	}
}

// TestPhoneOverTLS: the certificate is checked, and calls come and go over the
// one connection that the phone has made.
func TestPhoneOverTLS(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{TLS: true})
	c, peer := alice("tls"), bob("udp")
	c.Proxy, c.Authority, c.Codec = "sip:10.46.0.11:5061", k.Authority(), "PCMA"
	peer.Codec = "PCMA/8000/1"
	p := e.phone(e.host("phone", 21), c)
	b := e.baresip(e.host("bob", 31), peer)
	must(k.WaitStored(e.step(), "bob"))(t)
	must(k.WaitLine(e.step(), "lab: stored alice from tls:"))(t)
	e.registered(p)
	e.phoneCalls(p, b, "sip:bob@lab.test", "PCMA")
	e.baresipCalls(p, b, "sip:alice@lab.test", "PCMA")
}

// TestUntrustedCertificateIsSaid: a server that nobody vouches for gets no
// password.
func TestUntrustedCertificateIsSaid(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	e.kamailio(KamailioConfig{TLS: true})
	c := alice("tls")
	c.Proxy = "sip:10.46.0.11:5061"
	p := e.phone(e.host("phone", 21), c)
	s := must(p.WaitAccount(e.step(), "failed"))(t)
	if text := s.Accounts[0].Text; !strings.Contains(text, "certificate") {
		t.Errorf("the status says %q; want a sentence about the certificate", text)
	}
}
