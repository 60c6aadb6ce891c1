package sim

import (
	"context"
	"fmt"
	"strings"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// Tags of the PIN status template (TS 102 221 §9.5.2).
const (
	tagPINEnabled = 0x90
	tagPINKey     = 0x83
)

// References of PINs (TS 102 221 §9.5.1): application PINs are 01 to 08, the
// universal PIN is 11. Others are for second PINs and administrators.
const (
	firstPIN     = 0x01
	lastPIN      = 0x08
	universalPIN = 0x11
)

// pinReference gives the reference of the PIN that guards the application: the
// first that is switched on, else the first that there is, else 01.
func pinReference(template []byte) byte {
	list, _ := apdu.ParseObjects(template) // what came before a fault counts
	enabled, _ := apdu.Find(list, tagPINEnabled)
	i, first := 0, byte(0)
	for _, o := range list {
		if o.Tag != tagPINKey || len(o.Value) != 1 {
			continue
		}
		on := i/8 < len(enabled) && enabled[i/8]&(0x80>>(i%8)) != 0
		i++
		key := o.Value[0]
		switch {
		case (key < firstPIN || key > lastPIN) && key != universalPIN:
		case on:
			return key
		case first == 0:
			first = key
		}
	}
	return max(first, firstPIN)
}

// verifyPIN makes the application's files and its AUTHENTICATE usable, after
// they were refused without. It never spends a last try.
func verifyPIN(ctx context.Context, ch apdu.Channel, reference byte, pin Secret) error {
	_, status, err := apdu.Send(ctx, ch, apdu.Command{Instruction: apdu.Verify, P2: reference})
	if err != nil {
		return fmt.Errorf("VERIFY: %w", err)
	}
	tries, told := status.Tries()
	switch {
	case status == apdu.Blocked, told && tries == 0:
		return &PINError{Kind: ErrPINBlocked}
	case !told:
		tries = -1
	}
	switch {
	case pin.IsZero():
		return &PINError{Kind: ErrPINRequired, Tries: tries}
	case tries < 2:
		return &PINError{Kind: ErrPINUntried, Tries: tries}
	}
	return tryPIN(ctx, ch, reference, pin)
}

// tryPIN spends a try (TS 102 221 §11.1.9).
func tryPIN(ctx context.Context, ch apdu.Channel, reference byte, pin Secret) error {
	const size = 8 // filled up with FF
	if n := len(pin.text); n < 4 || n > size || strings.Trim(pin.text, "0123456789") != "" {
		return fmt.Errorf("the configured PIN has to have 4 to 8 digits and nothing else")
	}
	data := []byte(pin.text + strings.Repeat("\xff", size-len(pin.text)))
	defer clear(data)
	_, status, err := apdu.Send(ctx, ch, apdu.Command{Instruction: apdu.Verify, P2: reference, Data: data})
	if err != nil {
		return fmt.Errorf("VERIFY: %w", err)
	}
	tries, told := status.Tries()
	switch {
	case status.Success():
		return nil
	case status == apdu.Blocked, told && tries == 0:
		return &PINError{Kind: ErrPINBlocked}
	case told:
		return &PINError{Kind: ErrPINWrong, Tries: tries}
	}
	return &apdu.StatusError{Doing: "VERIFY", Status: status}
}
