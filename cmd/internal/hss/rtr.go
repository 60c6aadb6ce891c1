package hss

import (
	"context"
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
)

// Reason is why the network ends a registration: Reason-Code (TS 29.229
// §6.3.17).
type Reason uint32

// The reasons.
const (
	PermanentTermination Reason = 0
	NewServerAssigned    Reason = 1
	ServerChange         Reason = 2
	RemoveSCSCF          Reason = 3
)

// ErrNoSCSCF: no connected S-CSCF serves the subscriber.
var ErrNoSCSCF = errors.New("no S-CSCF to de-register at")

// Deregister tells the S-CSCF that serves a subscriber to end its registration
// (RTR, TS 29.228 §6.1.3), and waits for the answer. impus are the public
// identities to end, none is all of the subscriber's: they go by name, since
// not every S-CSCF understands a request with the private identity alone. After
// success the store holds the subscriber as not registered.
//
// An S-CSCF may leave a request about an identity that it doesn't know
// unanswered: give ctx an end.
func (s *Server) Deregister(ctx context.Context, impi string, impus []string, reason Reason, text string) error {
	sub, err := s.cfg.Store.Subscriber(impi)
	if err != nil {
		return err
	}
	if len(impus) == 0 {
		for _, i := range sub.IMPUs {
			impus = append(impus, i.URI)
		}
	}
	p, err := s.home(impi)
	if err != nil {
		return err
	}
	entry := Entry{Peer: p.name(), Command: "RTR", IMPI: impi, IMPU: impus[0]}
	answer, err := s.ask(ctx, p, s.termination(p, impi, impus, reason, text))
	if err == nil {
		entry.Result, entry.Experimental = resultOf(answer.AVPs)
	}
	s.note(entry)
	switch {
	case err != nil:
		return fmt.Errorf("de-registration of %s: %w", impi, err)
	case entry.Result != diameter.Success || entry.Experimental:
		return fmt.Errorf("de-registration of %s: %s answers %d", impi, entry.Peer, entry.Result)
	}
	return s.cfg.Store.Release(impi)
}

// ask sends a request and waits for its answer.
func (s *Server) ask(ctx context.Context, p *peer, m diameter.Message) (diameter.Message, error) {
	id, answer, err := p.request(m)
	if err != nil {
		return diameter.Message{}, err
	}
	defer p.forget(id)
	select {
	case a, ok := <-answer:
		if !ok {
			return a, errors.New("the connection ended before the answer")
		}
		return a, nil
	case <-ctx.Done():
		return diameter.Message{}, fmt.Errorf("no answer: %w", ctx.Err())
	}
}

// termination builds the RTR (TS 29.229 §6.1.9).
func (s *Server) termination(p *peer, impi string, impus []string, reason Reason, text string) diameter.Message {
	host, realm := p.identity()
	m := diameter.Message{
		Flags: diameter.Request | diameter.Proxiable, Command: diameter.RegistrationTermination, Application: diameter.Cx,
	}
	m.AVPs = append(m.AVPs, diameter.SessionID.Text(s.newSession()), cxApplication(),
		diameter.AuthSessionState.Uint32(diameter.NoStateMaintained))
	m.AVPs = append(m.AVPs, s.origin()...)
	m.AVPs = append(m.AVPs, diameter.DestinationHost.Text(host), diameter.DestinationRealm.Text(realm),
		diameter.UserName.Text(impi))
	for _, i := range impus {
		m.AVPs = append(m.AVPs, diameter.PublicIdentity.Text(i))
	}
	why := []diameter.AVP{diameter.ReasonCode.Uint32(uint32(reason))}
	if text != "" {
		why = append(why, diameter.ReasonInfo.Text(text))
	}
	m.AVPs = append(m.AVPs, diameter.DeregistrationReason.Group(why...))
	return m
}

// identity gives the peer's Origin-Host and Origin-Realm.
func (p *peer) identity() (host, realm string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.host, p.realm
}

// settle notes which S-CSCF serves a subscriber.
func (s *Server) settle(impi, host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.homes[impi] = host
}

// home finds the connection of the S-CSCF that serves a subscriber; the S-CSCF
// may have reconnected meanwhile.
func (s *Server) home(impi string) (*peer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	host := s.homes[impi]
	if host == "" {
		return nil, fmt.Errorf("%w: none has registered %s", ErrNoSCSCF, impi)
	}
	for p := range s.peers {
		if h, _ := p.identity(); h == host {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%w: %s isn't connected", ErrNoSCSCF, host)
}

// newSession gives a Session-Id (RFC 6733 §8.8).
func (s *Server) newSession() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	return fmt.Sprintf("%s;0;%d", s.cfg.Host, s.sessions)
}

// resultOf gives the result of an answer, 0 if it has none.
func resultOf(avps []diameter.AVP) (code uint32, experimental bool) {
	if code, ok := diameter.FindUint32(avps, diameter.ResultCode); ok {
		return code, false
	}
	group := diameter.FindGroup(avps, diameter.ExperimentalResult)
	code, ok := diameter.FindUint32(group, diameter.ExperimentalResultCode)
	return code, ok
}
