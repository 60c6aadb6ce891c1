package lab

// Held tells how much the core remembers: requests on their way, their client
// transactions, and the registrar's nonces, or the sets and subscriptions of an
// IMS core.
func (s *Server) Held() (forks, branches, nonces int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m, ok := s.core.(*IMS); ok {
		return len(m.proxy.forks), len(m.proxy.branches), len(m.pcscf.ues) + len(m.notifier.subs)
	}
	p := s.core.(*Proxy)
	return len(p.forks), len(p.branches), len(p.home.(domain).nonces)
}
