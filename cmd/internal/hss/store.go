package hss

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/imsphone/imsphone/cmd/internal/hss/diameter"
	"github.com/imsphone/imsphone/protocol/aka"
)

// Errors of a [Store], in the words of TS 29.229 §6.2.2. They come wrapped with
// the identity.
var (
	ErrUserUnknown            = errors.New("user unknown")
	ErrIdentitiesDontMatch    = errors.New("private and public identity don't match")
	ErrIdentityNotRegistered  = errors.New("identity not registered")
	ErrAlreadyRegistered      = errors.New("identity already registered at another S-CSCF")
	ErrAuthSchemeNotSupported = errors.New("authentication scheme not supported")
	ErrInAssignmentType       = errors.New("no such assignment in this state")
	ErrBarred                 = errors.New("every public identity is barred")
)

// Store holds the subscribers. It does no input or output and has no clock; it
// is safe for concurrent use, since a test flips switches while a server reads.
type Store struct {
	random io.Reader

	mu     sync.Mutex
	byIMPI map[string]*record
	byIMPU map[string]*record
}

// record is a subscriber and what changes about it.
type record struct {
	Subscriber
	sequence *aka.Generator
	Registration
	fault Misbehaviour
}

// NewStore makes a store. random gives the RANDs: crypto/rand.Reader, or a
// fixed sequence in a test.
func NewStore(random io.Reader, subscribers ...Subscriber) (*Store, error) {
	s := &Store{random: random, byIMPI: make(map[string]*record), byIMPU: make(map[string]*record)}
	for _, sub := range subscribers {
		if err := s.Add(sub); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Add takes in a subscriber. No two may share an identity.
func (s *Store) Add(sub Subscriber) error {
	if err := sub.check(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byIMPI[sub.IMPI] != nil {
		return fmt.Errorf("private identity %s is there twice", sub.IMPI)
	}
	for _, i := range sub.IMPUs {
		if s.byIMPU[canonical(i.URI)] != nil {
			return fmt.Errorf("public identity %s belongs to another subscriber", i.URI)
		}
	}
	r := &record{Subscriber: sub, sequence: aka.NewGenerator(sub.SQN)}
	s.byIMPI[sub.IMPI] = r
	for _, i := range sub.IMPUs {
		s.byIMPU[canonical(i.URI)] = r
	}
	return nil
}

// Subscriber gives the subscriber of a private identity, with the sequence
// number as it stands.
func (s *Store) Subscriber(impi string) (Subscriber, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return Subscriber{}, err
	}
	sub := r.Subscriber
	sub.SQN = r.sequence.Last()
	return sub, nil
}

// Vector makes the next authentication vector of a subscriber (TS 33.102
// §6.3.2), or a bad one if [Store.Misbehave] asks for it.
func (s *Store) Vector(impi string) (aka.Vector, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return aka.Vector{}, err
	}
	if r.AKA == nil {
		return aka.Vector{}, fmt.Errorf("%w: %s has a password only", ErrAuthSchemeNotSupported, impi)
	}
	return r.vector(s.random)
}

// Resync takes the AUTS with which the subscriber's card answered the challenge
// rand; vectors go on from the card's sequence number (TS 33.102 §6.3.5).
func (s *Store) Resync(impi string, rand [16]byte, auts [14]byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return err
	}
	if r.AKA == nil {
		return fmt.Errorf("%w: %s has a password only", ErrAuthSchemeNotSupported, impi)
	}
	sqn, err := aka.Resynchronise(r.AKA, rand, auts)
	if err != nil {
		return fmt.Errorf("subscriber %s: %w", impi, err)
	}
	r.sequence.Resynchronise(sqn)
	return nil
}

// DigestHA1 gives H(A1) of a subscriber with a password: the hexadecimal MD5 of
// private identity, realm and password (RFC 2617 §3.2.2.2). It serves as the
// password itself within the realm.
func (s *Store) DigestHA1(impi, realm string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return "", err
	}
	if r.Password == "" {
		return "", fmt.Errorf("%w: %s has no password", ErrAuthSchemeNotSupported, impi)
	}
	sum := md5.Sum([]byte(impi + ":" + realm + ":" + string(r.Password)))
	return hex.EncodeToString(sum[:]), nil
}

// scheme settles the authentication scheme that was asked for.
func (r *record) scheme(asked string) (string, error) {
	unknown := asked == "" || strings.EqualFold(asked, diameter.SchemeUnknown)
	switch {
	case r.AKA != nil && (unknown || strings.EqualFold(asked, diameter.SchemeAKAv1)):
		return diameter.SchemeAKAv1, nil
	case r.Password != "" && (unknown || strings.EqualFold(asked, diameter.SchemeSIPDigest)):
		return diameter.SchemeSIPDigest, nil
	}
	return "", fmt.Errorf("%w: %.40q for %s", ErrAuthSchemeNotSupported, asked, r.IMPI)
}

// private finds a record; the caller holds the lock.
func (s *Store) private(impi string) (*record, error) {
	if r := s.byIMPI[impi]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%w: %s", ErrUserUnknown, impi)
}

// public finds a record by a public identity; the caller holds the lock.
func (s *Store) public(impu string) (*record, error) {
	r := s.byIMPU[canonical(impu)]
	if r == nil {
		r = s.byIMPU[telForm(impu)]
	}
	if r == nil {
		return nil, fmt.Errorf("%w: %s", ErrUserUnknown, impu)
	}
	return r, nil
}

// both finds the record that both identities belong to; the caller holds the
// lock.
func (s *Store) both(impi, impu string) (*record, error) {
	r, err := s.private(impi)
	if err != nil {
		return nil, err
	}
	other, err := s.public(impu)
	if err != nil {
		return nil, err
	}
	if r != other {
		return nil, fmt.Errorf("%w: %s and %s", ErrIdentitiesDontMatch, impi, impu)
	}
	return r, nil
}
