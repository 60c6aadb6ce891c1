package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"github.com/imsphone/imsphone/hw/store"
	"github.com/imsphone/imsphone/protocol/aka"
)

// SoftConfig is a subscriber whose secret this program holds.
type SoftConfig struct {
	Keys Keys
	// IMSI gives whatever of the identity isn't given below. MNCDigits is 2
	// or 3, or 0 for what the country is known to use.
	IMSI      string
	MNCDigits int
	// Private, Public and Domain are the identity where it isn't derived from
	// IMSI. Each can be given alone beside IMSI.
	Private string
	Public  []string
	Domain  string
	PCSCF   []string
	// Warn gets a sentence about what the user should know and this program
	// can go on with; nil is nobody.
	Warn func(text string)
}

// State keeps sequence numbers across restarts; *store.Store is one. When Save
// returns nil, the value has to survive a power cut. Load's error wraps
// fs.ErrNotExist where nothing was saved.
type State interface {
	Load(name string, v any) error
	Save(name string, v any) error
}

// Soft is a SIM in software. Its sequence numbers are on the disk before a
// challenge's keys are given out, so that no challenge is ever taken twice.
type Soft struct {
	identity Identity
	name     string // of the entry in state
	state    State

	mu   sync.Mutex
	usim *aka.USIM // nil once closed
}

var _ Card = (*Soft)(nil)

// kept is what is stored of a Soft.
type kept struct {
	// SEQ are the greatest SEQ accepted, by IND (TS 33.102 Annex C.2.1).
	SEQ []uint64 `json:"seq"`
}

// NewSoft makes the SIM and takes up its sequence numbers in state.
func NewSoft(config SoftConfig, state State) (*Soft, error) {
	identity, err := config.identity()
	if err != nil {
		return nil, fmt.Errorf("software SIM: %w", err)
	}
	functions, err := config.Keys.functions()
	if err != nil {
		return nil, fmt.Errorf("software SIM: %w", err)
	}
	s := &Soft{identity: identity, name: entryName(identity.Private), state: state}
	numbers, err := s.load(config.Warn)
	if err != nil {
		return nil, fmt.Errorf("software SIM: %w", err)
	}
	if s.usim, err = aka.NewUSIM(functions, numbers, aka.Limits{}); err != nil {
		return nil, fmt.Errorf("software SIM: %w", err)
	}
	return s, nil
}

// identity completes what is configured with what IMSI gives.
func (c SoftConfig) identity() (Identity, error) {
	id := Identity{Private: c.Private, Public: slices.Clone(c.Public), Domain: c.Domain, PCSCF: slices.Clone(c.PCSCF), IMSI: c.IMSI}
	if c.IMSI != "" {
		derived, err := Derive(c.IMSI, c.MNCDigits)
		if err != nil {
			return Identity{}, err
		}
		id.fill(derived)
	}
	switch {
	case id.Private == "":
		return Identity{}, errors.New("no private identity: give an IMSI or a private identity")
	case id.Domain == "":
		return Identity{}, errors.New("no home domain: give an IMSI or a domain")
	case len(id.Public) == 0:
		return Identity{}, errors.New("no public identity: give an IMSI or at least one public identity")
	}
	for _, text := range slices.Concat([]string{id.Private, id.Domain}, id.Public) {
		if text == "" || strings.ContainsFunc(text, notInURI) {
			return Identity{}, fmt.Errorf("identity %q: it has to be one word without quotes and angle brackets", text)
		}
	}
	return id, nil
}

// fill takes from derived what id lacks.
func (id *Identity) fill(derived Identity) {
	if id.Private == "" {
		id.Private = derived.Private
	}
	if id.Domain == "" {
		id.Domain = derived.Domain
	}
	if len(id.Public) == 0 {
		id.Public, id.Temporary = derived.Public, true
	}
}

// entryName gives each subscriber an entry of its own in a state directory,
// whatever characters its identity has.
func entryName(private string) string {
	sum := sha256.Sum256([]byte(private))
	return "sim-" + hex.EncodeToString(sum[:8])
}

// load takes up the sequence numbers and explains what is missing of them.
func (s *Soft) load(warn func(string)) (aka.State, error) {
	if warn == nil {
		warn = func(string) {}
	}
	var saved kept
	err := s.state.Load(s.name, &saved)
	var damage *store.DamagedError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		warn("the software SIM has no sequence numbers yet and starts as a new card; if it isn't new, they were lost, " +
			"and a challenge recorded earlier would be taken once more")
		return aka.State{}, nil
	case errors.As(err, &damage) && !damage.Recovered:
		warn(fmt.Sprintf("the software SIM starts as a new card and would take a challenge recorded earlier once more: %v", err))
		return aka.State{}, nil
	case errors.As(err, &damage):
		warn(fmt.Sprintf("the software SIM would take its last challenge once more: %v", err))
	case err != nil:
		return aka.State{}, fmt.Errorf("its sequence numbers can't be read: %w", err)
	}
	var numbers aka.State
	if len(saved.SEQ) != len(numbers) {
		return aka.State{}, fmt.Errorf("state %s has %d sequence numbers where %d belong: it isn't this program's; move it away to start as a new card",
			s.name, len(saved.SEQ), len(numbers))
	}
	copy(numbers[:], saved.SEQ)
	return numbers, nil
}

// Identity gives the configured or derived identity.
func (s *Soft) Identity(context.Context) (Identity, error) {
	id := s.identity
	id.Public, id.PCSCF = slices.Clone(id.Public), slices.Clone(id.PCSCF)
	return id, nil
}

// Authenticate answers a challenge. Where the sequence numbers can't be saved,
// no keys are given out and the challenge is spent.
func (s *Soft) Authenticate(ctx context.Context, rand, autn [16]byte) (aka.Keys, error) {
	if err := ctx.Err(); err != nil {
		return aka.Keys{}, fmt.Errorf("software SIM: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.usim == nil {
		return aka.Keys{}, errClosed
	}
	result, err := s.usim.Authenticate(rand, autn)
	if err != nil {
		return aka.Keys{}, err
	}
	numbers := s.usim.State()
	if err := s.state.Save(s.name, kept{SEQ: numbers[:]}); err != nil {
		return aka.Keys{}, fmt.Errorf("software SIM: the challenge was right, but its sequence number can't be saved, and without that its keys are not used: %w", err)
	}
	return result.Keys, nil
}

var errClosed = errors.New("the software SIM is closed")

// Close forgets the secret. The state stays open; it is its owner's to close.
func (s *Soft) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usim = nil
	return nil
}
