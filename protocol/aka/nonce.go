package aka

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrNonce: a nonce or an AUTS parameter isn't what AKA needs.
var ErrNonce = errors.New("not a value of AKA")

// ParseNonce reads the nonce of a challenge: RAND, AUTN and whatever the
// server appended, in base64 (RFC 3310 §3.2). Missing padding is tolerated.
func ParseNonce(nonce string) (rand, autn [16]byte, serverData []byte, err error) {
	b, err := decode(nonce)
	if err != nil {
		return rand, autn, nil, fmt.Errorf("%w: the nonce is not base64: %v", ErrNonce, err)
	}
	if len(b) < 32 {
		return rand, autn, nil, fmt.Errorf(
			"%w: the nonce holds %d bytes, RAND and AUTN need 32: does the server really use AKA for this subscriber?", ErrNonce, len(b))
	}
	return [16]byte(b[:16]), [16]byte(b[16:32]), b[32:], nil
}

// FormatNonce is the network's side of [ParseNonce].
func FormatNonce(rand, autn [16]byte, serverData []byte) string {
	return base64.StdEncoding.EncodeToString(slices.Concat(rand[:], autn[:], serverData))
}

// ParseAUTS reads the auts parameter of credentials (RFC 3310 §3.4).
func ParseAUTS(value string) (auts [14]byte, err error) {
	b, err := decode(value)
	if err != nil {
		return auts, fmt.Errorf("%w: auts is not base64: %v", ErrNonce, err)
	}
	if len(b) != len(auts) {
		return auts, fmt.Errorf("%w: auts holds %d bytes instead of 14", ErrNonce, len(b))
	}
	return [14]byte(b), nil
}

// FormatAUTS gives the value of the auts parameter (RFC 3310 §3.4).
func FormatAUTS(auts [14]byte) string { return base64.StdEncoding.EncodeToString(auts[:]) }

func decode(s string) ([]byte, error) {
	return base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.TrimSpace(s), "="))
}
