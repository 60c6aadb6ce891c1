package pcsc

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/internal/pcscwire"
)

// What can be wrong with the way to a card, for errors.Is, beside the errors of
// package apdu.
var (
	// ErrNoDaemon: nothing listens at pcscd's socket.
	ErrNoDaemon = errors.New("pcscd isn't running: install and start it (package pcscd; systemctl enable --now pcscd.socket)")
	// ErrNoReader: no such reader is plugged in.
	ErrNoReader = errors.New("no such card reader")
	// ErrAmbiguous: several readers hold a card and none was chosen.
	ErrAmbiguous = errors.New("several readers hold a card: name one in the SIM's configuration")
	// ErrBusy: another program uses the card.
	ErrBusy = errors.New("another program uses the card: end it (often scdaemon of GnuPG) and try again")
	// ErrVersion: pcscd speaks another version of its protocol.
	ErrVersion = errors.New("this pcscd speaks a version of its protocol that isn't known here")
	// ErrForbidden: pcscd doesn't let this user use the card.
	ErrForbidden = errors.New("pcscd doesn't let this user use the card: allow it by polkit (action org.debian.pcsc-lite.access_card)")
	// ErrUnresponsive: there is a card, and it doesn't answer a reset.
	ErrUnresponsive = errors.New("the card doesn't answer its reset: check that it is a smart card, clean and the right way round")
)

// explainDial tells why pcscd can't be reached.
func explainDial(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w (%w)", ErrNoDaemon, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w (%w)", ErrForbidden, err)
	}
	return fmt.Errorf("pcscd: %w", err)
}

// explain makes an error of pcscd's result.
func explain(doing string, r pcscwire.Result) error {
	kind := kindOf(r)
	if kind == nil {
		return fmt.Errorf("%s: pcscd says %v: see its log", doing, r)
	}
	return fmt.Errorf("%s: %w (pcscd says %v)", doing, kind, r)
}

func kindOf(r pcscwire.Result) error {
	switch r {
	case pcscwire.NoCard:
		return apdu.ErrNoCard
	case pcscwire.Removed, pcscwire.WasReset, pcscwire.InvalidHandle, pcscwire.ReaderUnavailable,
		pcscwire.NotTransacted, pcscwire.CommError, pcscwire.Unpowered:
		return apdu.ErrRemoved
	case pcscwire.Unresponsive, pcscwire.Unsupported, pcscwire.ProtocolMismatch, pcscwire.NotReady:
		return ErrUnresponsive
	case pcscwire.UnknownReader:
		return ErrNoReader
	case pcscwire.SharingViolation:
		return ErrBusy
	case pcscwire.SecurityViolation:
		return ErrForbidden
	case pcscwire.Timeout:
		return apdu.ErrSilent
	}
	return nil
}
