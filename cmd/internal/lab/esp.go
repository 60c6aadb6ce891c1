package lab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/imsphone/imsphone/hw/ipsec/userspace"
	"github.com/imsphone/imsphone/hw/sipnet"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// esp is the P-CSCF's side of ESP, with a TCP/IP stack of its own, for any number
// of phones: in UDP (TS 33.203 Annex M) or as IP protocol 50.
type esp struct {
	stack *userspace.Stack
	*sipnet.Protected

	mu   sync.Mutex
	sets map[uint32]*userspace.Handle
}

// newESP opens ESP at an address; recv gets what comes over its sets.
func newESP(at netip.Addr, carrier userspace.Carrier, recv func(transport.Inbound)) (*esp, error) {
	stack, err := userspace.New(userspace.Config{Role: userspace.PCSCF, Local: at, Carrier: carrier})
	if err != nil {
		return nil, err
	}
	return &esp{stack: stack, sets: map[uint32]*userspace.Handle{},
		Protected: sipnet.NewProtected(sipnet.ProtectedConfig{Network: stack}, recv)}, nil
}

// Install brings up the SAs first and the sockets then.
func (e *esp) Install(_ context.Context, gen uint32, set secagree.Set, lifetime time.Duration) error {
	h, err := e.stack.Install(set)
	if err != nil {
		return err
	}
	h.SetLifetime(lifetime)
	if err := e.Add(pathOf(gen, set)); err != nil {
		return errors.Join(err, h.Close())
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.sets[gen] = h
	return nil
}

// pathOf gives the ports of a set as the P-CSCF sees them.
func pathOf(gen uint32, set secagree.Set) sipnet.Path {
	return sipnet.Path{
		Gen:          gen,
		LocalClient:  netip.AddrPortFrom(set.PCSCF.Addr, set.PCSCF.ClientPort),
		LocalServer:  netip.AddrPortFrom(set.PCSCF.Addr, set.PCSCF.ServerPort),
		RemoteClient: netip.AddrPortFrom(set.UE.Addr, set.UE.ClientPort),
		RemoteServer: netip.AddrPortFrom(set.UE.Addr, set.UE.ServerPort),
	}
}

// Extend moves the hard limit of a set.
func (e *esp) Extend(gen uint32, lifetime time.Duration) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	h := e.sets[gen]
	if h == nil {
		return fmt.Errorf("there is no set %d of security associations", gen)
	}
	h.SetLifetime(lifetime)
	return nil
}

// Remove closes the sockets first: what was sent before goes by the SAs. A set
// that is gone already is no error.
func (e *esp) Remove(gen uint32) error {
	e.mu.Lock()
	h := e.sets[gen]
	delete(e.sets, gen)
	e.mu.Unlock()
	if h == nil {
		return nil
	}
	e.Protected.Remove(gen)
	return h.Close()
}

// Close takes everything down.
func (e *esp) Close() error { return errors.Join(e.Protected.Close(), e.stack.Close()) }
