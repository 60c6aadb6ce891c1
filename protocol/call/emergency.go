package call

import "strings"

// Emergency tells whether what somebody dials is an emergency call: 112 or 911,
// which are that everywhere (TS 22.101 §10.1.1), or urn:service:sos (RFC 5031).
// This phone can't make one: neither the location nor the emergency
// registration that it takes are there.
func Emergency(dialled string) bool {
	s := strings.ToLower(strings.TrimSpace(dialled))
	if strings.HasPrefix(s, "urn:service:sos") {
		return true
	}
	for _, scheme := range []string{"sip:", "sips:", "tel:"} {
		s = strings.TrimPrefix(s, scheme)
	}
	user, _, _ := strings.Cut(s, "@")
	user, _, _ = strings.Cut(user, ";")
	number := unseparated(user)
	return number == "112" || number == "911"
}
