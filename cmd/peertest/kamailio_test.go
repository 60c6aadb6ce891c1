//go:build peers

package peertest

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"testing"
)

func TestKamailioStartsAndRestarts(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{})
	check(t, k.Restart(e.step()))
}

// TestKamailioTLS: its certificate holds for its address and its domain.
func TestKamailioTLS(t *testing.T) {
	t.Parallel()
	e := newEnv(t)
	k := e.kamailio(KamailioConfig{TLS: true})
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(must(os.ReadFile(k.Authority()))(t))
	for _, name := range []string{"10.46.0.11", "lab.test"} {
		conn := must(e.host("phone", 21).Dial("tcp", k.Host.Addr(5061).String()))(t)
		defer conn.Close()
		check(t, tls.Client(conn, &tls.Config{RootCAs: trusted, ServerName: name}).HandshakeContext(e.step()))
	}
}
