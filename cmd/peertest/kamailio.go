//go:build linux

package peertest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"
)

// KamailioConfig says how the lab's registrar and proxy shall behave.
type KamailioConfig struct {
	Domain    string              // default lab.test
	Users     map[string]string   // user part → password
	Algorithm string              // of the digest: MD5 (the default) or SHA-256
	Challenge bool                // ask for credentials on calls too, with 407
	Groups    map[string][]string // user part → URIs that a call to it is forked to, registered or not
	TLS       bool                // listen on TLS too; see Kamailio.Authority
}

// Kamailio is a running registrar and proxy: UDP and TCP at port 5060, TLS at
// port 5061, IPv4 and IPv6.
type Kamailio struct {
	*Process
	Host   *Host
	Config KamailioConfig

	file string
	runs int
}

// StartKamailio writes the configuration, starts Kamailio and waits until it
// answers.
func StartKamailio(ctx context.Context, h *Host, c KamailioConfig) (*Kamailio, error) {
	if c.Domain == "" {
		c.Domain = "lab.test"
	}
	if c.Algorithm == "" {
		c.Algorithm = "MD5"
	}
	k := &Kamailio{Host: h, Config: c, file: h.lab.Dir + "/" + h.Name + "-kamailio.cfg"}
	if c.TLS {
		if err := k.certify(); err != nil {
			return nil, err
		}
	}
	if err := render("kamailio.cfg", k.file, k.data()); err != nil {
		return nil, err
	}
	return k, k.Restart(ctx)
}

func (k *Kamailio) data() any {
	var listen []string
	for _, protocol := range []string{"udp", "tcp"} {
		listen = append(listen, fmt.Sprintf("%s:%v", protocol, k.Host.Addr(5060)))
		listen = append(listen, fmt.Sprintf("%s:%v", protocol, k.Host.Addr6(5060)))
	}
	if k.Config.TLS {
		listen = append(listen, fmt.Sprintf("tls:%v", k.Host.Addr(5061)))
	}
	return struct {
		KamailioConfig
		Listen           []string
		Certificate, Key string
	}{k.Config, listen, k.certificate(), k.key()}
}

func (k *Kamailio) certificate() string { return k.file + ".pem" }
func (k *Kamailio) key() string         { return k.file + ".key" }

// Authority returns the file with the certificate that has to be trusted for
// TLS: Kamailio's own.
func (k *Kamailio) Authority() string { return k.certificate() }

// Restart stops Kamailio if it runs and starts it with nothing remembered: its
// registrations are in memory.
func (k *Kamailio) Restart(ctx context.Context) error {
	if k.Process != nil {
		if err := k.Stop(); err != nil {
			return err
		}
	}
	k.runs++
	run := fmt.Sprintf("%s/%s-kamailio-%d", k.Host.lab.Dir, k.Host.Name, k.runs)
	if err := os.Mkdir(run, 0o755); err != nil {
		return err
	}
	var err error
	k.Process, err = k.Host.Start(Command{
		Args: []string{"kamailio", "-f", k.file, "-DD", "-E", "-Y", run, "-P", run + "/pid", "-m", "64", "-M", "8"},
		// Its own end hangs now and then on a busy machine, for up to a minute.
		Crash: true,
	})
	if err != nil {
		return err
	}
	return k.awaitAnswer(ctx)
}

// awaitAnswer waits until Kamailio answers over UDP and over TCP. Its TCP
// process is the last that it starts.
func (k *Kamailio) awaitAnswer(ctx context.Context) error {
	for _, network := range []string{"udp", "tcp"} {
		if err := poll(ctx, "Kamailio's answer over "+network, func() (bool, error) {
			if !k.Running() {
				return false, fmt.Errorf("kamailio ended:\n%s", k.Output.tail(20))
			}
			return k.answers(network), nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// answers asks by OPTIONS and tells whether anything comes back soon.
func (k *Kamailio) answers(network string) bool {
	conn, err := k.Host.Dial(network, k.Host.Addr(5060).String())
	if err != nil {
		return false
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		return false
	}
	if _, err := fmt.Fprintf(conn, strings.ReplaceAll(`OPTIONS sip:%[1]s SIP/2.0
Via: SIP/2.0/%[2]s %[3]v;rport;branch=z9hG4bK-%[4]s
From: <sip:ready@%[3]v>;tag=ready
To: <sip:%[1]s>
Call-ID: %[4]s
CSeq: 1 OPTIONS
Max-Forwards: 10
Content-Length: 0

`, "\n", "\r\n"), k.Config.Domain, strings.ToUpper(network), conn.LocalAddr(), rand.Text()); err != nil {
		return false
	}
	_, err = conn.Read(make([]byte, 2048))
	return err == nil
}

// WaitStored waits until a REGISTER of the user has been accepted.
func (k *Kamailio) WaitStored(ctx context.Context, user string) (string, error) {
	return k.WaitLine(ctx, "lab: stored "+user+" ")
}
