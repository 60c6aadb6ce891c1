package apdu

import "fmt"

// Status is the status word of a response (TS 102 221 §10.2.1).
type Status uint16

// The status words that decide what is done next.
const (
	OK                   Status = 0x9000
	NotSatisfied         Status = 0x6982 // security status: a PIN is due
	Blocked              Status = 0x6983 // authentication method blocked
	Invalidated          Status = 0x6984 // the PIN is disabled
	ConditionsUnmet      Status = 0x6985
	FileNotFound         Status = 0x6a82
	RecordNotFound       Status = 0x6a83
	ReferenceNotFound    Status = 0x6a88
	WrongMAC             Status = 0x9862 // authentication error (TS 31.102 §7.3.1)
	ContextNotSupported  Status = 0x9864
	WrongLength          Status = 0x6700
	WrongParameters      Status = 0x6a86
	NoSuchInstruction    Status = 0x6d00
	NoSuchClass          Status = 0x6e00
	NoLogicalChannel     Status = 0x6881
	NotEnoughMemory      Status = 0x6a84
	CommandNotAllowed    Status = 0x6986
	FunctionNotSupported Status = 0x6a81
)

// Success tells that the command was carried out. 91xx adds that the card has
// a proactive command, which is the modem's business.
func (s Status) Success() bool { return s == OK || s>>8 == 0x91 }

// Warning tells that the command was carried out with a remark, such as that
// fewer bytes came than were asked for.
func (s Status) Warning() bool { return s>>8 == 0x62 || s>>8 == 0x63 && s&0xf0 != 0xc0 }

// More gives how many bytes a GET RESPONSE fetches (0 is 256), if any.
func (s Status) More() (n byte, ok bool) { return byte(s), s>>8 == 0x61 }

// Exact gives the length with which the command has to be repeated, if it has.
func (s Status) Exact() (n byte, ok bool) { return byte(s), s>>8 == 0x6c }

// Tries gives how many tries a PIN has left, if this status tells.
func (s Status) Tries() (n int, ok bool) { return int(s & 0x0f), s&0xfff0 == 0x63c0 }

// String gives the word in hexadecimal and in words.
func (s Status) String() string { return fmt.Sprintf("%04X, %s", uint16(s), s.meaning()) }

func (s Status) meaning() string {
	if n, ok := s.Tries(); ok {
		return fmt.Sprintf("PIN refused, %d tries left", n)
	}
	if s.Success() {
		return "success"
	}
	if text, ok := s.exactMeaning(); ok {
		return text
	}
	switch s >> 8 {
	case 0x61:
		return "more bytes to fetch"
	case 0x62, 0x63:
		return "done with a warning"
	case 0x64, 0x65, 0x66, 0x6f:
		return "the card failed"
	case 0x67:
		return "wrong length"
	case 0x68:
		return "logical channels or secure messaging not supported"
	case 0x69:
		return "command not allowed"
	case 0x6a, 0x6b:
		return "wrong parameters"
	case 0x6c:
		return "wrong length asked for"
	case 0x93:
		return "the SIM toolkit is busy"
	}
	return "unknown status"
}

func (s Status) exactMeaning() (string, bool) {
	switch s {
	case NotSatisfied:
		return "a PIN has to be entered first", true
	case Blocked:
		return "blocked", true
	case Invalidated:
		return "disabled", true
	case ConditionsUnmet:
		return "conditions of use not satisfied", true
	case CommandNotAllowed:
		return "command not allowed: no file selected", true
	case FunctionNotSupported:
		return "function not supported", true
	case FileNotFound:
		return "no such file or application", true
	case RecordNotFound:
		return "no such record", true
	case NotEnoughMemory:
		return "no memory left", true
	case WrongParameters:
		return "wrong parameters P1-P2", true
	case ReferenceNotFound:
		return "no such PIN or key", true
	case NoLogicalChannel:
		return "logical channel not supported", true
	case NoSuchInstruction:
		return "instruction unknown to the card", true
	case NoSuchClass:
		return "class unknown to the card", true
	case WrongMAC:
		return "authentication failed: wrong MAC", true
	case ContextNotSupported:
		return "security context not supported", true
	}
	return "", false
}

// StatusError tells that a card refused a command.
type StatusError struct {
	Doing  string // in a few words, such as "SELECT of EF_IMPI"
	Status Status
}

// Error tells what was refused and how.
func (e *StatusError) Error() string { return fmt.Sprintf("%s: the card says %s", e.Doing, e.Status) }
