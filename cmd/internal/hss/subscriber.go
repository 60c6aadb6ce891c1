package hss

import (
	"errors"
	"fmt"

	"github.com/imsphone/imsphone/protocol/aka"
)

// Subscriber is one subscription: a private identity and the public identities
// that register together with it, its implicit registration set (TS 23.228
// §5.2.1a).
type Subscriber struct {
	// IMPI is the private identity, IMSI@ims.mncXXX.mccYYY.3gppnetwork.org.
	IMPI string
	// IMPUs are the public identities, sip: and tel:. The first that isn't
	// barred is the default one.
	IMPUs []Identity
	// AKA is Milenage or TUAK with the subscriber's keys; nil if the
	// subscriber has a password only.
	AKA aka.Functions
	// AMF goes into AUTN.
	AMF aka.AMF
	// SQN is the sequence number last used, of 48 bits.
	SQN uint64
	// Password is for the scheme "SIP Digest"; empty if there is none.
	Password Password
	// Filters are the initial filter criteria of the service profile.
	Filters []Filter
	// ServedUnregistered says that calls to the subscriber are served, by
	// voice mail for example, while it isn't registered.
	ServedUnregistered bool
}

// Identity is a public identity.
type Identity struct {
	URI string
	// Barred identities may register, but not do anything else: as a rule the
	// one that was derived from the IMSI (TS 23.003 §13.4B).
	Barred bool
}

// Password is a secret that prints as "(secret)".
type Password string

// Format prints "(secret)" for every verb.
func (Password) Format(f fmt.State, _ rune) { f.Write([]byte("(secret)")) }

// MarshalText keeps the password out of JSON, logs and configuration files.
func (Password) MarshalText() ([]byte, error) { return []byte("(secret)"), nil }

func (s Subscriber) check() error {
	switch {
	case s.IMPI == "":
		return errors.New("a subscriber without private identity: set IMPI")
	case len(s.IMPUs) == 0:
		return fmt.Errorf("subscriber %s has no public identity: set IMPUs", s.IMPI)
	case s.AKA == nil && s.Password == "":
		return fmt.Errorf("subscriber %s has no secret: set AKA or Password", s.IMPI)
	case s.SQN >= 1<<48:
		return fmt.Errorf("subscriber %s: SQN has 48 bits", s.IMPI)
	}
	return nil
}

// allBarred tells whether no public identity may be used.
func (s Subscriber) allBarred() bool {
	for _, i := range s.IMPUs {
		if !i.Barred {
			return false
		}
	}
	return true
}
