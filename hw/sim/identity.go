package sim

import (
	"fmt"
	"strings"
)

// Identity is who a subscriber is in IMS (TS 23.003 §13).
type Identity struct {
	// Private is the private identity (IMPI), such as
	// 001010123456789@ims.mnc001.mcc001.3gppnetwork.org.
	Private string
	// Public are the public identities (IMPU) as SIP or tel URIs; there is at
	// least one, and the first is the one to register.
	Public []string
	// Domain is the home network's domain, which REGISTER names as its request
	// URI and realm.
	Domain string
	// PCSCF are the host names and addresses of P-CSCFs that the card names, in
	// its order of preference; often none.
	PCSCF []string
	// IMSI is the subscriber's number in the mobile network, empty where the
	// card wasn't asked for it.
	IMSI string
	// Temporary tells that Public is derived from IMSI. The network may bar
	// it for all but registration (TS 23.003 §13.4B): call by the first URI of
	// P-Associated-URI.
	Temporary bool
}

// An IMSI has at most 15 digits; 6 hold MCC, MNC and one more (TS 23.003 §2.2).
const minIMSI, maxIMSI = 6, 15

// Derive makes the identity of a subscriber without ISIM (TS 23.003 §13.2,
// §13.3, §13.4B). mncDigits is 2 or 3; 0 leaves it to what the country is
// known to use.
func Derive(imsi string, mncDigits int) (Identity, error) {
	if len(imsi) < minIMSI || len(imsi) > maxIMSI || strings.Trim(imsi, "0123456789") != "" {
		return Identity{}, fmt.Errorf("IMSI of %d characters: it has %d to %d digits and nothing else", len(imsi), minIMSI, maxIMSI)
	}
	mcc := imsi[:3]
	if mncDigits == 0 {
		mncDigits = usualMNCDigits(mcc)
	}
	if mncDigits != 2 && mncDigits != 3 {
		return Identity{}, fmt.Errorf("MNC of %d digits: it has 2 or 3", mncDigits)
	}
	mnc := imsi[3 : 3+mncDigits]
	domain := fmt.Sprintf("ims.mnc%03s.mcc%s.3gppnetwork.org", mnc, mcc)
	private := imsi + "@" + domain
	return Identity{
		Private:   private,
		Public:    []string{"sip:" + private},
		Domain:    domain,
		IMSI:      imsi,
		Temporary: true,
	}, nil
}

// usualMNCDigits is for cards that don't tell. North America (MCC 302 and 310
// to 316) has MNCs of 3 digits; elsewhere 2 are far more common.
func usualMNCDigits(mcc string) int {
	if mcc == "302" || mcc >= "310" && mcc <= "316" {
		return 3
	}
	return 2
}
