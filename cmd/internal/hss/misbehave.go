package hss

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/imsphone/imsphone/protocol/aka"
)

// Misbehaviour says what is wrong with a subscriber's next vectors.
type Misbehaviour struct {
	// WrongMAC flips the last bit of AUTN's MAC.
	WrongMAC bool
	// OldSQN uses the sequence number of the last vector once more.
	OldSQN bool
	// ZeroInRES picks a RAND for which RES holds a zero byte.
	ZeroInRES bool
	// Times is for how many vectors it lasts; 0 is until told otherwise.
	Times int
}

// Misbehave sets what is wrong with a subscriber's next vectors; the zero
// Misbehaviour is good behaviour.
func (s *Store) Misbehave(impi string, m Misbehaviour) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.private(impi)
	if err != nil {
		return err
	}
	r.fault = m
	return nil
}

// vector makes a vector with the faults that are set.
func (r *record) vector(random io.Reader) (aka.Vector, error) {
	fault := r.fault
	rand, err := r.rand(random, fault.ZeroInRES)
	if err != nil {
		return aka.Vector{}, err
	}
	sqn := r.sequence.Last()
	if !fault.OldSQN {
		sqn = r.sequence.Next()
	}
	v := aka.Generate(r.AKA, rand, sqn, r.AMF)
	if fault.WrongMAC {
		v.AUTN[len(v.AUTN)-1] ^= 1
	}
	if r.fault.Times == 1 {
		r.fault = Misbehaviour{}
	} else if r.fault.Times > 1 {
		r.fault.Times--
	}
	return v, nil
}

// zeroTries is enough: of RES's with 8 bytes, 3 in 100 hold a zero byte.
const zeroTries = 10_000

// rand draws a RAND, one whose RES holds a zero byte if that is asked for.
func (r *record) rand(random io.Reader, zeroInRES bool) (rand [16]byte, err error) {
	for range zeroTries {
		if _, err := io.ReadFull(random, rand[:]); err != nil {
			return rand, fmt.Errorf("no RAND from the random source: %w", err)
		}
		if !zeroInRES {
			return rand, nil
		}
		if keys, _ := r.AKA.F2345(rand); bytes.IndexByte(keys.ExposeRES(), 0) >= 0 {
			return rand, nil
		}
	}
	return rand, errors.New("no RES with a zero byte found: is the random source random?")
}
