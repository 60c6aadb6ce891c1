package modem

import (
	"context"
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// session is a logical channel that the modem keeps (TS 27.007 §8.43 to
// §8.45). The modem puts the channel's number into the class byte.
type session struct {
	modem  *Modem
	number int
}

func (s *session) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	command = apdu.ForT0(command)
	return s.modem.exchange(ctx, "AT+CGLA", "+CGLA:", fmt.Sprintf(`AT+CGLA=%d,%d,"%X"`, s.number, 2*len(command), command))
}

func (s *session) Close() error {
	return s.modem.closing("AT+CCHC", fmt.Sprintf("AT+CCHC=%d", s.number))
}

// closing runs a command that frees a channel. Where the card or the modem is
// gone there is nothing to free.
func (m *Modem) closing(name, command string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := m.line.run(ctx, name, command)
	if err = m.mark(err); errors.Is(err, apdu.ErrRemoved) || errors.Is(err, apdu.ErrClosed) {
		return nil
	}
	return err
}

// logical is a logical channel that the card gave by MANAGE CHANNEL and that
// is reached by AT+CSIM, with its number in the class byte (TS 102 221
// §10.1.1).
type logical struct {
	modem  *Modem
	number byte // 1 to 3
}

// maxLogical is the greatest number that fits the plain form of a class byte.
const maxLogical = 3

// How MANAGE CHANNEL is told what to do (TS 102 221 §11.1.17).
const (
	manageOpen  = 0x00
	manageClose = 0x80
)

// openLogical asks the card for a channel and selects the application there.
func (m *Modem) openLogical(ctx context.Context, aid []byte) (apdu.Channel, error) {
	answer, err := apdu.Must(ctx, m, "MANAGE CHANNEL", apdu.Command{
		Instruction: apdu.ManageChannel, P1: manageOpen, Reply: true, Length: 1,
	})
	if err != nil {
		return nil, err
	}
	if len(answer) != 1 || answer[0] == 0 || answer[0] > maxLogical {
		return nil, fmt.Errorf("%w: the card gave no logical channel of 1 to %d", ErrAnswer, maxLogical)
	}
	ch := &logical{modem: m, number: answer[0]}
	const byAID, returnFCP = 0x04, 0x04
	_, err = apdu.Must(ctx, ch, "SELECT of the application", apdu.Command{
		Instruction: apdu.Select, P1: byAID, P2: returnFCP, Data: aid, Reply: true,
	})
	if err != nil {
		return nil, errors.Join(err, ch.Close())
	}
	return ch, nil
}

func (l *logical) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	own := append([]byte(nil), command...)
	own[0] |= l.number
	return l.modem.Transmit(ctx, own)
}

func (l *logical) Close() error {
	free := [...]byte{0, apdu.ManageChannel, manageClose, l.number, 0}
	return l.modem.closing("AT+CSIM", fmt.Sprintf(`AT+CSIM=%d,"%X"`, 2*len(free), free[:]))
}
