package secagree

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// Offer is what we put into Security-Client: each suite in each mode, with the
// same SPIs and ports.
type Offer struct {
	// Suites in the order in which they are written. Kamailio takes the last
	// one that it knows: see [DefaultSuites].
	Suites []Suite
	Modes  []Mode
	// End holds our SPIs and ports.
	End End
}

// DefaultSuites is the order of an offer that gets the strongest suite out of
// P-CSCFs that take the first as well as out of those that take the last one
// that they know: neither end of the list is one without encryption.
func DefaultSuites() []Suite {
	return []Suite{
		{NoIntegrity, AESGCM},
		{HMACMD5, NoEncryption},
		{HMACSHA1, NoEncryption},
		{AESGMAC, NoEncryption},
		{HMACMD5, AESCBC},
		{HMACSHA1, AESCBC},
	}
}

// String gives the value of Security-Client, on one line: some P-CSCFs read
// the first line only.
func (o Offer) String() string {
	var b strings.Builder
	for _, mode := range o.Modes {
		for _, suite := range o.Suites {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString(Mechanism{Suite: suite, Mode: mode, End: o.End, Preference: -1}.String())
		}
	}
	return b.String()
}

func (o Offer) holds(m Mechanism) bool {
	return slices.Contains(o.Suites, m.Suite) && slices.Contains(o.Modes, m.Mode)
}

// Agreement is what both sides know once the UE has chosen: all of a [Set] but
// addresses and keys.
type Agreement struct {
	Suite      Suite
	Mode       Mode
	UE, PCSCF  End      // without addresses
	Verify     []string // the lines of Security-Server, for Security-Verify
	Preference int      // of the choice, in thousandths; -1 without q
}

// Set makes the set of SAs of an agreement; the addresses and keys are those of
// ue, pcscf and the authentication.
func (a Agreement) Set() Set {
	return Set{Suite: a.Suite, Mode: a.Mode, UE: a.UE, PCSCF: a.PCSCF}
}

// ErrNoServer: the challenge holds no Security-Server.
var ErrNoServer = errors.New("the P-CSCF offered no security mechanism (no Security-Server): it does no sec-agree, or somebody took the header away")

// NoneUsableError says that nothing in Security-Server can be accepted.
type NoneUsableError struct {
	// Reasons says of the first elements why not; what several share stands once.
	Reasons []string
}

// add notes why an element can't be used.
func (e *NoneUsableError) add(reason string) {
	if len(reason) > maxReason {
		reason = reason[:maxReason] + "…"
	}
	if len(e.Reasons) < maxReasons && !slices.Contains(e.Reasons, reason) {
		e.Reasons = append(e.Reasons, reason)
	}
}

func (e *NoneUsableError) Error() string {
	return "the P-CSCF offered no algorithm that we accept: " + strings.Join(e.Reasons, "; ")
}

// The bounds of what is read of a Security-Server, and of what is said of it.
const (
	maxServerElements = 32
	maxReasons        = 4
	maxReason         = 200
)

// Choose takes the lines of a Security-Server and chooses the element with the
// highest q that we offered ourselves (RFC 3329 §2.3.1, TS 33.203 §7.2), the
// first among equals. One with an SPI of ours is passed over: what we send could
// be sent back to us as the P-CSCF's (TS 33.203 §7.1). The error is
// [ErrNoServer] or a [*NoneUsableError].
func (o Offer) Choose(lines iter.Seq[string], elements iter.Seq[string]) (Agreement, error) {
	verify := slices.Collect(lines)
	if len(verify) == 0 {
		return Agreement{}, ErrNoServer
	}
	best := Mechanism{Preference: -2}
	none := &NoneUsableError{}
	n := 0
	for element := range elements {
		if n++; n > maxServerElements {
			return Agreement{}, &NoneUsableError{[]string{fmt.Sprintf("it lists more than %d mechanisms", maxServerElements)}}
		}
		m, err := ParseMechanism(element)
		switch {
		case err != nil:
			none.add(err.Error())
		case !o.holds(m):
			none.add(fmt.Sprintf("we did not offer %s, %s", m.Suite, m.Mode))
		case o.End.shares(m.End):
			none.add(fmt.Sprintf("one of its SPIs, %d and %d, is ours", m.End.ClientSPI, m.End.ServerSPI))
		case m.Preference > best.Preference:
			best = m
		}
	}
	if best.Preference == -2 {
		return Agreement{}, none
	}
	return Agreement{Suite: best.Suite, Mode: best.Mode, UE: o.End, PCSCF: best.End,
		Verify: verify, Preference: best.Preference}, nil
}

// SameElements tells whether two Security headers hold the same elements in the
// same order: how a P-CSCF compares Security-Verify with what it sent, and the
// protected Security-Client with the one that came in the clear (TS 33.203
// §7.2, TS 24.229 §5.2.2.2). Blanks don't count, all else does.
func SameElements(a, b iter.Seq[string]) bool {
	return slices.Equal(normal(a), normal(b))
}

func normal(elements iter.Seq[string]) []string {
	var list []string
	for e := range elements {
		list = append(list, strings.Join(strings.Fields(e), ""))
	}
	return list
}

// ErrExpired: the time of a set of SAs was up.
var ErrExpired = errors.New("the security associations expired before the registration was renewed")
