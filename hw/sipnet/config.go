package sipnet

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"time"
)

// Config says what a Socket binds and how it treats its connections.
type Config struct {
	// Local is the address to bind. An unspecified address means any (the zero
	// Addr: of both IP versions), port 0 any port.
	Local netip.AddrPort
	// Gen is the generation that the Socket's flows carry.
	Gen uint32
	// UDP and TCP say which of the two Local is bound for, at the same port.
	// Connections can be dialled in any case.
	UDP, TCP bool
	// TLS holds the settings of TLS connections: the trusted roots (see
	// TrustFile), and our certificate where there is one. nil trusts the
	// system's roots.
	TLS *tls.Config
	// TLSListen is where to accept TLS connections, with the certificate in
	// TLS; the zero AddrPort accepts none.
	TLSListen netip.AddrPort
	// KeepAlive is the time without a sign of life after which a connection is
	// pinged with CRLFCRLF (RFC 5626 §3.5.1); 0 never pings. A connection whose
	// peer has answered such pings before, and then doesn't for 10 s, is given
	// up.
	KeepAlive time.Duration
	// IdleTimeout is the time without a sign of life after which an accepted
	// connection is closed; 0 never does.
	IdleTimeout time.Duration
	// MaxAccepted is how many connections from outside may exist; 0 is 32.
	MaxAccepted int

	// dial opens TCP connections in place of the system's dialer, for a
	// [Protected].
	dial func(ctx context.Context) (net.Conn, error)
	// reset closes connections at once (RST): where security associations carry
	// them, these go next, and a FIN that waits for its acknowledgement would be
	// repeated in the clear.
	reset bool
}

// The limits that a Config doesn't change.
const (
	defaultMaxAccepted = 32
	// connectTimeout bounds the opening of a connection, its TLS handshake
	// included.
	connectTimeout = 10 * time.Second
	// writeTimeout is how long a peer may take no byte before its connection is
	// given up.
	writeTimeout = 10 * time.Second
	// drainTimeout is how long Close waits for what was sent before.
	drainTimeout = 500 * time.Millisecond
	// messageTimeout is how long a message may take from its first byte to its
	// last.
	messageTimeout = 32 * time.Second
	// pongTimeout is the wait for the answer to a ping (RFC 5626 §4.4.1).
	pongTimeout = 10 * time.Second
	// queueLength is how many messages may wait for a connection to take them.
	queueLength = 64
)

func (cfg Config) complete() (Config, error) {
	if cfg.MaxAccepted == 0 {
		cfg.MaxAccepted = defaultMaxAccepted
	}
	if cfg.TLS == nil {
		cfg.TLS = &tls.Config{}
	}
	if cfg.TLSListen.IsValid() && len(cfg.TLS.Certificates) == 0 && cfg.TLS.GetCertificate == nil {
		return cfg, errors.New("TLS connections can't be accepted without a certificate: give one or don't listen for TLS")
	}
	return cfg, nil
}
