package lab

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/protocol/aka"
)

// User is a subscriber of the lab's IMS core.
type User struct {
	Name string
	// Number is the telephone number, "+15550001".
	Number string
	// K and OPc are the secrets of the subscriber's SIM (TS 35.206).
	K, OPc [16]byte
}

// Users makes subscribers with numbers from +15550001 on. Their secrets follow
// from their names, so that a SIM outlives the lab: they protect nothing.
func Users(names ...string) []User {
	var list []User
	for i, name := range names {
		list = append(list, User{Name: name, Number: fmt.Sprintf("+1555%04d", i+1), K: secret("k", name), OPc: secret("opc", name)})
	}
	return list
}

func secret(what, name string) [16]byte {
	sum := sha256.Sum256([]byte("imslab " + what + " " + name))
	return [16]byte(sum[:])
}

// PrivateID is the private user identity in a home domain.
func (u User) PrivateID(domain string) string { return u.Name + "@" + domain }

// URI is the public user identity that registers.
func (u User) URI(domain string) string { return "sip:" + u.Name + "@" + domain }

// Tel is the telephone number as a URI.
func (u User) Tel() string { return "tel:" + u.Number }

// SIM gives the file of a SIM in software.
func (u User) SIM() string {
	return fmt.Sprintf("k = %s\nopc = %s\n", hex.EncodeToString(u.K[:]), hex.EncodeToString(u.OPc[:]))
}

// subscriber is the user as the HSS knows it.
func (u User) subscriber(domain string) hss.Subscriber {
	return hss.Subscriber{
		IMPI:  u.PrivateID(domain),
		IMPUs: []hss.Identity{{URI: u.URI(domain)}, {URI: u.Tel()}},
		AKA:   aka.NewMilenageOPc(u.K, u.OPc),
		AMF:   aka.AMF{0x80, 0x00},
	}
}
