package phone

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/actors"
	"github.com/imsphone/imsphone/protocol/secagree"
	"github.com/imsphone/imsphone/protocol/transport"
)

var errLifetime = errors.New("no lifetime")

// mortal is a backend whose first set can't be given a lifetime.
type mortal struct {
	backends
	backend
	refused bool
}

func (m *mortal) open(name string, local, pcscf netip.Addr, encapsulation uint16) (_ backend, err error) {
	m.backend, err = m.backends.open(name, local, pcscf, encapsulation)
	return m, err
}

func (m *mortal) install(ctx context.Context, set secagree.Set) (handle, error) {
	h, err := m.backend.install(ctx, set)
	if m.refused || err != nil {
		return h, err
	}
	m.refused = true
	return mortalHandle{h}, nil
}

type mortalHandle struct{ handle }

func (mortalHandle) setLifetime(time.Duration) error { return errLifetime }

// TestASetThatFailsLeavesNothing: its ports are free for the next one.
func TestASetThatFailsLeavesNothing(t *testing.T) {
	port := ipsecPort{log: zerolog.Nop(), backends: &mortal{backends: newESP(zerolog.Nop())}}
	line, err := port.Open(actors.ProtectedConfig{Backend: "udp", Encapsulation: 4500}, func(transport.Inbound) {})
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if err := line.Install(t.Context(), 1, testSet(1), time.Minute); !errors.Is(err, errLifetime) {
		t.Fatalf("%v", err)
	}
	set := testSet(1)
	if err := line.Install(t.Context(), 2, set, time.Minute); err != nil {
		t.Error(err)
	}
}
