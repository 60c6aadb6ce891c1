package simtest

import (
	"errors"
	"strings"

	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/protocol/aka"
)

// verify is VERIFY PIN (TS 102 221 §11.1.9); without data it tells the tries.
func (c *Card) verify(cmd apdu.Command) apdu.Status {
	switch {
	case cmd.P2 != 1:
		return apdu.ReferenceNotFound
	case c.profile.PIN == "":
		return apdu.Invalidated
	case c.tries == 0:
		return apdu.Blocked
	case len(cmd.Data) == 0:
		return c.counter()
	case len(cmd.Data) != 8:
		return apdu.WrongLength
	case string(cmd.Data) == c.profile.PIN+strings.Repeat("\xff", 8-len(c.profile.PIN)):
		c.verified, c.tries = true, c.fullTries
		return apdu.OK
	}
	c.tries--
	return c.counter()
}

func (c *Card) counter() apdu.Status { return 0x63c0 | apdu.Status(c.tries) }

// authenticate is AUTHENTICATE (TS 31.102 §7.1.2, TS 31.103 §7.1.2).
func (c *Card) authenticate(s *session, cmd apdu.Command) ([]byte, apdu.Status) {
	switch {
	case !s.app:
		return nil, apdu.ConditionsUnmet
	case !c.verified:
		return nil, apdu.NotSatisfied
	case cmd.P1 != 0 || cmd.P2 != 0x81:
		return nil, apdu.ContextNotSupported
	case len(cmd.Data) != 34 || cmd.Data[0] != 16 || cmd.Data[17] != 16:
		return nil, apdu.WrongLength
	}
	result, err := c.usim.Authenticate([16]byte(cmd.Data[1:17]), [16]byte(cmd.Data[18:]))
	var stale *aka.SyncError
	switch {
	case errors.As(err, &stale):
		return append([]byte{0xdc, 14}, stale.AUTS[:]...), apdu.OK
	case err != nil:
		return nil, apdu.WrongMAC
	}
	res, ck, ik := result.Keys.ExposeRES(), result.Keys.CK().Expose(), result.Keys.IK().Expose()
	b := append([]byte{0xdb, byte(len(res))}, res...)
	b = append(append(b, 16), ck[:]...)
	b = append(append(b, 16), ik[:]...)
	return append(append(b, 8), make([]byte, 8)...), apdu.OK // a Kc for 2G
}
