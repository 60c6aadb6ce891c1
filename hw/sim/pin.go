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

// pinReference gives the reference of the PIN that guards the application.
// needed is false where the card says that none is switched on.
func pinReference(template []byte) (reference byte, needed bool) {
	list, _ := apdu.ParseObjects(template) // what came before a fault counts
	enabled, told := apdu.Find(list, tagPINEnabled)
	i, seen := 0, false
	for _, o := range list {
		if o.Tag != tagPINKey || len(o.Value) != 1 {
			continue
		}
		on := !told || i/8 >= len(enabled) || enabled[i/8]&(0x80>>(i%8)) != 0
		i++
		if key := o.Value[0]; key >= firstPIN && key <= lastPIN || key == universalPIN {
			if on {
				return key, true
			}
			seen = true
		}
	}
	return firstPIN, !seen
}

// verifyPIN makes the application's files and its AUTHENTICATE usable. It
// never spends a last try.
func verifyPIN(ctx context.Context, ch apdu.Channel, info fcp, pin Secret) error {
	reference, needed := pinReference(info.pin)
	if !needed {
		return nil
	}
	_, status, err := apdu.Send(ctx, ch, apdu.Command{Instruction: apdu.Verify, P2: reference})
	if err != nil {
		return fmt.Errorf("VERIFY: %w", err)
	}
	tries, told := status.Tries()
	switch {
	case status.Success(), status == apdu.Invalidated, status == apdu.ReferenceNotFound:
		return nil // verified before, switched off, or there is none
	case status == apdu.Blocked, told && tries == 0:
		return &PINError{Kind: ErrPINBlocked}
	case !told:
		tries = -1
	}
	switch {
	case pin.IsZero() && !told:
		return nil // the files tell whether one is due
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
