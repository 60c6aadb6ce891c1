package aka

import (
	"crypto/subtle"
	"errors"
	"fmt"
)

// USIM is the card's side of an authentication: it holds the functions of one
// subscriber and the sequence numbers that it has accepted. It is not safe for
// concurrent use.
type USIM struct {
	hidden
	functions Functions
	state     State
	limits    Limits
}

// State are the greatest SEQ accepted for each IND (TS 33.102 Annex C.2.1),
// each below 2^43. A store keeps it; it is not secret.
type State [1 << indBits]uint64

// Limits are the USIM's choices in TS 33.102 Annex C.2, in units of SEQ.
type Limits struct {
	// Delta is how far SEQ may jump ahead of the greatest one accepted; 0
	// means 2^28 (Annex C.3.1).
	Delta uint64
	// Age is how far SEQ may lie behind the greatest one accepted even where
	// its own place would take it; 0 means any distance.
	Age uint64
}

const defaultDelta = 1 << 28

// NewUSIM makes a card in the state that a store kept; the zero State is a new
// card's.
func NewUSIM(f Functions, s State, l Limits) (*USIM, error) {
	for ind, seq := range s {
		if seq > maxSEQ {
			return nil, fmt.Errorf("the SIM's state is broken: SEQ %d of IND %d has more than 43 bits", seq, ind)
		}
	}
	if l.Delta == 0 {
		l.Delta = defaultDelta
	}
	return &USIM{functions: f, state: s, limits: l}, nil
}

// State gives the sequence numbers for a store to keep.
func (u *USIM) State() State { return u.state }

// SQN gives the greatest sequence number accepted, SQN_MS.
func (u *USIM) SQN() uint64 {
	best := 0
	for ind, seq := range u.state {
		if seq > 0 && seq >= u.state[best] {
			best = ind
		}
	}
	return joinSQN(u.state[best], best)
}

// Result is a successful authentication.
type Result struct {
	Keys Keys
	// AMF is AUTN's.
	AMF AMF
	// SQN is AUTN's, with the concealment taken off.
	SQN uint64
}

// ErrMAC: the challenge isn't from this subscriber's network, or the secrets
// are not this subscriber's.
var ErrMAC = errors.New("AUTN MAC wrong: OP instead of OPc? Compare K and OPc with the network's")

// Authenticate checks a challenge (TS 33.102 §6.3.3): first that AUTN's MAC is
// right, in constant time, else the error is [ErrMAC]; then that its sequence
// number is fresh, else the error is a *[SyncError]. Only a success changes the
// state, which the caller has to store before it uses the keys.
func (u *USIM) Authenticate(rand, autn [16]byte) (Result, error) {
	keys, ak := u.functions.F2345(rand)
	sqn, amf := xor6([6]byte(autn[:6]), ak), AMF(autn[6:8])
	mac := u.functions.F1(rand, sqn, amf)
	if subtle.ConstantTimeCompare(mac[:], autn[8:]) != 1 {
		return Result{}, ErrMAC
	}
	seq, ind := splitSQN(sqnOf(sqn))
	if !u.fresh(seq, ind) {
		return Result{}, u.syncError(rand, sqnOf(sqn))
	}
	u.state[ind] = seq
	return Result{Keys: keys, AMF: amf, SQN: sqnOf(sqn)}, nil
}

// fresh is TS 33.102 Annex C.2.1 and C.2.2.
func (u *USIM) fresh(seq uint64, ind int) bool {
	highest, _ := splitSQN(u.SQN())
	switch {
	case seq > highest && seq-highest > u.limits.Delta:
		return false
	case u.limits.Age > 0 && highest > seq && highest-seq > u.limits.Age:
		return false
	}
	return seq > u.state[ind]
}

// SyncError: AUTN's sequence number is not fresh. The network resynchronises
// when it gets AUTS (TS 33.102 §6.3.5).
type SyncError struct {
	AUTS [14]byte
	// Behind is by how much AUTN's SQN lies behind the card's greatest, and
	// Ahead by how much it lies ahead, where that is more than the card
	// accepts. Both are 0 where the card doesn't tell or SQN was used before.
	Behind, Ahead uint64
}

// Error says how far the network's and the card's sequence numbers are apart.
func (e *SyncError) Error() string {
	switch {
	case e.Behind > 0:
		return fmt.Sprintf("AUTN's SQN is behind the SIM's by %d: answer with AUTS", e.Behind)
	case e.Ahead > 0:
		return fmt.Sprintf("AUTN's SQN is ahead of the SIM's by %d, more than the SIM accepts: answer with AUTS", e.Ahead)
	}
	return "AUTN's SQN is not fresh: answer with AUTS"
}

// syncError makes AUTS of SQN_MS, with an AMF of zeros (TS 33.102 §6.3.3).
func (u *USIM) syncError(rand [16]byte, sqn uint64) *SyncError {
	highest := u.SQN()
	b := sqnBytes(highest)
	concealed := xor6(b, u.functions.F5Star(rand))
	mac := u.functions.F1Star(rand, b, AMF{})
	e := &SyncError{}
	switch {
	case sqn < highest:
		e.Behind = highest - sqn
	case sqn>>indBits > highest>>indBits: // else it is SEQ 0 or a replay
		e.Ahead = sqn - highest
	}
	copy(e.AUTS[copy(e.AUTS[:], concealed[:]):], mac[:])
	return e
}
