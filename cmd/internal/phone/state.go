package phone

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"

	"github.com/rs/zerolog"

	"github.com/imsphone/imsphone/hw/store"
)

// openState opens the state directory, which one phone at a time may use.
func openState(dir string, log zerolog.Logger) (*store.Store, error) {
	s, err := store.Open(dir)
	if err != nil {
		return nil, err
	}
	log.Debug().Str("dir", dir).Msg("state")
	return s, nil
}

// identity is the phone's own lasting name.
type identity struct {
	InstanceID string `json:"instanceId"`
}

// identityEntry names the identity in the state directory.
const identityEntry = "identity"

// instanceID gives the +sip.instance of this installation (RFC 5626 §4.1): made
// once, then kept, so that the registrar knows a rebooted phone for the same.
func instanceID(s *store.Store, log zerolog.Logger) (string, error) {
	var id identity
	err := s.Load(identityEntry, &id)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		if !errors.Is(err, store.ErrDamaged) {
			return "", err
		}
		log.Warn().Err(err).Msg("state")
	}
	if id.InstanceID != "" {
		return id.InstanceID, nil
	}
	id.InstanceID = newUUID()
	return id.InstanceID, s.Save(identityEntry, id)
}

// newUUID makes a random UUID as a URN (RFC 9562 §5.4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
