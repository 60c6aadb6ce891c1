package pcscwire

import "fmt"

// Result is the return value of a command (PC/SC part 5).
type Result uint32

// The results that this program tells apart.
const (
	Success           Result = 0
	InvalidHandle     Result = 0x80100003
	InsufficientSpace Result = 0x80100008
	UnknownReader     Result = 0x80100009
	Timeout           Result = 0x8010000a
	SharingViolation  Result = 0x8010000b
	NoCard            Result = 0x8010000c
	ProtocolMismatch  Result = 0x8010000f
	NotReady          Result = 0x80100010
	CommError         Result = 0x80100013
	NotTransacted     Result = 0x80100016
	ReaderUnavailable Result = 0x80100017
	ServiceStopped    Result = 0x8010001e
	Unsupported       Result = 0x80100065
	Unresponsive      Result = 0x80100066
	Unpowered         Result = 0x80100067
	WasReset          Result = 0x80100068
	Removed           Result = 0x80100069
	SecurityViolation Result = 0x8010006a
)

// String gives the number.
func (r Result) String() string { return fmt.Sprintf("%08X", uint32(r)) }
