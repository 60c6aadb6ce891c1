package sim

import (
	"context"

	"github.com/imsphone/imsphone/protocol/aka"
)

// Card is a subscriber's SIM. Its methods are safe for concurrent use; a call
// that waits for another ends with its context.
type Card interface {
	// Identity tells who the subscriber is.
	Identity(ctx context.Context) (Identity, error)
	// Authenticate answers a challenge (TS 33.102 §6.3.3). The error wraps
	// aka.ErrMAC where the challenge isn't the network's and is a
	// *aka.SyncError, with the AUTS to send, where it isn't fresh. Any other
	// error says nothing about the challenge.
	Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error)
	// Close lets go of the card. Authenticate fails afterwards.
	Close() error
}
