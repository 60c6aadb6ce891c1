package simnet

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

// Protected is the sets of SAs of one host: a phone's, or with Core those of a
// P-CSCF. What is sealed with other keys or algorithms than the receiver's is
// dropped, and counted there.
type Protected struct {
	net   *Net
	core  bool
	queue *queue

	sets    map[uint32]*set
	refused uint64 // since the last Mark
}

// set is one installed set, as this host sees it.
type set struct {
	secagree.Set
	gen      uint32
	host     *Protected
	own      secagree.End
	peer     secagree.End
	counters [4]actors.SACounters
	hard     *time.Timer
}

// sa names an SA by its receiver.
type sa struct {
	to  netip.Addr
	spi uint32
}

var errNoSet = errors.New("there is no such set of security associations")

// ProtectCore opens the protected side of a P-CSCF, whose sets are mirror
// images of the phones'.
func (n *Net) ProtectCore(recv func(transport.Inbound)) *Protected { return n.protect(true, recv) }

func (n *Net) protect(core bool, recv func(transport.Inbound)) *Protected {
	p := &Protected{net: n, core: core, queue: newQueue(signallingQueue), sets: map[uint32]*set{}}
	go func() {
		for x, ok := p.queue.next(); ok; x, ok = p.queue.next() {
			recv(transport.Inbound{Flow: x.flow, Data: x.data, Err: x.err})
		}
	}()
	return p
}

type ipsecPort struct{ net *Net }

func (p ipsecPort) Open(_ actors.ProtectedConfig, recv func(transport.Inbound)) (actors.ProtectedSocket, error) {
	return p.net.protect(false, recv), nil
}

// Install makes the set known at once.
func (p *Protected) Install(_ context.Context, gen uint32, s secagree.Set, lifetime time.Duration) error {
	n := p.net
	n.mu.Lock()
	defer n.mu.Unlock()
	x := &set{Set: s, gen: gen, host: p, own: s.UE, peer: s.PCSCF}
	if p.core {
		x.own, x.peer = s.PCSCF, s.UE
	}
	for _, spi := range []uint32{x.own.ClientSPI, x.own.ServerSPI} {
		if n.sas[sa{x.own.Addr, spi}] != nil {
			return fmt.Errorf("SPI %d is in use at %s", spi, x.own.Addr)
		}
	}
	for _, spi := range []uint32{x.own.ClientSPI, x.own.ServerSPI} {
		n.sas[sa{x.own.Addr, spi}] = x
	}
	p.sets[gen] = x
	x.hard = time.AfterFunc(lifetime, func() { p.Remove(gen) })
	return nil
}

// Extend moves the hard limit.
func (p *Protected) Extend(gen uint32, lifetime time.Duration) error {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	x := p.sets[gen]
	if x == nil {
		return errNoSet
	}
	x.hard.Reset(lifetime)
	return nil
}

// Remove forgets a set.
func (p *Protected) Remove(gen uint32) error {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if x := p.sets[gen]; x != nil {
		x.hard.Stop()
		delete(p.sets, gen)
		delete(p.net.sas, sa{x.own.Addr, x.own.ClientSPI})
		delete(p.net.sas, sa{x.own.Addr, x.own.ServerSPI})
	}
	return nil
}

// Counters counts messages and their bytes.
func (p *Protected) Counters(gen uint32) ([4]actors.SACounters, error) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if x := p.sets[gen]; x != nil {
		return x.counters, nil
	}
	return [4]actors.SACounters{}, errNoSet
}

// Connect gives the flow of requests over a set.
func (p *Protected) Connect(_ context.Context, gen uint32, proto transport.Proto) (transport.Flow, error) {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	x := p.sets[gen]
	if x == nil {
		return transport.Flow{}, errNoSet
	}
	f := transport.Flow{Local: netip.AddrPortFrom(x.own.Addr, x.own.ServerPort),
		Remote: netip.AddrPortFrom(x.peer.Addr, x.peer.ServerPort), Proto: proto, Gen: gen}
	if proto != transport.UDP {
		f.Local = netip.AddrPortFrom(x.own.Addr, x.own.ClientPort)
	}
	return f, nil
}

// Send seals a message and puts it on its way.
func (p *Protected) Send(flow transport.Flow, b []byte) error {
	n := p.net
	n.mu.Lock()
	defer n.mu.Unlock()
	x := p.sets[flow.Gen]
	if x == nil {
		return errNoSet
	}
	x.count(!p.core, len(b))
	peer := n.sas[sa{x.peer.Addr, x.peer.ServerSPI}]
	if peer == nil || n.Lose != nil && n.Lose(b) {
		return nil
	}
	if peer.Suite != x.Suite || !peer.IK.Equal(x.IK) || !peer.CK.Equal(x.CK) {
		peer.host.refused++
		return nil
	}
	peer.count(peer.host.core, len(b))
	back := transport.Flow{Local: flow.Remote, Remote: flow.Local, Proto: flow.Proto, Gen: peer.gen}
	peer.host.queue.push(packet{due: time.Now().Add(n.Latency), flow: back, data: append([]byte(nil), b...)})
	return nil
}

// count counts on the SA of requests from the phone, the first, or of those to
// it, the third (secagree.Set.SAs).
func (x *set) count(fromPhone bool, bytes int) {
	i := 2
	if fromPhone {
		i = 0
	}
	x.counters[i].Packets++
	x.counters[i].Bytes += uint64(bytes)
}

// Hints tells of messages that were refused.
func (p *Protected) Hints() string {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	if p.refused == 0 {
		return ""
	}
	return fmt.Sprintf("%d messages failed the integrity check", p.refused)
}

// Mark forgets them.
func (p *Protected) Mark() {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	p.refused = 0
}

// Outside is 0: nothing but what Send seals reaches a protected port here.
func (p *Protected) Outside() uint64 { return 0 }

// Sets tells how many sets are installed.
func (p *Protected) Sets() int {
	p.net.mu.Lock()
	defer p.net.mu.Unlock()
	return len(p.sets)
}

// Close forgets all sets.
func (p *Protected) Close() error {
	p.net.mu.Lock()
	gens := make([]uint32, 0, len(p.sets))
	for gen := range p.sets {
		gens = append(gens, gen)
	}
	p.net.mu.Unlock()
	for _, gen := range gens {
		p.Remove(gen)
	}
	p.queue.close()
	return nil
}
