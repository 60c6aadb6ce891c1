package call

import "testing"

func TestEmergency(t *testing.T) {
	for s, want := range map[string]bool{
		"112": true, "911": true, " 1-1-2 ": true, "11/2": true, "9\u00a011": true, "tel:112": true, "sip:911@example.org": true, "SIP:112;phone-context=x@h": true,
		"tel:911;phone-context=+1": true, "urn:service:sos": true, "urn:service:sos.fire": true, "URN:service:SOS": true,
		"1120": false, "+112": false, "sip:bob@112": false, "0112": false, "": false, "urn:service:counseling": false,
	} {
		if got := Emergency(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}
