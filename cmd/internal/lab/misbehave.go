package lab

import (
	"fmt"
	"slices"
	"strings"
)

// Misbehaviour is one thing that the IMS core, or somebody between it and the
// phone, does wrong on purpose. A phone takes none of it: it says what is wrong
// and sends nothing in the clear.
type Misbehaviour uint8

// The misbehaviours.
const (
	// WellBehaved is none.
	WellBehaved Misbehaviour = iota
	// WrongMAC: the HSS's AUTN has a wrong MAC, as with a wrong OPc (TS 33.102
	// §6.3.3).
	WrongMAC
	// OldSQN: the HSS uses its last sequence number again, as does somebody who
	// replays a challenge (TS 33.102 §6.3.3).
	OldSQN
	// WeakOffer: Security-Server has nothing but des-ede3-cbc, which no phone of
	// today offers (TS 33.203 Annex H).
	WeakOffer
	// StrippedServer: somebody took Security-Server out of the 401.
	StrippedServer
	// ReorderedServer: somebody put the elements of Security-Server into another
	// order, which Security-Verify brings to light (RFC 3329 §2.3.1). It takes a
	// phone that offers more than one.
	ReorderedServer
	// TamperedServer: somebody gave the weakest element of Security-Server the
	// highest q, and took the others away (RFC 3329 §5: bidding down). It takes a
	// phone that offers more than one.
	TamperedServer
	// ZeroSPI: the SPIs in Security-Server are 0 (RFC 4303 §2.1).
	ZeroSPI
	// ZeroPort: the ports in Security-Server are 0.
	ZeroPort
	// ClearOK: a 200 comes in the clear, without any challenge.
	ClearOK
	// ClearAnswers: what is asked over the SAs is answered in the clear.
	ClearAnswers
	// ClearRequests: requests to the phone come in the clear, as those of P-CSCFs
	// do that lost their connection.
	ClearRequests
	// WrongKeys: the P-CSCF's SAs have other keys than the phone's.
	WrongKeys
	// LostAnswers: what the P-CSCF sends over the SAs gets lost.
	LostAnswers
	// EarlyRemoval: the P-CSCF removes the SAs before it answers the
	// de-registration.
	EarlyRemoval
)

// misbehaviours are their names and what they are in a few words.
var misbehaviours = [...]struct{ name, what string }{
	WellBehaved:     {"none", "nothing is wrong"},
	WrongMAC:        {"wrong-mac", "the HSS's challenges have a wrong MAC"},
	OldSQN:          {"old-sqn", "the HSS uses a sequence number twice"},
	WeakOffer:       {"weak-offer", "the P-CSCF offers only des-ede3-cbc"},
	StrippedServer:  {"stripped-server", "Security-Server is taken out on its way"},
	ReorderedServer: {"reordered-server", "Security-Server is reordered on its way"},
	TamperedServer:  {"tampered-server", "Security-Server is made to prefer the weakest on its way"},
	ZeroSPI:         {"zero-spi", "the P-CSCF's SPIs are 0"},
	ZeroPort:        {"zero-port", "the P-CSCF's ports are 0"},
	ClearOK:         {"clear-ok", "the first REGISTER is answered with 200, in the clear"},
	ClearAnswers:    {"clear-answers", "protected requests are answered in the clear"},
	ClearRequests:   {"clear-requests", "requests to the phone come in the clear"},
	WrongKeys:       {"wrong-keys", "the P-CSCF's SAs have other keys"},
	LostAnswers:     {"lost-answers", "nothing that the P-CSCF sends over SAs arrives"},
	EarlyRemoval:    {"early-removal", "SAs go before the de-registration's 200"},
}

// Misbehaviours gives all of them but WellBehaved.
func Misbehaviours() []Misbehaviour {
	var list []Misbehaviour
	for i := range misbehaviours[1:] {
		list = append(list, Misbehaviour(i+1))
	}
	return list
}

// String gives the name, such as "wrong-mac".
func (m Misbehaviour) String() string { return misbehaviours[m].name }

// What says in a few words what is wrong.
func (m Misbehaviour) What() string { return misbehaviours[m].what }

// UnmarshalText reads a name.
func (m *Misbehaviour) UnmarshalText(text []byte) error {
	var names []string
	for i, x := range misbehaviours {
		if x.name == string(text) {
			*m = Misbehaviour(i)
			return nil
		}
		names = append(names, x.name)
	}
	return fmt.Errorf("%q is no misbehaviour: use %s", text, strings.Join(slices.Sorted(slices.Values(names)), ", "))
}
