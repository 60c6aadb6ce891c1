package phone

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/cmd/internal/config"
	"github.com/imsphone/imsphone/hw/sim"
	"github.com/imsphone/imsphone/hw/sim/apdu"
	"github.com/imsphone/imsphone/hw/sim/modem"
	"github.com/imsphone/imsphone/hw/sim/pcsc"
	"github.com/imsphone/imsphone/hw/store"
	"github.com/imsphone/imsphone/protocol/aka"
)

// simTime bounds the opening of a card and the reading of who it is.
const simTime = 30 * time.Second

// sims are the accounts' cards by the accounts' names.
type sims map[string]*slot

// slot is where a card is. A card that fails is opened anew at the next
// question, as it may have been taken out and put back.
type slot struct {
	mu   sync.Mutex
	open func(ctx context.Context) (sim.Card, error)
	card sim.Card // nil where it isn't open
}

// Open gives the SIM of an account.
func (s sims) Open(name string) (actors.SIM, error) {
	if slot := s[name]; slot != nil {
		return slot, nil
	}
	return nil, fmt.Errorf("account %s has no SIM", name)
}

func (s sims) close() error {
	var errs []error
	for _, slot := range s {
		errs = append(errs, slot.close())
	}
	return errors.Join(errs...)
}

// get gives the card, opened where it isn't, for holders of mu.
func (s *slot) get(ctx context.Context) (sim.Card, error) {
	if s.card != nil {
		return s.card, nil
	}
	card, err := s.open(ctx)
	if err != nil {
		return nil, err
	}
	s.card = card
	return card, nil
}

// Authenticate asks the card.
func (s *slot) Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	card, err := s.get(ctx)
	if err != nil {
		return aka.Keys{}, err
	}
	keys, err := card.Authenticate(ctx, rand, autn)
	var sync *aka.SyncError
	if err != nil && !errors.Is(err, aka.ErrMAC) && !errors.As(err, &sync) {
		s.card = nil
		return keys, errors.Join(err, card.Close())
	}
	return keys, err
}

// identity asks who the subscriber is.
func (s *slot) identity() (sim.Identity, error) {
	ctx, cancel := context.WithTimeout(context.Background(), simTime)
	defer cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	card, err := s.get(ctx)
	if err != nil {
		return sim.Identity{}, err
	}
	return card.Identity(ctx)
}

func (s *slot) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.card == nil {
		return nil
	}
	err := s.card.Close()
	s.card = nil
	return err
}

// openSIM gives the slot of an account; nil for one without a SIM.
func openSIM(a config.Account, state *store.Store, log zerolog.Logger) (*slot, error) {
	kind, device, _ := strings.Cut(a.IMS.SIM, ":")
	card := sim.Config{PIN: sim.NewSecret(a.IMS.PIN), MNCDigits: a.IMS.MNCDigits}
	switch kind {
	case "none":
		return nil, nil
	case "pcsc":
		return uicc(card, func(ctx context.Context) (apdu.Channel, error) { return pcsc.Open(ctx, "", device) }), nil
	case "modem":
		return uicc(card, func(ctx context.Context) (apdu.Channel, error) { return modem.Open(ctx, device) }), nil
	}
	warn := func(text string) { log.Warn().Str("account", a.Name).Msg(text) }
	keys, warning, err := sim.LoadKeys(a.IMS.SecretFile)
	if err != nil {
		return nil, err
	}
	if warning != "" {
		warn(warning)
	}
	soft := sim.SoftConfig{Keys: keys, IMSI: a.IMS.IMSI, MNCDigits: a.IMS.MNCDigits, Private: a.IMS.IMPI, Domain: a.IMS.Domain, Warn: warn}
	if a.User != "" {
		soft.Public = []string{a.User}
	}
	return &slot{open: func(context.Context) (sim.Card, error) { return sim.NewSoft(soft, state) }}, nil
}

// uicc is the slot of a card that is reached by a channel.
func uicc(c sim.Config, dial func(ctx context.Context) (apdu.Channel, error)) *slot {
	return &slot{open: func(ctx context.Context) (sim.Card, error) {
		channel, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		card, err := sim.Open(ctx, channel, c)
		if err != nil {
			return nil, err
		}
		return card, nil
	}}
}
