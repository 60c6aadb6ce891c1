package apdu

import "errors"

// What a Channel can meet, for errors.Is. The channel is of no use afterwards.
var (
	// ErrNoCard: the reader or modem has no card.
	ErrNoCard = errors.New("no card: insert one, contacts down")
	// ErrRemoved: the card went away, or was reset, in the midst of its work.
	ErrRemoved = errors.New("the card was removed or reset: insert it again")
	// ErrSilent: no answer within the time that one takes.
	ErrSilent = errors.New("no answer from the card's reader or modem: check cable and power, and that no other program uses it")
	// ErrClosed: the channel was closed or broke before.
	ErrClosed = errors.New("the card's channel is closed: open it anew")
)
