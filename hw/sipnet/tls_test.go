package sipnet

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/imsphone/imsphone/protocol/transport"
)

// authority signs certificates for tests.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	a.cert = sign(t, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign,
	}, a.key, nil, a.key)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func sign(t *testing.T, template *x509.Certificate, key *ecdsa.PrivateKey, parent *x509.Certificate, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	if parent == nil {
		parent = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// issue makes a server's certificate.
func (a *authority) issue(t *testing.T, template x509.Certificate) tls.Certificate {
	t.Helper()
	key := newKey(t)
	cert := sign(t, &template, key, a.cert, a.key)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key}
}

// file writes the authority's certificate.
func (a *authority) file(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (a *authority) trust(t *testing.T) *tls.Config {
	t.Helper()
	cfg, err := TrustFile(a.file(t))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func sipURI(host string) *url.URL { return &url.URL{Scheme: "sip", Opaque: host} }

// TestTLS: messages both ways, and the farewell.
func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	for _, at := range loopbacks(t) {
		cert := ca.issue(t, x509.Certificate{DNSNames: []string{"proxy.test"}})
		b := listen(t, Config{Local: at, TLSListen: at, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
		a := listen(t, Config{Local: at, TLS: ca.trust(t), Gen: 4})
		out := a.dial(t, transport.TLS, b.Local(transport.TLS))
		if again := a.dial(t, transport.TLS, b.Local(transport.TLS)); again != out {
			t.Errorf("another connection %s", again)
		}
		a.send(t, out, message(1))
		in := b.expect(t, message(1))
		if in.Proto != transport.TLS || in.Remote != out.Local {
			t.Errorf("sent on %s, came on %s", out, in)
		}
		b.send(t, in, message(2))
		a.expect(t, message(2))
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		if flow, err := a.expectErr(t); flow != out || !errors.Is(err, ErrEnded) {
			t.Errorf("got %v on %s", err, flow)
		}
	}
}

// TestServerIdentity holds RFC 5922 §7 against certificates of all kinds, over
// real handshakes.
func TestServerIdentity(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	dns := func(names ...string) x509.Certificate { return x509.Certificate{DNSNames: names} }
	usage := func(c x509.Certificate, eku []x509.ExtKeyUsage, oids ...asn1.ObjectIdentifier) x509.Certificate {
		c.ExtKeyUsage, c.UnknownExtKeyUsage = eku, oids
		return c
	}
	client := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	expired := dns("proxy.test")
	expired.NotBefore, expired.NotAfter = time.Unix(1e9, 0), time.Unix(1.1e9, 0)
	tests := map[string]struct {
		by     *authority
		cert   x509.Certificate
		domain string
		says   string // "" is trusted
	}{
		"its DNS name":             {ca, dns("x.test", "Proxy.test"), "proxy.TEST", ""},
		"with the root's dot":      {ca, dns("proxy.test"), "proxy.test.", ""},
		"another name":             {ca, dns("x.test", "y.test"), "proxy.test", "x.test, y.test and not for proxy.test"},
		"a wildcard":               {ca, dns("*.test"), "proxy.test", "*.test and not for proxy.test"},
		"a SIP URI":                {ca, x509.Certificate{URIs: []*url.URL{sipURI("proxy.test")}}, "proxy.test", ""},
		"a SIP URI rules DNS out":  {ca, x509.Certificate{URIs: []*url.URL{sipURI("x.test")}, DNSNames: []string{"proxy.test"}}, "proxy.test", "x.test and not"},
		"a user's URI is none":     {ca, x509.Certificate{URIs: []*url.URL{sipURI("a@proxy.test")}}, "proxy.test", "nobody"},
		"a Web URI is none":        {ca, x509.Certificate{URIs: []*url.URL{{Scheme: "https", Host: "x.test"}}, DNSNames: []string{"proxy.test"}}, "proxy.test", ""},
		"the common name is none":  {ca, x509.Certificate{Subject: pkix.Name{CommonName: "proxy.test"}}, "proxy.test", "nobody"},
		"an address":               {ca, x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}, "127.0.0.1", ""},
		"an IPv6 address":          {ca, x509.Certificate{IPAddresses: []net.IP{net.IPv6loopback}}, "[::1]", ""},
		"another address":          {ca, x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 2)}}, "127.0.0.1", "doesn't hold the address 127.0.0.1"},
		"an unknown authority":     {other, dns("proxy.test"), "proxy.test", "give its authority's PEM file"},
		"out of date":              {ca, expired, "proxy.test", "clock"},
		"for clients":              {ca, usage(dns("proxy.test"), client), "proxy.test", "incompatible key usage"},
		"for SIP domains":          {ca, usage(dns("proxy.test"), client, sipDomainUsage), "proxy.test", ""},
		"for SIP domains but ours": {ca, usage(dns("x.test"), nil, sipDomainUsage), "proxy.test", "x.test and not"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cert := test.by.issue(t, test.cert)
			b := listen(t, Config{TLSListen: loopback, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
			a := listen(t, Config{Local: loopback, TLS: ca.trust(t)})
			_, err := a.Dial(context.Background(), transport.TLS, b.Local(transport.TLS), test.domain)
			switch {
			case test.says == "" && err != nil:
				t.Error(err)
			case test.says != "" && (!errors.Is(err, ErrCertificate) || !says(err, test.says)):
				t.Errorf("got %v, want an error that says %q", err, test.says)
			}
		})
	}
}

func TestNoVerification(t *testing.T) {
	cert := newAuthority(t).issue(t, x509.Certificate{})
	b := listen(t, Config{TLSListen: loopback, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	a := listen(t, Config{Local: loopback, TLS: &tls.Config{InsecureSkipVerify: true}})
	a.send(t, a.dial(t, transport.TLS, b.Local(transport.TLS)), message(1))
	b.expect(t, message(1))
}

// TestNotTLS: a client that doesn't speak TLS leaves nothing behind, and no
// news as it never had a flow.
func TestNotTLS(t *testing.T) {
	ca := newAuthority(t)
	cert := ca.issue(t, x509.Certificate{DNSNames: []string{"proxy.test"}})
	b := listen(t, Config{TLSListen: loopback, TLS: &tls.Config{Certificates: []tls.Certificate{cert}}})
	c, err := net.Dial("tcp", b.Local(transport.TLS).String())
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte(message(1)))
	for err == nil { // until it's closed
		_, err = c.Read(make([]byte, 100))
	}
	c.Close()
	a := listen(t, Config{Local: loopback, TLS: ca.trust(t)})
	a.send(t, a.dial(t, transport.TLS, b.Local(transport.TLS)), message(2))
	b.expect(t, message(2))
}

func TestTrustFile(t *testing.T) {
	if cfg, err := TrustFile(""); err != nil || cfg.RootCAs != nil {
		t.Errorf("the system's: %v", err)
	}
	if _, err := TrustFile(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	path := filepath.Join(t.TempDir(), "text.pem")
	if err := os.WriteFile(path, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := TrustFile(path); !says(err, path, "BEGIN CERTIFICATE") {
		t.Errorf("a file without certificates: %v", err)
	}
}
