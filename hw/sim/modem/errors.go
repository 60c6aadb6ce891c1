package modem

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// ErrDevice: the serial device can't be used.
var ErrDevice = errors.New("modem's serial device not usable")

// ErrAnswer: what the modem answered isn't what TS 27.007 has.
var ErrAnswer = errors.New("the modem's answer can't be read")

// CommandError tells that a modem refused a command.
type CommandError struct {
	Command string // without parameters, such as "AT+CSIM"
	// Code is that of +CME ERROR (TS 27.007 §9.2); -1 if the modem said just
	// ERROR.
	Code int
	// worked tells that the card answered before.
	worked bool
}

// The codes that are told apart.
const (
	noCode          = -1
	codeNotAllowed  = 3
	codeUnsupported = 4
	codeNoSIM       = 10
	codePIN         = 11
	codePUK         = 12
	codeFailure     = 13
	codeBusy        = 14
	codeWrong       = 15
	codeNotFound    = 22
	codeParameters  = 50
)

// Error explains the code.
func (e *CommandError) Error() string {
	if e.Code == noCode {
		return fmt.Sprintf("%s: the modem says ERROR: it may not know the command", e.Command)
	}
	return fmt.Sprintf("%s: the modem says +CME ERROR: %d: %s", e.Command, e.Code, meaning(e.Code))
}

// Unwrap gives what the error is to the users of a channel.
func (e *CommandError) Unwrap() error {
	switch {
	case e.worked && (e.Code == codeNoSIM || e.Code == codeFailure):
		return apdu.ErrRemoved
	case e.Code == codeNoSIM:
		return apdu.ErrNoCard
	}
	return apdu.ErrRefused
}

func meaning(code int) string {
	switch code {
	case codeNotAllowed:
		return "not allowed: the modem may want the PIN, or keep the card to itself"
	case codeUnsupported:
		return "not supported by this modem"
	case codeNoSIM:
		return "no card is in the modem, or it was removed"
	case codePIN:
		return "the card wants its PIN: give it to the modem (AT+CPIN, or mmcli --pin)"
	case codePUK:
		return "the PIN is blocked: unblock it with the PUK (mmcli --puk)"
	case codeFailure:
		return "the card failed"
	case codeBusy:
		return "the modem is busy with the card: try again in some seconds"
	case codeWrong:
		return "the modem takes this for a wrong card"
	case codeNotFound:
		return "not found: the card has no such application"
	case codeParameters:
		return "the modem doesn't like the parameters"
	}
	return "see TS 27.007 §9.2"
}

// finalResult tells whether a line ends the answer to a command, and how: with
// nil after OK (ITU-T V.250 §5.7.1, TS 27.007 §9).
func finalResult(command, line string) (err error, final bool) {
	const cme, cms = "+CME ERROR:", "+CMS ERROR:"
	switch {
	case line == "OK":
		return nil, true
	case line == "ERROR", strings.HasPrefix(line, cms):
		return &CommandError{Command: command, Code: noCode}, true
	case strings.HasPrefix(line, cme):
		code, err := strconv.Atoi(strings.TrimSpace(line[len(cme):]))
		if err != nil || code < 0 {
			code = noCode // words, where the modem doesn't know AT+CMEE=1
		}
		return &CommandError{Command: command, Code: code}, true
	}
	return nil, false
}
