//go:build linux

package peertest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/cmd/internal/hss"
)

// The core's domain and the domain of the gateway behind it.
const (
	IMSRealm    = "ims.mnc001.mcc001.3gppnetwork.org"
	TrunkDomain = "pstn.example.org"
)

// The ports of the core, all at its host's one address. A set of security
// associations n has 5100+n and 6100+n as the P-CSCF's protected ports.
const (
	PCSCFPort = 5060
	ICSCFPort = 4060
	SCSCFPort = 6060
	HSSPort   = 3868
)

// IMSOptions says how the core shall behave.
type IMSOptions struct {
	// Subscribers of the HSS; none is [IMSAlice] and [IMSBob].
	Subscribers []hss.Subscriber
	// Random gives the RANDs of the HSS; default crypto/rand.
	Random io.Reader
	// NonceReuse lets a phone register again with the nonce that it has: the
	// S-CSCF answers 200 at once. Otherwise each REGISTER is challenged.
	NonceReuse bool
	// RealESP lets the P-CSCF install the security associations in the kernel,
	// which has to know ESP. Otherwise it lacks the right to, which it doesn't
	// mind: sec-agree and the protected ports work, but in the clear.
	RealESP bool
	// DropEarly removes the associations before the de-registration's 200, which
	// then comes unprotected, as in some networks. Otherwise they go two seconds
	// or so behind it.
	DropEarly bool
	// Alias lets the P-CSCF add the source of a REGISTER to its Contact, as
	// ;alias=ADDRESS~PORT~PROTOCOL. A phone that takes a new protected client
	// port is then known twice to the S-CSCF until its first contact expires.
	Alias bool
	// V6 makes the P-CSCF listen at the host's IPv6 address too.
	V6 bool
	// Associations is how many sets of security associations there can be at a
	// time. A set that a newer one replaces counts until its registration would
	// have expired, and whoever is challenged again, as it answered before the
	// S-CSCF had stored what it expects, takes two more. Default 12; each costs two
	// processes.
	Associations int
	// MinExpires and MaxExpires bound registrations, in seconds; 0 is 60 and
	// 600000. A phone is granted ten percent less.
	MinExpires, MaxExpires int
	// Trunk is where calls to anybody@TrunkDomain go: a plain SIP phone. Calls
	// from it enter at the I-CSCF.
	Trunk netip.AddrPort
}

// IMSCore is a running IMS core on one host: P-CSCF, I-CSCF and S-CSCF by
// Kamailio, the domain's DNS by dnsmasq, and an HSS within this process.
type IMSCore struct {
	Host    *Host
	Options IMSOptions

	Store   *hss.Store  // the subscribers: their keys, their faults
	HSS     *hss.Server // its journal, and network-initiated de-registration
	DNS     *Process
	P, I, S *CSCF

	dir    string
	hssLog *os.File
	served chan error
}

// StartIMSCore starts a core and waits until all of it answers.
func StartIMSCore(ctx context.Context, h *Host, o IMSOptions) (*IMSCore, error) {
	o.complete()
	c := &IMSCore{Host: h, Options: o, dir: filepath.Join(h.lab.Dir, h.Name+"-ims")}
	c.P = newCSCF(c, "pcscf", PCSCFPort)
	c.I = newCSCF(c, "icscf", ICSCFPort)
	c.S = newCSCF(c, "scscf", SCSCFPort)
	if err := c.start(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (o *IMSOptions) complete() {
	if len(o.Subscribers) == 0 {
		o.Subscribers = []hss.Subscriber{IMSAlice().Subscriber(), IMSBob().Subscriber()}
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Associations == 0 {
		o.Associations = 12
	}
	if o.MinExpires == 0 {
		o.MinExpires = 60
	}
	if o.MaxExpires == 0 {
		o.MaxExpires = 600_000
	}
}

func (c *IMSCore) start(ctx context.Context) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	if err := errors.Join(c.startHSS(), c.startDNS(ctx)); err != nil {
		return err
	}
	// They start side by side; none needs another one to be there.
	for _, s := range []*CSCF{c.S, c.I, c.P} {
		if err := s.launch(); err != nil {
			return err
		}
	}
	return c.awaitReady(ctx)
}

// awaitReady waits until each CSCF answers and the HSS knows I and S.
func (c *IMSCore) awaitReady(ctx context.Context) error {
	for _, s := range []*CSCF{c.S, c.I, c.P} {
		if err := s.awaitAnswer(ctx); err != nil {
			return err
		}
	}
	return errors.Join(c.I.awaitHSS(ctx), c.S.awaitHSS(ctx))
}

func (c *IMSCore) startHSS() (err error) {
	if c.Store, err = hss.NewStore(c.Options.Random, c.Options.Subscribers...); err != nil {
		return err
	}
	if c.hssLog, err = os.Create(filepath.Join(c.dir, "hss.log")); err != nil {
		return err
	}
	c.HSS = hss.NewServer(hss.Config{Realm: IMSRealm, Store: c.Store, Log: zerolog.New(c.hssLog)})
	l, err := c.Host.Listen("tcp", c.Host.Addr(HSSPort).String())
	if err != nil {
		return err
	}
	c.served = make(chan error, 1)
	go func() { c.served <- c.HSS.Serve(l) }()
	return nil
}

// startDNS starts the domain's name server at the host's port 53.
func (c *IMSCore) startDNS(ctx context.Context) error {
	conf := filepath.Join(c.dir, "dnsmasq.conf")
	data := c.data()
	if err := errors.Join(renderIMS("dnsmasq.conf", conf, data), renderIMS("resolv.conf", c.resolv(), data)); err != nil {
		return err
	}
	var err error
	if c.DNS, err = c.Host.Start(Command{Args: []string{"dnsmasq", "--conf-file=" + conf, "--pid-file="}}); err != nil {
		return err
	}
	_, err = c.DNS.WaitLine(ctx, "started, version")
	return err
}

func (c *IMSCore) resolv() string { return filepath.Join(c.dir, "resolv.conf") }

// imsData is what the configuration files are made from.
type imsData struct {
	IMSOptions
	Realm, TrunkDomain string
	IPv4, IPv6         netip.Addr
	Trunk              string // "" is none

	// Of one CSCF.
	Name, Dir string
	Diameter  int // port of its own
}

func (c *IMSCore) data() imsData {
	d := imsData{IMSOptions: c.Options, Realm: IMSRealm, TrunkDomain: TrunkDomain, IPv4: c.Host.IPv4, IPv6: c.Host.IPv6}
	if c.Options.Trunk.IsValid() {
		d.Trunk = c.Options.Trunk.String()
	}
	return d
}

// Proxy returns the P-CSCF's address for a phone's first REGISTER.
func (c *IMSCore) Proxy() netip.AddrPort { return c.Host.Addr(PCSCFPort) }

// Nameserver returns the address of the domain's name server.
func (c *IMSCore) Nameserver() netip.AddrPort { return c.Host.Addr(53) }

// Deregister ends a subscriber's registration from the network's side: the HSS
// sends an RTR to the S-CSCF, which notifies the phone.
func (c *IMSCore) Deregister(ctx context.Context, u IMSUser, why string) error {
	return c.HSS.Deregister(ctx, u.IMPI(), nil, hss.PermanentTermination, why)
}

// Log returns what the HSS was asked, for a failed test to print. What the
// CSCFs say is among the lab's logs.
func (c *IMSCore) Log() string {
	var b strings.Builder
	b.WriteString("=== HSS\n")
	for _, e := range c.HSS.Journal() {
		fmt.Fprintln(&b, e)
	}
	return b.String()
}

// Close ends the core. It is safe after a partial start, and the lab's Close
// may follow.
func (c *IMSCore) Close() error {
	var errs []error
	for _, s := range []*CSCF{c.P, c.I, c.S} {
		if s.Process != nil {
			errs = append(errs, s.Stop())
		}
	}
	if c.DNS != nil {
		errs = append(errs, c.DNS.Stop())
	}
	if c.HSS != nil {
		errs = append(errs, c.HSS.Close())
	}
	if c.served != nil {
		errs = append(errs, <-c.served)
		c.served = nil
	}
	if c.hssLog != nil {
		errs = append(errs, c.hssLog.Close())
		c.hssLog = nil
	}
	return errors.Join(errs...)
}

// Listen opens a stream socket inside the namespace.
func (h *Host) Listen(network, address string) (l net.Listener, err error) {
	inside := h.enter(func() { l, err = net.Listen(network, address) })
	if inside != nil {
		return nil, inside
	}
	return l, err
}
