package userspace

import (
	"net/netip"
	"time"
)

// keepAliveByte is the whole of a keep-alive (RFC 3948 §2.3).
const keepAliveByte = 0xff

func (s *Stack) startKeepAlive() {
	if s.cfg.KeepAlive == 0 || s.cfg.Role != UE || !s.cfg.Carrier.udp {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = time.AfterFunc(s.cfg.KeepAlive, s.keepAlive)
}

// keepAlive is what the timer calls.
func (s *Stack) keepAlive() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	next := s.cfg.KeepAlive
	if len(s.sets) > 0 {
		next = s.sender.keepAlive(s.cfg.Carrier.peer, next)
	}
	s.silent.Reset(next)
}

// keepAlive sends one if nothing was sent for so long, and gives the time until
// the next may be due.
func (s *sender) keepAlive(to netip.AddrPort, interval time.Duration) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if idle := time.Since(s.last); idle < interval {
		return interval - idle
	}
	if s.wire.write(append(s.sealed[:0], keepAliveByte), to) != nil {
		s.drops.unsent.Add(1)
	}
	s.last = time.Now()
	return interval
}
