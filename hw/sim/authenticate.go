package sim

import (
	"context"
	"fmt"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/protocol/aka"
)

// contextAKA is P2 of AUTHENTICATE: the application's own key, and the 3G
// context of a USIM or the IMS AKA context of an ISIM (TS 31.102 §7.1.2.1,
// TS 31.103 §7.1.2.1).
const contextAKA = 0x81

// authenticate lets the current application answer a challenge.
func authenticate(ctx context.Context, ch apdu.Channel, rand, autn [16]byte) (aka.Keys, error) {
	challenge := make([]byte, 0, 34)
	challenge = append(append(challenge, 16), rand[:]...)
	challenge = append(append(challenge, 16), autn[:]...)
	answer, status, err := apdu.Send(ctx, ch, apdu.Command{
		Instruction: apdu.Authenticate, P2: contextAKA, Data: challenge, Reply: true,
	})
	defer clear(answer)
	if err != nil {
		return aka.Keys{}, fmt.Errorf("AUTHENTICATE: %w", err)
	}
	if !status.Success() {
		return aka.Keys{}, explainAuthenticate(status)
	}
	return parseAuthenticate(answer)
}

// explainAuthenticate makes an error of the status words of TS 31.102 §7.3.1.
func explainAuthenticate(s apdu.Status) error {
	refused := &apdu.StatusError{Doing: "AUTHENTICATE", Status: s}
	switch s {
	case apdu.WrongMAC:
		return fmt.Errorf("%w (%w)", aka.ErrMAC, refused)
	case apdu.NotSatisfied:
		return fmt.Errorf("%w (%w)", &PINError{Kind: ErrPINRequired, Tries: -1}, refused)
	case apdu.ContextNotSupported, apdu.WrongParameters, apdu.NoSuchInstruction, apdu.ConditionsUnmet:
		return fmt.Errorf("%w: ask the operator for a card for IMS, or choose the card's other application (%w)", ErrContext, refused)
	}
	return refused
}

// Tags of the answer (TS 31.102 §7.1.2.1).
const (
	tagSuccess     = 0xdb
	tagSyncFailure = 0xdc
)

// parseAuthenticate reads the answer: DB with RES, CK and IK, each after its
// length, or DC with AUTS.
func parseAuthenticate(answer []byte) (aka.Keys, error) {
	const minRES, maxRES = 4, 32
	if len(answer) == 0 {
		return aka.Keys{}, fmt.Errorf("%w: nothing came of AUTHENTICATE", ErrAnswer)
	}
	tag, rest := answer[0], answer[1:]
	switch tag {
	case tagSyncFailure:
		auts, _, ok := cutField(rest)
		if !ok || len(auts) != 14 {
			return aka.Keys{}, fmt.Errorf("%w: AUTS of AUTHENTICATE", ErrAnswer)
		}
		return aka.Keys{}, &aka.SyncError{AUTS: [14]byte(auts)}
	case tagSuccess:
		res, rest, okRES := cutField(rest)
		ck, rest, okCK := cutField(rest)
		ik, _, okIK := cutField(rest) // a Kc for 2G may follow
		if !okRES || !okCK || !okIK || len(res) < minRES || len(res) > maxRES || len(ck) != 16 || len(ik) != 16 {
			return aka.Keys{}, fmt.Errorf("%w: the keys of AUTHENTICATE", ErrAnswer)
		}
		return aka.NewKeys(res, [16]byte(ck), [16]byte(ik)), nil
	}
	return aka.Keys{}, fmt.Errorf("%w: AUTHENTICATE answered with tag %02X", ErrAnswer, tag)
}

// cutField takes a length and that many bytes off.
func cutField(b []byte) (field, rest []byte, ok bool) {
	if len(b) == 0 || int(b[0]) > len(b)-1 {
		return nil, nil, false
	}
	n := 1 + int(b[0])
	return b[1:n], b[n:], true
}
