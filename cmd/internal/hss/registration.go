package hss

import (
	"fmt"
)

// State is how a subscription is registered (TS 29.228 §6.1).
type State uint8

// The states.
const (
	// NotRegistered: no S-CSCF serves the subscriber, though one may be
	// authenticating it and then has its name in the store.
	NotRegistered State = iota
	// Registered: the subscriber's phone is reachable.
	Registered
	// Unregistered: no phone is reachable, an S-CSCF serves the subscriber.
	Unregistered
)

// String gives the state's name.
func (s State) String() string {
	return [...]string{"not registered", "registered", "unregistered"}[s]
}

// Registration is where a subscription stands.
type Registration struct {
	State State
	// SCSCF is the SIP URI of the S-CSCF that serves the subscriber or is
	// authenticating it, "" if there is none.
	SCSCF string
}

// Assignment is a Server-Assignment-Type (TS 29.229 §6.3.15).
type Assignment uint32

// The assignments.
const (
	NoAssignment                   Assignment = 0
	InitialRegistration            Assignment = 1
	ReRegistration                 Assignment = 2
	UnregisteredUser               Assignment = 3
	TimeoutDeregistration          Assignment = 4
	UserDeregistration             Assignment = 5
	TimeoutDeregistrationStoreName Assignment = 6
	UserDeregistrationStoreName    Assignment = 7
	AdministrativeDeregistration   Assignment = 8
	AuthenticationFailure          Assignment = 9
	AuthenticationTimeout          Assignment = 10
	DeregistrationTooMuchData      Assignment = 11
)

// AuthorizationType is a User-Authorization-Type (TS 29.229 §6.3.24).
type AuthorizationType uint32

// The authorization types.
const (
	ForRegistration   AuthorizationType = 0
	ForDeregistration AuthorizationType = 1
	ForCapabilities   AuthorizationType = 2
)

// Registration tells where a subscription stands.
func (s *Store) Registration(impi string) (Registration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return Registration{}, err
	}
	return r.Registration, nil
}

// Authorize tells whether a REGISTER may go on, and to which S-CSCF
// (TS 29.228 §6.1.1.1). An empty SCSCF is a first registration.
func (s *Store) Authorize(impi, impu string, t AuthorizationType) (Registration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.both(impi, impu)
	switch {
	case err != nil:
		return Registration{}, err
	case t == ForDeregistration && r.State == NotRegistered:
		return Registration{}, fmt.Errorf("%w: %s", ErrIdentityNotRegistered, impu)
	case t != ForDeregistration && r.allBarred():
		return Registration{}, fmt.Errorf("%w: %s", ErrBarred, impi)
	}
	return r.Registration, nil
}

// Authenticate settles the authentication scheme for a registration at an
// S-CSCF, whose name it stores (TS 29.228 §6.3.1). asked is the scheme that the
// S-CSCF asked for; "Unknown" leaves the choice to the store.
func (s *Store) Authenticate(impi, impu, asked, scscf string) (scheme string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.both(impi, impu)
	if err != nil {
		return "", err
	}
	scheme, err = r.scheme(asked)
	if err == nil && scscf != "" {
		r.SCSCF = scscf
	}
	return scheme, err
}

// Assign does what an S-CSCF reports about a registration, and gives the
// subscriber whose profile the S-CSCF needs (TS 29.228 §6.1.2.1). impi may be
// empty, for a user who isn't registered.
func (s *Store) Assign(impi, impu string, t Assignment, scscf string) (Subscriber, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.public(impu)
	if impi != "" {
		r, err = s.both(impi, impu)
	}
	if err == nil {
		err = r.assign(t, scscf)
	}
	if err != nil {
		return Subscriber{}, err
	}
	return r.Subscriber, nil
}

func (r *record) assign(t Assignment, scscf string) error {
	switch t {
	case NoAssignment:
		if r.SCSCF != scscf {
			return fmt.Errorf("%w: %s isn't at %s", ErrInAssignmentType, r.IMPI, scscf)
		}
	case InitialRegistration, ReRegistration, UnregisteredUser:
		return r.serve(t, scscf)
	case TimeoutDeregistration, UserDeregistration, AdministrativeDeregistration, DeregistrationTooMuchData:
		r.Registration = Registration{}
	case TimeoutDeregistrationStoreName, UserDeregistrationStoreName:
		r.State = Unregistered
	case AuthenticationFailure, AuthenticationTimeout:
		if r.State == NotRegistered {
			r.SCSCF = ""
		}
	default:
		return fmt.Errorf("%w: Server-Assignment-Type %d", ErrInAssignmentType, t)
	}
	return nil
}

// serve assigns the S-CSCF.
func (r *record) serve(t Assignment, scscf string) error {
	if r.SCSCF != "" && r.SCSCF != scscf {
		return fmt.Errorf("%w: %s is at %s", ErrAlreadyRegistered, r.IMPI, r.SCSCF)
	}
	state := Registered
	if t == UnregisteredUser {
		state = Unregistered
	}
	r.Registration = Registration{State: state, SCSCF: scscf}
	return nil
}

// Locate tells where calls to a public identity go (TS 29.228 §6.1.4.1). An
// empty SCSCF without error means that any S-CSCF may serve the user.
func (s *Store) Locate(impu string) (Registration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.public(impu)
	if err != nil {
		return Registration{}, err
	}
	if r.State == NotRegistered {
		if !r.ServedUnregistered {
			return Registration{}, fmt.Errorf("%w: %s", ErrIdentityNotRegistered, impu)
		}
		return Registration{}, nil
	}
	return r.Registration, nil
}

// Release forgets a registration, as after a network-initiated
// de-registration.
func (s *Store) Release(impi string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return err
	}
	r.Registration = Registration{}
	return nil
}
