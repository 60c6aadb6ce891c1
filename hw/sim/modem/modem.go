package modem

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/imsphone/imsphone/hw/sim/apdu"
)

// Modem is a modem with a card. As a channel it is the card's basic channel,
// which the modem itself works on: nothing but EF_DIR should be selected there.
// It is safe for concurrent use.
type Modem struct {
	line   line
	worked atomic.Bool // the card answered before
}

var _ apdu.Channel = (*Modem)(nil)

// Open opens the serial device of a modem, such as /dev/ttyUSB2, and finds out
// whether a modem answers there. The errors are those of this package and of
// package apdu.
func Open(ctx context.Context, device string) (*Modem, error) {
	port, err := openSerial(device)
	if err != nil {
		return nil, err
	}
	m, err := New(ctx, port)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", device, err)
	}
	return m, nil
}

// New uses port, which is the Modem's from then on, also where New fails: then
// it is closed.
func New(ctx context.Context, port Port) (*Modem, error) {
	m := &Modem{line: line{port: port}}
	if err := m.wake(ctx); err != nil {
		return nil, errors.Join(err, port.Close())
	}
	// No echo, and errors by number. A modem that knows neither is served, too.
	for _, command := range []string{"ATE0", "AT+CMEE=1"} {
		_, err := m.line.run(ctx, command, command)
		if err != nil && !errors.Is(err, apdu.ErrRefused) {
			return nil, errors.Join(err, port.Close())
		}
	}
	return m, nil
}

// How a modem is woken: the first command may complete one that somebody left
// unfinished, or be lost while the modem wakes up.
const (
	wakeTries    = 5
	wakePatience = time.Second
	silence      = wakePatience / 5
)

func (m *Modem) wake(ctx context.Context) (err error) {
	for i := range wakeTries {
		_, err = m.line.try(ctx, wakePatience, "AT", "AT")
		if err == nil {
			if i > 0 {
				err = m.line.drain(silence) // answers to the former tries
			}
			return err
		}
		if ctx.Err() != nil || !errors.Is(err, apdu.ErrSilent) && !errors.Is(err, apdu.ErrRefused) {
			return err
		}
	}
	return fmt.Errorf("no modem answers here; one modem has several devices, of which one takes AT commands: %w", err)
}

// Transmit carries one command by AT+CSIM (TS 27.007 §8.17).
func (m *Modem) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	command = apdu.ForT0(command)
	return m.exchange(ctx, "AT+CSIM", "+CSIM:", fmt.Sprintf(`AT+CSIM=%d,"%X"`, 2*len(command), command))
}

// exchange sends a command that carries an APDU.
func (m *Modem) exchange(ctx context.Context, name, prefix, command string) ([]byte, error) {
	lines, err := m.line.run(ctx, name, command)
	if err != nil {
		return nil, m.mark(err)
	}
	response, err := parseResponse(prefix, lines)
	if err != nil {
		return nil, err
	}
	m.worked.Store(true)
	return response, nil
}

// mark tells a card that is gone from one that never was.
func (m *Modem) mark(err error) error {
	var refused *CommandError
	if errors.As(err, &refused) {
		refused.worked = m.worked.Load()
	}
	return err
}

// OpenApplication gives a logical channel on which the application aid, or the
// first whose AID begins so, is selected. The channel doesn't close the modem.
// Where the modem has no AT+CCHO, the card is asked for a channel itself.
func (m *Modem) OpenApplication(ctx context.Context, aid []byte) (apdu.Channel, error) {
	lines, err := m.line.run(ctx, "AT+CCHO", fmt.Sprintf(`AT+CCHO="%X"`, aid))
	if err == nil {
		number, err := parseSession(lines)
		if err != nil {
			return nil, err
		}
		m.worked.Store(true)
		return &session{modem: m, number: number}, nil
	}
	err = m.mark(err)
	if !errors.Is(err, apdu.ErrRefused) {
		return nil, err
	}
	ch, second := m.openLogical(ctx, aid)
	var status *apdu.StatusError
	switch {
	case second == nil:
		return ch, nil
	case errors.As(second, &status), errors.Is(second, apdu.ErrRefused):
		return nil, errors.Join(err, second)
	}
	return nil, second
}

// Close lets go of the device.
func (m *Modem) Close() error { return m.line.close() }
