package sim

import (
	"errors"
	"fmt"
)

// What a card can refuse, for errors.Is. None of these is cured by trying again
// as before; the texts say what cures them.
var (
	// ErrNoApplication: the card has no ISIM and no USIM, or not the one asked for.
	ErrNoApplication = errors.New("the card has no such application")
	// ErrPINRequired: the card wants a PIN and none is configured.
	ErrPINRequired = errors.New("the card wants its PIN")
	// ErrPINWrong: the configured PIN was refused.
	ErrPINWrong = errors.New("the card refused the configured PIN")
	// ErrPINUntried: the PIN was not tried, since only one try is left, or it
	// isn't known how many are.
	ErrPINUntried = errors.New("the configured PIN was not tried")
	// ErrPINBlocked: only the PUK helps.
	ErrPINBlocked = errors.New("the card's PIN is blocked")
	// ErrContext: the application doesn't do AKA.
	ErrContext = errors.New("the card's application doesn't do AKA")
	// ErrAnswer: the card answered something that can't be read.
	ErrAnswer = errors.New("the card's answer can't be read")
)

// PINError tells why the card's PIN isn't verified.
type PINError struct {
	Kind error // ErrPINRequired, ErrPINWrong, ErrPINUntried or ErrPINBlocked
	// Tries is how many are left; -1 if the card doesn't tell.
	Tries int
}

// Error tells what to do.
func (e *PINError) Error() string {
	switch e.Kind {
	case ErrPINRequired:
		return fmt.Sprintf("%v%s: set the PIN in the SIM's configuration, or switch the PIN off with a phone", e.Kind, e.left())
	case ErrPINWrong:
		return fmt.Sprintf("%v%s: correct it before the next start", e.Kind, e.left())
	case ErrPINUntried:
		return fmt.Sprintf("%v%s: enter the PIN with a phone, where a slip can be mended by the PUK, and start again", e.Kind, e.left())
	}
	return fmt.Sprintf("%v: unblock it with the PUK in a phone", e.Kind)
}

func (e *PINError) left() string {
	switch e.Tries {
	case -1:
		return " (the card doesn't tell how many tries are left)"
	case 1:
		return " (one try is left)"
	}
	return fmt.Sprintf(" (%d tries are left)", e.Tries)
}

// Unwrap gives the kind.
func (e *PINError) Unwrap() error { return e.Kind }
