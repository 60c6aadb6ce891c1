package apdu

import "context"

// Channel carries one command APDU at a time to a card and gives the response
// APDU, the two bytes of the status word at its end included. Commands are in
// the full form of ISO/IEC 7816-3 §12.1, Le included; a Channel whose transport
// wants another form (T=0: see ForT0) makes it.
//
// An error other than ErrRefused means that the card's state is unknown: close
// the Channel.
type Channel interface {
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
	Close() error
}
