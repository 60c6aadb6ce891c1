package phone

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/pcap"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// ipsecPort protects the lines' signalling, by the kernel's ESP or our own.
type ipsecPort struct {
	log      zerolog.Logger
	idle     time.Duration
	backends backends
	keys     string // file to append the SAs' keys to; empty writes none
}

// backends opens ESP for one line; tests have their own.
type backends interface {
	// open readies the backend of that name between two addresses.
	open(name string, local, pcscf netip.Addr, encapsulation uint16) (backend, error)
}

// backend is ESP for one line: the sockets of its network carry what its sets
// of SAs protect.
type backend interface {
	network() sipnet.Network
	install(ctx context.Context, set secagree.Set) (handle, error)
	// hints says what was counted since the last mark that explains silence.
	hints() string
	mark()
	// outside counts packets that came from outside the SAs.
	outside() uint64
	close() error
}

// handle is an installed set.
type handle interface {
	setLifetime(d time.Duration) error
	counters() ([4]actors.SACounters, error)
	close() error
}

// Open readies a line; its backend is chosen with the first set, when the
// addresses are known.
func (p ipsecPort) Open(cfg actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	return &protected{port: p, cfg: cfg, recv: recv, sets: map[uint32]handle{}}, nil
}

// protected is one line's sets of SAs and their sockets.
type protected struct {
	port ipsecPort
	cfg  actors.ProtectedConfig
	recv func(transport.Inbound)

	// installing is held while a set comes up or goes down, so that a Remove
	// waits for its Install.
	installing sync.Mutex

	mu            sync.Mutex
	closed        bool
	backend       backend
	local, remote netip.Addr // of the backend
	sockets       *sipnet.Protected
	sets          map[uint32]handle
}

var errClosed = errors.New("the line is closed")

// Install brings up the SAs first and the sockets then: a SYN before the SAs
// would leave in the clear.
func (p *protected) Install(ctx context.Context, gen uint32, set secagree.Set, lifetime time.Duration) error {
	p.installing.Lock()
	defer p.installing.Unlock()
	back, sockets, err := p.ready(set)
	if err != nil {
		return err
	}
	h, err := back.install(ctx, set)
	if err != nil {
		return err
	}
	p.port.logKeys(set)
	if err = h.setLifetime(lifetime); err == nil {
		err = sockets.Add(pathOf(gen, set))
	}
	if err != nil {
		return errors.Join(err, h.close())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sets[gen] = h
	return nil
}

// logKeys appends a set's keys to the file that the user has named. That it
// can't is no reason not to register.
func (p ipsecPort) logKeys(set secagree.Set) {
	if p.keys == "" {
		return
	}
	f, err := os.OpenFile(p.keys, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(pcap.WriteKeys(f, set), f.Close())
	}
	if err != nil {
		p.log.Warn().Err(err).Msg("can't write the keys of the security associations")
	}
}

// pathOf gives the ports of a set as the phone sees them.
func pathOf(gen uint32, set secagree.Set) sipnet.Path {
	return sipnet.Path{
		Gen:          gen,
		LocalClient:  netip.AddrPortFrom(set.UE.Addr, set.UE.ClientPort),
		LocalServer:  netip.AddrPortFrom(set.UE.Addr, set.UE.ServerPort),
		RemoteClient: netip.AddrPortFrom(set.PCSCF.Addr, set.PCSCF.ClientPort),
		RemoteServer: netip.AddrPortFrom(set.PCSCF.Addr, set.PCSCF.ServerPort),
	}
}

// ready gives the backend between the set's addresses, a new one where they
// have changed.
func (p *protected) ready(set secagree.Set) (backend, *sipnet.Protected, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		return nil, nil, errClosed
	case p.backend != nil && p.local == set.UE.Addr && p.remote == set.PCSCF.Addr:
		return p.backend, p.sockets, nil
	case len(p.sets) > 0:
		return nil, nil, fmt.Errorf("the sets of the former address %s are still there", p.local)
	}
	p.shut()
	back, err := p.port.backends.open(p.cfg.Backend, set.UE.Addr, set.PCSCF.Addr, p.cfg.Encapsulation)
	if err != nil {
		return nil, nil, err
	}
	p.backend, p.local, p.remote = back, set.UE.Addr, set.PCSCF.Addr
	p.sockets = sipnet.NewProtected(sipnet.ProtectedConfig{Network: back.network(), KeepAlive: p.cfg.KeepAlive,
		IdleTimeout: p.port.idle}, p.recv)
	return p.backend, p.sockets, nil
}

// shut closes the backend, for holders of mu.
func (p *protected) shut() error {
	if p.backend == nil {
		return nil
	}
	err := errors.Join(p.sockets.Close(), p.backend.close())
	p.backend, p.sockets = nil, nil
	return err
}

func (p *protected) set(gen uint32) (handle, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h := p.sets[gen]; h != nil {
		return h, nil
	}
	return nil, fmt.Errorf("there is no set %d of security associations", gen)
}

// Extend sets the kernel's hard limit anew.
func (p *protected) Extend(gen uint32, lifetime time.Duration) error {
	h, err := p.set(gen)
	if err != nil {
		return err
	}
	return h.setLifetime(lifetime)
}

// Remove closes the sockets first, so that nothing is sent that no SA protects.
func (p *protected) Remove(gen uint32) error {
	p.installing.Lock()
	defer p.installing.Unlock()
	h, err := p.set(gen)
	if err != nil {
		return nil
	}
	p.open().Remove(gen)
	p.mu.Lock()
	delete(p.sets, gen)
	p.mu.Unlock()
	return h.close()
}

// open gives the sockets, nil before the first set.
func (p *protected) open() *sipnet.Protected {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sockets
}

// Counters reads a set's SAs.
func (p *protected) Counters(gen uint32) ([4]actors.SACounters, error) {
	h, err := p.set(gen)
	if err != nil {
		return [4]actors.SACounters{}, err
	}
	return h.counters()
}

// Connect gives the flow of requests over a set.
func (p *protected) Connect(ctx context.Context, gen uint32, proto transport.Proto) (transport.Flow, error) {
	s := p.open()
	if s == nil {
		return transport.Flow{}, errClosed
	}
	return s.Connect(ctx, gen, proto)
}

// Send sends on a flow of a set.
func (p *protected) Send(flow transport.Flow, b []byte) error {
	s := p.open()
	if s == nil {
		return errClosed
	}
	return s.Send(flow, b)
}

// Hints says what explains silence.
func (p *protected) Hints() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.backend == nil {
		return ""
	}
	return p.backend.hints()
}

// Mark forgets what was counted so far.
func (p *protected) Mark() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.backend != nil {
		p.backend.mark()
	}
}

// Outside counts what came from outside the SAs.
func (p *protected) Outside() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.backend == nil {
		return 0
	}
	return p.backend.outside() + p.sockets.Outside()
}

// Close takes everything down.
func (p *protected) Close() error {
	p.installing.Lock()
	defer p.installing.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var errs []error
	if p.sockets != nil {
		errs = append(errs, p.sockets.Close())
	}
	for gen, h := range p.sets {
		errs = append(errs, h.close())
		delete(p.sets, gen)
	}
	errs = append(errs, p.shut())
	return errors.Join(errs...)
}
