package lab

// Held tells how much the proxy remembers: requests on their way, their client
// transactions, and the registrar's nonces.
func (s *Server) Held() (forks, branches, nonces int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.core.(*Proxy)
	return len(p.forks), len(p.branches), len(p.home.(domain).nonces)
}
