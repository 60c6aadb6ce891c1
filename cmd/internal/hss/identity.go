package hss

import "strings"

// canonical gives the form of a public identity by which it is found (TS 23.003
// §13.4): without parameters and headers, scheme and host in lower case, a
// telephone number without visual separators.
func canonical(uri string) string {
	uri, _, _ = strings.Cut(uri, "?")
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok {
		return uri
	}
	scheme = strings.ToLower(scheme)
	if scheme == "tel" {
		return "tel:" + number(rest)
	}
	at := strings.LastIndex(rest, "@")
	user, host := rest[:max(at, 0)], rest[at+1:]
	host, _, _ = strings.Cut(strings.ToLower(host), ";")
	if user, _, _ = strings.Cut(user, ";"); user == "" {
		return scheme + ":" + host
	}
	return scheme + ":" + user + "@" + host
}

// telForm gives the tel URI of a SIP URI whose user is a global number, "" for
// others (RFC 3261 §19.1.6).
func telForm(uri string) string {
	user, _, ok := strings.Cut(strings.TrimPrefix(canonical(uri), "sip:"), "@")
	if !ok || !strings.HasPrefix(user, "+") {
		return ""
	}
	return "tel:" + number(user)
}

// number drops the parameters and the visual separators of a telephone number
// (RFC 3966 §5.1.1).
func number(s string) string {
	s, _, _ = strings.Cut(s, ";")
	return strings.NewReplacer("-", "", ".", "", "(", "", ")", "").Replace(s)
}
