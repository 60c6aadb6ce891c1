package lab

// Held tells how much the proxy remembers: requests on their way, their client
// transactions, and the registrar's nonces.
func (s *Server) Held() (forks, branches, nonces int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.proxy.forks), len(s.proxy.branches), len(s.proxy.registrar.nonces)
}
