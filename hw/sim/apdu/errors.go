package apdu

import "errors"

// What a Channel can meet, for errors.Is. But for ErrRefused, the channel is of
// no use afterwards.
var (
	// ErrRefused: the modem didn't pass the command on to the card. The
	// channel goes on working.
	ErrRefused = errors.New("the modem refused")
	// ErrNoCard: the reader or modem has no card.
	ErrNoCard = errors.New("no card: insert one, contacts down")
	// ErrRemoved: the card went away, or was reset, in the midst of its work.
	ErrRemoved = errors.New("the card was removed or reset: insert it again")
	// ErrSilent: no answer within the time that one takes.
	ErrSilent = errors.New("no answer from the card's reader or modem: check cable and power, and that no other program uses it")
	// ErrClosed: the channel was closed or broke before.
	ErrClosed = errors.New("the card's channel is closed: open it anew")
)
