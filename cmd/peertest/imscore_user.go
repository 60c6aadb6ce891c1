//go:build linux

package peertest

import (
	"fmt"

	"github.com/imsphone/imsphone/cmd/internal/hss"
	"github.com/imsphone/imsphone/protocol/aka"
)

// An IMSUser is a subscriber of the lab's IMS core. The keys are the lab's own
// and protect nothing. They hold no byte that means something in sipp's
// scenarios, where they go as characters: 0x00, 0x0a, 0x0d and 0x5b, a bracket.
type IMSUser struct {
	IMSI   string
	Number string // E.164 with +
	K, OP  [16]byte
	Names  []string // user parts of further public identities
}

// IMSAlice is the first subscriber.
func IMSAlice() IMSUser {
	return IMSUser{IMSI: "001010000000001", Number: "+15550001", K: labKey(0x01), OP: labKey(0xa1)}
}

// IMSBob is the second subscriber.
func IMSBob() IMSUser {
	return IMSUser{IMSI: "001010000000002", Number: "+15550002", K: labKey(0x02), OP: labKey(0xa1)}
}

// labKey is 00112233445566778899aabbccddeeff with each byte's bits flipped by
// salt.
func labKey(salt byte) (k [16]byte) {
	for i := range k {
		k[i] = byte(i)*0x11 ^ salt
	}
	return k
}

// IMPI is the private identity (TS 23.003 §13.3).
func (u IMSUser) IMPI() string { return u.IMSI + "@" + IMSRealm }

// IMPU is the identity that is registered, made from the IMSI (TS 23.003
// §13.4B). It is barred for anything else.
func (u IMSUser) IMPU() string { return "sip:" + u.IMPI() }

// URI is the address under which the user calls and is called.
func (u IMSUser) URI() string { return fmt.Sprintf("sip:%s@%s", u.Number, IMSRealm) }

// Tel is the user's telephone number as a URI.
func (u IMSUser) Tel() string { return "tel:" + u.Number }

// Subscriber is the user as the HSS knows it.
func (u IMSUser) Subscriber() hss.Subscriber {
	ids := []hss.Identity{{URI: u.IMPU(), Barred: true}, {URI: u.URI()}, {URI: u.Tel()}}
	for _, name := range u.Names {
		ids = append(ids, hss.Identity{URI: "sip:" + name + "@" + IMSRealm})
	}
	return hss.Subscriber{
		IMPI:  u.IMPI(),
		IMPUs: ids,
		AKA:   aka.NewMilenage(u.K, u.OP),
		AMF:   aka.AMF{0x80, 0x00},
		SQN:   32,
	}
}
