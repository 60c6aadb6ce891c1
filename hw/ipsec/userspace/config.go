package userspace

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Role tells which of a set's SAs are outbound.
type Role uint8

// The roles.
const (
	UE    Role = iota // the phone
	PCSCF             // the network's side, with any number of phones
)

// Config says what a [Stack] is for.
type Config struct {
	Role Role
	// Local is the protected address of this side: the one in the sets' UE.Addr
	// or PCSCF.Addr. It may be a loopback address, and the peer's too.
	Local netip.Addr
	// Carrier takes ESP packets to the peer: [RawIP] or [UDP].
	Carrier Carrier
	// KeepAlive makes a UE send a single byte over the UDP carrier after that
	// time without any packet of its own, while a set is installed: address
	// translators forget those who are silent (RFC 3948 §4, whose default is
	// 20 s). 0 is never.
	KeepAlive time.Duration
	// Random gives the IVs of aes-cbc; nil is the system's source.
	Random io.Reader
}

// ErrConfig: a [Config] that makes no sense.
var ErrConfig = errors.New("userspace ESP: wrong configuration")

func (c Config) complete() (Config, error) {
	c.Local = c.Local.Unmap()
	switch {
	case c.Role > PCSCF:
		return c, fmt.Errorf("%w: role %d is neither UE nor PCSCF", ErrConfig, c.Role)
	case !c.Local.IsValid() || c.Local.IsUnspecified() || c.Local.Zone() != "":
		return c, fmt.Errorf("%w: %q is no address to protect: give the one of the sets, without a zone", ErrConfig, c.Local)
	case c.KeepAlive < 0:
		return c, fmt.Errorf("%w: KeepAlive %s is negative", ErrConfig, c.KeepAlive)
	case c.Carrier.udp && c.Role == UE && !c.Carrier.peer.IsValid():
		return c, fmt.Errorf("%w: the UE needs its P-CSCF's address and port for UDP encapsulation", ErrConfig)
	}
	if c.Random == nil {
		c.Random = rand.Reader
	}
	return c, nil
}
