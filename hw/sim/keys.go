package sim

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/imsphone/imsphone/protocol/aka"
)

// Keys are a subscriber's secrets, in hexadecimal; blanks within are ignored.
// For Milenage give K and either OP or OPc, of 16 bytes each (TS 35.206). For
// TUAK give K of 16 or 32 bytes and either TOP or TOPc of 32 (TS 35.231).
type Keys struct {
	K, OP, OPc, TOP, TOPc Secret
	// RESBits and Iterations are an operator's choices for TUAK; 0 is the
	// usual one. See aka.TUAKOptions.
	RESBits, Iterations int
}

// functions makes the authentication functions. Its errors tell no key.
func (k Keys) functions() (aka.Functions, error) {
	if k.K.IsZero() {
		return nil, errors.New("no key: give K")
	}
	given := 0
	for _, s := range []Secret{k.OP, k.OPc, k.TOP, k.TOPc} {
		if !s.IsZero() {
			given++
		}
	}
	if given != 1 {
		return nil, errors.New("give exactly one of OP and OPc (for Milenage), TOP and TOPc (for TUAK)")
	}
	if !k.TOP.IsZero() || !k.TOPc.IsZero() {
		return k.tuak()
	}
	return k.milenage()
}

func (k Keys) milenage() (aka.Functions, error) {
	key, err := k.K.bytes("K", 16)
	if err != nil {
		return nil, err
	}
	if !k.OP.IsZero() {
		op, err := k.OP.bytes("OP", 16)
		if err != nil {
			return nil, err
		}
		return aka.NewMilenage([16]byte(key), [16]byte(op)), nil
	}
	opc, err := k.OPc.bytes("OPc", 16)
	if err != nil {
		return nil, err
	}
	return aka.NewMilenageOPc([16]byte(key), [16]byte(opc)), nil
}

func (k Keys) tuak() (aka.Functions, error) {
	key, err := k.K.bytes("K", 16, 32)
	if err != nil {
		return nil, err
	}
	options := aka.TUAKOptions{RES: k.RESBits, Iterations: k.Iterations}
	if !k.TOP.IsZero() {
		top, err := k.TOP.bytes("TOP", 32)
		if err != nil {
			return nil, err
		}
		return aka.NewTUAK(key, [32]byte(top), options)
	}
	topc, err := k.TOPc.bytes("TOPc", 32)
	if err != nil {
		return nil, err
	}
	return aka.NewTUAKTOPc(key, [32]byte(topc), options)
}

// bytes reads hexadecimal of one of the given sizes.
func (s Secret) bytes(name string, sizes ...int) ([]byte, error) {
	b, err := hex.DecodeString(strings.Join(strings.Fields(s.text), ""))
	if err != nil {
		return nil, fmt.Errorf("%s has to be in hexadecimal", name) // err would tell of the key
	}
	for _, n := range sizes {
		if len(b) == n {
			return b, nil
		}
	}
	return nil, fmt.Errorf("%s has %d bytes where %s belong", name, len(b), strings.ReplaceAll(strings.Trim(fmt.Sprint(sizes), "[]"), " ", " or "))
}
